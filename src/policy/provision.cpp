#include "policy/provision.hpp"

#include <initializer_list>

#include "policy/attached.hpp"
#include "schema/clock_index.hpp"
#include "schema/extension.hpp"
#include "schema/numbering.hpp"
#include "policy/policy_cache.hpp"
#include "policy/replicated.hpp"
#include "pg/sql.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/syscache.h"
#include "utils/inval.h"
#include "storage/lmgr.h"
#include "catalog/pg_attribute.h"
#include "catalog/indexing.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "commands/tablespace.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// By its name: the last word before a row is written, and the first after one is deleted, before cascades.
constexpr char kClockTrigger[] = "~retention_clock";
constexpr char kGuardTrigger[] = "!retention_guard";
constexpr char kTruncateTrigger[] = "~retention_truncate";
constexpr char kPathTrigger[] = "~retention_path";
constexpr char kPathEvents[] = "AFTER INSERT OR UPDATE";

void run_alter(const char *sql) {
    int code = 0;
    during(own_command, true, [&] { code = SPI_execute(sql, false, 0); });
    if (code < 0) elog(ERROR, "could not execute \"%s\"", sql);
}

void as_owner(Oid relid, const char *sql) {
    SPI_connect();
    const ActingAs saved = act_as(owner_of(relid), false);
    run_alter("SET LOCAL lock_timeout = '1s'");
    run_alter(sql);
    leave(saved);
    SPI_finish();
}

// In the catalogs. Operators are found by a search_path, which is the caller's until it is pinned.
SqlRows look_up(const char *sql) {
    const ActingAs saved = act_as(extension_owner(), false);
    const SqlRows found = run_governed(kOnceReading, sql);
    leave(saved);
    return found;
}

void add_trigger(Oid relid, const char *name, const char *events, const char *function) {
    if (OidIsValid(get_trigger_oid(relid, name, true))) return;
    const char *table = qualified_name(relid);
    const char *quoted = quote_identifier(name);
    as_owner(relid, psprintf("CREATE TRIGGER %s %s ON %s FOR EACH ROW EXECUTE FUNCTION retention.%s(); "
                             "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s",
                             quoted, events, table, function, table, quoted));
}

// Not what a partition has of its parent.
bool has_own_trigger(Oid relid, const char *name) {
    Relation rel = try_table_open(relid, AccessShareLock);
    bool found = false;
    // Dropped by the same command.
    if (rel == nullptr) return false;
    for (int i = 0; rel->trigdesc != nullptr && i < rel->trigdesc->numtriggers; ++i)
        found = found || (!rel->trigdesc->triggers[i].tgisclone && strcmp(rel->trigdesc->triggers[i].tgname, name) == 0);
    table_close(rel, NoLock);
    return found;
}

// The server asks nobody about a TRUNCATE that comes by replication, and triggers for statements are each table's own.
void guard_truncate(Oid relid) {
    if (get_rel_relkind(relid) != RELKIND_RELATION || OidIsValid(get_trigger_oid(relid, kTruncateTrigger, true))) return;
    const char *table = qualified_name(relid);
    const char *quoted = quote_identifier(kTruncateTrigger);
    as_owner(relid,
             psprintf("CREATE TRIGGER %s BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION retention.guard_truncate(); "
                      "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s",
                      quoted, table, table, quoted));
}

void drop_trigger(Oid relid, const char *name) {
    if (!has_own_trigger(relid, name)) return;
    as_owner(relid, psprintf("DROP TRIGGER %s ON %s", quote_identifier(name), qualified_name(relid)));
}

// Partitions that have policies of their own will have the table's triggers instead of theirs.
void give_to_partitions(Oid relid, const char *name) {
    if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE || OidIsValid(get_trigger_oid(relid, name, true))) return;
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) drop_trigger(lfirst_oid(cell), name);
}

// A partition has the columns of its table.
void require_own_columns(Oid relid) {
    if (!get_rel_relispartition(relid)) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("partition \"%s\" cannot have a policy before its partitioned table has one", get_rel_name(relid)),
                    errhint("Write a policy for table %s first. For a part of its rows alone it has a condition in applies_to.",
                            qualified_name(llast_oid(get_partition_ancestors(relid))))));
}

