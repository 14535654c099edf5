// What the condition is found by and made of stays: renamed, moved or replaced, nothing would be hidden, and nothing would say so. So do
// the other functions, types and operators: one that guards rows, replaced, would let them go. To drop one the server refuses by itself.
#include "schema/extension.hpp"
#include "schema/user_code.hpp"
#include "guard/own_objects.hpp"
#include "ledger/at_end.hpp"
#include "ledger/home.hpp"
#include "ledger/ledger.hpp"
#include "pg/compat.hpp"
#include "pg/during.hpp"
#include "pg/internal.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// REASSIGN OWNED of a role that leaves gives away all that it owns, what the extension is made of included, and changes nothing else.
constinit Dynamic<bool> reassigning{false};

// Its own scripts make and change them; pg_upgrade makes them one by one.
bool is_by_script(Oid own) { return IsBinaryUpgrade || (creating_extension && CurrentExtensionObject == own); }

bool is_member(Oid class_id, Oid object) {
    const Oid own = get_extension_oid("pg_retention", true);
    return OidIsValid(own) && !is_by_script(own) && !reassigning && getExtensionOfObject(class_id, object) == own;
}

// What its members are, and what belongs to them without being one.
bool changes_members(const Node *statement) {
    if (IsA(statement, AlterExtensionContentsStmt))
        return strcmp(reinterpret_cast<const AlterExtensionContentsStmt *>(statement)->extname, "pg_retention") == 0 &&
               !IsBinaryUpgrade;
    if (!IsA(statement, AlterOpFamilyStmt)) return false;
    const auto *alter = reinterpret_cast<const AlterOpFamilyStmt *>(statement);
    const Oid method = get_index_am_oid(alter->amname, true);
    return OidIsValid(method) && is_member(OperatorFamilyRelationId, get_opfamily_oid(method, alter->opfamilyname, true));
}

[[noreturn]] void refuse() {
    ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                    errmsg("cannot alter, rename, move or replace what pg_retention is made of"),
                    errhint("ALTER EXTENSION pg_retention UPDATE changes it, DROP EXTENSION removes it.")));
    pg_unreachable();
}

bool may_change(const Node *statement) {
    return (IsA(statement, RenameStmt) || IsA(statement, AlterObjectSchemaStmt) || IsA(statement, CreateFunctionStmt)) &&
           !creating_extension && extension() != nullptr;
}

bool same(const ExtensionObjects &a, const ExtensionObjects &b) { return std::memcmp(&a, &b, sizeof(ExtensionObjects)) == 0; }

// Found by its name: without it no table and no policy would be held.
Oid table_of_holds() { return get_relname_relid("hold", extension()->schema); }

bool is_whole(const ExtensionObjects &before, Oid holds) {
    const ExtensionObjects *now = extension();
    if (now == nullptr || !same(*now, before) || table_of_holds() != holds) return false;
    return !is_written_by_a_user(now->person_function) && !is_written_by_a_user(now->person_conflict_function) &&
           !is_written_by_a_user(now->visible_function) && !is_written_by_a_user(now->unknown_function) &&
           !is_written_by_a_user(now->unstamped_function) && !is_written_by_a_user(now->conflict_function) &&
           !is_written_by_a_user(now->unmanaged_function) && !is_written_by_a_user(now->statistics_function) &&
           !is_written_by_a_user(now->statistics_ext_function);
}

const RangeVar *altered_by(const Node *statement) {
    if (IsA(statement, AlterTableStmt)) return reinterpret_cast<const AlterTableStmt *>(statement)->relation;
    if (IsA(statement, CreateTrigStmt)) return reinterpret_cast<const CreateTrigStmt *>(statement)->relation;
    if (IsA(statement, RuleStmt)) return reinterpret_cast<const RuleStmt *>(statement)->relation;
    if (!IsA(statement, DropStmt)) return nullptr;
    const auto *drop = reinterpret_cast<const DropStmt *>(statement);
    if (drop->removeType != OBJECT_TRIGGER && drop->removeType != OBJECT_RULE) return nullptr;
    const List *names = linitial_node(List, drop->objects);
    return makeRangeVarFromNameList(list_truncate(list_copy(names), list_length(names) - 1));
}

// A table of the extension's whose triggers, rules or columns the command changes; invalid: none. While a restore is under way there is nothing
// yet to be kept, and the ledger's own tables say by their hashes what became of them.
Oid altered_own_table(const Node *statement) {
    const RangeVar *named = extension() == nullptr || own_command ? nullptr : altered_by(statement);
    const Oid relid = named == nullptr ? InvalidOid : RangeVarGetRelid(named, NoLock, true);
    const bool is_own = OidIsValid(relid) && is_member(RelationRelationId, relid) &&
                        strncmp(get_rel_name(relid), "ledger", strlen("ledger")) != 0;
    return is_own && home_known() ? relid : InvalidOid;
}

// The server lets a superuser do that; what the triggers would have refused then passes.
void record_altering(Oid relid, const Node *statement) {
    LedgerEntry entry = {};
    entry.action = LedgerAction::kConfigurationChanged;
    entry.row_count = -1;
    entry.detail = psprintf("{\"own_table\": \"%s\", \"command\": \"%s\"}", get_rel_name(relid),
                            CreateCommandName(const_cast<Node *>(statement)));
    append_ledger_at_end(entry);
}

void proceed_on_record(const Command &command) {
    const Oid altered = altered_own_table(command.statement());
    proceed(command);
    if (OidIsValid(altered)) record_altering(altered, command.statement());
}

}  // namespace

void keep_own_objects(const Command &command) {
    if (IsA(command.statement(), ReassignOwnedStmt)) return during(reassigning, true, [&] { proceed(command); });
    if (changes_members(command.statement())) {
        // The server's refusal comes first.
        proceed(command);
        refuse();
    }
    if (!may_change(command.statement())) return proceed_on_record(command);
    const ExtensionObjects before = *extension();
    const Oid holds = table_of_holds();
    proceed(command);
    CommandCounterIncrement();
    if (!is_whole(before, holds)) refuse();
}

void keep_own_object(ObjectAccessType type, Oid class_id, Oid object) {
    // A function is replaced as it is created.
    if (type == OAT_POST_CREATE && class_id != ProcedureRelationId) return;
    switch (class_id) {
        case ProcedureRelationId:
        case TypeRelationId:
        case OperatorRelationId:
        case OperatorClassRelationId:
        case OperatorFamilyRelationId:
        case EventTriggerRelationId:
            if (is_member(class_id, object)) refuse();
            return;
        default: return;
    }
}

}  // namespace pg_retention
