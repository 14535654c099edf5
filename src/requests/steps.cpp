// The life of a request, step by step: each is recorded with who took it, and told to whoever listens.
#include "requests/grounds.hpp"

#include "ledger/ledger.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "requests/call.hpp"
#include "requests/holidays.hpp"
#include "requests/request.hpp"
#include "schema/own.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr int kFirstArgument = 0;

int64 request_argument(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(kFirstArgument))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the number of a request must not be null")));
    return PG_GETARG_INT64(kFirstArgument);
}

char *text_or_null(FunctionCallInfo fcinfo, int n) { return PG_ARGISNULL(n) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(n)); }

bool is_blank(const char *text) { return text == nullptr || text[strspn(text, " \t\r\n")] == '\0'; }

char *reason_argument(FunctionCallInfo fcinfo, int n, const char *of) {
    char *text = text_or_null(fcinfo, n);
    if (is_blank(text)) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be empty", of)));
    return text;
}

[[noreturn]] void refuse_step(const char *message, const char *hint) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("%s", message),
                    hint == nullptr ? 0 : errhint("%s", hint)));
    pg_unreachable();
}

const char *numbered(const char *format, int64 id) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, "request " INT64_FORMAT " %s", id, format);
    return text.data;
}

RequestTerms terms_now(const Request &request) { return terms_of(request, read_holidays(request.country)); }

Request begin_step(FunctionCallInfo fcinfo) {
    const int64 id = request_argument(fcinfo);
    connect_spi();
    const Request request = lock_request(id);
    require_waiting(request);
    return request;
}

// more: beside type and number; null when there is no more to say.
void end_step(const Request &request, LedgerAction action, const char *more, const char *step) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.row_count = -1;
    entry.detail = more == nullptr ? psprintf("%s, request " INT64_FORMAT, name_of(request.type), request.id)
                                   : psprintf("%s, %s, request " INT64_FORMAT, name_of(request.type), more, request.id);
    append_ledger(entry);
    notify_of_request(step, request.id);
    SPI_finish();
}

// A step that nobody but the one who has the request hears of.
void end_quietly(const Request &request, const char *step) {
    notify_of_request(step, request.id);
    SPI_finish();
}

RequestType type_argument(FunctionCallInfo fcinfo) {
    const char *word = text_or_null(fcinfo, kFirstArgument);
    RequestType type = {};
    if (word == nullptr)
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the type of a request must not be null")));
    if (!core::find_word(word, &type))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no type of request \"%s\"", word),
                        errhint("%s", core::kAllWords<RequestType>.text)));
    return type;
}

TimestampTz received_argument(FunctionCallInfo fcinfo, int n) {
    const TimestampTz now = retention_now();
    const TimestampTz received = PG_ARGISNULL(n) ? now : PG_GETARG_TIMESTAMPTZ(n);
    if (received > now)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a request cannot be received in the future"),
                        errhint("Leave received out for one that has just come.")));
    if (received < core::kFirstInstant)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("a request cannot be received before the year 1400")));
    return received;
}

// What follows the person among the arguments: received and channel. call: null where nobody knows who asks.
int64 insert_request(FunctionCallInfo fcinfo, RequestType type, const Call *call, int received) {
    const TimestampTz received_at = received_argument(fcinfo, received);
    const SqlRows written = own(
        "INSERT INTO retention.request (type, kind, key, received_at, channel, timezone, country, target, opened_at, opened_by) "
        "VALUES ($1, $2, $3::jsonb, $4, $5, retention.zone(''), $6, $7::text::retention.period, $8, $9) RETURNING request_id",
        name_of(type), call == nullptr ? nullptr : call->subject->kind->name,
        call == nullptr ? nullptr : key_json(*call->subject), at(received_at), text_or_null(fcinfo, received + 1),
        settings::holiday_country, settings::request_target, at(retention_now()), session_role());
    const auto id = written.first().get<int64>(1);
    written.free();
    return id;
}

int64 open(FunctionCallInfo fcinfo, bool identified) {
    constexpr int kKind = 1;
    Request request = {};
    request.type = type_argument(fcinfo);
    Call call = {};
    if (identified)
        call = find_person(fcinfo, kKind, true);
    else
        connect_spi();
    request.id = insert_request(fcinfo, request.type, identified ? &call : nullptr, identified ? kKind + 2 : 1);
    end_step(request, LedgerAction::kRequestOpened, nullptr, "opened");
    return request.id;
}

