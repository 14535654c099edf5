#pragma once
// Differences between PostgreSQL versions, presented as the newest form. PG_VERSION_NUM stands nowhere else.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/tableam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_tablespace.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/vacuum.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "nodes/tidbitmap.h"
#include "optimizer/clauses.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"  // 19: get_database_name, before in commands/dbcommands.h
#include "utils/regproc.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/tuplesort.h"
#include "utils/typcache.h"
#include "utils/wait_event.h"
}

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 200000
#error "pg_retention supports PostgreSQL 15 to 19"
#endif

// 18: modules say their name and version.
#ifdef PG_MODULE_MAGIC_EXT
#define RETENTION_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "pg_retention", .version = "1.0")
#else
#define RETENTION_MODULE_MAGIC PG_MODULE_MAGIC
#endif

// 16: an input function can hand an error to its caller instead of raising it.
#ifndef ereturn
#define ereturn(context, value, ...) \
    do {                             \
        (void) (context);            \
        ereport(ERROR, __VA_ARGS__); \
        return value;                \
    } while (0)
#endif

// 16: where a relation's file is has other names.
#if PG_VERSION_NUM < 160000
inline Buffer read_permanent_block(Oid tablespace, Oid file, BlockNumber block) {
    return ReadBufferWithoutRelcache(RelFileNode{tablespace, MyDatabaseId, file}, MAIN_FORKNUM, block, RBM_NORMAL, nullptr, true);
}
#else
inline Buffer read_permanent_block(Oid tablespace, Oid file, BlockNumber block) {
    return ReadBufferWithoutRelcache(RelFileLocator{tablespace, MyDatabaseId, file}, MAIN_FORKNUM, block, RBM_NORMAL, nullptr,
                                     true);
}
#endif

// 16: whether what was sorted is to be copied is asked.
#if PG_VERSION_NUM < 160000
inline bool next_sorted(Tuplesortstate *sort, Datum *copy) {
    bool isnull = false;
    return tuplesort_getdatum(sort, true, copy, &isnull, nullptr);
}
#else
inline bool next_sorted(Tuplesortstate *sort, Datum *copy) {
    bool isnull = false;
    return tuplesort_getdatum(sort, true, true, copy, &isnull, nullptr);
}
#endif

// 18: indexes of other kinds than B-trees may know an order.
#if PG_VERSION_NUM < 180000
inline List *get_op_index_interpretation(Oid operation) { return get_op_btree_interpretation(operation); }
#endif

// 18: bytea can be reversed, too, and what is told apart has longer names.
#ifndef F_REVERSE_TEXT
#define F_REVERSE_TEXT F_REVERSE
#endif

// 18: generated columns need not be stored.
#ifndef ATTRIBUTE_GENERATED_VIRTUAL
#define ATTRIBUTE_GENERATED_VIRTUAL 'v'
#endif

// Parameters of hooks, and the same as arguments for the hook before.
// 19: a planner hook is given what EXPLAIN collects in.
#if PG_VERSION_NUM >= 190000
#define RETENTION_PLAN_PARAMETERS Query *query, const char *text, int options, ParamListInfo params, ExplainState *explain
#define RETENTION_PLAN_ARGUMENTS query, text, options, params, explain
#else
#define RETENTION_PLAN_PARAMETERS Query *query, const char *text, int options, ParamListInfo params
#define RETENTION_PLAN_ARGUMENTS query, text, options, params
#endif

// 18: an executor hook is no longer told whether the plan runs once.
#if PG_VERSION_NUM >= 180000
#define RETENTION_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define RETENTION_RUN_ARGUMENTS query, direction, count
#else
#define RETENTION_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define RETENTION_RUN_ARGUMENTS query, direction, count, once
#endif

// 19: one hook for each relation of a plan, in place of one for tables.
#if PG_VERSION_NUM >= 190000
#define RETENTION_RELATION_HOOK build_simple_rel_hook
using RelationHook = build_simple_rel_hook_type;
#define RETENTION_RELATION_PARAMETERS PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *entry
#define RETENTION_RELATION_ARGUMENTS root, rel, entry
#else
#define RETENTION_RELATION_HOOK get_relation_info_hook
using RelationHook = get_relation_info_hook_type;
#define RETENTION_RELATION_PARAMETERS PlannerInfo *root, Oid relid, bool inherits, RelOptInfo *rel
#define RETENTION_RELATION_ARGUMENTS root, relid, inherits, rel
#endif

