// What a hold keeps, for those whom it names.
#include "clock/decide.hpp"
#include "ledger/at_end.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reveals.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/policy_cache.hpp"
#include "schema/own.hpp"
#include "subject/held.hpp"
#include "visibility/acting.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Reading {
    const Hold *hold;
    ReturnSetInfo *result;
    int64 rows;
};

// Whoever is not named is not told whether there is such a hold.
[[noreturn]] void refuse_reader(int64 id) {
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("no hold " INT64_FORMAT " that stands names you as a reader", id),
             errhint("See readers of retention.hold. Being a superuser is not enough.")));
    pg_unreachable();
}

const Hold *hold_to_read(int64 id) {
    ListCell *cell = nullptr;
    Datum *roles = nullptr;
    const SqlRows found = own("SELECT readers FROM retention.hold WHERE hold_id = $1 AND lifted_at IS NULL", id);
    const int n = found.n == 0 ? 0 : elements_of(found.first().datum(1), REGROLEOID, &roles);
    for (int i = 0; i < n; ++i) {
        if (!acts_as(GetUserId(), DatumGetObjectId(roles[i]))) continue;
        foreach (cell, standing_holds())
            if (static_cast<const Hold *>(lfirst(cell))->id == id) return static_cast<const Hold *>(lfirst(cell));
    }
    refuse_reader(id);
}

void require_table(Oid relid) {
    if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
    if (is_bound_by_row_security(relid))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("row security of table \"%s\" decides what you may read", get_rel_name(relid)),
                        errhint("A role that it does not apply to may be named as a reader.")));
}

void put_rows(Reading *reading, Oid relid, const SqlRows &rows) {
    for (const SqlRow row : rows) {
        Datum values[3] = {ObjectIdGetDatum(relid), row.is_null(1) ? 0 : row.datum(1), row.datum(2)};
        bool nulls[3] = {false, row.is_null(1), false};
        tuplestore_putvalues(reading->result->setResult, reading->result->setDesc, values, nulls);
        ++reading->rows;
    }
}

// The key as jsonb of the row t; null where the table has none.
const char *key_of(Oid relid) {
    AttrNumber columns[kMaxKeys];
    Relation rel = table_open(relid, AccessShareLock);
    const bool has_key = OidIsValid(naming_index(rel));
    table_close(rel, NoLock);
    if (!has_key) return "NULL::jsonb";
    const int n = primary_key(relid, columns);
    if (n == 1) return psprintf("pg_catalog.to_jsonb(%s)", column_list(relid, columns, 1, "t."));
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < n; ++i)
        appendStringInfo(&sql, "%s%s, %s", i == 0 ? "pg_catalog.jsonb_build_object(" : ", ",
                         quote_literal_cstr(get_attname(relid, columns[i], false)), column_list(relid, &columns[i], 1, "t."));
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

// Restricted rows only for claims: Article 18(2).
void read_rows(Reading *reading, Oid relid, const char *condition, Parameters *parameters) {
    const char *clock = psprintf("t.%s", clock_name(relid));
    const bool for_claims = strcmp(reading->hold->ground, "17(3)(e)") == 0;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s, pg_catalog.to_jsonb(t) OPERATOR(pg_catalog.-) %s FROM %s t WHERE (%s) IS TRUE",
                     key_of(relid), quote_literal_cstr(get_attname(relid, clock_column(relid), false)), qualified_name(relid),
                     condition);
    if (!for_claims) appendStringInfo(&sql, " AND NOT %s", has_flag(clock, core::kRestricted));
    for_each_portion(owner_of(relid), kKeptReading, sql.data, *parameters,
                     [=](const SqlRows &rows) { put_rows(reading, relid, rows); });
}

void read_reached(Reading *reading) {
    Hold hold = *reading->hold;
    ListCell *cell = nullptr;
    foreach (cell, reach_of(list_make1(&hold))) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        Parameters parameters = {};
        StringInfoData condition;
        initStringInfo(&condition);
        append_reached(&condition, *reach, &parameters);
        require_table(reach->relid);
        ErrorData *error = attempt([&] { read_rows(reading, reach->relid, condition.data, &parameters); });
        if (error != nullptr) refuse_failing(*reach, error);
    }
}

void read_whole(Reading *reading) {
    Parameters parameters = {};
    const Hold &hold = *reading->hold;
    if (hold.scope == HoldScope::kTable) {
        require_table(hold.relid);
        return read_rows(reading, hold.relid, "true", &parameters);
    }
    const Policy *policy = policy_by_id(hold.policy_id);
    if (policy == nullptr) return;
    require_table(policy->relid);
    read_rows(reading, policy->relid, psprintf("retention.policy(t.%s) = %d", clock_name(policy->relid), policy->id),
              &parameters);
}

void read_held(FunctionCallInfo fcinfo) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    connect_spi();
    Reading reading = {hold_to_read(PG_GETARG_INT64(0)), reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo), 0};
    // On record also where the transaction is rolled back.
    note_reveal(psprintf("hold " INT64_FORMAT, reading.hold->id));
    if (holds_whole(reading.hold->scope))
        read_whole(&reading);
    else
        read_reached(&reading);
    LedgerEntry entry = {};
    entry.action = LedgerAction::kHeldRowsRead;
    entry.row_count = reading.rows;
    entry.detail = psprintf("hold " INT64_FORMAT, reading.hold->id);
    append_ledger_at_end(entry);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_held_rows) {
    pg_retention::require_argument(fcinfo, 0, "the hold");
    pg_retention::read_held(fcinfo);
    return static_cast<Datum>(0);
}
