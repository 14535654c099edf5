#include "policy/attached.hpp"

#include "policy/armed.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/preparation.hpp"
#include "policy/provision.hpp"
#include "pg/compat.hpp"
#include "pg/invalidation.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// Which table a relation is a partition of, invalid: of none. Asked for each partition of a plan, several times. Holds until something comes
// about a relation that is noted: each that a chain of partitions leads through is.
struct Link {
    Oid relid;  // hash key
    Oid parent;
};
constinit HTAB *links = nullptr;
constinit bool links_stale = true;
// An answer that was under way when anything came is not noted.
constinit uint64_t relation_changes = 0;

void forget_links(Datum, Oid relid) {
    ++relation_changes;
    if (links == nullptr || links_stale) return;
    links_stale = relid == InvalidOid || hash_search(links, &relid, HASH_FIND, nullptr) != nullptr;
}

void reset_links() {
    if (links != nullptr) hash_destroy(links);
    links = nullptr;
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Link);
    links = hash_create("pg_retention partitions", 64, &control, HASH_ELEM | HASH_BLOBS);
    links_stale = false;
}

void note_link(Oid relid, Oid parent) {
    auto *link = static_cast<Link *>(hash_search(links, &relid, HASH_ENTER, nullptr));
    link->parent = parent;
}

[[gnu::noinline]] Oid read_parent(Oid relid) {
    const uint64_t before = relation_changes;
    List *ancestors = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;
    const Oid parent = ancestors == NIL ? InvalidOid : linitial_oid(ancestors);
    if (before != relation_changes) return parent;
    if (links == nullptr || links_stale) reset_links();
    ListCell *cell = nullptr;
    foreach (cell, ancestors) {
        note_link(relid, lfirst_oid(cell));
        relid = lfirst_oid(cell);
    }
    note_link(relid, InvalidOid);
    list_free(ancestors);
    return parent;
}

Oid parent_of(Oid relid) {
    if (links == nullptr || links_stale) return read_parent(relid);
    const auto *link = static_cast<const Link *>(hash_search(links, &relid, HASH_FIND, nullptr));
    return link == nullptr ? read_parent(relid) : link->parent;
}

}  // namespace

List *with_ancestors(Oid relid) {
    List *tables = list_make1_oid(relid);
    for (Oid parent = parent_of(relid); OidIsValid(parent); parent = parent_of(parent)) tables = lappend_oid(tables, parent);
    return tables;
}

bool is_part_of(Oid relid, Oid table) {
    List *tables = with_ancestors(relid);
    const bool is_one = list_member_oid(tables, table);
    list_free(tables);
    return is_one;
}

Oid topmost(Oid relid) {
    for (Oid parent = parent_of(relid); OidIsValid(parent); parent = parent_of(parent)) relid = parent;
    return relid;
}

namespace {

// Those of retention.preparation that were attached, and those whose rows are not stamped yet. As with policies, the lists hold while no
// change has come since their reading began, and one that could not be read is not an empty one.
constinit List *attached = NIL;
constinit List *unstamped = NIL;
constinit Oid watched = InvalidOid;
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

void forget_attached(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

void read_books() {
    const uint64_t before_reading = changes;
    const Oid books = get_relname_relid("preparation", extension()->schema);
    list_free(attached);
    list_free(unstamped);
    attached = unstamped = NIL;
    watched = extension()->policy_table;
    Relation table = table_open(books, AccessShareLock);
    TupleDesc desc = RelationGetDescr(table);
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, GetCatalogSnapshot(books), 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        bool isnull = false;
        const Oid relid = DatumGetObjectId(heap_getattr(tuple, SPI_fnumber(desc, "relation"), desc, &isnull));
        if (DatumGetBool(heap_getattr(tuple, SPI_fnumber(desc, "attached"), desc, &isnull)))
            attached = lappend_oid(attached, relid);
        if (!DatumGetBool(heap_getattr(tuple, SPI_fnumber(desc, "stamped"), desc, &isnull)))
            unstamped = lappend_oid(unstamped, relid);
    }
    systable_endscan(scan);
    MemoryContextSwitchTo(before);
    table_close(table, AccessShareLock);
    read_at = before_reading;
}

// False: there is nothing to read.
bool read_if_changed() {
    if (extension() == nullptr) return false;
    if (read_at != changes) read_books();
    return true;
}

bool any_attached() { return read_if_changed() && attached != NIL; }

// Other backends read the books anew, and make plans over the partitions anew.
void tell_all(Oid relid) {
    ListCell *cell = nullptr;
    CacheInvalidateRelcacheByRelid(extension()->policy_table);
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr)) CacheInvalidateRelcacheByRelid(lfirst_oid(cell));
}

}  // namespace

