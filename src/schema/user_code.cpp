#include "schema/user_code.hpp"

#include "schema/extension.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
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
bool lift_for(Oid function) {
    if (get_func_rettype(function) != EVENT_TRIGGEROID)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("function %s cannot run on rows that are hidden by a retention policy", get_func_name(function)),
                        errhint("Set retention.reveal as a role that may.")));
    user_code_forbidden = false;
    return true;
}

// What the server offers to remember something in for each call is shared with earlier hooks. So calls are counted from the one that lifted
// the prohibition, and when it ends it stands again.
void call(FmgrHookEventType event, FmgrInfo *info, Datum *shared) {
    if (previous_call != nullptr) previous_call(event, info, shared);
    if (event != FHET_START) {
        if (calls_since_lifted > 0 && --calls_since_lifted == 0) user_code_forbidden = true;
    } else if (calls_since_lifted > 0 ||
               (user_code_forbidden && extension() != nullptr && is_written_by_a_user(info->fn_oid) && lift_for(info->fn_oid))) {
        ++calls_since_lifted;
    }
}

void guarded_call(FmgrHookEventType event, FmgrInfo *info, Datum *shared) {
    guarded([&] { call(event, info, shared); });
}

}  // namespace

bool is_written_by_a_user(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const Oid language = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang;
    ReleaseSysCache(tuple);
    return language != INTERNALlanguageId && language != ClanguageId;
}

static bool find_users(Node *node, void *context) {
    if (node == nullptr) return false;
    const auto is_users = [](Oid function, void *) { return is_written_by_a_user(function); };
    return check_functions_in_node(node, is_users, context) || expression_tree_walker(node, tree_walker_fn(find_users), context);
}

bool calls_users(Node *expression) { return find_users(expression, nullptr); }

constinit bool user_code_forbidden = false;
constinit int calls_since_lifted = 0;

void init_user_code() {
    previous_needs = needs_fmgr_hook;
    needs_fmgr_hook = needs_call;
    previous_call = fmgr_hook;
    fmgr_hook = guarded_call;
}

}  // namespace pg_retention
