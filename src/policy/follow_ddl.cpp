// Policies, kinds of persons and links follow the schema: renames rewrite them, drops they need are refused, dropped tables take theirs along.
#include "schema/altered.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/type_change.hpp"
#include "policy/armed.hpp"
#include "policy/attached.hpp"
#include "policy/follow_columns.hpp"
#include "policy/follow_ddl.hpp"
#include "policy/follow_holds.hpp"
#include "policy/follow_subjects.hpp"
#include "policy/meaning.hpp"
#include "personal/own_columns.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/preparation.hpp"
#include "policy/protected.hpp"
#include "policy/provision.hpp"
#include "policy/rights.hpp"
#include "pg/settings.hpp"
#include "pg/compat.hpp"
#include "pg/notices.hpp"
#include "pg/guard.hpp"
#include "pg/attempt.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_type.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constinit Dynamic<bool> renaming{false};

struct Rewrite {
    int16_t id;
    Datum starts;        // text[]
    Node *condition;     // cooked before the rename; null: none
    const char *before;  // what it reads with the old names; null: it must be written anew
    Oid relid;
};

// tables: those whose column is renamed.
char *renamed_path(Oid relid, const char *text, List *tables, const char *from, const char *to) {
    StartUnit unit = StartUnit::kNone;
    List *names = qualified_names(without_unit(text, &unit));
    StringInfoData out;
    initStringInfo(&out);
    Path path;
    Problem problem = {};
    if (!resolve_path(relid, text, &path, &problem)) return pstrdup(text);
    for (int i = 0; i < list_length(names); ++i) {
        const Oid at = i == 0 ? relid : path.hops[i - 1].to_relid;
        const char *name = strVal(list_nth(names, i));
        if (list_member_oid(tables, at) && strcmp(name, from) == 0) name = to;
        appendStringInfo(&out, "%s%s", i == 0 ? "" : ".", quote_identifier(name));
    }
    return unit == StartUnit::kNone ? out.data : psprintf("%s(%s)", name_of(unit), out.data);
}

Node *cooked(const Policy &policy) {
    return policy.applies_to == nullptr || !is_confirmed(policy) ? nullptr : cook_as_owner(policy.relid, policy.applies_to);
}

// Null, too, when it cannot be asked any more.
Node *cooked_if_it_can(const Policy &policy) {
    Node *condition = nullptr;
    return attempt([&] { condition = cooked(policy); }) == nullptr ? condition : nullptr;
}

// A policy as it was before a command.
struct Before {
    int16_t id;
    Oid relid;
    Node *condition;      // null: it has none, or it could not be asked
    bool is_broken;       // that is no fault of the command: retention.check() says so, and nobody is kept from other tables
    bool was_whole;       // of one that is not validated yet: the command is the one that breaks it
    const char *meaning;  // null: nothing is known
    const char *bodies;   // of the functions that it calls
    bool rewritten;       // the command gives a column that the condition reads other values
    AttrNumber clock;
};

constinit Dynamic<List *> policies_before{NIL};  // of Before *

void still_whole(const Policy &policy, bool confirmed);

Before *note_policy(const Policy &policy, bool asks) {
    auto *noted = static_cast<Before *>(palloc0(sizeof(Before)));
    noted->id = policy.id;
    noted->relid = policy.relid;
    noted->clock = clock_column(policy.relid);
    // After a restore a policy waits to be checked, and a dump that goes on may still bring what it needs. What is there already it does
    // not lose.
    if (!policy.validated) {
        noted->was_whole = attempt([&policy] { still_whole(policy, false); }) == nullptr;
        return noted;
    }
    noted->condition = asks ? cooked_if_it_can(policy) : nullptr;
    noted->is_broken = asks && noted->condition == nullptr;
    noted->meaning = noted->is_broken ? nullptr : meaning_of(policy, noted->condition);
    noted->bodies = bodies_of(noted->condition);
    return noted;
}

List *note_policies() {
    List *before = NIL;
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        const bool asks = policy[i].applies_to != nullptr && is_confirmed(policy[i]);
        // Whoever locks it alters it: after that it is asked.
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(policy[i].relid)) ||
            (asks && !ConditionalLockRelationOid(policy[i].relid, AccessShareLock)))
            continue;
        before = lappend(before, note_policy(policy[i], asks));
    }
    return before;
}

