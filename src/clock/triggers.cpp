// The triggers on governed tables and on the tables of their paths.
#include "schema/extension.hpp"
#include "clock/claims.hpp"
#include "clock/late_starts.hpp"
#include "clock/own_starts.hpp"
#include "clock/relation_plan.hpp"
#include "clock/stamp.hpp"
#include "clock/decide.hpp"
#include "policy/held_rows.hpp"
#include "clock/descend.hpp"
#include "clock/generated.hpp"
#include "clock/kept_columns.hpp"
#include "clock/moves.hpp"
#include "clock/with_clock.hpp"
#include "ledger/consequences.hpp"
#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/policy_cache.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/judged.hpp"
#include "pg/time.hpp"
#include "pg/trigger.hpp"
#include "pg/running.hpp"

extern "C" {
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "replication/logicalworker.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr TriggerEvent kEventBits = TRIGGER_EVENT_OPMASK;

// Everybody may put these functions into triggers of their own: without the right rows there is nothing to work on.
TriggerData *fired_as(FunctionCallInfo fcinfo, const char *wanted, bool before, TriggerEvent one, TriggerEvent other) {
    TriggerData *data = trigger_data(fcinfo);
    const TriggerEvent event = data->tg_event & kEventBits;
    const bool timed = before ? TRIGGER_FIRED_BEFORE(data->tg_event) : TRIGGER_FIRED_AFTER(data->tg_event);
    if (!timed || !TRIGGER_FIRED_FOR_ROW(data->tg_event) || (event != one && event != other))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired %s for each row", data->tg_trigger->tgname, wanted)));
    return data;
}

core::Clock clock_in(HeapTuple row, TupleDesc desc, AttrNumber column) {
    bool isnull = false;
    const Datum value = heap_getattr(row, column, desc, &isnull);
    return isnull ? core::Clock{} : datum_clock(value);
}

// The clock that the stored row has, or where it is not stamped yet, should have.
core::Clock clock_of_stored(Relation rel, HeapTuple row, AttrNumber column) {
    const core::Clock stored = clock_in(row, RelationGetDescr(rel), column);
    const Oid relid = RelationGetRelid(rel);
    const bool foreign = has_foreign_clock(relid);
    // Nearly every row: answered from memory.
    if (!foreign && stored != core::kUnknownClock && !awaits_stamps(relid)) return stored;
    if (!is_managed(relid)) return foreign ? core::kNoClock : stored;
    return core::add_flags(compute_clock(rel, row, row, Cause{.before = stored, .was_unwatched = true}),
                           core::decided_of(stored));
}

// Not managed: a copy, or a restore whose policies are still to be checked; the clock stays as it was written.
HeapTuple stamp_insert(const TriggerData *data, AttrNumber column) {
    Relation rel = data->tg_relation;
    know_newest_holds();
    HeapTuple complete = may_hold_rows(RelationGetRelid(rel)) ? with_generated(rel, data->tg_trigtuple) : data->tg_trigtuple;
    note_person_written(rel, complete);
    TupleDesc desc = RelationGetDescr(rel);
    const core::Clock written = clock_in(data->tg_trigtuple, desc, column);
    const Arrival arrival = arrive(rel);
    const bool is_known_move = OidIsValid(arrival.from.relid), moves = is_known_move || moves_between_partitions(rel);
    const core::Clock before = is_known_move ? arrival.from.clock : core::kNoClock;
    if (!is_managed(RelationGetRelid(rel))) return data->tg_trigtuple;
    const bool trusted = superuser() || moves, elsewhere = IsLogicalWorker() && !moves;
    core::Clock clock =
        compute_clock(rel, data->tg_trigtuple, nullptr, trusted ? Cause{.before = written, .elsewhere = elsewhere} : Cause{});
    if (trusted) clock = core::add_flags(clock, core::decided_of(written));
    // The application's triggers came first, and may have written what they like.
    clock = core::add_flags(clock, core::flags_of(before) & (core::kHeld | core::kRestricted));
    if (is_reached_until_end(rel, complete)) clock = core::add_flags(clock, core::kHeld);
    if (is_known_move) check_moved(data, arrival.from, arrival.floors);
    if (moves) check_clock_change(RelationGetRelid(rel), before, clock, arrival.floors, arrival.from.relid);
    // Not where the row was there before: in the database of a dump, or in another partition.
    const bool is_known =
        trusted && !elsewhere && core::policy_of(clock) == core::policy_of(written) && start_of(clock) == start_of(written);
    if (!is_known) clock = not_before_its_time(clock);
    if (!is_known) note_own_start(core::kNoClock, clock, false);
    note_start(RelationGetRelid(rel), clock);
    return clock == written ? data->tg_trigtuple : with_clock(data->tg_trigtuple, desc, column, clock);
}

// A row that came while a hold on its person was being placed is not marked yet.
core::Clock with_holds(Relation rel, HeapTuple row, core::Clock clock) {
    if ((core::flags_of(clock) & core::kHeld) != 0 || !may_hold_rows(RelationGetRelid(rel))) return clock;
    const bool held = held_rows.cannot_tell(RelationGetRelid(rel)) || is_reached_by_hold(rel, row);
    return held ? core::add_flags(clock, core::kHeld) : clock;
}

// What a hold knows a row by may not be written away under it.
core::Clock with_holds_kept(const TriggerData *data, HeapTuple is, core::Clock before, core::Clock clock) {
    Relation rel = data->tg_relation;
    if (!may_hold_rows(RelationGetRelid(rel))) return clock;
    if ((core::flags_of(before) & core::kHeld) != 0 && held_rows.leaves_one(rel, data->tg_trigtuple, is))
        refuse(decide(RelationGetRelid(rel), before), "take out of its hold a row of", RelationGetRelationName(rel));
    if (held_rows.leads_away(rel, data->tg_trigtuple, is)) {
        Verdict verdict = {};
        verdict.held = true;
        refuse(verdict, "lead a held row away from its person by a row of", RelationGetRelationName(rel));
    }
    return is_reached_until_end(rel, is) ? core::add_flags(clock, core::kHeld) : clock;
}

HeapTuple stamp_update(const TriggerData *data, AttrNumber column) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const Oid relid = RelationGetRelid(data->tg_relation);
    know_newest_holds();
    HeapTuple complete = may_hold_rows(relid) ? with_generated(data->tg_relation, data->tg_newtuple) : data->tg_newtuple;
    note_person_written(data->tg_relation, complete);
    const core::Clock before =
        with_holds(data->tg_relation, data->tg_trigtuple, clock_of_stored(data->tg_relation, data->tg_trigtuple, column));
    const core::Clock written = clock_in(data->tg_newtuple, desc, column);
    check_update(relid, before);
    if (may_move(data->tg_relation)) may_leave(data->tg_relation, data->tg_trigtuple, before);
    // Of what the extension does itself held rows are none: one that came while a hold was being placed is told by what it holds.
    if (is_running_as(Exemption::kOwnOfClocks) && is_held(relid, before))
        refuse(decide(relid, before), "anonymise a row of", RelationGetRelationName(data->tg_relation));
    if (is_running_as(Exemption::kOwnOfClocks) || !is_managed(relid)) return data->tg_newtuple;
    check_columns(data, before);
    // What was written into the clock is of no account: applications write whole rows back.
    core::Clock clock =
        compute_clock(data->tg_relation, data->tg_newtuple, data->tg_trigtuple, Cause{.before = before, .is_change = true});
    const uint8_t decided = decided_that_holds(data->tg_relation, before, clock, data->tg_trigtuple, data->tg_newtuple);
    clock = core::add_flags(clock, decided);
    // What an anonymised row is filled with is there from now on.
    clock = decided != core::decided_of(before) ? not_before_its_time(clock) : not_over_before(before, clock);
    clock = with_holds_kept(data, complete, before, clock);
    check_clock_change(relid, before, clock, floors_in(relid));
    note_own_start(before, clock, false);
    if (clock != before || has_new_value(data->tg_relation, clock, data->tg_trigtuple, data->tg_newtuple))
        note_start(relid, clock);
    return clock == written ? data->tg_newtuple : with_clock(data->tg_newtuple, desc, column, clock);
}

