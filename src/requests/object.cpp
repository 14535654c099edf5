// Objections and consents, recorded.
#include "core/data/portable.hpp"
#include "ledger/ledger.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "requests/call.hpp"
#include "requests/wishes.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr int kPurposeArgument = 2, kRequestArgument = 3, kHowArgument = 3;

const char *text_argument(FunctionCallInfo fcinfo, int argument, const char *what) {
    require_argument(fcinfo, argument, what);
    const char *given = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    if (given[strspn(given, " \t\n\r")] == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be empty", what)));
    return given;
}

void require_right_to_object(const PurposeTerms &purpose) {
    if (purpose.direct_marketing || core::is_open_to_objection(purpose.basis)) return;
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no objection to purpose \"%s\"", purpose.name),
             errdetail("Its legal basis is \"%s\"; Article 21 is about public tasks, legitimate interests and direct marketing.",
                       purpose.basis),
             core::is_consent_basis(purpose.basis) ? errhint("A consent is withdrawn: retention.withdraw_consent.") : 0));
}

// The objection of one of these persons to the purpose that stands; 0: none does.
int64 standing_objection(const char *purpose, const Recorded &recorded) {
    const SqlRows rows =
        own("SELECT s.objection_id FROM retention.standing_objection s JOIN unnest($2, $3) p (kind, key) USING (kind, key) "
            "WHERE s.purpose = $1 ORDER BY 1 LIMIT 1",
            purpose, kinds_of(recorded), keys_of(recorded));
    const int64 id = rows.n == 0 ? 0 : rows.first().get<int64>(1);
    rows.free();
    return id;
}

int64 insert_objection(const Call &call, const PurposeTerms &purpose) {
    const SqlRows written = own("INSERT INTO retention.objection (purpose, kind, request_id, objected_at, recorded_by) "
                                "VALUES ($1, $2, nullif($3, 0), $4, $5) RETURNING objection_id",
                                purpose.name, call.subject->kind->name, call.request_id, at(retention_now()), session_role());
    const auto id = written.first().get<int64>(1);
    written.free();
    return id;
}

char *about_purpose(const char *purpose, int64 objection) {
    return objection == 0 ? psprintf("purpose %s", purpose) : psprintf("purpose %s, objection " INT64_FORMAT, purpose, objection);
}

int64 object(FunctionCallInfo fcinfo) {
    const char *name = text_argument(fcinfo, kPurposeArgument, "the purpose of an objection");
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kObjected, true);
    const PurposeTerms purpose = open_purpose(name);
    require_right_to_object(purpose);
    const Recorded persons = recorded_of(*call.subject, nullptr);
    const int64 standing = standing_objection(purpose.name, records_about(*call.subject));
    const int64 id = standing != 0 ? standing : insert_objection(call, purpose);
    own("INSERT INTO retention.objection_key (objection_id, kind, key) SELECT $1, kind, key FROM unnest($2, $3) p (kind, key) "
        "ON CONFLICT DO NOTHING",
        id, kinds_of(persons), keys_of(persons));
    prepare_objection(id, known_persons(*call.subject));
    close_call(call, LedgerAction::kObjected, -1, about_purpose(purpose.name, id));
    return id;
}

struct Objection {
    int64 id;
    const char *purpose;
    const char *kind;
    int64 request_id;
};

// Locks the record. Errors: P0002 when there is none, 55000 when it is withdrawn.
Objection open_objection(int64 id) {
    const SqlRows rows = own("SELECT purpose, kind, coalesce(request_id, 0), withdrawn_at IS NOT NULL FROM retention.objection "
                             "WHERE objection_id = $1 FOR UPDATE",
                             id);
    if (rows.n == 0)
        ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("objection " INT64_FORMAT " does not exist", id),
                        errhint("See retention.objection.")));
    const SqlRow row = rows.first();
    if (row.get<bool>(4))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("objection " INT64_FORMAT " is withdrawn already", id)));
    const Objection found = {id, row.text(1), row.text(2), row.get<int64>(3)};
    rows.free();
    return found;
}