void identify(FunctionCallInfo fcinfo) {
    constexpr int kKind = 1;
    const Request request = begin_step(fcinfo);
    if (request.erased) refuse_step(numbered("is of a person who was erased", request.id), nullptr);
    if (request.kind != nullptr)
        refuse_step(
            numbered("is a known person's already", request.id),
            "If that is the wrong one, answer it with that as the reason, and open one that was received on the same day.");
    const Call call = find_person(fcinfo, kKind, true);
    own("UPDATE retention.request SET kind = $2, key = $3::jsonb WHERE request_id = $1", request.id, call.subject->kind->name,
        key_json(*call.subject));
    SPI_finish();
    end_quietly(request, "identified");
}

void ask_identity(FunctionCallInfo fcinfo) {
    const Request request = begin_step(fcinfo);
    if (request.identity_verified) refuse_step(numbered("has its identity verified already", request.id), nullptr);
    if (request.identity_asked)
        refuse_step(numbered("has its identity asked for already", request.id),
                    "Record the answer with retention.verify_identity.");
    own("UPDATE retention.request SET identity_asked_at = $2, identity_asked_by = $3 WHERE request_id = $1", request.id,
        at(retention_now()), session_role());
    end_quietly(request, "identity asked");
}

void verify_identity(FunctionCallInfo fcinfo) {
    const char *how = reason_argument(fcinfo, 1, "how an identity was verified");
    const Request request = begin_step(fcinfo);
    if (request.identity_verified) refuse_step(numbered("has its identity verified already", request.id), nullptr);
    own("UPDATE retention.request SET identity_verified_at = $2, identity_verified_by = $3, identity_how = $4 WHERE request_id = $1",
        request.id, at(retention_now()), session_role(), request.erased ? nullptr : how);
    end_quietly(request, "identity verified");
}

char *day_text(core::Day day) {
    const core::Date date = core::date_of(day);
    return psprintf("%04d-%02d-%02d", date.year, date.month, date.day);
}

void extend(FunctionCallInfo fcinfo) {
    const char *reason = reason_argument(fcinfo, 1, "the reason of an extension");
    const Request request = begin_step(fcinfo);
    if (request.extended)
        refuse_step(numbered("is extended already", request.id), "Two months more are all there is (Article 12(3)).");
    const RequestTerms terms = terms_now(request);
    if (terms.today > terms.first)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("request " INT64_FORMAT " can no longer be extended", request.id),
                        errdetail("The person had to be told by %s (Article 12(3)).", day_text(terms.first)),
                        errhint("Answer or refuse it without delay; that it is late stays visible.")));
    own("UPDATE retention.request SET extended_at = $2, extended_by = $3, extension_reason = $4 WHERE request_id = $1",
        request.id, at(retention_now()), session_role(), request.erased ? nullptr : reason);
    end_step(request, LedgerAction::kRequestExtended, nullptr, "extended");
}

const char *late_word(bool late) { return late ? "late" : nullptr; }

void answer(FunctionCallInfo fcinfo) {
    const char *reason = text_or_null(fcinfo, 1);
    const Request request = begin_step(fcinfo);
    if (!request.done && is_blank(reason))
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("what request " INT64_FORMAT " asks for was not done", request.id),
                 errhint("Do it with request_id => " INT64_FORMAT ", say the reason in retention.answer_request, or refuse it "
                         "with retention.refuse_request.",
                         request.id)));
    const RequestTerms terms = terms_now(request);
    own("UPDATE retention.request SET answered_at = $2, answered_by = $3, answer_reason = $4, due_applied = $5 WHERE request_id = $1",
        request.id, at(retention_now()), session_role(), is_blank(reason) || request.erased ? nullptr : reason,
        typed(DATEOID, date_datum(terms.legal)));
    end_step(request, LedgerAction::kRequestAnswered, late_word(terms.today > terms.legal), "answered");
}

const char *ground_argument(FunctionCallInfo fcinfo, RequestType type) {
    const char *ground = text_or_null(fcinfo, 1);
    StringInfoData known;
    initStringInfo(&known);
    for (const Ground &one : kGrounds) {
        if ((one.types & bit_of(type)) == 0) continue;
        if (ground != nullptr && strcmp(ground, one.provision) == 0) return ground;
        appendStringInfo(&known, "%s%s (%s)", known.len > 0 ? ", " : "", one.provision, one.why);
    }
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("\"%s\" is no ground on which a request for %s is refused", ground == nullptr ? "" : ground, name_of(type)),
             errhint("They are %s.", known.data)));
    pg_unreachable();
}

