#include "subject/person_triggers.hpp"

#include "pg/guard.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "schema/tree_triggers.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "commands/event_trigger.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr char kFunction[] = "follow_rows";
constexpr TreeTrigger kTriggers[] = {
    {"~retention_person_deleted", "AFTER DELETE", "REFERENCING OLD TABLE AS retention_before"},
    {"~retention_person_truncated", "BEFORE TRUNCATE", ""},
    {"~retention_person_updated", "AFTER UPDATE", "REFERENCING OLD TABLE AS retention_before NEW TABLE AS retention_after"}};

bool has_foreign(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE) return true;
    return false;
}

List *tables_of_kinds() {
    List *tables = NIL;
    connect_spi();
    const SqlRows rows = read_own("SELECT relation::pg_catalog.oid FROM retention.subject_kind WHERE validated");
    for (const SqlRow row : rows) tables = lappend_oid(tables, row.get<Oid>(1));
    SPI_finish();
    return tables;
}

}  // namespace

void provide_person_triggers(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, tree_of(relid)) {
        if (has_foreign(lfirst_oid(cell))) continue;
        for (const TreeTrigger &trigger : kTriggers) (void) add_tree_trigger(lfirst_oid(cell), trigger, kFunction);
    }
}

bool is_person_trigger(const char *name) {
    for (const TreeTrigger &trigger : kTriggers)
        if (strcmp(name, trigger.name) == 0) return true;
    return false;
}

void withdraw_person_triggers() { withdraw_tree_triggers(kFunction, "subject_kind"); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_follow_person_tables) {
    using namespace pg_retention;
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    const auto *data = reinterpret_cast<const EventTriggerData *>(fcinfo->context);
    List *tables = extension() != nullptr && changes_trees(data->parsetree) ? tables_of_kinds() : NIL;
    ListCell *cell = nullptr;
    foreach (cell, tables) provide_person_triggers(lfirst_oid(cell));
    if (tables != NIL) withdraw_person_triggers();
    PG_RETURN_VOID();
}
