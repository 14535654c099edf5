// retention.audit: what is wrong with the rows of a table, and what of it can be mended.
#include "audit/row.hpp"
#include "clock/late_starts.hpp"
#include "clock/relation_plan.hpp"
#include "policy/attached.hpp"
#include "pg/clock_datum.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "policy/rights.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// Of a hidden row it is said that something is wrong, and to those who may read it also which it is, and its clock.
bool is_told(const Fault &fault) {
    if (!fault.has_row || !hides(fault.says)) return true;
    if (settings::reveal) record_reveal();
    return settings::reveal;
}

void put_fault(void *argument, const Fault &fault) {
    const auto *result = static_cast<const ReturnSetInfo *>(argument);
    const char *finding = name_of(fault.finding);
    const bool told = is_told(fault);
    Datum values[8] = {ObjectIdGetDatum(fault.relid),
                       PointerGetDatum(&fault.tid),
                       fault.policy == nullptr ? 0 : CStringGetTextDatum(fault.policy),
                       CStringGetTextDatum(finding),
                       clock_datum(fault.says),
                       clock_datum(fault.should_be),
                       BoolGetDatum(fault.repaired),
                       fault.detail == nullptr ? 0 : CStringGetTextDatum(fault.detail)};
    bool nulls[8] = {false, !fault.has_row || !told,   fault.policy == nullptr,
                     false, !fault.has_clock || !told, !fault.has_clock || !told,
                     false, fault.detail == nullptr};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void audit_leaf(Oid leaf, bool repair, const Listener &listener, Tally *tally) {
    const AuditPlan plan = plan_audit(leaf);
    const int64 before = tally->repaired;
    for_each_portion(plan.owner, kKeptReading, plan.sql, Parameters{},
                     [&](const SqlRows &rows) { audit_rows(plan, rows, repair, listener, tally); });
    record_repairs(leaf, tally->repaired - before);
}

void put_unmanaged(Oid leaf, const Listener &listener) {
    Fault fault = {};
    fault.relid = leaf;
    fault.finding = Finding::kUnmanagedTable;
    fault.detail = "its rows have clocks, but no policy that was checked stands for it";
    listener.tell(listener.argument, fault);
}

void audit(Oid relid, bool repair, const Listener &listener) {
    Tally tally = {};
    record_late_starts();
    connect_spi();
    List *leaves = leaves_of(relid);
    audit_columns(list_append_unique_oid(list_copy(leaves), relid), listener, &tally);
    bool governed = tally.found[static_cast<int>(Finding::kUnmanagedColumn)] > 0;
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const Oid leaf = lfirst_oid(cell);
        if (clock_column(leaf) == InvalidAttrNumber) continue;
        governed = true;
        if (is_managed(leaf))
            audit_leaf(leaf, repair, listener, &tally);
        else
            put_unmanaged(leaf, listener);
    }
    if (!governed && clock_column(relid) == InvalidAttrNumber)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("table \"%s\" is not governed", get_rel_name(relid)),
                        errhint("See retention.policy for the tables that are.")));
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_audit) {
    using namespace pg_retention;
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("arguments of retention.audit must not be null")));
    const Oid relid = PG_GETARG_OID(0);
    if (get_rel_name(relid) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
    require_ownership(relid, "to audit it", "Its owner or a superuser calls retention.audit().");
    InitMaterializedSRF(fcinfo, 0);
    audit(relid, PG_GETARG_BOOL(1), Listener{put_fault, fcinfo->resultinfo});
    return static_cast<Datum>(0);
}