const Before *before_of(const Policy &policy) {
    ListCell *cell = nullptr;
    foreach (cell, policies_before)
        if (static_cast<const Before *>(lfirst(cell))->id == policy.id) return static_cast<const Before *>(lfirst(cell));
    return nullptr;
}

bool was_broken(const Policy &policy) {
    const Before *before = before_of(policy);
    return before != nullptr && before->is_broken;
}

bool has_to_be_whole(const Policy &policy) {
    const Before *before = policy.validated ? nullptr : before_of(policy);
    return policy.validated || (before != nullptr && before->was_whole);
}

// No text is read in another way after it: what a column holds where nothing is said, which triggers fire, and how it is stored.
bool is_of_no_account(AlterTableType subtype) {
    switch (subtype) {
        case AT_ColumnDefault:
        case AT_SetStatistics:
        case AT_SetStorage:
        case AT_SetOptions:
        case AT_ResetOptions:
        case AT_SetRelOptions:
        case AT_ResetRelOptions:
        case AT_EnableTrig:
        case AT_EnableAlwaysTrig:
        case AT_EnableReplicaTrig: return true;
        default: return false;
    }
}

bool leaves_policies_alone(const Node *statement) {
    if (!IsA(statement, AlterTableStmt)) return false;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds)
        if (!is_of_no_account(lfirst_node(AlterTableCmd, cell)->subtype)) return false;
    return true;
}

bool may_break(const Node *statement) {
    if (leaves_policies_alone(statement)) return false;
    return IsA(statement, AlterTableStmt) || IsA(statement, DropStmt) || IsA(statement, DropOwnedStmt) ||
           IsA(statement, AlterEnumStmt) || IsA(statement, AlterDomainStmt) || IsA(statement, CreateFunctionStmt);
}

// The names in a text are found by what they meant before: its own table's need not be there when it is read back.
void plan_condition(const Policy &policy, bool own_table, Rewrite *rewrite) {
    rewrite->condition = cooked_if_it_can(policy);
    if (own_table || rewrite->condition == nullptr) return;
    const ActingAs saved = act_as(owner_of(policy.relid), false);
    rewrite->before = condition_text(policy.relid, rewrite->condition);
    leave(saved);
}

List *plan_rewrites(List *tables, const char *from, const char *to) {
    List *rewrites = NIL;
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        auto *rewrite = static_cast<Rewrite *>(palloc0(sizeof(Rewrite)));
        auto *texts = static_cast<Datum *>(palloc(sizeof(Datum) * (policy[i].n_starts + 1)));
        for (int k = 0; k < policy[i].n_starts; ++k)
            texts[k] = CStringGetTextDatum(
                from == nullptr ? policy[i].starts[k] : renamed_path(policy[i].relid, policy[i].starts[k], tables, from, to));
        rewrite->id = policy[i].id;
        rewrite->relid = policy[i].relid;
        rewrite->starts = array_of(texts, policy[i].n_starts, TEXTOID);
        plan_condition(policy[i], list_member_oid(tables, policy[i].relid), rewrite);
        rewrites = lappend(rewrites, rewrite);
    }
    return rewrites;
}

void write_rewrite(const Rewrite &rewrite) {
    const char *now = rewrite.condition == nullptr ? nullptr : condition_text(rewrite.relid, rewrite.condition);
    const bool same = now == nullptr || (rewrite.before != nullptr && strcmp(now, rewrite.before) == 0);
    own("UPDATE retention.policy SET clock_starts = $2, applies_to = coalesce($3, applies_to) "
        "WHERE policy_id = $1 AND (clock_starts <> $2 OR applies_to <> $3)",
        rewrite.id, typed(TEXTARRAYOID, rewrite.starts), same ? nullptr : now);
}

