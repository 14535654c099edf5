// What the condition is found by and made of stays: renamed, moved or replaced, nothing would be hidden, and nothing would say so.
#include "catalog/extension.hpp"
#include "catalog/user_code.hpp"
#include "guard/own_objects.hpp"
#include "pg/compat.hpp"
#include "pg/everyday.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/extension.h"
#include "tcop/utility.h"
}

namespace pg_retention {

namespace {

constinit ProcessUtility_hook_type previous_utility = nullptr;

bool may_change(const Node *statement) {
    return (IsA(statement, RenameStmt) || IsA(statement, AlterObjectSchemaStmt) || IsA(statement, CreateFunctionStmt)) &&
           !creating_extension && extension() != nullptr;
}

bool same(const ExtensionObjects &a, const ExtensionObjects &b) { return std::memcmp(&a, &b, sizeof(ExtensionObjects)) == 0; }

bool is_whole(const ExtensionObjects &before) {
    const ExtensionObjects *now = extension();
    if (now == nullptr || !same(*now, before)) return false;
    return !is_written_by_a_user(now->visible_function) && !is_written_by_a_user(now->conflict_function) &&
           !is_written_by_a_user(now->statistics_function) && !is_written_by_a_user(now->statistics_ext_function);
}

[[gnu::noinline]] void watch(RETENTION_COMMAND_PARAMETERS) {
    guarded([&] {
        if (!may_change(planned->utilityStmt)) {
            previous_utility(RETENTION_COMMAND_ARGUMENTS);
            return;
        }
        const ExtensionObjects before = *extension();
        previous_utility(RETENTION_COMMAND_ARGUMENTS);
        CommandCounterIncrement();
        if (!is_whole(before))
            ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                            errmsg("cannot rename, move or replace what pg_retention hides rows with"),
                            errhint("ALTER EXTENSION pg_retention UPDATE changes it, DROP EXTENSION removes it.")));
    });
}

void utility(RETENTION_COMMAND_PARAMETERS) {
    if (is_everyday(planned)) return previous_utility(RETENTION_COMMAND_ARGUMENTS);
    watch(RETENTION_COMMAND_ARGUMENTS);
}

}  // namespace

void init_own_objects() {
    previous_utility = ProcessUtility_hook != nullptr ? ProcessUtility_hook : standard_ProcessUtility;
    ProcessUtility_hook = utility;
}

}  // namespace pg_retention
