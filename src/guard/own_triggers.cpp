#include "guard/own_triggers.hpp"

#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "guard/affected.hpp"
#include "guard/repack.hpp"
#include "policy/provision.hpp"
#include "pg/compat.hpp"
#include "pg/internal.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"
}

namespace pg_retention {

namespace {

bool is_own(const Trigger &trigger) { return get_func_namespace(trigger.tgfoid) == extension()->schema; }

// Whether test holds for one of the extension's triggers on the table. Not by its name: that can be given.
template <typename F>
bool any_own(Oid relid, F test) {
    Relation rel = RelationIdGetRelation(relid);
    bool found = false;
    if (!RelationIsValid(rel)) return false;
    for (int i = 0; rel->trigdesc != nullptr && i < rel->trigdesc->numtriggers && !found; ++i)
        found = is_own(rel->trigdesc->triggers[i]) && test(rel->trigdesc->triggers[i]);
    RelationClose(rel);
    return found;
}

bool is_named(Oid relid, const char *name) {
    return any_own(relid, [name](const Trigger &own) { return strcmp(own.tgname, name) == 0; });
}

// Triggers fire in the order of their names, and the last one before a row is written has the last word on it.
bool is_before_row(const Trigger &trigger) {
    return TRIGGER_FOR_ROW(trigger.tgtype) && TRIGGER_FOR_BEFORE(trigger.tgtype) && !TRIGGER_FOR_DELETE(trigger.tgtype);
}

// A trigger of a partitioned table is one of each partition.
bool comes_last(Oid relid, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (any_own(lfirst_oid(cell), [name](const Trigger &own) { return is_before_row(own) && strcmp(name, own.tgname) > 0; }))
            return true;
    return false;
}

// The name of a trigger of the table that would come behind the partition's own, once it is attached; or null.
const char *comes_behind(Oid relid, Oid partition) {
    Relation rel = RelationIdGetRelation(relid);
    const char *name = nullptr;
    if (!RelationIsValid(rel)) return nullptr;
    for (int i = 0; rel->trigdesc != nullptr && i < rel->trigdesc->numtriggers && name == nullptr; ++i) {
        const Trigger &trigger = rel->trigdesc->triggers[i];
        if (!is_own(trigger) && is_before_row(trigger) && comes_last(partition, trigger.tgname)) name = pstrdup(trigger.tgname);
    }
    RelationClose(rel);
    return name;
}

bool has_own(Oid relid) {
    return any_own(relid, [](const Trigger &) { return true; });
}

// A restore brings the triggers along before policies are checked, and switches all of a table off and on; it names none of ours to disable or
// drop it. Whoever lacks the right to the command is refused by the server.
Oid guarded_table(const RangeVar *relation, bool creates, bool named = false) {
    // A table of a path has one, too, which carries its changes down; it is governed or not.
    const Oid relid = relation == nullptr ? InvalidOid : RangeVarGetRelid(relation, NoLock, true);
    if (!OidIsValid(relid) || (!OidIsValid(governed_table(relation)) && !has_own(relid))) return InvalidOid;
    if (superuser() && !(named ? is_managed(relid) : is_checked(relid)) && !is_followed(relid)) return InvalidOid;
    const bool may = creates ? pg_class_aclcheck(relid, GetUserId(), ACL_TRIGGER) == ACLCHECK_OK : owns_table(relid, GetUserId());
    return may ? relid : InvalidOid;
}

[[noreturn]] void refuse(const char *what, Oid relid, const char *hint) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot %s the retention triggers of table \"%s\"", what, get_rel_name(relid)), errhint("%s", hint)));
}

void check_alter(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const AlterTableType type = command->subtype;
        const bool all = type == AT_DisableTrigAll || type == AT_DisableTrigUser;
        const bool one = type == AT_DisableTrig || type == AT_EnableReplicaTrig || type == AT_EnableTrig;
        const Oid relid = all || one ? guarded_table(alter->relation, false, one) : InvalidOid;
        if (OidIsValid(relid) && (all ? has_own(relid) : is_named(relid, command->name)))
            refuse("disable", relid, "Name the trigger to be disabled, or change the policy of the table.");
    }
}

void check_attach(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AttachPartition) continue;
        const Oid parent = RangeVarGetRelid(alter->relation, NoLock, true);
        const Oid partition = guarded_table(reinterpret_cast<const PartitionCmd *>(command->def)->name, false);
        const char *name = OidIsValid(parent) && OidIsValid(partition) ? comes_behind(parent, partition) : nullptr;
        if (name != nullptr)
            refuse("pass", partition,
                   psprintf("Rename trigger \"%s\" of the table so that it comes before theirs in the order of bytes.", name));
    }
}