void write_rewrites(List *rewrites, List *tables, const char *from, const char *to) {
    ListCell *cell = nullptr;
    foreach (cell, rewrites) write_rewrite(*static_cast<Rewrite *>(lfirst(cell)));
    if (from == nullptr) return;
    NameData old_name, new_name;
    namestrcpy(&old_name, from);
    namestrcpy(&new_name, to);
    rename_protected(tables, from, to);
    // What may have been said of the new name was said of no column: of the renamed one all is said by its own.
    foreach (cell, tables)
        own("DELETE FROM retention.personal_column p WHERE p.relation = $1 AND p.column_name = $3 AND EXISTS (SELECT FROM "
            "retention.personal_column o WHERE o.relation = $1 AND o.column_name = $2)",
            lfirst_oid(cell), old_name, new_name);
    foreach (cell, tables)
        own("UPDATE retention.dropped_column SET may_be_in = pg_catalog.array_replace(may_be_in, $2, $3) WHERE relation = $1 "
            "AND $2 OPERATOR(pg_catalog.=) ANY (may_be_in)",
            lfirst_oid(cell), old_name, new_name);
    foreach (cell, tables)
        own("UPDATE retention.personal_column SET column_name = $3 WHERE relation = $1 AND column_name = $2", lfirst_oid(cell),
            old_name, new_name);
}

void apply_rewrites(List *rewrites, List *tables, const char *from, const char *to) {
    SPI_connect();
    const ActingAs saved = act_as(extension_owner(), true);
    during(own_policy_write, true, [&] { write_rewrites(rewrites, tables, from, to); });
    leave(saved);
    SPI_finish();
}

// Whose own name changes, or that of a column; otherwise null.
const RenameStmt *table_rename(const PlannedStmt *planned) {
    if (!IsA(planned->utilityStmt, RenameStmt)) return nullptr;
    auto *stmt = reinterpret_cast<const RenameStmt *>(planned->utilityStmt);
    const bool its = renames_column(stmt) || stmt->renameType == OBJECT_TABLE;
    return its && stmt->relation != nullptr ? stmt : nullptr;
}

bool renames(const PlannedStmt *planned) {
    return IsA(planned->utilityStmt, RenameStmt) || IsA(planned->utilityStmt, AlterObjectSchemaStmt);
}

// Not those that commit on their way: what was noted before would be gone.
bool may_drop(const PlannedStmt *planned) {
    if (IsA(planned->utilityStmt, DropStmt)) return !reinterpret_cast<const DropStmt *>(planned->utilityStmt)->concurrent;
    return IsA(planned->utilityStmt, AlterTableStmt) || IsA(planned->utilityStmt, DropOwnedStmt);
}

void follow_rename(const Command &command) {
    const RenameStmt *stmt = table_rename(command.planned);
    const Oid table = stmt == nullptr ? InvalidOid : RangeVarGetRelid(stmt->relation, AccessShareLock, true);
    const bool column = OidIsValid(table) && renames_column(stmt);
    // With a column its children's are renamed, which have declarations and records of their own.
    List *tables = column ? altered_tables(table, AccessShareLock) : list_make1_oid(table);
    char *from = column ? pstrdup(stmt->subname) : nullptr;
    char *to = column ? pstrdup(stmt->newname) : nullptr;
    List *rewrites = plan_rewrites(tables, from, to);
    List *subjects = named_subjects();
    during(renaming, true, [&] { proceed(command); });
    if (extension() == nullptr) return;
    CommandCounterIncrement();
    apply_rewrites(rewrites, tables, from, to);
    rename_subjects(subjects, tables, from, to);
}

// By which the clock starts; or, where values are written anew, a key of the way there.
bool depends_on(const Policy &policy, Oid table, AttrNumber column, bool rewritten) {
    if (policy.relid == table && clock_column(table) == column) return true;
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[k], &path, &problem)) continue;
        // A number is the same in a wider type.
        const bool ends = path.relid == table && path.column == column && path.type.unit == StartUnit::kNone;
        if (rewritten ? path_reads(path, table, column) : ends) return true;
    }
    return false;
}

enum class Values : uint8_t {
    kStored,     // as they are
    kConverted,  // of another type: a date becomes another instant, and a key refers to what it did, which the server checks
    kRewritten,  // others, under a USING, or those of another column by this name
};

Values values_after(Oid table, const AlterTableCmd *command) {
    if (command->subtype == AT_DropColumn) return Values::kRewritten;
    if (get_attnum(table, command->name) <= 0) return Values::kStored;
    switch (type_change(table, command)) {
        case TypeChange::kStored: return Values::kStored;
        case TypeChange::kReplaced: return Values::kRewritten;
        default: return Values::kConverted;
    }
}

