#include "schema/tree_triggers.hpp"

#include "pg/internal.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

void run(Oid relid, const char *sql) {
    connect_spi();
    const ActingAs saved = act_as(owner_of(relid), false);
    int code = 0;
    (void) set_config_option("lock_timeout", "1s", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    during(own_command, true, [&] { code = SPI_execute(sql, false, 0); });
    if (code < 0) elog(ERROR, "could not execute \"%s\"", sql);
    leave(saved);
    SPI_finish();
}

bool holds_rows(Oid relid) {
    const char kind = get_rel_relkind(relid);
    return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

bool moves_in_a_tree(const AlterTableCmd *command) {
    return command->subtype == AT_AttachPartition || command->subtype == AT_DetachPartition ||
           command->subtype == AT_DetachPartitionFinalize || command->subtype == AT_AddInherit ||
           command->subtype == AT_DropInherit;
}

}  // namespace

List *tree_of(Oid relid) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    if (!holds_rows(relid)) return NIL;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (holds_rows(lfirst_oid(cell))) tables = lappend_oid(tables, lfirst_oid(cell));
    return tables;
}

bool add_tree_trigger(Oid relid, const TreeTrigger &trigger, const char *function) {
    if (OidIsValid(get_trigger_oid(relid, trigger.name, true))) return false;
    const char *table = qualified_name(relid), *quoted = quote_identifier(trigger.name);
    run(relid, psprintf("CREATE TRIGGER %s %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION retention.%s(); "
                        "ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %s",
                        quoted, trigger.event, table, trigger.tables, function, table, quoted));
    return true;
}

void withdraw_tree_triggers(const char *function, const char *registered) {
    connect_spi();
    const SqlRows found = own(
        psprintf("WITH RECURSIVE tree (relid) AS (SELECT l.relation::pg_catalog.oid FROM retention.%s l UNION SELECT i.inhrelid "
                 "FROM pg_catalog.pg_inherits i JOIN tree ON tree.relid = i.inhparent) "
                 "SELECT t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid "
                 "WHERE t.tgfoid = 'retention.%s()'::pg_catalog.regprocedure AND t.tgrelid NOT IN (SELECT relid FROM tree) "
                 "ORDER BY t.tgrelid, t.tgname",
                 registered, function));
    for (const SqlRow row : found)
        run(row.get<Oid>(1), psprintf("DROP TRIGGER %s ON %s", quote_identifier(row.text(2)), qualified_name(row.get<Oid>(1))));
    SPI_finish();
}

bool changes_trees(Node *statement) {
    if (IsA(statement, CreateStmt)) return reinterpret_cast<const CreateStmt *>(statement)->inhRelations != NIL;
    if (!IsA(statement, AlterTableStmt)) return IsA(statement, CreateSchemaStmt);
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds)
        if (moves_in_a_tree(lfirst_node(AlterTableCmd, cell))) return true;
    return false;
}

}  // namespace pg_retention