bool has_path_through(const Policy &policy, Oid relid) {
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[k], &path, &problem)) continue;
        for (int h = 0; h < path.n_hops; ++h)
            if (path.hops[h].to_relid == relid) return true;
    }
    return false;
}

// Another policy's path still runs through the table.
bool table_is_on_a_path(Oid relid) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (has_path_through(policy[i], relid)) return true;
    return false;
}

}  // namespace

// Of partitions, and of tables that inherit from one that has a clock: where theirs comes from.
static Oid source_of_clock(Oid relid) {
    SPI_connect();
    for (;;) {
        const SqlRows parents =
            look_up(psprintf("SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = %u", relid));
        Oid parent = InvalidOid;
        for (const SqlRow row : parents)
            if (clock_column(row.get<Oid>(1)) != InvalidAttrNumber) parent = row.get<Oid>(1);
        if (!OidIsValid(parent)) break;
        relid = parent;
    }
    SPI_finish();
    return relid;
}

// It goes with the last policy of all that have it from there.
static void drop_idle_clock(Oid relid) {
    const Oid top = source_of_clock(relid);
    const AttrNumber column = clock_column(top);
    ListCell *cell = nullptr;
    if (column == InvalidAttrNumber) return;
    foreach (cell, find_all_inheritors(top, AccessShareLock, nullptr))
        if (has_policies(lfirst_oid(cell))) return;
    as_owner(top,
             psprintf("ALTER TABLE %s DROP COLUMN %s", qualified_name(top), quote_identifier(get_attname(top, column, false))));
}

void keep_truncate_guards(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (is_managed(lfirst_oid(cell)))
            guard_truncate(lfirst_oid(cell));
        else
            drop_trigger(lfirst_oid(cell), kTruncateTrigger);
}

bool has_guard(Oid relid) { return OidIsValid(get_trigger_oid(relid, kGuardTrigger, true)); }

static void add_clock_triggers(Oid relid) {
    give_to_partitions(relid, kClockTrigger);
    give_to_partitions(relid, kGuardTrigger);
    add_trigger(relid, kClockTrigger, "BEFORE INSERT OR UPDATE", "maintain_clock");
    add_trigger(relid, kGuardTrigger, "AFTER DELETE", "guard_delete");
    keep_truncate_guards(relid);
}

// What a row has that comes without a clock, where no trigger fires. Rows of a table with policies are unknown until they are stamped; others
// nobody will stamp.
static void set_default(Oid relid, core::Clock clock) {
    char text[core::kClockText] = {};
    core::format_clock(clock, text, sizeof text);
    SPI_connect();
    const bool is_set = look_up(psprintf("SELECT 1 FROM pg_catalog.pg_attrdef WHERE adrelid = %u AND adnum = %d AND "
                                         "pg_catalog.pg_get_expr(adbin, adrelid) ~ '''%s'''",
                                         relid, clock_column(relid), text))
                            .n > 0;
    SPI_finish();
    if (!is_set)
        as_owner(relid, psprintf("ALTER TABLE ONLY %s ALTER COLUMN %s SET DEFAULT '%s'", qualified_name(relid), clock_name(relid),
                                 text));
}

static void set_defaults(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            set_default(lfirst_oid(cell), is_managed(lfirst_oid(cell)) ? core::kUnknownClock : core::kNoClock);
}

// Its columns are those of its type.
static void refuse_typed(Oid relid) {
    Relation rel = table_open(relid, AccessShareLock);
    const Oid type = rel->rd_rel->reloftype;
    table_close(rel, NoLock);
    if (!OidIsValid(type)) return;
    const char *table = qualified_name(relid);
    ereport(ERROR,
            (errcode(ERRCODE_WRONG_OBJECT_TYPE),
             errmsg("table \"%s\" is made of type %s and cannot have a clock column of its own", get_rel_name(relid),
                    format_type_be(type)),
             errhint("ALTER TABLE %s NOT OF; the table stays as it is. Once it has its policy, and its type an attribute of "
                     "the name and type of the clock, ALTER TABLE %s OF %s again.",
                     table, table, format_type_be_qualified(type))));
}