// It gives rows other starts, and no trigger fires for it.
void refuse_retyping(Oid altered, Oid table, const AlterTableCmd *command) {
    const char *name = command->name;
    const AttrNumber column = get_attnum(table, name);
    if (column > 0 && column == clock_column(table) && !settings::reveal)
        ereport(
            ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("the type of clock column \"%s\" of table \"%s\" says whose policies its clocks name, and cannot be changed",
                    name, get_rel_name(table)),
             errhint("Write a policy for the table, which has its rows stamped anew.")));
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count && column > 0; ++i) {
        // Whatever no policy needs the server reads first: it says where an error stands.
        if (!depends_on(policy[i], table, column, true)) continue;
        const Values values = values_after(altered, command);
        if (values != Values::kStored && depends_on(policy[i], table, column, values == Values::kRewritten))
            ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                            errmsg("policy \"%s\" needs column \"%s\" of table \"%s\" as it is", policy[i].name, name,
                                   get_rel_name(table)),
                            errhint("Change or drop the policy first.")));
    }
}

bool adds_column(const AlterTableStmt *alter, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AddColumn && strcmp(castNode(ColumnDef, command->def)->colname, name) == 0) return true;
    }
    return false;
}

// Of two nobody could say which one counts.
void refuse_second_clock(const AlterTableStmt *alter, Oid table) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AddColumn || !owns_table(table, GetUserId())) continue;
        const auto *def = castNode(ColumnDef, command->def);
        if (get_attnum(table, def->colname) == InvalidAttrNumber && clock_column(table) != InvalidAttrNumber &&
            LookupTypeNameOid(nullptr, def->typeName, true) == extension()->clock_type)
            ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
                            errmsg("table \"%s\" has a clock column already, \"%s\"", get_rel_name(table),
                                   get_attname(table, clock_column(table), false))));
    }
}

// What is dropped and does not come again leaves the policy incomplete, which is found afterwards.
void check_retyping(const Node *statement) {
    if (!IsA(statement, AlterTableStmt) || own_command || extension() == nullptr) return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    const Oid named = RangeVarGetRelid(alter->relation, NoLock, true);
    ListCell *cell = nullptr;
    if (OidIsValid(named)) refuse_second_clock(alter, named);
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const bool drops = command->subtype == AT_DropColumn && adds_column(alter, command->name);
        if (!drops && command->subtype != AT_AlterColumnType) continue;
        const Oid table = RangeVarGetRelid(alter->relation, AccessShareLock, true);
        // Whoever does not own it is refused by the server.
        if (!OidIsValid(table) || !owns_table(table, GetUserId())) continue;
        ListCell *each = nullptr;
        foreach (each, altered_tables(table, AccessShareLock)) refuse_retyping(table, lfirst_oid(each), command);
    }
}

// ALTER COLUMN ... TYPE ... USING, of a table and of those that inherit its column.
void note_rewriting(const Node *statement, List *before) {
    if (!IsA(statement, AlterTableStmt) || before == NIL) return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    const Oid table = RangeVarGetRelid(alter->relation, NoLock, true);
    if (!OidIsValid(table)) return;
    List *tables = find_all_inheritors(table, NoLock, nullptr);
    ListCell *cell = nullptr, *other = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AlterColumnType || castNode(ColumnDef, command->def)->raw_default == nullptr) continue;
        foreach (other, before) {
            auto *noted = static_cast<Before *>(lfirst(other));
            noted->rewritten = noted->rewritten || (noted->condition != nullptr && list_member_oid(tables, noted->relid) &&
                                                    reads_column(noted->condition, noted->relid, command->name));
        }
    }
}

enum class Meaning : uint8_t { kSame, kReplaced, kAnother };

// kReplaced: it calls what it called, which does something else.
Meaning meaning_after(const Before &before) {
    const Policy *policy = policy_by_id(before.id);
    if (policy == nullptr || !policy->validated || before.meaning == nullptr ||
        !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(before.relid)))
        return Meaning::kSame;
    Node *condition = cooked_if_it_can(*policy);
    // With another owner it runs for nobody, and rows keep the policy they have.
    if ((condition == nullptr) != (before.condition == nullptr)) return Meaning::kSame;
    if (before.rewritten || strcmp(meaning_of(*policy, condition), before.meaning) != 0) return Meaning::kAnother;
    return strcmp(bodies_of(condition), before.bodies) == 0 ? Meaning::kSame : Meaning::kReplaced;
}

