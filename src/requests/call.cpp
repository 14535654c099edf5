#include "requests/call.hpp"

#include "schema/extension.hpp"
#include "pg/names.hpp"
#include "ledger/at_end.hpp"
#include "ledger/ledger.hpp"
#include "ledger/own_table.hpp"
#include "schema/own.hpp"
#include "requests/request.hpp"
#include "subject/identity.hpp"
#include "subject/json.hpp"

extern "C" {
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

Call find_person(FunctionCallInfo fcinfo, int kind, bool lock) {
    if (PG_ARGISNULL(kind) || PG_ARGISNULL(kind + 1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("kind and key of a subject must not be null")));
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(kind));
    connect_spi();
    Call call = {};
    call.model = load_model();
    const Kind *found = kind_named(*call.model, name);
    call.subject =
        open_subject(*call.model, *found, set_of(key_argument(found->relid, found->keys, found->n_keys, fcinfo, kind + 1)), lock);
    return call;
}

Call open_call(FunctionCallInfo fcinfo, bool lock) {
    const Call call = find_person(fcinfo, 0, lock);
    check_identity(*call.subject);
    return call;
}

Call open_call(FunctionCallInfo fcinfo, int request, LedgerAction asked, bool lock) {
    Call call = open_call(fcinfo, lock);
    if (PG_ARGISNULL(request)) return call;
    call.request_id = PG_GETARG_INT64(request);
    check_request(*call.subject, call.request_id, asked);
    return call;
}

char *call_detail(const char *kind, const char *more, int64 request_id) {
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfo(&detail, "kind %s", kind);
    if (more != nullptr) appendStringInfo(&detail, ", %s", more);
    if (request_id != 0) appendStringInfo(&detail, ", request " INT64_FORMAT, request_id);
    return detail.data;
}

void begin_alone() { table_close(open_own_table("restriction", ShareRowExclusiveLock), NoLock); }

void begin_alone_in_new_snapshot() {
    begin_alone();
    PushActiveSnapshot(GetTransactionSnapshot());
}

void append_table(StringInfo out, Oid relid, int64 rows, const char *why) {
    appendStringInfoString(out, out->len > 0 ? ", {\"table\": " : "{\"table\": ");
    append_json_text(out, qualified_name(relid));
    appendStringInfo(out, ", \"rows\": %s", rows < 0 ? "null" : psprintf(INT64_FORMAT, rows));
    if (why != nullptr) appendStringInfo(out, ", \"why\": \"%s\"", why);
    appendStringInfoChar(out, '}');
}

static LedgerEntry entry_of(const Call &call, LedgerAction action, Oid relid, int16_t policy_id, int64 rows, const char *more) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.policy_id = policy_id;
    entry.relid = relid;
    entry.row_count = rows;
    entry.detail = call_detail(call.subject->kind->name, more, call.request_id);
    return entry;
}

void record_rows(const Call &call, LedgerAction action, Oid relid, int16_t policy_id, int64 rows, const char *more) {
    append_ledger(entry_of(call, action, relid, policy_id, rows, more));
}

void end_call(const Call &call, LedgerAction action, bool done) {
    if (call.request_id != 0 && done) mark_done(call.request_id, action);
    SPI_finish();
}

void close_copy(const Call &call, LedgerAction action, int64 rows) {
    // Nobody would enter it there.
    PreventCommandDuringRecovery("a copy of a person's data");
    append_ledger_at_end(entry_of(call, action, InvalidOid, 0, rows, nullptr));
    end_call(call, action);
}

void close_call(const Call &call, LedgerAction action, int64 rows, const char *more) {
    record_rows(call, action, InvalidOid, 0, rows, more);
    end_call(call, action);
}

}  // namespace pg_retention