// 16: permissions stand in a list beside the range table.
#if PG_VERSION_NUM >= 160000
#define RETENTION_PERMS_PARAMETERS List *entries, List *permissions, bool complain
#define RETENTION_PERMS_ARGUMENTS entries, permissions, complain
#else
#define RETENTION_PERMS_PARAMETERS List *entries, bool complain
#define RETENTION_PERMS_ARGUMENTS entries, complain
#endif

namespace pg_retention {

// 17: a backend's virtual transaction is one member.
#if PG_VERSION_NUM >= 170000
inline LocalTransactionId own_lxid() { return MyProc->vxid.lxid; }
#else
inline LocalTransactionId own_lxid() { return MyProc->lxid; }
#endif

// 16: walkers take typed pointers and became macros that cast.
#if PG_VERSION_NUM >= 160000
using TreeWalker = bool (*)(Node *, void *);
inline TreeWalker tree_walker_fn(bool (*walker)(Node *, void *)) { return walker; }
#else
using TreeWalker = bool (*)();
inline TreeWalker tree_walker_fn(bool (*walker)(Node *, void *)) {
    return reinterpret_cast<TreeWalker>(reinterpret_cast<void *>(walker));
}
#endif

// 16: what a check leaves for the assignment of a setting has a memory of its own. Null: there is none left.
inline void *allocate_for_setting(size_t size) {
#if PG_VERSION_NUM >= 160000
    return guc_malloc(LOG, size);
#else
    return malloc(size);
#endif
}

// 16: one ownership test for all object classes (object_ownercheck).
inline bool owns_table(Oid relid, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relid, role);
#else
    return pg_class_ownercheck(relid, role);
#endif
}

inline bool owns_type(Oid type, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(TypeRelationId, type, role);
#else
    return pg_type_ownercheck(type, role);
#endif
}
inline bool owns_schema(Oid schema, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(NamespaceRelationId, schema, role);
#else
    return pg_namespace_ownercheck(schema, role);
#endif
}
inline bool owns_database(Oid database, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(DatabaseRelationId, database, role);
#else
    return pg_database_ownercheck(database, role);
#endif
}

// 17: to maintain a table is a right of its own.
inline bool has_maintain_right([[maybe_unused]] Oid relid, [[maybe_unused]] Oid role) {
#if PG_VERSION_NUM >= 170000
    return pg_class_aclcheck(relid, role, ACL_MAINTAIN) == ACLCHECK_OK;
#else
    return false;
#endif
}

// 16: renamed. Warns when the user may not.
inline bool may_vacuum(Oid relid, bool vacuum) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return false;
    auto *form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const auto option = vacuum ? VACOPT_VACUUM : VACOPT_ANALYZE;
#if PG_VERSION_NUM >= 160000
    const bool may = vacuum_is_permitted_for_relation(relid, form, option);
#else
    const bool may = vacuum_is_relation_owner(relid, form, option);
#endif
    ReleaseSysCache(tuple);
    return may;
}

// 16: and one test of rights (object_aclcheck).
inline bool may_execute(Oid function, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE) == ACLCHECK_OK;
#else
    return pg_proc_aclcheck(function, role, ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

inline bool may_in_schema(Oid schema, Oid role, AclMode right) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, right) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, role, right) == ACLCHECK_OK;
#endif
}
inline bool may_create_in_tablespace(Oid tablespace, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(TableSpaceRelationId, tablespace, role, ACL_CREATE) == ACLCHECK_OK;
#else
    return pg_tablespace_aclcheck(tablespace, role, ACL_CREATE) == ACLCHECK_OK;
#endif
}
inline bool may_create_in(Oid schema, Oid role) { return may_in_schema(schema, role, ACL_CREATE); }
inline bool may_use_schema(Oid schema, Oid role) { return may_in_schema(schema, role, ACL_USAGE); }

