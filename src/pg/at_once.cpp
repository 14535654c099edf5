#include "pg/at_once.hpp"

#include "pg/during.hpp"

extern "C" {
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/reltrigger.h"
}

namespace pg_retention {

namespace {

constinit Dynamic<int> depth{0};
constinit bool installed = false;
constinit ExecutorStart_hook_type previous = nullptr;

void remove();

// The executor's copy of the triggers is the statement's own.
void start_at_once(QueryDesc *query, int flags) {
    if (previous != nullptr)
        previous(query, flags);
    else
        standard_ExecutorStart(query, flags);
    if (depth == 0) return remove();
    if (!InSecurityRestrictedOperation()) return;
    ListCell *cell = nullptr;
    foreach (cell, query->estate->es_opened_result_relations) {
        TriggerDesc *triggers = static_cast<ResultRelInfo *>(lfirst(cell))->ri_TrigDesc;
        for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
            triggers->triggers[i].tgdeferrable = false;
            triggers->triggers[i].tginitdeferred = false;
        }
    }
}

// Only while it is needed: other statements do not pay for it, but the first after an error.
void install() {
    if (installed) return;
    previous = ExecutorStart_hook;
    ExecutorStart_hook = start_at_once;
    installed = true;
}

// Where somebody hooked in after us, it stays, and does nothing.
void remove() {
    if (depth > 0 || ExecutorStart_hook != start_at_once) return;
    ExecutorStart_hook = previous;
    installed = false;
}

}  // namespace

void fire_at_once(AtOnceBody body, void *argument) {
    install();
    during(depth, depth + 1, [=] { body(argument); });
    remove();
}

}  // namespace pg_retention