// What runs as the owner of a table is his to choose: a function by the name of one that he calls, in a schema where others may create, is not.
void require_owner(Oid relid) {
    if (owns_table(relid, GetUserId())) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("a policy of table \"%s\" would mean something else", get_rel_name(relid)),
                    errhint("Only the owner of the table or a superuser may change what its policies read and call.")));
}

// A command may give the same words another meaning: a column that goes and comes again, another type or other values of one, a column
// more in a row that is compared, a function that is found before another, or in the place of a dropped one. Rows are then other policies',
// or start at another time.
void follow_meanings(List *before) {
    List *tables = NIL, *refusing = NIL;
    ListCell *cell = nullptr;
    if (before == NIL || extension() == nullptr) return;
    CommandCounterIncrement();
    foreach (cell, before) {
        const auto *noted = static_cast<const Before *>(lfirst(cell));
        const Meaning meaning = meaning_after(*noted);
        if (meaning == Meaning::kAnother) require_owner(noted->relid);
        if (meaning == Meaning::kAnother) refusing = lappend_oid(refusing, noted->relid);
        if (meaning != Meaning::kSame) tables = list_append_unique_oid(tables, noted->relid);
    }
    if (tables == NIL) return;
    // Rows are judged by plans that are made anew, and again if this is rolled back.
    CacheInvalidateRelcacheByRelid(extension()->policy_table);
    CommandCounterIncrement();
    foreach (cell, tables) {
        // Nobody is kept from replacing a function: where that shows or releases rows, or fails, they stay what they are, and an audit tells.
        ErrorData *error = attempt([cell] { refuse_looser_place(lfirst_oid(cell)); });
        if (error != nullptr && list_member_oid(refusing, lfirst_oid(cell))) ReThrowError(error);
        if (error != nullptr) continue;
        plan_preparation(lfirst_oid(cell));
        arm_policies_of(lfirst_oid(cell));
        say([cell] {
            ereport(NOTICE, (errmsg("rows of table \"%s\" are stamped anew, for the command changes what a policy of it reads",
                                    get_rel_name(lfirst_oid(cell)))));
        });
    }
}

[[noreturn]] void refuse_losing_clock(const Policy &policy) {
    ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                    errmsg("policy \"%s\" needs the clock column of table \"%s\"", policy.name, get_rel_name(policy.relid)),
                    errhint("Drop the policy; its clock column goes with it.")));
}

// Another column in its place knows nothing of the rows: what keeps and what hides them would be forgotten.
void require_clocks(List *before) {
    ListCell *cell = nullptr;
    if (before == NIL || extension() == nullptr) return;
    CommandCounterIncrement();
    foreach (cell, before) {
        const auto *noted = static_cast<const Before *>(lfirst(cell));
        const Policy *policy = policy_by_id(noted->id);
        if (noted->clock != InvalidAttrNumber && policy != nullptr &&
            SearchSysCacheExists1(RELOID, ObjectIdGetDatum(noted->relid)) && clock_column(noted->relid) != noted->clock)
            refuse_losing_clock(*policy);
    }
}

void tell_policy(void *policy) { errcontext("condition of policy \"%s\"", static_cast<const Policy *>(policy)->name); }

// A restore that drops what it brings again (pg_restore -c) drops keys before tables. Confirmed, that leaves a policy as one that no restore is
// done with: it hides and guards, and acts when it fits again. Of nothing else it is meant to be without.
bool drops_keys_confirmed(const Node *statement) {
    if (!settings::confirm_drop || !superuser() || !IsA(statement, AlterTableStmt)) return false;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds)
        if (lfirst_node(AlterTableCmd, cell)->subtype != AT_DropConstraint) return false;
    return true;
}

void leave_unchecked(const Policy &policy, const char *problem) {
    uncheck(policy.relid);
    ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                      errmsg("policy \"%s\" does not fit the schema any more: %s", policy.name, problem),
                      errhint("Rows stay hidden; nothing is acted on there until retention.status shows no problem.")));
}