// 16: an update says which indexes need entries: all, or only those that summarise (before: whether any).
#if PG_VERSION_NUM >= 160000
using TU_Indexes = TU_UpdateIndexes;
inline bool needs_index_entries(TU_Indexes indexes) { return indexes != TU_None; }
#else
using TU_Indexes = bool;
inline bool needs_index_entries(TU_Indexes indexes) { return indexes; }
#endif

// 18: a foreign key may compare periods, or not be enforced.
inline bool has_period([[maybe_unused]] const FormData_pg_constraint *key) {
#if PG_VERSION_NUM >= 180000
    return key->conperiod;
#else
    return false;
#endif
}
inline bool is_enforced([[maybe_unused]] const FormData_pg_constraint *key) {
#if PG_VERSION_NUM >= 180000
    return key->conenforced;
#else
    return true;
#endif
}

inline bool is_enforced([[maybe_unused]] const Constraint *constraint) {
#if PG_VERSION_NUM >= 180000
    return constraint->is_enforced || (constraint->contype != CONSTR_CHECK && constraint->contype != CONSTR_FOREIGN);
#else
    return true;
#endif
}
inline bool has_overlaps([[maybe_unused]] const Constraint *constraint) {
#if PG_VERSION_NUM >= 180000
    return constraint->without_overlaps;
#else
    return false;
#endif
}

// 19: says whether one of them is volatile, too.
inline bool has_constraints(Oid domain) {
#if PG_VERSION_NUM >= 190000
    bool is_volatile = false;
    return DomainHasConstraints(domain, &is_volatile);
#else
    return DomainHasConstraints(domain);
#endif
}

// 19: flags instead of booleans. Not as an update, which would have each full page of an index searched for versions of rows that are gone: where
// many rows are written once, there is none yet.
inline void insert_index_entries(ResultRelInfo *target, TupleTableSlot *slot, EState *estate,
                                 [[maybe_unused]] TU_Indexes indexes) {
#if PG_VERSION_NUM >= 190000
    const uint32 flags = indexes == TU_Summarizing ? EIIT_ONLY_SUMMARIZING : 0;
    ExecInsertIndexTuples(target, estate, flags, slot, NIL, nullptr);
#elif PG_VERSION_NUM >= 160000
    ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL, indexes == TU_Summarizing);
#else
    ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL);
#endif
}

// 19: scans are given flags.
inline TableScanDesc begin_range_scan(Relation rel, Snapshot snapshot, ItemPointer from, ItemPointer to) {
#if PG_VERSION_NUM >= 190000
    return table_beginscan_tidrange(rel, snapshot, from, to, SO_NONE);
#else
    return table_beginscan_tidrange(rel, snapshot, from, to);
#endif
}

inline TableScanDesc begin_scan(Relation rel, Snapshot snapshot) {
#if PG_VERSION_NUM >= 190000
    return table_beginscan(rel, snapshot, 0, nullptr, SO_NONE);
#else
    return table_beginscan(rel, snapshot, 0, nullptr);
#endif
}