void check_drop(const DropStmt *drop) {
    ListCell *cell = nullptr;
    foreach (cell, drop->objects) {
        List *name = castNode(List, static_cast<Node *>(lfirst(cell)));
        const Oid relid =
            guarded_table(makeRangeVarFromNameList(list_truncate(list_copy(name), list_length(name) - 1)), false, true);
        if (OidIsValid(relid) && is_named(relid, strVal(llast(name))))
            refuse("drop", relid, "Drop the policy of the table; its triggers go with it.");
    }
}

void check_rename(const RenameStmt *rename, Oid relid) {
    if (is_named(relid, rename->subname)) refuse("rename", relid, "They are found by their names.");
    if (comes_last(relid, rename->newname))
        refuse("pass", relid, "Choose a name that comes before theirs in the order of bytes.");
}

void check_create(const CreateTrigStmt *create, Oid relid) {
    if (create->replace && is_named(relid, create->trigname)) refuse("replace", relid, "Choose another name.");
    const bool sets_rows = create->row && create->timing == TRIGGER_TYPE_BEFORE &&
                           (create->events & (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE)) != 0;
    if (sets_rows && comes_last(relid, create->trigname))
        refuse("pass", relid, "Choose a name that comes before theirs in the order of bytes.");
}

// With the extension that a trigger is said to depend on the trigger goes, and no statement names it then.
void check_dependence(const AlterObjectDependsStmt *alter) {
    const Oid relid =
        alter->objectType == OBJECT_TRIGGER && !alter->remove ? guarded_table(alter->relation, false, true) : InvalidOid;
    if (OidIsValid(relid) && is_named(relid, strVal(llast(castNode(List, alter->object)))))
        refuse("bind", relid, "Drop the policy of the table; its triggers go with it.");
}

bool enables(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (type == AT_EnableTrig || type == AT_EnableTrigAll || type == AT_EnableTrigUser || type == AT_EnableReplicaTrig)
            return true;
    }
    return false;
}

// Holidays that come with the extension are there before a restore brings them: the trigger by which they make way fires in a restore of data alone,
// too, which switches the triggers of each table off.
bool disables_holidays(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const AlterTableType type = lfirst_node(AlterTableCmd, cell)->subtype;
        if (type == AT_DisableTrigAll || type == AT_DisableTrigUser)
            return RangeVarGetRelid(alter->relation, NoLock, true) == get_relname_relid("public_holiday", extension()->schema);
    }
    return false;
}

// Their names. One that is disabled is disabled still: only where nothing is managed yet may it be.
List *ordinary_ones(Oid relid, bool disabled) {
    List *names = NIL;
    (void) any_own(relid, [&names, disabled](const Trigger &own) {
        if (own.tgenabled == TRIGGER_FIRES_ON_ORIGIN || own.tgenabled == TRIGGER_FIRES_ON_REPLICA ||
            (disabled && own.tgenabled == TRIGGER_DISABLED))
            names = lappend(names, pstrdup(own.tgname));
        return false;
    });
    return names;
}

}  // namespace

void keep_triggers(const Command &command) {
    proceed(command);
    if (own_command || extension() == nullptr || !IsA(command.statement(), AlterTableStmt)) return;
    const auto *alter = command.as<AlterTableStmt>();
    const bool holidays = disables_holidays(alter);
    const Oid relid = enables(alter) || holidays ? RangeVarGetRelid(alter->relation, NoLock, true) : InvalidOid;
    if (!OidIsValid(relid)) return;
    CommandCounterIncrement();
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        ListCell *name = nullptr;
        foreach (name, ordinary_ones(lfirst_oid(cell), holidays))
            fire_always(lfirst_oid(cell), static_cast<const char *>(lfirst(name)));
    }
}

void check_trigger_command(const Node *statement) {
    if (IsA(statement, AlterTableStmt)) {
        const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
        check_alter(alter);
        check_attach(alter);
    } else if (IsA(statement, CreateTrigStmt)) {
        const auto *create = reinterpret_cast<const CreateTrigStmt *>(statement);
        const Oid relid = guarded_table(create->relation, true);
        if (OidIsValid(relid)) check_create(create, relid);
        check_repack(create);
    } else if (IsA(statement, RenameStmt) && reinterpret_cast<const RenameStmt *>(statement)->renameType == OBJECT_TRIGGER) {
        const auto *rename = reinterpret_cast<const RenameStmt *>(statement);
        const Oid relid = guarded_table(rename->relation, false);
        if (OidIsValid(relid)) check_rename(rename, relid);
    } else if (IsA(statement, DropStmt) && reinterpret_cast<const DropStmt *>(statement)->removeType == OBJECT_TRIGGER) {
        check_drop(reinterpret_cast<const DropStmt *>(statement));
    } else if (IsA(statement, AlterObjectDependsStmt)) {
        check_dependence(reinterpret_cast<const AlterObjectDependsStmt *>(statement));
    }
}

}  // namespace pg_retention
