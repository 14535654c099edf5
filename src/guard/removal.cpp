// TRUNCATE and DROP ask for every table they empty, partitions and cascaded ones too (OAT_TRUNCATE and OAT_DROP are raised for
// each). The one hook for what the server says of objects: what changes the extension's own goes to own_objects.
#include "schema/extension.hpp"
#include "schema/user_code.hpp"
#include "policy/attached.hpp"
#include "policy/provision.hpp"
#include "policy/policy_cache.hpp"
#include "clock/decide.hpp"
#include "clock/kept_columns.hpp"
#include "policy/held_rows.hpp"
#include "policy/held_tables.hpp"
#include "guard/affected.hpp"
#include "guard/due_partition.hpp"
#include "guard/hidden.hpp"
#include "guard/maintenance.hpp"
#include "guard/own_objects.hpp"
#include "guard/removal.hpp"
#include "ledger/consequences.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/trigger.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "replication/logicalworker.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

// If the row that is released last may go, all may: so one row is looked at instead of each. But "last" is a matter of rows that are
// alike; one order over all clocks would look at the wrong one:
//
//   a row                                                     would be hidden from the look by
//   still pending, started in 2020                            one that is done with and started in 2024: it may go, this may not
//   never started: nothing may take it                        any that has started
//   held, or restricted, started in 2010                      any that started later and is neither
//   kept by an erasure, started in 2024: a flag, which the    one that started in 2020 with a higher flag, if flags came before starts
//     clock's own order puts before the start
//
// So for each policy there is one row of each combination of pending, never started, held and restricted: the one with the latest start,
// which is the order of clocks that are given all flags.
SqlRows latest_rows(Oid relid, bool only_hidden) {
    return run_as(only_hidden ? extension_owner() : owner_of(relid), kLatest,
                  psprintf("SELECT DISTINCT ON (p, w, s, h, r) c FROM (SELECT c, retention.policy(c), "
                           "retention.pending(c), retention.starts_at(c) IS NULL, %s, %s "
                           "FROM (SELECT %s FROM ONLY %s) AS t (c) WHERE %s) AS u (c, p, w, s, h, r) "
                           "ORDER BY p, w, s, h, r, retention.with_flags(c, %d) DESC",
                           has_flag("c", core::kHeld), has_flag("c", core::kRestricted), clock_name(relid), qualified_name(relid),
                           only_hidden ? psprintf("NOT (%s)", visible_text(relid, "c")) : "true", core::kAllFlags));
}

namespace {

constinit object_access_hook_type previous_access = nullptr;

// Which rows may go is known when they are stamped.
void refuse_unstamped(Oid relid, const char *what) {
    const Policy *policy = awaits_stamps(relid) && !is_empty(relid) ? standing_floor(relid) : nullptr;
    if (policy == nullptr) return;
    ereport(ERROR, (errcode(kMandatorySqlstate),
                    errmsg("cannot %s \"%s\": it came with rows that are not stamped yet, and policy \"%s\" is mandatory", what,
                           get_rel_name(relid), policy->name),
                    errhint("The worker, or CALL retention.sweep(), stamps them.")));
}

// A row that came while a hold on its person was being placed is not marked yet. A parallel restore empties tables that are empty, and then
// there may be no key yet by which a hold knows rows.
void refuse_unmarked(Oid relid, const char *what) {
    if (!may_hold_rows(relid) || is_empty(relid) || !held_rows.any_unmarked(relid)) return;
    Verdict verdict = {};
    verdict.held = true;
    refuse(verdict, what, get_rel_name(relid));
}

bool concerns(const KnownBy &known, ColumnChange change) {
    return change == ColumnChange::kAllValues || (change == ColumnChange::kReading && known.is_read);
}

// By what a hold knows rows that it keeps, in this table or in one that leads over it.
void refuse_changing_known(Oid relid, const char *what, const ColumnAsked &asked) {
    ListCell *cell = nullptr;
    if (!any_hold() || asked.change == ColumnChange::kValue) return;
    foreach (cell, held_columns.in(relid)) {
        const auto *known = static_cast<const KnownBy *>(lfirst(cell));
        if (!concerns(*known, asked.change) || !asks_for(known->columns, relid, asked) || !has_held_rows(known->relid)) continue;
        Verdict verdict = {};
        verdict.held = true;
        refuse(verdict, what, get_rel_name(relid));
    }
}

void check_rows(Oid relid, const char *what, bool only_hidden) {
    refuse_unstamped(relid, what);
    keep_holds_off(relid);
    SPI_connect();
    SqlRows found = {};
    unrevealed([&] { found = latest_rows(relid, only_hidden); });
    for (const SqlRow row : found) {
        const auto clock = row.get<core::Clock>(1);
        const Verdict verdict = decide(relid, clock);
        if (!may_go(verdict)) refuse(verdict, what, get_rel_name(relid));
    }
    SPI_finish();
    refuse_unmarked(relid, what);
}

List *parents_of(Oid relid) {
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
    List *parents = NIL;
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));)
        parents = lappend_oid(parents, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
    systable_endscan(scan);
    table_close(inherits, AccessShareLock);
    return parents;
}