static void add_clock(const Policy &policy) {
    require_own_columns(policy.relid);
    refuse_typed(policy.relid);
    as_owner(policy.relid, psprintf("ALTER TABLE %s ADD COLUMN retention_clock retention.clock(%d) NOT NULL DEFAULT '%d'",
                                    qualified_name(policy.relid), own_number(), policy.id));
}

// In the catalog: ALTER TABLE would refuse it where a view or a row type uses the column, and nothing but the name of its type is another.
static void set_modifier(Oid relid, int32 number) {
    LockRelationOid(relid, ShareUpdateExclusiveLock);
    Relation attributes = table_open(AttributeRelationId, RowExclusiveLock);
    HeapTuple tuple = SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(clock_column(relid)));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for the clock of relation %u", relid);
    reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->atttypmod = number;
    CatalogTupleUpdate(attributes, &tuple->t_self, tuple);
    table_close(attributes, RowExclusiveLock);
    CacheInvalidateRelcacheByRelid(relid);
}

void adopt_clock(Oid relid) {
    if (!has_foreign_clock(relid)) return;
    const Oid top = source_of_clock(relid);
    const int32 number = own_number();
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(top, AccessShareLock, nullptr))
        if (has_foreign_clock(lfirst_oid(cell))) set_modifier(lfirst_oid(cell), number);
    CommandCounterIncrement();
    set_defaults(top);
}

void follow_copied(Oid relid) {
    if (clock_column(relid) != InvalidAttrNumber && !is_managed(relid)) set_default(relid, core::kNoClock);
}

// Ancestors first and the table last, as an application locks them: whoever has changed an ancestor gets on to its rows.
void provide(const Policy &policy, const Path *paths, int n_paths) {
    for (int i = 0; i < n_paths; ++i)
        for (int h = paths[i].n_hops - 1; h >= 0; --h)
            add_trigger(paths[i].hops[h].to_relid, kPathTrigger, kPathEvents, "follow_path");
    if (!OidIsValid(get_trigger_oid(policy.relid, kGuardTrigger, true))) warn_of_replication(policy.relid);
    if (clock_column(policy.relid) == InvalidAttrNumber)
        add_clock(policy);
    else if (has_foreign_clock(policy.relid) && policy.mode != Mode::kOff)
        plan_stamping(source_of_clock(policy.relid));
    set_defaults(policy.relid);
    add_clock_triggers(policy.relid);
}

void withdraw(Oid relid, const Path *paths, int n_paths) {
    for (int i = 0; i < n_paths; ++i)
        for (int h = 0; h < paths[i].n_hops; ++h)
            if (!table_is_on_a_path(paths[i].hops[h].to_relid)) drop_trigger(paths[i].hops[h].to_relid, kPathTrigger);
    if (has_policies(relid)) return;
    drop_trigger(relid, kClockTrigger);
    drop_trigger(relid, kGuardTrigger);
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (has_policies(lfirst_oid(cell))) stand_alone(lfirst_oid(cell), true);
    keep_truncate_guards(relid);
    drop_idle_clock(relid);
    set_defaults(relid);
}

bool has_policies(Oid relid) {
    int count = 0;
    (void) policies_of(relid, &count);
    return count > 0;
}

void make_way(Oid parent, Oid partition) {
    if (!has_foreign_clock(parent) && has_foreign_clock(partition) && is_empty(partition)) adopt_clock(partition);
    List *tables = find_all_inheritors(partition, AccessShareLock, nullptr);
    for (const char *name : {kClockTrigger, kGuardTrigger, kPathTrigger}) {
        if (!OidIsValid(get_trigger_oid(parent, name, true))) continue;
        ListCell *cell = nullptr;
        foreach (cell, tables) drop_trigger(lfirst_oid(cell), name);
    }
}

void stand_alone(Oid relid, bool has_policies) {
    if (table_is_on_a_path(relid)) add_trigger(relid, kPathTrigger, kPathEvents, "follow_path");
    if (has_policies)
        add_clock_triggers(relid);
    else
        keep_truncate_guards(relid);
    set_defaults(relid);
}