// 18: counts what EXPLAIN shows.
inline IndexScanDesc begin_index_scan(Relation heap, Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 190000
    return index_beginscan(heap, index, snapshot, nullptr, keys, 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
    return index_beginscan(heap, index, snapshot, nullptr, keys, 0);
#else
    return index_beginscan(heap, index, snapshot, keys, 0);
#endif
}

inline IndexScanDesc begin_bitmap_scan(Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 180000
    return index_beginscan_bitmap(index, snapshot, nullptr, keys);
#else
    return index_beginscan_bitmap(index, snapshot, keys);
#endif
}

inline IndexFetchTableData *begin_index_fetch(Relation rel) {
#if PG_VERSION_NUM >= 190000
    return table_index_fetch_begin(rel, SO_NONE);
#else
    return table_index_fetch_begin(rel);
#endif
}

// Waits for nobody. 19: options in place of a boolean.
inline TM_Result delete_tuple(Relation rel, ItemPointer tid, CommandId command, Snapshot snapshot) {
    TM_FailureData failure;
#if PG_VERSION_NUM >= 190000
    return table_tuple_delete(rel, tid, command, 0, snapshot, InvalidSnapshot, false, &failure);
#else
    return table_tuple_delete(rel, tid, command, snapshot, InvalidSnapshot, false, &failure, false);
#endif
}

// 18: the iterator of one backend has another name, and its rows are taken out by a call.
#if PG_VERSION_NUM >= 180000
using BitmapPages = TBMPrivateIterator;
inline BitmapPages *begin_pages(TIDBitmap *bitmap) { return tbm_begin_private_iterate(bitmap); }
#else
using BitmapPages = TBMIterator;
inline BitmapPages *begin_pages(TIDBitmap *bitmap) { return tbm_begin_iterate(bitmap); }
#endif

// The next page, and which of its rows; -1 of them: any. False: there is none.
inline bool next_page(BitmapPages *pages, BlockNumber *block, OffsetNumber *rows, int *n) {
#if PG_VERSION_NUM >= 180000
    TBMIterateResult page;
    if (!tbm_private_iterate(pages, &page)) return false;
    *block = page.blockno;
    *n = page.lossy ? -1 : tbm_extract_page_tuple(&page, rows, MaxHeapTuplesPerPage);
#else
    const TBMIterateResult *page = tbm_iterate(pages);
    if (page == nullptr) return false;
    *block = page->blockno;
    *n = page->ntuples;
    for (int i = 0; i < *n; ++i) rows[i] = page->offsets[i];
#endif
    return true;
}

// 19: ON CONFLICT DO SELECT returns the row that is there.
inline bool reads_conflicting_row(const OnConflictExpr *conflict) {
    if (conflict == nullptr) return false;
#if PG_VERSION_NUM >= 190000
    if (conflict->action == ONCONFLICT_SELECT) return true;
#endif
    return conflict->action == ONCONFLICT_UPDATE;
}

// 19: not only set-returning functions in SQL, but any that has a support function for it.
inline Query *inline_function(PlannerInfo *root, RangeTblEntry *rte) {
#if PG_VERSION_NUM >= 190000
    return inline_function_in_from(root, rte);
#else
    return inline_set_returning_function(root, rte);
#endif
}

// 19: a set in place of a list. Whether the test holds for one of the relations written to, by its place in the range table.
template <typename F>
bool any_result_relation(const PlannedStmt *plan, F test) {
#if PG_VERSION_NUM >= 190000
    const Bitmapset *targets = plan->resultRelationRelids;
    for (int i = bms_next_member(targets, -1); i >= 0; i = bms_next_member(targets, i))
        if (test(i)) return true;
#else
    ListCell *cell = nullptr;
    foreach (cell, plan->resultRelations)
        if (test(lfirst_int(cell))) return true;
#endif
    return false;
}

// 19: CLUSTER is a form of REPACK. relation: null where it is all tables.
inline bool is_cluster(const Node *statement, const RangeVar **relation) {
#if PG_VERSION_NUM >= 190000
    if (!IsA(statement, RepackStmt)) return false;
    const VacuumRelation *target = reinterpret_cast<const RepackStmt *>(statement)->relation;
    *relation = target == nullptr ? nullptr : target->relation;
#else
    if (!IsA(statement, ClusterStmt)) return false;
    *relation = reinterpret_cast<const ClusterStmt *>(statement)->relation;
#endif
    return true;
}

// A constraint of the table by that name is a CHECK.
inline bool is_check(Oid relid, const char *name) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(get_relation_constraint_oid(relid, name, true)));
    if (!HeapTupleIsValid(tuple)) return false;
    const bool check = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->contype == CONSTRAINT_CHECK;
    ReleaseSysCache(tuple);
    return check;
}

// Kinds of statements and forms of ALTER TABLE that not every version has.
constexpr int kAbsent = -1;
#if PG_VERSION_NUM >= 190000
constexpr int T_ClusterStmt = kAbsent;
#else
constexpr int T_RepackStmt = kAbsent, T_WaitStmt = kAbsent;
#endif
#if PG_VERSION_NUM >= 180000
constexpr int AT_CheckNotNull = kAbsent;
#endif
#if PG_VERSION_NUM < 170000
constexpr int AT_SetExpression = kAbsent;
#endif
#if PG_VERSION_NUM >= 160000
constexpr int AT_AddColumnRecurse = kAbsent, AT_DropColumnRecurse = kAbsent, AT_AddConstraintRecurse = kAbsent,
              AT_ValidateConstraintRecurse = kAbsent, AT_DropConstraintRecurse = kAbsent;