// Of a rewrite (ALTER TABLE, CLUSTER, VACUUM FULL) the old copy of the table goes.
bool is_internal(const void *arg) {
    const auto *drop = static_cast<const ObjectAccessDrop *>(arg);
    return drop != nullptr && (drop->dropflags & PERFORM_DELETION_INTERNAL) != 0;
}

// The hook of TRUNCATE comes before the server asks for the right to it. Whoever has it neither on the table nor on one above,
// through which a partition is emptied, is refused by the server and learns no more.
bool may_truncate(Oid relid) {
    if (pg_class_aclcheck(relid, GetUserId(), ACL_TRUNCATE) == ACLCHECK_OK) return true;
    ListCell *cell = nullptr;
    foreach (cell, parents_of(relid))
        if (may_truncate(lfirst_oid(cell))) return true;
    return false;
}

// A temporary table is its session's own, and goes when that is past answering.
bool is_guarded(Oid relid) {
    return extension() != nullptr && !own_command && clock_column(relid) != InvalidAttrNumber &&
           get_rel_relkind(relid) == RELKIND_RELATION && get_rel_persistence(relid) != RELPERSISTENCE_TEMP;
}

// A table with clocks that no policy stands for holds rows that perhaps nobody has anywhere else: a copy, or a detached partition. Superusers
// are asked, too.
void refuse_losing_unmanaged(Oid relid, const char *what) {
    if (settings::confirm_drop || is_managed(relid) || !holds_hidden_rows(relid)) return;
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("cannot %s \"%s\": no policy stands for it, and it holds rows that are hidden", what, get_rel_name(relid)),
             errhint("Where retention.reveal shows that they are elsewhere, or shall go, set retention.confirm_drop = on.")));
}

void refuse_removal(Oid relid, const char *what) {
    check_rows(relid, what, false);
    refuse_losing_unmanaged(relid, what);
    refuse_unconfirmed(relid, what);
}

void check_drop(Oid relid) {
    if (!is_guarded(relid)) return;
    if (is_due_partition(relid))
        enter_due_partition(relid, "drop");
    else
        refuse_removal(relid, "drop");
}

// The server asks before it has the table's lock, and again if anything changed while it waited: rows that others commit meanwhile would
// go unasked. So the lock comes first, and the ledger is told by the trigger, which comes once.
void check_truncate(Oid relid) {
    if (!is_guarded(relid) || !may_truncate(relid)) return;
    LockRelationOid(relid, AccessExclusiveLock);
    if (is_guarded(relid) && !is_due_partition(relid)) refuse_removal(relid, "truncate");
}

// What the column is generated from. That goes before the column itself, so it is read as it was when the command began.
Node *generation_of(Oid relid, AttrNumber column) {
    if (get_attgenerated(relid, column) == '\0' || !ActiveSnapshotSet()) return nullptr;
    Relation defaults = table_open(AttrDefaultRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_attrdef_adrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    ScanKeyInit(&keys[1], Anum_pg_attrdef_adnum, BTEqualStrategyNumber, F_INT2EQ, Int16GetDatum(column));
    SysScanDesc scan = systable_beginscan(defaults, AttrDefaultIndexId, true, GetActiveSnapshot(), 2, keys);
    HeapTuple row = systable_getnext(scan);
    Node *expression = nullptr;
    bool isnull = true;
    if (HeapTupleIsValid(row)) {
        const Datum written = heap_getattr(row, Anum_pg_attrdef_adbin, RelationGetDescr(defaults), &isnull);
        if (!isnull) expression = static_cast<Node *>(stringToNode(TextDatumGetCString(written)));
    }
    systable_endscan(scan);
    table_close(defaults, AccessShareLock);
    return expression;
}

// From columns that stay, by what is the same whenever it is asked: with it no value goes.
bool can_be_computed_again(Oid relid, AttrNumber column) {
    Node *expression = generation_of(relid, column);
    return expression != nullptr && !calls_users(expression);
}

// With a column go the values of rows that nobody may see or change now. One of a composite type goes from each column of that type, too.
void check_column(Oid relid, AttrNumber column) {
    if (extension() == nullptr || own_command || clock_column(relid) == column || can_be_computed_again(relid, column)) return;
    const char *name = get_attname(relid, column, false);
    refuse_changing_kept(relid, psprintf("drop column \"%s\" of", name), ColumnAsked{column, InvalidOid});
    refuse_losing_values(relid, "drop a column of table", name);
    ListCell *cell = nullptr;
    foreach (cell, tables_with_values_of(get_rel_type_id(relid))) {
        // The server takes none of these: what others commit meanwhile would go unasked.
        LockRelationOid(lfirst_oid(cell), ShareLock);
        refuse_changing_kept(lfirst_oid(cell), "drop an attribute of a column of",
                             ColumnAsked{InvalidAttrNumber, get_rel_type_id(relid)});
        refuse_losing_values(lfirst_oid(cell), "drop an attribute of a column of table");
    }
}

// With a table its copies go; those over a table above it stay.
void note_parts(Oid relid) {
    const char kind = open_account == nullptr ? '\0' : get_rel_relkind(relid);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) return;
    ListCell *cell = nullptr;
    foreach (cell, parents_of(relid)) note_emptied(lfirst_oid(cell));
}