// One month, which an extension does not lengthen (Article 12(4)). A late one is recorded all the same: it was said to the person, and what is not
// recorded is lost. It is seen as late for ever.
void refuse(FunctionCallInfo fcinfo) {
    constexpr int kReason = 2, kTold = 3;
    const char *reason = reason_argument(fcinfo, kReason, "the reason of a refusal");
    const Request request = begin_step(fcinfo);
    const char *ground = ground_argument(fcinfo, request.type);
    if (PG_ARGISNULL(kTold) || !PG_GETARG_BOOL(kTold))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("a refusal tells the person of the complaint to the authority and of the courts (Article 12(4))"),
                        errhint("When that was said, call it with told_of_complaint => true.")));
    const RequestTerms terms = terms_now(request);
    own("UPDATE retention.request SET refused_at = $2, refused_by = $3, refusal_ground = $4, refusal_reason = $5, due_applied = $6 "
        "WHERE request_id = $1",
        request.id, at(retention_now()), session_role(), ground, request.erased ? nullptr : reason,
        typed(DATEOID, date_datum(terms.first)));
    end_step(request, LedgerAction::kRequestRefused, psprintf("ground %s%s", ground, terms.today > terms.first ? ", late" : ""),
             "refused");
}

void close(FunctionCallInfo fcinfo) {
    const int64 id = request_argument(fcinfo);
    connect_spi();
    const Request request = lock_request(id);
    if (request.closed) require_waiting(request);
    if (!request.answered && !request.refused)
        refuse_step(psprintf("request " INT64_FORMAT " is %s, and not answered", id, terms_now(request).state),
                    "Answer it with retention.answer_request, with a reason if the person takes it back, or refuse it.");
    own("UPDATE retention.request SET closed_at = $2, closed_by = $3 WHERE request_id = $1", id, at(retention_now()),
        session_role());
    end_step(request, LedgerAction::kRequestClosed, nullptr, "closed");
}

// Of one country.
struct Known {
    const char *country;
    core::Holidays holidays;
};

const core::Holidays &holidays_for(List **known, const char *country) {
    ListCell *cell = nullptr;
    foreach (cell, *known) {
        const auto *one = static_cast<const Known *>(lfirst(cell));
        if (strcmp(one->country, country) == 0) return one->holidays;
    }
    auto *read = static_cast<Known *>(palloc(sizeof(Known)));
    *read = Known{country, read_holidays(country)};
    *known = lappend(*known, read);
    return read->holidays;
}

void put_terms(const ReturnSetInfo *result, const Request &request, const RequestTerms &terms) {
    const bool ended = request.answered || request.refused;
    const auto is_null = [](core::Day day) { return !core::in_calendar(day); };
    Datum values[6] = {Int64GetDatum(request.id),
                       date_datum(terms.legal),
                       date_datum(terms.target),
                       date_datum(terms.due),
                       Int32GetDatum(terms.due - terms.today),
                       CStringGetTextDatum(terms.state)};
    bool nulls[6] = {false, is_null(terms.legal), is_null(terms.target), is_null(terms.due), ended || is_null(terms.due), false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void list_terms(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    List *known = NIL;
    connect_spi();
    const SqlRows rows = PG_GETARG_BOOL(0) ? read_own("SELECT " RETENTION_REQUEST_COLUMNS
                                                      " FROM retention.request WHERE answered_at IS NULL AND refused_at IS NULL")
                                           : read_own("SELECT " RETENTION_REQUEST_COLUMNS " FROM retention.request");
    for (const SqlRow row : rows) {
        const Request request = read_request(row);
        put_terms(result, request, terms_of(request, holidays_for(&known, request.country)));
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_open_request) { PG_RETURN_INT64(pg_retention::open(fcinfo, true)); }
RETENTION_FUNCTION(pg_retention_open_request_unidentified) { PG_RETURN_INT64(pg_retention::open(fcinfo, false)); }

RETENTION_FUNCTION(pg_retention_identify_request) {
    pg_retention::identify(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_ask_identity) {
    pg_retention::ask_identity(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_verify_identity) {
    pg_retention::verify_identity(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_extend_request) {
    pg_retention::extend(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_answer_request) {
    pg_retention::answer(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_refuse_request) {
    pg_retention::refuse(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_close_request) {
    pg_retention::close(fcinfo);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_request_terms) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::list_terms(fcinfo);
    return static_cast<Datum>(0);
}
