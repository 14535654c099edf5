// Legal holds (Article 17(3)(b) and (e)): placed, looked at again, lifted.
#include <algorithm>

#include "ledger/ledger.hpp"
#include "clock/stamp.hpp"
#include "pg/actor.hpp"
#include "pg/arguments.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/timezone.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/provision.hpp"
#include "requests/call.hpp"
#include "requests/deferred.hpp"
#include "requests/hold_terms.hpp"
#include "schema/own.hpp"
#include "subject/held.hpp"
#include "subject/json.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

SqlValue text_or_null(const char *text) { return sql_value(text); }

struct Written {
    int64 id;
    const char *review_on;  // as ISO 8601, whatever the session writes
};

Written insert_hold(const HoldTerms &terms) {
    Written hold = {};
    during(own_policy_write, true, [&] {
        const SqlRows written = own(
            "INSERT INTO retention.hold (name, reason, ground, scope, policy_id, relation, kind, key, condition, owner, readers, "
            "review_on, placed_at, placed_by) VALUES ($1, $2, $3, $4, nullif($5, 0), nullif($6, 0)::regclass, $7, $8, $9, $10, $11, "
            "$12, $13, $14) RETURNING hold_id, to_char(review_on, 'YYYY-MM-DD')",
            terms.name, terms.reason, terms.ground, name_of(terms.scope), static_cast<int16>(terms.policy_id), terms.relid,
            terms.kind, terms.key == 0 ? null_of(JSONBOID) : typed(JSONBOID, terms.key), text_or_null(terms.condition),
            terms.owner, typed(REGROLEARRAYOID, terms.readers), typed(DATEOID, terms.review_on), at(retention_now()),
            session_role());
        hold = Written{written.first().get<int64>(1), written.first().text(2)};
        written.free();
    });
    CommandCounterIncrement();
    return hold;
}

// Whoever takes rows of the tables now is waited for, and whoever comes later knows of the hold.
void hold_whole(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr)) wait_for_takers(lfirst_oid(cell));
}

core::Clock with_held(core::Clock clock, bool held) {
    const int flags = held ? core::flags_of(clock) | core::kHeld : core::flags_of(clock) & ~core::kHeld;
    return core::with_flags(clock, static_cast<uint8_t>(flags));
}

void mark_row(const MetRow &row, bool held) {
    ItemPointerData tid = row.tid;
    const core::Clock after = with_held(row.clock, held);
    if (after != row.clock) (void) write_clock(row.leaf, &tid, after);
}

// How many rows are held: those of a table that nothing guards are marked, and no more.
int64 mark_reached(const Reach &reach) {
    int64 guarded = 0;
    Oid leaf = InvalidOid;
    bool is_guarded = false;
    const Met met = {reach.relid, &reach, "", {}, NIL, true};
    (void) for_each_met(met, [&](const MetRow &row) {
        mark_row(row, true);
        if (row.leaf != leaf) is_guarded = has_guard(row.leaf);
        leaf = row.leaf;
        guarded += is_guarded ? 1 : 0;
    });
    return guarded;
}

// What inherits from a governed table has policies and triggers of its own, or none. What is unlogged is empty after a crash.
void append_unguarded(StringInfo out, Oid relid, bool alone = false) {
    ListCell *cell = nullptr;
    foreach (cell, alone ? list_make1_oid(relid) : find_all_inheritors(relid, NoLock, nullptr)) {
        const Oid leaf = lfirst_oid(cell);
        if (get_rel_relkind(leaf) == RELKIND_PARTITIONED_TABLE) continue;
        if (!has_guard(leaf))
            append_table(out, leaf, -1, "nothing guards the table");
        else if (get_rel_persistence(leaf) == RELPERSISTENCE_UNLOGGED)
            append_table(out, leaf, -1, "the table is unlogged");
    }
}

// Tables with rows about the person that no policy governs: nothing guards them.
void append_not_held(StringInfo out, const HoldTerms &terms) {
    ListCell *cell = nullptr;
    if (terms.scope != HoldScope::kSubject) return;
    foreach (cell, reach_tables(terms.subject)) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        int64 rows = 0;
        if (clock_column(table->relid) != InvalidAttrNumber) continue;
        for (int i = 0; i < list_length(table->conditions); ++i)
            if (is_owner(static_cast<const Condition *>(list_nth(table->conditions, i))->link->role))
                rows += count_rows(*table, i);
        if (rows > 0) append_table(out, table->relid, rows, "the table is not governed");
    }
}

void record(LedgerAction action, int64 id, const HoldTerms *terms, int64 rows) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.row_count = rows;
    entry.detail = psprintf("hold " INT64_FORMAT, id);
    if (terms != nullptr) {
        entry.policy_id = terms->policy_id;
        entry.relid = terms->relid;
        entry.detail = psprintf("hold " INT64_FORMAT ", %s, of a %s%s%s", id, terms->ground, name_of(terms->scope),
                                terms->kind != nullptr ? ", kind " : "", terms->kind != nullptr ? terms->kind : "");
    }
    append_ledger(entry);
}