void still_whole(const Policy &policy, bool confirmed) {
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path;
        Problem problem = {};
        if (resolve_path(policy.relid, policy.starts[k], &path, &problem)) continue;
        if (confirmed) return leave_unchecked(policy, problem.message);
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                        errmsg("policy \"%s\" needs path \"%s\"", policy.name, policy.starts[k]),
                        errdetail_internal("%s", problem.message), errhint("Change or drop the policy first.")));
    }
    if (clock_column(policy.relid) == InvalidAttrNumber) refuse_losing_clock(policy);
    require_protected(policy);
    require_path_tables(policy);
    if (was_broken(policy)) return;
    // What it lacks is named by the parser; whose it is, by the context; what to do about it, here.
    ErrorData *error = attempt([&policy] {
        ErrorContextCallback callback = {error_context_stack, tell_policy, const_cast<Policy *>(&policy)};
        error_context_stack = &callback;
        (void) cooked(policy);
        error_context_stack = callback.previous;
    });
    if (error == nullptr) return;
    error->hint = pstrdup("Change or drop the policy first.");
    ReThrowError(error);
}

// Without it a sweep reads the whole table each time.
void follow_dropped_index(const Policy &policy) {
    if (policy.mode == Mode::kOff || !policy.ready || is_indexed(policy.relid)) return;
    plan_index(policy.relid);
    say([&policy] {
        ereport(
            NOTICE,
            (errmsg("the index by which rows of table \"%s\" are found when their time is over is built again by the next sweep",
                    get_rel_name(policy.relid))));
    });
}

}  // namespace

static void follow_change(const Command &command) {
    if (renames(command.planned)) {
        List *policies = note_policies();
        during(policies_before, policies, [&] { follow_rename(command); });
        return follow_meanings(policies);
    }
    check_retyping(command.statement());
    List *subjects = may_drop(command.planned) ? named_subjects() : NIL;
    List *columns = columns_at_risk(command.planned);
    keep_logged(command.statement());
    make_way_for_attached(command.statement());
    List *before = may_break(command.statement()) ? note_policies() : NIL;
    note_rewriting(command.statement(), before);
    const bool copies = makes_copy(command.statement());
    during(policies_before, before, [&] { proceed(command); });
    follow_attached(command.statement());
    if (copies) follow_copy(command.statement());
    require_clocks(before);
    follow_meanings(before);
    require_subjects(subjects, drops_keys_confirmed(command.statement()));
    require_columns(columns);
}

void follow_command(const Command &command) {
    if (extension() == nullptr) return proceed(command);
    const DeclaredBefore declared = declared_before(command.planned);
    with_holds(renames(command.planned), may_break(command.statement()), [&] { follow_change(command); });
    follow_declared(declared);
}

}  // namespace pg_retention

// That it can be called is all that is asked: where the library is not loaded, the call is an error.
RETENTION_FUNCTION(pg_retention_before_drop) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_after_ddl) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    if (pg_retention::extension() == nullptr || pg_retention::renaming) return static_cast<Datum>(0);
    const auto *event = reinterpret_cast<const EventTriggerData *>(fcinfo->context);
    if (pg_retention::leaves_policies_alone(event->parsetree)) return static_cast<Datum>(0);
    const bool drops = strcmp(event->event, "sql_drop") == 0;
    if (drops) pg_retention::forget_dropped_subjects();
    int count = 0;
    const pg_retention::Policy *policy = pg_retention::all_policies(&count);
    const bool confirmed = pg_retention::drops_keys_confirmed(event->parsetree);
    bool orphans = false;
    for (int i = 0; i < count; ++i) {
        const bool there = SearchSysCacheExists1(RELOID, ObjectIdGetDatum(policy[i].relid));
        orphans = orphans || !there;
        if (there && pg_retention::has_to_be_whole(policy[i])) pg_retention::still_whole(policy[i], confirmed);
        if (there && policy[i].validated && drops) pg_retention::follow_dropped_index(policy[i]);
    }
    if (orphans) pg_retention::forget_dropped(drops);
    return static_cast<Datum>(0);
}