// What the clock says holds under policies that stand since before the row was deleted; what it would have to be computed from, the same.
void require_judges(Relation rel, HeapTuple row, core::Clock stored) {
    const CommandId deleted = HeapTupleHeaderGetCmax(row->t_data);
    const bool is_computed =
        stored == core::kUnknownClock || awaits_stamps(RelationGetRelid(rel)) || has_foreign_clock(RelationGetRelid(rel));
    if (!has_changed_since(Judge::kPolicies, deleted) && !(is_computed && has_changed_since(Judge::kWays, deleted))) return;
    ereport(ERROR, (errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
                    errmsg("cannot delete a row of \"%s\" in the statement that changes what it is judged by",
                           RelationGetRelationName(rel)),
                    errhint("Change policies, and the rows that clocks start by, in a statement of their own.")));
}

void judge_deleted(const TriggerData *data) {
    Relation rel = data->tg_relation;
    HeapTuple row = data->tg_trigtuple;
    const AttrNumber column = clock_column(RelationGetRelid(rel));
    if (column == InvalidAttrNumber) return;
    require_judges(rel, row, clock_in(row, RelationGetDescr(rel), column));
    keep_holds_off(RelationGetRelid(rel));
    const core::Clock clock = with_holds(rel, row, clock_of_stored(rel, row, column));
    const Verdict verdict = decide(RelationGetRelid(rel), clock, floors_in(RelationGetRelid(rel)));
    const bool has_gone = !has_moved(row);
    if (has_gone) note_row_gone(RelationGetRelid(rel), clock);
    if (may_go(verdict)) return;
    if (has_gone) refuse(verdict, "delete a row of", RelationGetRelationName(rel));
    if (!has_arrived(rel, row)) refuse(verdict, "lose on its way to another partition a row of", RelationGetRelationName(rel));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_maintain_clock) {
    const TriggerData *data =
        pg_retention::fired_as(fcinfo, "before insert or update", true, TRIGGER_EVENT_INSERT, TRIGGER_EVENT_UPDATE);
    const AttrNumber column = pg_retention::clock_column(RelationGetRelid(data->tg_relation));
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    if (column == InvalidAttrNumber) return PointerGetDatum(update ? data->tg_newtuple : data->tg_trigtuple);
    return PointerGetDatum(update ? pg_retention::stamp_update(data, column) : pg_retention::stamp_insert(data, column));
}

// When the statement ends: a row that is deleted is not locked first, as it would be for a trigger before that.
RETENTION_FUNCTION(pg_retention_guard_delete) {
    pg_retention::judge_deleted(
        pg_retention::fired_as(fcinfo, "after delete", false, TRIGGER_EVENT_DELETE, TRIGGER_EVENT_DELETE));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_follow_path) {
    pg_retention::note_change_of(pg_retention::Judge::kWays);
    pg_retention::descend(
        pg_retention::fired_as(fcinfo, "after insert or update", false, TRIGGER_EVENT_INSERT, TRIGGER_EVENT_UPDATE));
    return static_cast<Datum>(0);
}
