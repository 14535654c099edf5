#include "rows/direct_delete.hpp"

#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "schema/person_records.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

bool is_own(const Trigger &trigger) { return get_func_namespace(trigger.tgfoid) == extension()->schema; }

// The foreign keys' own.
bool is_of_key(const Trigger &trigger) {
    return trigger.tgisinternal && OidIsValid(trigger.tgconstraint) && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK;
}

// What is recorded of persons goes with their rows, by the trigger of their table; where nothing is, it has nothing to do.
bool has_records(Relation rel) {
    connect_spi();
    const bool any = kinds_with_records(RelationGetRelid(rel)) != NIL;
    SPI_finish();
    return any;
}

bool fires_others(Relation rel) {
    const TriggerDesc *triggers = rel->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger &trigger = triggers->triggers[i];
        if (!TRIGGER_FOR_DELETE(trigger.tgtype) || is_of_key(trigger)) continue;
        if (!is_own(trigger) || (trigger.tgoldtable != nullptr && has_records(rel))) return true;
    }
    return false;
}

bool may(Oid relid, Oid role, AclMode right) { return pg_class_aclcheck(relid, role, right) == ACLCHECK_OK; }

// The executor's copy of them, less our own: what the guard would ask was asked. They fire when the last row is gone, deferrable or not, as for
// every statement of a sweep.
bool keep_keys_only(TriggerDesc *triggers) {
    int n = 0;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        if (!TRIGGER_FOR_DELETE(triggers->triggers[i].tgtype) || !is_of_key(triggers->triggers[i])) continue;
        triggers->triggers[n] = triggers->triggers[i];
        triggers->triggers[n].tgdeferrable = triggers->triggers[n].tginitdeferred = false;
        ++n;
    }
    if (triggers == nullptr) return false;
    triggers->numtriggers = n;
    return n > 0;
}

}  // namespace

bool may_delete_directly(Relation rel, Oid owner) {
    const Oid relid = RelationGetRelid(rel);
    return !rel->rd_rel->relhasrules && !fires_others(rel) && may(relid, owner, ACL_DELETE) && may(relid, owner, ACL_SELECT);
}

DirectDelete begin_direct_delete(Relation rel) {
    PreventCommandIfReadOnly("DELETE");
    CheckCmdReplicaIdentity(rel, CMD_DELETE);
    DirectDelete act = {};
    act.rel = rel;
    act.snapshot = GetActiveSnapshot();
    act.estate = CreateExecutorState();
    act.estate->es_snapshot = act.snapshot;
    act.estate->es_output_cid = GetCurrentCommandId(true);
    act.target = makeNode(ResultRelInfo);
    InitResultRelInfo(act.target, rel, 1, nullptr, 0);
    act.fires = keep_keys_only(act.target->ri_TrigDesc);
    if (act.fires) AfterTriggerBeginQuery();
    return act;
}

Deleted delete_directly(const DirectDelete &act, ItemPointer tid) {
    switch (delete_tuple(act.rel, tid, act.estate->es_output_cid, act.snapshot)) {
        case TM_Ok: break;
        case TM_BeingModified:
        case TM_WouldBlock: return Deleted::kLocked;
        default: return Deleted::kChanged;
    }
    if (act.fires) ExecARDeleteTriggers(act.estate, act.target, tid, nullptr, nullptr, false);
    return Deleted::kDone;
}

void end_direct_delete(const DirectDelete &act) {
    if (act.fires) AfterTriggerEndQuery(act.estate);
    ExecCloseResultRelations(act.estate);
    ExecResetTupleTable(act.estate->es_tupleTable, false);
    FreeExecutorState(act.estate);
    CommandCounterIncrement();
}

}  // namespace pg_retention
