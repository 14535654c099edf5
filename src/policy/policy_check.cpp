#include "policy/policy_check.hpp"

#include "core/data/remains.hpp"
#include "schema/condition.hpp"
#include "personal/anonymiser.hpp"
#include "personal/constraints.hpp"
#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "policy/protected.hpp"
#include "policy/rights.hpp"
#include "policy/said_of_policy.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

#include <cstring>

namespace pg_retention {

void check_relation(Oid relid) {
    const char kind = get_rel_relkind(relid);
    if (kind == '\0')
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u in field \"relation\" does not exist", relid),
                 errhint("Write the name of a table.")));
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("relation \"%s\" in field \"relation\" is not a table", get_rel_name(relid)),
                        errhint("A policy governs an ordinary or partitioned table; views, foreign tables and "
                                "materialized views follow the tables they read.")));
    const Oid schema = get_rel_namespace(relid);
    if (schema == extension()->schema || IsCatalogNamespace(schema) || get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("table \"%s\" in field \"relation\" cannot have a policy", get_rel_name(relid)),
                        errhint("A policy governs a lasting table of your own.")));
}

Node *cook_as_owner(Oid relid, const char *text) {
    Relation rel = table_open(relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, false);
    Node *condition = cook_condition(rel, text);
    leave(saved);
    table_close(rel, AccessShareLock);
    return condition;
}

namespace {

bool may_not_call(Oid function, void *role) { return !may_execute(function, *static_cast<Oid *>(role)); }

bool find_uncallable(Node *node, void *role) {
    if (node == nullptr) return false;
    return check_functions_in_node(node, may_not_call, role) ||
           expression_tree_walker(node, tree_walker_fn(find_uncallable), role);
}

// Now, as its rows will be asked.
void check_condition(const Policy &policy) {
    Oid owner = owner_of(policy.relid);
    if (find_uncallable(cook_as_owner(policy.relid, policy.applies_to), &owner))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("condition in field \"applies_to\" calls a function that role \"%s\" may not",
                               GetUserNameFromId(owner, false)),
                        errhint("Grant EXECUTE on it to the owner of the table.")));
}

}  // namespace

char *condition_problem(const Policy &policy) {
    if (policy.mode == Mode::kOff || policy.applies_to == nullptr || get_rel_name(policy.relid) == nullptr) return nullptr;
    if (!is_confirmed(policy) || !ConditionalLockRelationOid(policy.relid, AccessShareLock)) return nullptr;
    const ErrorData *error = attempt([&] { check_condition(policy); });
    return error == nullptr ? nullptr : error->message;
}

void check_policy(const Policy &policy, Path *paths) {
    if (policy.n_starts == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("field \"clock_starts\" is empty"),
                        errhint("Name at least one path to a date or timestamp column.")));
    for (int i = 0; i < policy.n_starts; ++i) {
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[i], &paths[i], &problem))
            ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
    }
    check_protected(policy);
    if (policy.terms.has_floor && policy.mode == Mode::kEnforce) require_logged(policy.relid, policy.name);
    // What nobody confirmed is not even parsed: reading a constant may run code.
    if (policy.applies_to == nullptr || !is_confirmed(policy)) return;
    // Off, it is asked of no row: so a policy whose condition cannot be asked any more can be switched off.
    if (policy.mode != Mode::kOff) check_condition(policy);
}

void check_units(const Policy &policy, const Path *paths) {
    for (int i = 0; i < policy.n_starts; ++i) {
        const Path &path = paths[i];
        if (path.type.unit == StartUnit::kNone) continue;
        const char *column = quote_identifier(get_attname(path.relid, path.column, false));
        const double unit = path.type.unit == StartUnit::kSeconds ? 1 : path.type.unit == StartUnit::kMilliseconds ? 1e3 : 1e6;
        SPI_connect();
        // 1980 and 2100, in seconds since 1970.
        const SqlRows sample = read_as(
            owner_of(path.relid),
            psprintf(
                "SELECT max(n) < 315532800.0 * $1 OR min(n) > 4102444800.0 * $1 FROM (SELECT %s FROM %s WHERE %s <> 0 LIMIT 1000) s (n)",
                column, qualified_name(path.relid), column),
            typed(FLOAT8OID, Float8GetDatum(unit)));
        const bool is_another = sample.first().get_or(1, false);
        SPI_finish();
        if (is_another)
            ereport(
                ERROR,
                (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
                 errmsg("the numbers in column \"%s\" of table %s do not count %s since 1970",
                        get_attname(path.relid, path.column, false), get_rel_name(path.relid), name_of(path.type.unit)),
                 errdetail("All that were looked at would be times before 1980, or after 2099."),
                 errhint("Name their unit in field \"clock_starts\": seconds(...), milliseconds(...) or microseconds(...).")));
    }
}

namespace {

void check_declared(Oid relid) {
    const SqlRows missing = own(
        "SELECT c.column_name FROM retention.personal_column c WHERE c.relation = $1 AND NOT EXISTS "
        "(SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.relation AND a.attname = c.column_name AND a.attnum > 0)",
        relid);
    if (missing.n > 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("personal column \"%s\" does not exist in table %s", missing.first().text(1), get_rel_name(relid)),
                        errhint("Correct retention.personal_column.")));
}

bool is_referenced(Oid relid) {
    return read_own("SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.contype = 'f' AND c.confrelid = $1 LIMIT 1", relid).n > 0;
}