void plan_stamping(Oid relid) {
    SPI_connect();
    const ActingAs saved = act_as(extension_owner(), true);
    own("INSERT INTO retention.preparation (relation, attached) VALUES ($1, true) ON CONFLICT (relation) DO UPDATE "
        "SET next_block = 0, skipped = 0, stamped = false, attached = true, problem = NULL",
        relid);
    leave(saved);
    SPI_finish();
    tell_all(relid);
}

namespace {

bool any_in(const List *wanted, const List *tables) {
    const ListCell *cell = nullptr;
    foreach (cell, tables)
        if (list_member_oid(wanted, lfirst_oid(cell))) return true;
    return false;
}

bool is_table(Oid relid) {
    const char kind = get_rel_relkind(relid);
    return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

}  // namespace

bool awaits_stamps(Oid relid) {
    if (any_attached() && any_in(attached, with_ancestors(relid))) return true;
    return has_foreign_clock(relid) && standing_policies(relid) != NIL;
}

bool came_attached(Oid relid) {
    const ListCell *cell = nullptr;
    if (!any_attached()) return false;
    foreach (cell, with_ancestors(relid))
        if (get_rel_relispartition(lfirst_oid(cell)) && list_member_oid(attached, lfirst_oid(cell))) return true;
    return false;
}

bool is_unstamped(Oid relid) { return read_if_changed() && unstamped != NIL && any_in(unstamped, with_ancestors(relid)); }

bool is_being_stamped(Oid relid) { return has_foreign_clock(relid) || is_unstamped(relid); }

List *unstamped_tables(Oid relid) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    if (!any_attached() && !has_foreign_clock(relid)) return NIL;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr))
        if (awaits_stamps(lfirst_oid(cell))) tables = lappend_oid(tables, lfirst_oid(cell));
    return tables;
}

// In the order of all policies.
static int by_place(const ListCell *a, const ListCell *b) { return lfirst(a) < lfirst(b) ? -1 : lfirst(a) > lfirst(b) ? 1 : 0; }

List *standing_policies(Oid relid) {
    List *found = NIL;
    for (Oid of = relid; OidIsValid(of); of = parent_of(of)) {
        int count = 0;
        const Policy *policy = policies_of(of, &count);
        for (int i = 0; i < count; ++i)
            if (policy[i].mode != Mode::kOff) found = lappend(found, const_cast<Policy *>(&policy[i]));
    }
    list_sort(found, by_place);
    return found;
}

bool is_switched_off(Oid relid, int16_t policy_id) {
    const Policy *policy = policy_by_id(policy_id);
    return policy != nullptr && policy->mode == Mode::kOff && list_member_oid(with_ancestors(relid), policy->relid);
}

template <typename F>
static bool has_policy(Oid relid, F is_one) {
    for (Oid of = relid; OidIsValid(of); of = parent_of(of)) {
        int count = 0;
        const Policy *policy = policies_of(of, &count);
        for (int i = 0; i < count; ++i)
            if (is_one(policy[i])) return true;
    }
    return false;
}

bool is_managed(Oid relid) {
    return has_policy(relid, [](const Policy &) { return true; });
}

bool is_checked(Oid relid) {
    return has_policy(relid, [](const Policy &policy) { return policy.validated; });
}

bool is_settled(Oid relid) {
    return has_policy(relid, [](const Policy &policy) { return policy.validated && policy.ready; });
}

const Policy *standing_floor(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, standing_policies(relid)) {
        const auto *policy = static_cast<const Policy *>(lfirst(cell));
        if (policy->mode == Mode::kEnforce && policy->terms.has_floor) return policy;
    }
    return nullptr;
}

[[noreturn]] static void refuse_unlogged(Oid relid, const char *mandatory) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("policy \"%s\" is mandatory, and table \"%s\" cannot be unlogged", mandatory, get_rel_name(relid)),
                    errhint("An unlogged table is empty after a crash. ALTER TABLE ... SET LOGGED.")));
}

