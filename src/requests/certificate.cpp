#include "requests/certificate.hpp"

#include "core/data/vocabulary.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/language.hpp"
#include "pg/time.hpp"
#include "requests/request.hpp"
#include "schema/own.hpp"

extern "C" {
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
}

namespace pg_retention {

namespace {

void record_outcome(int64 request_id, const Erased &erased) {
    // What an error said may hold values of rows.
    own("INSERT INTO retention.erasure_outcome (request_id, entry_id, made_at, outcome) "
        "SELECT $1, (SELECT max(entry_id) FROM retention.ledger), $2, jsonb_object_agg(e.key, CASE e.key "
        "WHEN 'blocked' THEN (SELECT coalesce(jsonb_agg(b - 'why'), '[]') FROM jsonb_array_elements(e.value) b) ELSE e.value END) "
        "|| jsonb_build_object('categories', $4::jsonb, 'recipients', (SELECT coalesce(jsonb_agg(jsonb_build_object('notice_id', r -> 'notice_id', "
        "'recipient', r -> 'recipient')), '[]') FROM jsonb_array_elements($3::jsonb -> 'recipients_to_tell') r)) "
        "FROM jsonb_each($3::jsonb) e WHERE e.key IN ('deleted', 'anonymised', 'kept', 'deferred', 'taken_out', 'not_covered', 'blocked', 'in_consequence', "
        "'objections', 'left', 'elsewhere', 'unverified', 'verification', 'not_reached', 'remembered')",
        request_id, at(retention_now()), erased.answer, erased.categories);
}

}  // namespace

void record_erasure(const Call &call, const Erased &erased) {
    record_rows(call, LedgerAction::kErased, InvalidOid, 0, erased.rows, erased.verification);
    if (call.request_id == 0) return;
    record_outcome(call.request_id, erased);
    if (erased.gone) mark_done(call.request_id, LedgerAction::kErased);
}

namespace {

bool is_about_erasure(RequestType type) {
    switch (type) {
        case RequestType::kErasure:
        case RequestType::kObjection: return true;
        case RequestType::kAccess:
        case RequestType::kPortability:
        case RequestType::kRectification:
        case RequestType::kRestriction: return false;
    }
    return false;
}

void require_answered(const Request &request) {
    if (!is_about_erasure(request.type))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("request " INT64_FORMAT " is one of type \"%s\", by which nothing is erased", request.id,
                               name_of(request.type)),
                        errhint("A certificate is of an erasure, or of an objection that was followed by one.")));
    if (request.refused)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("request " INT64_FORMAT " was refused", request.id)));
    if (!request.answered)
        ereport(
            ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("request " INT64_FORMAT " is not answered yet", request.id),
             errhint("What is certified is final: erase, and record the answer with retention.answer_request(" INT64_FORMAT ").",
                     request.id)));
}

// What a call only kept, put off or could not do is no erasure.
const char *facts_of(const Request &request) {
    const SqlRows found = read_own(
        "SELECT facts::text, jsonb_path_exists(facts, '$.gone[*] ? (@.how == \"deleted\" || @.how == \"anonymised\" || @.how == \"taken_out\")') "
        "FROM retention.erasure_facts WHERE request_id = $1",
        request.id);
    if (found.n == 0 || !found.first().get<bool>(2))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nothing was erased in the name of request " INT64_FORMAT, request.id),
                        found.n == 0 ? errhint("retention.erase takes the number of the request in request_id.")
                                     : errhint("The answer of retention.erase says what is kept, and what stood in the way.")));
    return found.first().text(1);
}

enum class Format : uint8_t { kMarkdown, kHtml, kJson };
constexpr const char *name_of(Format format) noexcept {
    switch (format) {
        case Format::kMarkdown: return "markdown";
        case Format::kHtml: return "html";
        case Format::kJson: return "json";
    }
    return nullptr;
}

Format format_argument(FunctionCallInfo fcinfo, int argument) {
    Format found = {};
    require_argument(fcinfo, argument, "format");
    const char *word = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    if (!core::find_word(word, &found))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a certificate has no format \"%s\"", word),
                        errhint("%s", core::kAllWords<Format>.text)));
    return found;
}

void append_to(void *out, std::string_view bytes) {
    appendBinaryStringInfo(static_cast<StringInfo>(out), bytes.data(), static_cast<int>(bytes.size()));
}

const char *written(core::DocumentForm form, core::Language language, const char *facts) {
    StringInfoData out;
    initStringInfo(&out);
    core::Document document(core::Sink{&out, append_to}, form);
    write_certificate(&document, language, facts);
    return pg_any_to_server(out.data, out.len, PG_UTF8);
}

const char *certificate(const Request &request, core::Language language, Format format) {
    const char *facts = facts_of(request);
    switch (format) {
        case Format::kMarkdown: return written(core::DocumentForm::kMarkdown, language, facts);
        case Format::kHtml: return written(core::DocumentForm::kHtml, language, facts);
        case Format::kJson: return facts;
    }
    return nullptr;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_erasure_certificate) {
    using namespace pg_retention;
    require_argument(fcinfo, 0, "request_id");
    const auto language = language_argument(fcinfo, 1);
    const auto format = format_argument(fcinfo, 2);
    connect_spi();
    const Request request = find_request(PG_GETARG_INT64(0));
    require_answered(request);
    const Datum result = CStringGetTextDatum(certificate(request, language, format));
    SPI_finish();
    return result;
}
