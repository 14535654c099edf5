#include "schema/user_code.hpp"

#include "schema/extension.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constinit needs_fmgr_hook_type previous_needs = nullptr;
constinit fmgr_hook_type previous_call = nullptr;

// Asked when a function is looked up. Elsewhere functions stay as cheap as they are, and are inlined.
bool needs_call(Oid function) {
    if (previous_needs != nullptr && previous_needs(function)) return true;
    if (!user_code_forbidden) return false;
    return guarded([function] { return extension() != nullptr && is_written_by_a_user(function); });
}

// What an event trigger runs is its own.
bool suspend(Oid function) {
    if (!user_code_forbidden) return false;
    if (get_func_rettype(function) != EVENT_TRIGGEROID)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("function %s cannot run on rows that are hidden by a retention policy", get_func_name(function)),
                        errhint("Set retention.reveal as a role that may.")));
    user_code_forbidden = false;
    return true;
}

// The argument is shared with the previous hook, if there is one: then nothing is resumed, which errs on the safe side.
void call(FmgrHookEventType event, FmgrInfo *info, Datum *suspended) {
    if (previous_call != nullptr) previous_call(event, info, suspended);
    if (event == FHET_START) {
        if (extension() == nullptr || !is_written_by_a_user(info->fn_oid)) return;
        const bool now = suspend(info->fn_oid);
        if (previous_call == nullptr) *suspended = BoolGetDatum(now);
    } else if (previous_call == nullptr && DatumGetBool(*suspended)) {
        user_code_forbidden = true;
        *suspended = BoolGetDatum(false);
    }
}

void guarded_call(FmgrHookEventType event, FmgrInfo *info, Datum *suspended) {
    guarded([&] { call(event, info, suspended); });
}

}  // namespace

bool is_written_by_a_user(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const Oid language = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang;
    ReleaseSysCache(tuple);
    return language != INTERNALlanguageId && language != ClanguageId;
}

constinit bool user_code_forbidden = false;

void init_user_code() {
    previous_needs = needs_fmgr_hook;
    needs_fmgr_hook = needs_call;
    previous_call = fmgr_hook;
    fmgr_hook = guarded_call;
}

}  // namespace pg_retention