void require_logged(Oid relid, const char *mandatory) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid part = lfirst_oid(cell);
        // What inherits has policies of its own.
        if (part != relid && !get_rel_relispartition(part)) continue;
        if (get_rel_persistence(part) == RELPERSISTENCE_UNLOGGED) refuse_unlogged(part, mandatory);
    }
}

static void keep_parts_logged(Oid relid) {
    const Policy *floor = standing_floor(relid);
    if (floor != nullptr) require_logged(relid, floor->name);
}

void keep_logged(const Node *statement) {
    if (!IsA(statement, AlterTableStmt) || extension() == nullptr) return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        if (lfirst_node(AlterTableCmd, cell)->subtype != AT_SetUnLogged) continue;
        const Oid relid = RangeVarGetRelid(alter->relation, NoLock, true);
        // Whoever does not own it is told so by the server.
        if (!OidIsValid(relid) || !owns_table(relid, GetUserId())) continue;
        if (const Policy *floor = standing_floor(relid); floor != nullptr) refuse_unlogged(relid, floor->name);
    }
}

static void follow_attach(Oid relid) {
    keep_parts_logged(relid);
    keep_truncate_guards(relid);
    if (standing_policies(relid) == NIL || is_empty(relid)) return;
    plan_stamping(relid);
    refuse_looser_place(relid);
}

// With its parent's triggers went what its own policies need. Until they are stamped anew, its rows are hidden and kept as they were before.
static void follow_detach(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid table = lfirst_oid(cell);
        stand_alone(table, has_policies(table));
        if (!has_policies(table) || is_empty(table)) continue;
        plan_preparation(table);
        refuse_looser_place(table);
        arm_policies_of(table);
    }
}

template <typename F>
static void for_each_partition_in(const Node *statement, F body) {
    if (!IsA(statement, AlterTableStmt) || extension() == nullptr) return;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AttachPartition && command->subtype != AT_DetachPartition &&
            command->subtype != AT_DetachPartitionFinalize)
            continue;
        const Oid relid = RangeVarGetRelid(reinterpret_cast<const PartitionCmd *>(command->def)->name, NoLock, true);
        if (OidIsValid(relid) && is_table(relid)) body(relid, command->subtype == AT_AttachPartition);
    }
}

void make_way_for_attached(const Node *statement) {
    for_each_partition_in(statement, [statement](Oid relid, bool attaches) {
        if (!attaches) return;
        const Oid parent = RangeVarGetRelid(reinterpret_cast<const AlterTableStmt *>(statement)->relation, NoLock, true);
        // Others are refused by the server.
        if (OidIsValid(parent) && owns_table(parent, GetUserId()) && owns_table(relid, GetUserId())) make_way(parent, relid);
    });
}

bool makes_copy(const Node *statement) {
    if (!IsA(statement, CreateStmt)) return false;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const CreateStmt *>(statement)->tableElts)
        if (IsA(lfirst(cell), TableLikeClause)) return true;
    return false;
}

// A partition that is made as one.
static void follow_new_partition(const Node *statement) {
    if (!IsA(statement, CreateStmt) || reinterpret_cast<const CreateStmt *>(statement)->partbound == nullptr) return;
    const Oid relid = RangeVarGetRelid(reinterpret_cast<const CreateStmt *>(statement)->relation, NoLock, true);
    if (!OidIsValid(relid) || extension() == nullptr || !is_managed(relid)) return;
    CommandCounterIncrement();
    keep_parts_logged(relid);
    keep_truncate_guards(relid);
}

void follow_attached(const Node *statement) {
    follow_new_partition(statement);
    for_each_partition_in(statement, [](Oid relid, bool attaches) {
        CommandCounterIncrement();
        attaches ? follow_attach(relid) : follow_detach(relid);
    });
}

void follow_copy(const Node *statement) {
    CommandCounterIncrement();
    const Oid relid = RangeVarGetRelid(reinterpret_cast<const CreateStmt *>(statement)->relation, NoLock, true);
    if (OidIsValid(relid)) follow_copied(relid);
}

void attached_is_stamped(Oid relid) { tell_all(relid); }

void init_attached() {
    watch_relations(forget_attached);
    watch_relations(forget_links);
}

}  // namespace pg_retention