Hold hold_of(int64 id) {
    ListCell *cell = nullptr;
    foreach (cell, standing_holds())
        if (static_cast<const Hold *>(lfirst(cell))->id == id) return *static_cast<const Hold *>(lfirst(cell));
    elog(ERROR, "hold " INT64_FORMAT " is not among those that stand", id);
    pg_unreachable();
}

[[noreturn]] void refuse_no_row(const HoldTerms &terms) {
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("no such row in table \"%s\"", get_rel_name(terms.relid)),
                    errhint("Nothing is held. Rows are named by their primary key.")));
    pg_unreachable();
}

char *place(FunctionCallInfo fcinfo, bool with_key) {
    begin_alone_in_new_snapshot();
    connect_spi();
    const HoldTerms terms = read_hold_terms(fcinfo, with_key);
    const Written written = insert_hold(terms);
    const int64 id = written.id;
    StringInfoData out, held, not_held;
    initStringInfo(&out);
    initStringInfo(&held);
    initStringInfo(&not_held);
    int64 total = -1;
    if (holds_whole(terms.scope)) {
        const Oid relid = terms.scope == HoldScope::kPolicy ? terms.governed : terms.relid;
        hold_whole(relid);
        append_unguarded(&not_held, relid);
    } else {
        Hold hold = hold_of(id);
        ListCell *cell = nullptr;
        total = 0;
        foreach (cell, reach_of(list_make1(&hold))) {
            const auto *reach = static_cast<const Reach *>(lfirst(cell));
            const int64 rows = mark_reached(*reach);
            if (rows > 0) append_table(&held, reach->relid, rows, nullptr);
            append_unguarded(&not_held, reach->relid, reach->own_rows);
            total += rows;
        }
        if (terms.scope == HoldScope::kRow && total == 0) refuse_no_row(terms);
        append_not_held(&not_held, terms);
    }
    appendStringInfo(
        &out, "{\"hold_id\": " INT64_FORMAT ", \"scope\": \"%s\", \"review_on\": \"%s\", \"held\": [%s], \"not_held\": [%s]}", id,
        name_of(terms.scope), written.review_on, held.data, not_held.data);
    record(LedgerAction::kHoldPlaced, id, &terms, total);
    SPI_finish();
    PopActiveSnapshot();
    return out.data;
}

// ---- lifting

// The records, locked. Errors: P0002 when one is not there, 55000 when one is lifted already.
void lock_holds(const Datum *ids, int n) {
    for (int i = 0; i < n; ++i) {
        const int64 id = DatumGetInt64(ids[i]);
        const SqlRows found = own("SELECT lifted_at IS NOT NULL FROM retention.hold WHERE hold_id = $1 FOR UPDATE", id);
        if (found.n == 0)
            ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("hold " INT64_FORMAT " does not exist", id),
                            errhint("See retention.standing_hold.")));
        if (found.first().get<bool>(1))
            ereport(ERROR,
                    (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("hold " INT64_FORMAT " is lifted already", id)));
        found.free();
    }
}

bool is_among(const Hold &hold, const Datum *ids, int n) {
    for (int i = 0; i < n; ++i)
        if (DatumGetInt64(ids[i]) == hold.id) return true;
    return false;
}

// Frees the rows that these holds reach and no other does. Where no other holds single rows of the table all are freed: a way by which a row was
// reached may be gone.
int64 free_reached(const Reach &reach, List *others, List **waited) {
    ListCell *cell = nullptr;
    bool any_other = may_hold_rows(reach.relid);
    foreach (cell, others) any_other = any_other || meets(*static_cast<const Reach *>(lfirst(cell)), reach.relid);
    const char *marked = psprintf(" AND %s", has_flag(psprintf("t.%s", clock_name(reach.relid)), core::kHeld));
    const Met met = {reach.relid, any_other ? &reach : nullptr, marked, {}, others, false};
    MemoryContext context = CurrentMemoryContext;
    return for_each_met(met, [&](const MetRow &row) {
        mark_row(row, false);
        if ((core::flags_of(row.clock) & core::kKept) == 0) return;
        MemoryContext portion = MemoryContextSwitchTo(context);
        *waited = list_append_unique_oid(*waited, row.leaf);
        MemoryContextSwitchTo(portion);
    });
}

// Where nothing holds single rows any more, a row may be marked that no way leads to now: what lay between it and its person was changed.
int64 free_forgotten(List *reaches, List **waited) {
    int64 rows = 0;
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, load_model()->links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (is_owner(link->role)) tables = list_append_unique_oid(tables, link->relid);
    }
    foreach (cell, reaches) tables = list_delete_oid(tables, static_cast<const Reach *>(lfirst(cell))->relid);
    foreach (cell, tables) {
        const Oid relid = lfirst_oid(cell);
        Reach all = {};
        all.relid = relid;
        if (clock_column(relid) != InvalidAttrNumber && !may_hold_rows(relid)) rows += free_reached(all, NIL, waited);
    }
    return rows;
}