[[gnu::noinline]] void check_access(ObjectAccessType type, Oid class_id, Oid object, int sub, void *arg) {
    if (class_id != RelationRelationId) return;
    if (sub != 0) {
        if (type == OAT_DROP && !is_internal(arg)) guarded([object, sub] { check_column(object, static_cast<AttrNumber>(sub)); });
        return;
    }
    if (type == OAT_TRUNCATE)
        guarded([object] {
            check_truncate(object);
            note_emptied(object);
        });
    if (type == OAT_DROP && !is_internal(arg))
        guarded([object] {
            check_drop(object);
            note_parts(object);
        });
}

// Called for every name that is looked up and every function that is called, too.
void access(ObjectAccessType type, Oid class_id, Oid object, int sub, void *arg) {
    if (previous_access != nullptr) previous_access(type, class_id, object, sub, arg);
    if (type == OAT_FUNCTION_EXECUTE) {
        if (may_maintain_index(object)) check_maintenance(object);
    } else if (type == OAT_POST_CREATE || type == OAT_POST_ALTER) {
        guarded([type, class_id, object] { keep_own_object(type, class_id, object); });
    } else if (type == OAT_TRUNCATE || type == OAT_DROP) {
        check_access(type, class_id, object, sub, arg);
    }
}

}  // namespace

void refuse_over_kept_rows(Oid relid, const char *what) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION && clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            check_rows(lfirst_oid(cell), what, false);
}

void refuse_over_held_rows(Oid relid, const char *what) {
    ListCell *cell = nullptr;
    if (!any_hold()) return;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid part = lfirst_oid(cell);
        if (!is_guarded(part)) continue;
        keep_holds_off(part);
        Verdict held = {};
        held.held = whole_hold(part, 0) != nullptr;
        SPI_connect();
        SqlRows found = {};
        unrevealed([&] { found = latest_rows(part, false); });
        for (const SqlRow row : found) held.held = held.held || is_held(part, row.get<core::Clock>(1));
        SPI_finish();
        if (held.held) refuse(held, what, get_rel_name(part));
        refuse_unmarked(part, what);
    }
}

void note_truncate(Oid relid) {
    if (IsLogicalWorker()) refuse_over_kept_rows(relid, "truncate");
    if (is_guarded(relid) && is_due_partition(relid)) enter_due_partition(relid, "truncate");
}

void refuse_losing_values(Oid relid, const char *what, const char *column) {
    if (!is_guarded(relid)) return;
    check_rows(relid, what, true);
    refuse_unconfirmed(relid, what, column);
}

void refuse_changing_kept(Oid relid, const char *what, const ColumnAsked &asked) {
    if (!is_guarded(relid)) return;
    refuse_changing_known(relid, what, asked);
    if (!may_be_kept_column(relid, asked, true)) return;
    if (may_be_kept_column(relid, asked, false)) refuse_unstamped(relid, what);
    SPI_connect();
    SqlRows found = {};
    unrevealed([&] { found = latest_rows(relid, false); });
    for (const SqlRow row : found) {
        const auto clock = row.get<core::Clock>(1);
        const Verdict verdict = decide(relid, clock);
        if (is_kept_column(relid, clock, verdict, asked)) refuse(verdict, what, get_rel_name(relid));
    }
    SPI_finish();
    refuse_unmarked(relid, what);
}

void init_guard() {
    previous_access = object_access_hook;
    object_access_hook = access;
}

}  // namespace pg_retention

// What may go is asked by the hook, but for what comes by replication, which that is not told of.
RETENTION_FUNCTION(pg_retention_guard_truncate) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    if (!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) ||
        (data->tg_event & TRIGGER_EVENT_OPMASK) != TRIGGER_EVENT_TRUNCATE)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired before truncate", data->tg_trigger->tgname)));
    pg_retention::note_truncate(RelationGetRelid(data->tg_relation));
    return static_cast<Datum>(0);
}