void record_objection(LedgerAction action, const Objection &objection, const char *outcome) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.row_count = -1;
    const char *about = about_purpose(objection.purpose, objection.id);
    entry.detail =
        call_detail(objection.kind, outcome == nullptr ? about : psprintf("%s, %s", about, outcome), objection.request_id);
    append_ledger(entry);
}

void weigh(int64 id, const char *outcome, const char *grounds) {
    if (strcmp(outcome, "upheld") != 0 && strcmp(outcome, "overridden") != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is no outcome of an objection", outcome),
                        errhint("It is upheld or overridden.")));
    connect_spi();
    const Objection objection = open_objection(id);
    if (open_purpose(objection.purpose).direct_marketing)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("objection " INT64_FORMAT " is to direct marketing and is not weighed", id),
                        errdetail("Article 21(3): data are no longer used for it.")));
    own("UPDATE retention.objection SET outcome = $2, grounds = $3, weighed_at = $4, weighed_by = $5 WHERE objection_id = $1", id,
        outcome, grounds, at(retention_now()), session_role());
    record_objection(LedgerAction::kObjectionWeighed, objection, outcome);
    SPI_finish();
}

// Who was erased, is there again and does not object any more does not object by what was kept then either.
void withdraw_kept(const Objection &objection) {
    if (!any_objected_before(objection.purpose)) return;
    const Model *model = load_model();
    const SqlRows rows =
        own("SELECT kind, array_agg(key) FROM retention.objection_key WHERE objection_id = $1 GROUP BY kind", objection.id);
    for (const SqlRow row : rows) {
        Datum *keys = nullptr;
        const Kind *kind = kind_named(*model, row.text(1));
        const int n = elements_of(row.detoasted(2), JSONBOID, &keys);
        withdraw_objected_before(*model, *kind, set_of_records(*kind, keys, n), objection.purpose, session_role());
    }
    rows.free();
}

void withdraw(int64 id) {
    connect_spi();
    const Objection objection = open_objection(id);
    own("UPDATE retention.objection SET withdrawn_at = $2, withdrawn_by = $3 WHERE objection_id = $1", id, at(retention_now()),
        session_role());
    withdraw_kept(objection);
    record_objection(LedgerAction::kObjectionWithdrawn, objection, nullptr);
    SPI_finish();
}

void record_consent(FunctionCallInfo fcinfo, bool given) {
    const char *name = text_argument(fcinfo, kPurposeArgument, "the purpose of a consent");
    const char *how = text_argument(fcinfo, kHowArgument, "how a consent is expressed");
    const Call call = open_call(fcinfo, true);
    const PurposeTerms purpose = open_purpose(name);
    if (!core::is_consent_basis(purpose.basis))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("purpose \"%s\" does not rest on consent", purpose.name),
                        errdetail("Its legal basis is \"%s\".", purpose.basis),
                        given ? 0 : errhint("Who does not want it objects: retention.object.")));
    const Recorded persons = recorded_of(*call.subject, nullptr);
    own("INSERT INTO retention.consent (purpose, kind, key, given, how, at, recorded_by) SELECT $1, kind, key, $4, $5, $6, $7 "
        "FROM unnest($2, $3) p (kind, key)",
        purpose.name, kinds_of(persons), keys_of(persons), given, how, at(retention_now()), session_role());
    close_call(call, given ? LedgerAction::kConsentGiven : LedgerAction::kConsentWithdrawn, -1, about_purpose(purpose.name, 0));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_object) { PG_RETURN_INT64(pg_retention::object(fcinfo)); }

RETENTION_FUNCTION(pg_retention_weigh_objection) {
    pg_retention::require_argument(fcinfo, 0, "an objection");
    pg_retention::require_argument(fcinfo, 1, "the outcome of an objection");
    pg_retention::weigh(PG_GETARG_INT64(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                        pg_retention::text_argument(fcinfo, 2, "the grounds"));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_withdraw_objection) {
    pg_retention::require_argument(fcinfo, 0, "an objection");
    pg_retention::withdraw(PG_GETARG_INT64(0));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_give_consent) {
    pg_retention::record_consent(fcinfo, true);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_withdraw_consent) {
    pg_retention::record_consent(fcinfo, false);
    PG_RETURN_VOID();
}