#endif

// 18: ALTER CONSTRAINT can have more checked than foreign keys. A NOT NULL that becomes inherited is set on children; and 19: a
// CHECK that becomes enforced is evaluated over all rows.
inline bool alters_checked_constraint([[maybe_unused]] Oid relid, [[maybe_unused]] const AlterTableCmd *command) {
#if PG_VERSION_NUM >= 180000
    const auto *alter = reinterpret_cast<const ATAlterConstraint *>(command->def);
    if (alter->alterInheritability && !alter->noinherit) return true;
#if PG_VERSION_NUM >= 190000
    return alter->alterEnforceability && alter->is_enforced && is_check(relid, alter->conname);
#endif
#endif
    return false;
}

// What COPY TO reads by itself. 18: a materialized view; 19: the partitions of a table.
inline bool copies_without_plan(char relkind) {
#if PG_VERSION_NUM >= 190000
    if (relkind == RELKIND_PARTITIONED_TABLE) return true;
#endif
#if PG_VERSION_NUM >= 180000
    if (relkind == RELKIND_MATVIEW) return true;
#endif
    return relkind == RELKIND_RELATION;
}

// 18: whether an operator compares is said of any kind of index that orders.
inline bool compares([[maybe_unused]] Oid operation) {
#if PG_VERSION_NUM >= 180000
    return get_op_index_interpretation(operation) != NIL;
#else
    return get_op_btree_interpretation(operation) != NIL;
#endif
}

// 18: a column is NOT NULL, too, of which the rows that were there are not known to be.
inline bool is_never_null(TupleDesc desc, int i) {
#if PG_VERSION_NUM >= 180000
    return TupleDescCompactAttr(desc, i)->attnullability == ATTNULLABLE_VALID;
#else
    return TupleDescAttr(desc, i)->attnotnull;
#endif
}

// 18: asked whether a deferrable key will do.
inline Oid primary_key_index(Relation rel) {
#if PG_VERSION_NUM >= 180000
    return RelationGetPrimaryKeyIndex(rel, false);
#else
    return RelationGetPrimaryKeyIndex(rel);
#endif
}

// 19: the caches have a type.
#if PG_VERSION_NUM >= 190000
using SysCacheId = SysCacheIdentifier;
#else
using SysCacheId = int;
#endif

// 16: reads identifiers with an error-saving context.
inline List *qualified_names(const char *text) {
#if PG_VERSION_NUM >= 160000
    return stringToQualifiedNameList(text, nullptr);
#else
    return stringToQualifiedNameList(text);
#endif
}

// 16: says more about what is wrong.
inline int decode_date_time(char **field, int *types, int n, int *kind, pg_tm *tm, fsec_t *fraction, int *zone) {
#if PG_VERSION_NUM >= 160000
    DateTimeErrorExtra extra;
    return DecodeDateTime(field, types, n, kind, tm, fraction, zone, &extra);
#else
    return DecodeDateTime(field, types, n, kind, tm, fraction, zone);
#endif
}

// 16: what a check hook hands to its assign hook lies in memory of the settings (before: in malloc's).
inline void *allocate_extra(std::size_t size) {
#if PG_VERSION_NUM >= 160000
    return guc_malloc(LOG, size);
#else
    return std::malloc(size);
#endif
}

// 17: a transaction may have a time limit.
inline void lift_transaction_timeout() {
#if PG_VERSION_NUM >= 170000
    SetConfigOption("transaction_timeout", "0", PGC_SUSET, PGC_S_OVERRIDE);
#endif
}

// 17: extensions name what they wait for.
inline uint32 nap_wait_event() {
#if PG_VERSION_NUM >= 170000
    static constinit uint32 event = 0;
    if (event == 0) event = WaitEventExtensionNew("RetentionNap");
    return event;
#else
    return PG_WAIT_EXTENSION;
#endif
}

}  // namespace pg_retention