void require_index_rights(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid schema = get_rel_namespace(lfirst_oid(cell)), owner = owner_of(lfirst_oid(cell));
        if (may_create_in(schema, owner) || is_indexed(lfirst_oid(cell))) continue;
        const char *name = quote_identifier(get_namespace_name(schema)),
                   *role = quote_identifier(GetUserNameFromId(owner, false));
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("role %s, which owns table \"%s\", may not create the index on its clock in schema %s", role,
                               get_rel_name(lfirst_oid(cell)), name),
                        errhint("GRANT CREATE ON SCHEMA %s TO %s.", name, role)));
    }
}

bool is_empty(Oid relid) {
    ListCell *cell = nullptr;
    bool empty = true;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        Relation rel = table_open(lfirst_oid(cell), AccessShareLock);
        if (RELKIND_HAS_STORAGE(rel->rd_rel->relkind)) empty = empty && RelationGetNumberOfBlocks(rel) == 0;
        table_close(rel, AccessShareLock);
    }
    return empty;
}

// The leftover of a build that was cut short, if there is one.
bool find_clock_index(Oid relid, Oid *invalid) {
    Relation rel = table_open(relid, AccessShareLock);
    const AttrNumber clock = clock_column(relid);
    bool found = false;
    ListCell *cell = nullptr;
    // An expression stands in an index as column 0.
    foreach (cell, clock == InvalidAttrNumber ? NIL : RelationGetIndexList(rel)) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        const bool serves = is_clock_index(index, clock), valid = index->rd_index->indisvalid;
        index_close(index, AccessShareLock);
        found = found || (serves && valid);
        if (serves && !valid && invalid != nullptr) *invalid = lfirst_oid(cell);
    }
    table_close(rel, NoLock);
    return found;
}

bool is_indexed(Oid relid) { return find_clock_index(relid, nullptr); }

// Where new tables and indexes go by default is a setting of the database, and not everybody's to write to.
static bool may_use_default_tablespace(Oid role) {
    const Oid tablespace = GetDefaultTablespace(RELPERSISTENCE_PERMANENT, false);
    return !OidIsValid(tablespace) || may_create_in_tablespace(tablespace, role);
}

void provide_index(Oid relid) {
    require_index_rights(relid);
    const int nest_level = NewGUCNestLevel();
    if (!may_use_default_tablespace(owner_of(relid)))
        (void) set_config_option("default_tablespace", "", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    const char *column = quote_identifier(get_attname(relid, clock_column(relid), false));
    as_owner(relid, psprintf("CREATE INDEX ON %s (%s) WHERE retention.pending(%s)", qualified_name(relid), column, column));
    AtEOXact_GUC(false, nest_level);
}

void fire_always(Oid relid, const char *trigger) {
    as_owner(relid, psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", qualified_name(relid), quote_identifier(trigger)));
}

void restore_triggers() {
    SPI_connect();
    const SqlRows found =
        look_up("SELECT t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid "
                "WHERE t.tgenabled <> 'A' AND p.pronamespace = 'retention'::pg_catalog.regnamespace ORDER BY t.tgrelid");
    for (const SqlRow row : found) fire_always(row.get<Oid>(1), row.text(2));
    SPI_finish();
}

bool is_followed(Oid relid) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    List *tables = lcons_oid(relid, get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL);
    ListCell *cell = nullptr;
    for (int i = 0; i < count; ++i)
        foreach (cell, tables)
            if (policy[i].validated && has_path_through(policy[i], lfirst_oid(cell))) return true;
    return false;
}

bool follows_path(Oid relid) { return OidIsValid(get_trigger_oid(relid, kPathTrigger, true)); }

void drop_idle_path_triggers() {
    SPI_connect();
    const SqlRows found = look_up("SELECT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgname = '~retention_path' "
                                  "AND t.tgparentid = 0 AND t.tgfoid = 'retention.follow_path'::pg_catalog.regproc");
    for (const SqlRow row : found) {
        const auto relid = row.get<Oid>(1);
        if (!table_is_on_a_path(relid)) drop_trigger(relid, kPathTrigger);
    }
    SPI_finish();
}

}  // namespace pg_retention
