// What the condition is found by and made of stays: renamed, moved or replaced, nothing would be hidden, and nothing would say so.
#include "schema/extension.hpp"
#include "schema/user_code.hpp"
#include "guard/own_objects.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/extension.h"
}

namespace pg_retention {

namespace {

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

}  // namespace

void keep_own_objects(const Command &command) {
    if (!may_change(command.statement())) return proceed(command);
    const ExtensionObjects before = *extension();
    proceed(command);
    CommandCounterIncrement();
    if (!is_whole(before))
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                        errmsg("cannot rename, move or replace what pg_retention hides rows with"),
                        errhint("ALTER EXTENSION pg_retention UPDATE changes it, DROP EXTENSION removes it.")));
}

}  // namespace pg_retention