// What waited for nothing but a hold is tried at once.
void retry_held() {
    own("UPDATE retention.blocked_row SET retry_at = least(retry_at, $1) WHERE sqlstate = 'RT003'", at(retention_now()));
}

void set_lifted(Datum ids, const char *reason) {
    during(own_policy_write, true, [&] {
        own("UPDATE retention.hold SET lifted_at = $2, lifted_by = $3, lift_reason = $4 WHERE hold_id = ANY ($1)",
            typed(INT8ARRAYOID, ids), at(retention_now()), session_role(), reason);
    });
    CommandCounterIncrement();
}

// A row that was being written under a hold is there when it is asked for, and none stays marked that no hold reaches.
void wait_for_marks(List *reaches) {
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, reaches)
        foreach (inner, find_all_inheritors(static_cast<const Reach *>(lfirst(cell))->relid, NoLock, nullptr))
            wait_for_markers(lfirst_oid(inner));
}

// Of a hold on all rows of a policy, or of a table.
List *tables_of(const Hold &hold) {
    const Policy *policy = hold.scope == HoldScope::kPolicy ? policy_by_id(hold.policy_id) : nullptr;
    const Oid relid = policy != nullptr ? policy->relid : hold.relid;
    return get_rel_name(relid) == nullptr ? NIL : find_all_inheritors(relid, NoLock, nullptr);
}

int64 lift(Datum ids, const char *reason) {
    Datum *numbers = nullptr;
    int n = elements_of(ids, INT8OID, &numbers);
    std::sort(numbers, numbers + n);
    n = static_cast<int>(std::unique(numbers, numbers + n) - numbers);
    if (IsolationUsesXactSnapshot())
        ereport(ERROR,
                (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION), errmsg("cannot lift a hold in a transaction of this isolation level"),
                 errhint("Rows that others have added since the transaction began would stay held: use read committed.")));
    begin_alone_in_new_snapshot();
    connect_spi();
    lock_holds(numbers, n);
    List *lifted = NIL;
    Released released = {};
    ListCell *cell = nullptr;
    foreach (cell, standing_holds()) {
        auto *hold = static_cast<Hold *>(lfirst(cell));
        if (!is_among(*hold, numbers, n)) continue;
        if (holds_whole(hold->scope))
            released.tables = list_concat_unique_oid(released.tables, tables_of(*hold));
        else
            lifted = lappend(lifted, hold);
    }
    foreach (cell, held_kinds(lifted)) {
        Subject *human = held_human(*load_model(), lifted, static_cast<const char *>(lfirst(cell)));
        if (human != nullptr) released.humans = lappend(released.humans, human);
    }
    set_lifted(ids, reason);
    List *others = lifted == NIL ? NIL : reach_of(standing_holds()), *reaches = lifted == NIL ? NIL : reach_of(lifted);
    int64 rows = 0;
    wait_for_marks(reaches);
    foreach (cell, reaches) rows += free_reached(*static_cast<const Reach *>(lfirst(cell)), others, &released.tables);
    if (held_kinds(lifted) != NIL) rows += free_forgotten(reaches, &released.tables);
    retry_held();
    for (int i = 0; i < n; ++i) record(LedgerAction::kHoldLifted, DatumGetInt64(numbers[i]), nullptr, n == 1 ? rows : -1);
    carry_out_deferred(released);
    SPI_finish();
    PopActiveSnapshot();
    return rows;
}

void review(int64 id, Datum day) {
    require_finite(day);
    connect_spi();
    const Datum number = Int64GetDatum(id);
    lock_holds(&number, 1);
    during(own_policy_write, true,
           [&] { own("UPDATE retention.hold SET review_on = $2 WHERE hold_id = $1", id, typed(DATEOID, day)); });
    record(LedgerAction::kHoldReviewed, id, nullptr, -1);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_place_hold) { return CStringGetTextDatum(pg_retention::place(fcinfo, false)); }

RETENTION_FUNCTION(pg_retention_place_hold_on_key) { return CStringGetTextDatum(pg_retention::place(fcinfo, true)); }

RETENTION_FUNCTION(pg_retention_lift_hold) {
    pg_retention::require_argument(fcinfo, 0, "the hold to lift");
    Datum id = PG_GETARG_DATUM(0);
    PG_RETURN_INT64(pg_retention::lift(pg_retention::array_of(&id, 1, INT8OID), pg_retention::reason_of_hold(fcinfo, 1)));
}

RETENTION_FUNCTION(pg_retention_lift_holds) {
    pg_retention::require_argument(fcinfo, 0, "the holds to lift");
    PG_RETURN_INT64(pg_retention::lift(PG_GETARG_DATUM(0), pg_retention::reason_of_hold(fcinfo, 1)));
}

RETENTION_FUNCTION(pg_retention_review_hold) {
    pg_retention::require_argument(fcinfo, 0, "the hold");
    pg_retention::require_argument(fcinfo, 1, "the day of its next review");
    pg_retention::review(PG_GETARG_INT64(0), PG_GETARG_DATUM(1));
    PG_RETURN_VOID();
}