// Those that the policy anonymises: all, or those with a period of their own. What deletes a row anonymises it when something
// refers to it, and an erasure does when the law keeps it.
List *columns_anonymised(const Policy &policy, bool with_row) {
    List *columns = NIL;
    ListCell *cell = nullptr;
    const bool all =
        anonymises(policy.action) || policy.terms.has_floor || (policy.anonymises_if_referenced && is_referenced(policy.relid));
    foreach (cell, personal_columns_of(policy.relid))
        if (all || (!with_row && static_cast<const PersonalColumn *>(lfirst(cell))->has_period))
            columns = lappend(columns, lfirst(cell));
    return columns;
}

List *anonymised_columns(const Policy &policy) { return columns_anonymised(policy, false); }

bool declares_above(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL)
        if (personal_columns_of(lfirst_oid(cell)) != NIL) return true;
    return false;
}

template <typename F>
const PersonalColumn *first_column(List *columns, F is_one) {
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (is_one(*static_cast<const PersonalColumn *>(lfirst(cell)))) return static_cast<const PersonalColumn *>(lfirst(cell));
    return nullptr;
}

bool needs_key(const PersonalColumn &column) { return core::need_of(column.anonymiser) == core::Need::kKey; }

bool stays_personal(const PersonalColumn &column) {
    const core::Content content = content_of(getBaseType(get_atttype(column.relid, column.column)));
    return core::remains_of(column.anonymiser, content, column.argument).verdict == core::Verdict::kPseudonymised;
}

}  // namespace

List *anonymised_with_row(const Policy &policy) { return columns_anonymised(policy, true); }

void check_anonymisers(const Policy &policy, Tries tries) {
    if (policy.mode == Mode::kOff) return;
    SPI_connect();
    check_declared(policy.relid);
    List *columns = anonymised_columns(policy);
    if (columns == NIL && anonymises(policy.action) && policy.mode == Mode::kEnforce)
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("policy \"%s\" anonymises, but table %s has no personal columns", policy.name, get_rel_name(policy.relid)),
             declares_above(policy.relid)
                 ? errhint("What is declared for the table above it is not for a policy of the partition: declare the "
                           "partition's own columns in retention.personal_column, or write the policy for the table above.")
                 : errhint("Declare them first, by their types or in retention.personal_column.")));
    if (columns != NIL && is_confirmed(policy)) check_constraints(policy.relid, columns, policy.applies_to, tries);
    const PersonalColumn *pseudonym = first_column(columns, needs_key);
    if (pseudonym != nullptr && policy.mode == Mode::kEnforce && settings::pseudonym_key_file[0] == '\0')
        refuse_anonymiser(*pseudonym, ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "no key for pseudonyms is set",
                          "Set retention.pseudonym_key_file.");
    SPI_finish();
}

char *anonymiser_problem(const Policy &policy) {
    if (policy.mode == Mode::kOff || get_rel_name(policy.relid) == nullptr) return nullptr;
    // Whoever looks must not wait for a migration, which changes what is said of it.
    List *tables = find_all_inheritors(policy.relid, NoLock, nullptr);
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (!ConditionalLockRelationOid(lfirst_oid(cell), AccessShareLock)) return nullptr;
    const ErrorData *error = attempt([&] { check_anonymisers(policy, Tries::kNoRows); });
    return error == nullptr ? nullptr : error->message;
}

void warn_of_pseudonyms(const Policy &policy) {
    if (policy.mode == Mode::kOff) return;
    SPI_connect();
    const PersonalColumn *column = first_column(anonymised_columns(policy), stays_personal);
    if (column != nullptr)
        ereport(WARNING,
                (errcode(ERRCODE_WARNING),
                 errmsg("rows of policy \"%s\" stay personal: column \"%s\" is only pseudonymised", policy.name, column->name),
                 errhint("Who has the key can tell whose they are. Another anonymiser makes them anonymous.")));
    SPI_finish();
}

static bool shortens_any(const Policy &before, const Policy &after) {
    return is_so_of_any_start(before, [&](core::Start start) {
        return core::deadlines(start, after.terms, after.zone()).released_from <
               core::deadlines(start, before.terms, before.zone()).released_from;
    });
}

bool shortens(const Policy &before, const Policy &after) {
    if (!before.terms.has_floor) return false;
    if (!after.terms.has_floor) return true;
    // Asked row by row, of the same two.
    static struct {
        core::Period floors[2];
        pg_tz *zones[2];
        bool shortens;
    } last = {};
    const core::Period floors[2] = {before.terms.must_keep_for, after.terms.must_keep_for};
    pg_tz *const zones[2] = {before.timezone, after.timezone};
    if (std::memcmp(zones, last.zones, sizeof zones) == 0 && std::memcmp(floors, last.floors, sizeof floors) == 0)
        return last.shortens;
    last.shortens = shortens_any(before, after);
    std::memcpy(last.zones, zones, sizeof zones);
    std::memcpy(last.floors, floors, sizeof floors);
    return last.shortens;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_anonymiser_problem) {
    return pg_retention::said_of_policy(fcinfo, pg_retention::anonymiser_problem);
}

RETENTION_FUNCTION(pg_retention_condition_problem) {
    return pg_retention::said_of_policy(fcinfo, pg_retention::condition_problem);
}
