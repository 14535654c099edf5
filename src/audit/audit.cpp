// retention.audit: what is wrong with the rows of a table, and what of it can be mended.
#include "audit/row.hpp"
#include "clock/late_starts.hpp"
#include "clock/relation_plan.hpp"
#include "policy/attached.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/clock_datum.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "policy/rights.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
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

// Where faults are put.
struct Answer {
    Tuplestorestate *store;
    TupleDesc desc;
};

void put_fault(void *argument, const Fault &fault) {
    const auto *answer = static_cast<const Answer *>(argument);
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
    tuplestore_putvalues(answer->store, answer->desc, values, nulls);
}

void put_fault_of_table(const Answer &answer, Oid leaf, Finding finding, const char *detail) {
    Fault fault = {};
    fault.relid = leaf;
    fault.finding = finding;
    fault.detail = detail;
    put_fault(const_cast<Answer *>(&answer), fault);
}

void read_leaf(Oid leaf, bool repair, Answer *answer) {
    Tally tally = {};
    const AuditPlan plan = plan_audit(leaf);
    for_each_portion(plan.owner, kKeptReading, plan.sql, Parameters{}, [&](const SqlRows &rows) {
        audit_rows(plan, rows, repair, Listener{put_fault, answer}, &tally);
    });
    record_repairs(leaf, tally.repaired);
}

void put_all(const Answer &from, const Answer &to) {
    TupleTableSlot *slot = MakeSingleTupleTableSlot(from.desc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(from.store, true, false, slot)) tuplestore_puttupleslot(to.store, slot);
    ExecDropSingleTupleTableSlot(slot);
}

// What keeps it from one table keeps nobody from the others. What was said and repaired there until then is not so.
void audit_leaf(Oid leaf, bool repair, const Answer &answer) {
    Answer own = {tuplestore_begin_heap(false, false, work_mem), answer.desc};
    ErrorData *error = attempt([&] { read_leaf(leaf, repair, &own); });
    if (error == nullptr)
        put_all(own, answer);
    else
        put_fault_of_table(answer, leaf, Finding::kNotAudited, cause_of(error));
    tuplestore_end(own.store);
}

void audit(Oid relid, bool repair, Answer *answer) {
    Tally tally = {};
    record_late_starts();
    connect_spi();
    List *leaves = leaves_of(relid);
    audit_columns(list_append_unique_oid(list_copy(leaves), relid), Listener{put_fault, answer}, &tally);
    bool governed = tally.found[static_cast<int>(Finding::kUnmanagedColumn)] > 0;
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const Oid leaf = lfirst_oid(cell);
        if (clock_column(leaf) == InvalidAttrNumber) continue;
        governed = true;
        if (is_managed(leaf))
            audit_leaf(leaf, repair, *answer);
        else
            put_fault_of_table(*answer, leaf, Finding::kUnmanagedTable,
                               "its rows have clocks, but no policy that was checked stands for it");
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
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    Answer answer = {result->setResult, result->setDesc};
    audit(relid, PG_GETARG_BOOL(1), &answer);
    return static_cast<Datum>(0);
}
