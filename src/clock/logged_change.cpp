#include "clock/logged_change.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/reltrigger.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// By its C symbol: superusers alone write such functions, and no code of anybody else's is run.
bool is_log(const Trigger &trigger) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(trigger.tgfoid));
    if (!HeapTupleIsValid(tuple)) return false;
    const bool is_c = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang == ClanguageId;
    bool isnull = true;
    const Datum symbol = is_c ? SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull) : 0;
    const bool is = !isnull && strcmp(TextDatumGetCString(symbol), kRepackTrigger) == 0;
    ReleaseSysCache(tuple);
    return is;
}

bool fires_after_update(const Trigger &trigger) {
    return trigger.tgenabled != TRIGGER_DISABLED && TRIGGER_FOR_ROW(trigger.tgtype) && TRIGGER_FOR_AFTER(trigger.tgtype) &&
           TRIGGER_FOR_UPDATE(trigger.tgtype);
}

void call(Relation rel, Trigger *trigger, HeapTuple before, HeapTuple after) {
    TriggerData data = {};
    data.type = T_TriggerData;
    data.tg_event = TRIGGER_EVENT_UPDATE | TRIGGER_EVENT_ROW | TRIGGER_EVENT_AFTER;
    data.tg_relation = rel;
    data.tg_trigger = trigger;
    data.tg_trigtuple = before;
    data.tg_newtuple = after;
    FmgrInfo function = {};
    fmgr_info(trigger->tgfoid, &function);
    LOCAL_FCINFO(arguments, 0);
    InitFunctionCallInfoData(*arguments, &function, 0, InvalidOid, reinterpret_cast<Node *>(&data), nullptr);
    (void) FunctionCallInvoke(arguments);
}

}  // namespace

void log_change(Relation rel, HeapTuple before, HeapTuple after) {
    for (int i = 0; rel->trigdesc != nullptr && rel->trigdesc->trig_update_after_row && i < rel->trigdesc->numtriggers; ++i)
        if (fires_after_update(rel->trigdesc->triggers[i]) && is_log(rel->trigdesc->triggers[i]))
            call(rel, &rel->trigdesc->triggers[i], before, after);
}

}  // namespace pg_retention
