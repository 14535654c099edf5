// The privacy notice, and what a published one says otherwise: core writes and reads UTF-8, SQL has the encoding of the database.
#include "report/notice.hpp"

#include "core/documents/drift.hpp"
#include "core/documents/notice.hpp"
#include "facts/facts.hpp"
#include "facts/reader.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/language.hpp"
#include "schema/own.hpp"

#include <iterator>

extern "C" {
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// In the encoding of the database; null when nothing is said.
Datum text_datum(std::string_view utf8, bool *isnull) {
    *isnull = utf8.empty();
    if (*isnull) return 0;
    const char *copy = pnstrdup(utf8.data(), utf8.size());
    return CStringGetTextDatum(pg_any_to_server(copy, static_cast<int>(utf8.size()), PG_UTF8));
}

void take_finding(void *to, const core::Finding &finding) {
    const auto *result = static_cast<const ReturnSetInfo *>(to);
    const std::string_view texts[] = {
        core::name_of(finding.fact), finding.object, finding.configured, finding.stated, finding.sentence, finding.why};
    Datum values[std::size(texts)];
    bool nulls[std::size(texts)];
    for (size_t i = 0; i < std::size(texts); ++i) values[i] = text_datum(texts[i], &nulls[i]);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

// No notice has to speak of a policy that no row reaches.
std::span<const core::PolicyFacts> reached(std::span<const core::PolicyFacts> all) {
    const auto found = room_for<core::PolicyFacts>(all.size());
    size_t n = 0;
    for (const core::PolicyFacts &policy : all)
        if (!core::is_given(policy.unreached)) found[n++] = policy;
    return found.first(n);
}

void notice_drift(FunctionCallInfo fcinfo) {
    require_argument(fcinfo, 0, "the text of the notice");
    const core::Language language = language_argument(fcinfo, 1);
    InitMaterializedSRF(fcinfo, 0);
    const char *given = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const std::string_view published = pg_server_to_any(given, static_cast<int>(strlen(given)), PG_UTF8);
    const std::span<char> plain = room_for<char>(published.size() + 1);
    const size_t n = core::plain_text(published, plain.data());
    connect_spi();
    core::Facts facts = read_facts(PG_UTF8);
    facts.policies = reached(facts.policies);
    const core::Wordings wordings = read_wordings(language);
    const core::DriftRoom room = {room_for<core::PolicySeen>(facts.policies.size()),
                                  room_for<core::PurposeSeen>(facts.purposes.size()), [] { CHECK_FOR_INTERRUPTS(); }};
    core::find_drift(facts, wordings, {plain.data(), n}, room, core::FindingSink{fcinfo->resultinfo, take_finding});
    SPI_finish();
}

void append_to(void *to, std::string_view bytes) {
    appendBinaryStringInfo(static_cast<StringInfo>(to), bytes.data(), static_cast<int>(bytes.size()));
}

core::DocumentForm form_argument(FunctionCallInfo fcinfo, int argument) {
    require_argument(fcinfo, argument, "the format");
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    core::DocumentForm form = {};
    if (!core::find_word(name, &form))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid format: \"%s\"", name),
                        errhint("%s", core::kAllWords<core::DocumentForm>.text)));
    return form;
}

Datum privacy_notice(FunctionCallInfo fcinfo) {
    const core::Language language = language_argument(fcinfo, 0);
    const core::DocumentForm form = form_argument(fcinfo, 1);
    StringInfoData out;
    initStringInfo(&out);
    connect_spi();
    const core::Facts facts = read_facts(PG_UTF8);
    const core::Wordings wordings = read_wordings(language);
    core::Document document(core::Sink{&out, append_to}, form);
    core::write_notice(facts, wordings, &document);
    SPI_finish();
    return PointerGetDatum(cstring_to_text(pg_any_to_server(out.data, out.len, PG_UTF8)));
}

}  // namespace

core::Wordings read_wordings(core::Language language) {
    const FactReader reader = {PG_UTF8};
    const SqlRows found =
        read_own("SELECT object, name, words FROM retention.wording WHERE language = $1 ORDER BY object, name COLLATE \"C\"",
                 name_of(language));
    const auto all = room_for<core::Wording>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        if (!core::find_word(std::string_view(found[i].text(1)), &all[i].object)) elog(ERROR, "unknown object of a wording");
        all[i].name = reader.text_in(found[i], 2);
        all[i].words = reader.text_in(found[i], 3);
    }
    found.free();
    return {all, language};
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_privacy_notice) { return pg_retention::privacy_notice(fcinfo); }

RETENTION_FUNCTION(pg_retention_notice_drift) {
    pg_retention::notice_drift(fcinfo);
    return static_cast<Datum>(0);
}
