#include "clock/decide.hpp"

#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_check.hpp"
#include "policy/protected.hpp"
#include "pg/time.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

core::Micros release_of(core::Clock clock, const Policy &policy) {
    const core::Start start = core::start_of(clock);
    if (start == core::kNotStarted) return core::kNever;
    return core::deadlines(start, policy.terms, policy.zone()).released_from;
}

bool stands(const Policy &policy, Floors floors) {
    switch (floors) {
        case Floors::kEnforced: return policy.mode == Mode::kEnforce && (policy.ready || !policy.validated);
        case Floors::kDeclared: return policy.mode == Mode::kEnforce;
        case Floors::kObserved: return policy.mode != Mode::kOff;
    }
    pg_unreachable();
}

const Policy *floor_policy(core::Clock clock, Floors floors) {
    const Policy *policy = policy_by_id(core::policy_of(clock));
    if (policy == nullptr || !policy->terms.has_floor) return nullptr;
    return stands(*policy, floors) ? policy : nullptr;
}

// By which it is hidden; null: there is none.
const Policy *hiding_policy(core::Clock clock) {
    const Policy *policy = core::is_started(clock) ? policy_by_id(static_cast<int16_t>(core::policy_of(clock))) : nullptr;
    return policy != nullptr && enforced(*policy) ? policy : nullptr;
}

core::Clock not_before(core::Start start, core::Clock clock) {
    if (core::start_of(clock) >= start) return clock;
    return core::add_flags(core::make_clock(core::policy_of(clock), start, core::flags_of(clock)), core::kLate);
}

// The latest start that was over when the row became so by the clock that it had, or now, if it was not.
core::Start over_since(core::Clock before, const Policy &policy) {
    const core::Start just_over = cutoffs_of(policy, retention_now()).hide;
    const Policy *was = hiding_policy(before);
    if (was == nullptr || core::start_of(before) > cutoffs_of(*was, retention_now()).hide) return just_over;
    if (was->id == policy.id) return core::start_of(before);
    const core::Micros since = core::deadlines(core::start_of(before), was->terms, was->zone()).hidden_from;
    return Min(just_over, core::cutoffs(since, policy.terms, policy.zone()).hide);
}

}  // namespace

core::Clock not_before_its_time(core::Clock clock) {
    const Policy *policy = hiding_policy(clock);
    return policy == nullptr ? clock : not_before(cutoffs_of(*policy, retention_now()).hide, clock);
}

core::Clock not_over_before(core::Clock before, core::Clock clock) {
    const Policy *policy = hiding_policy(clock);
    if (policy == nullptr || core::is_zero(policy->terms.quarantine_for)) return clock;
    return core::start_of(clock) > cutoffs_of(*policy, retention_now()).hide ? clock
                                                                             : not_before(over_since(before, *policy), clock);
}

Floors floors_in(Oid relid) { return awaits_stamps(relid) ? Floors::kDeclared : Floors::kEnforced; }

bool is_held(Oid relid, core::Clock clock) {
    return (core::flags_of(clock) & core::kHeld) != 0 ||
           whole_hold(relid, static_cast<int16_t>(core::policy_of(clock))) != nullptr;
}

Verdict decide(Oid relid, core::Clock clock, Floors floors) {
    Verdict verdict = {};
    verdict.restricted = (core::flags_of(clock) & core::kRestricted) != 0;
    verdict.held = (core::flags_of(clock) & core::kHeld) != 0;
    if (const Hold *hold = whole_hold(relid, static_cast<int16_t>(core::policy_of(clock))); hold != nullptr) {
        verdict.held = true;
        verdict.hold = hold->id;
        verdict.ground = pstrdup(hold->ground);
    }
    const Policy *policy = floor_policy(clock, floors);
    if (policy == nullptr) return verdict;
    const core::Micros release = release_of(clock, *policy);
    verdict.mandatory = release > retention_now();
    if (!verdict.mandatory) return verdict;
    verdict.policy = pstrdup(policy->name);
    verdict.reference = policy->reference != nullptr ? pstrdup(policy->reference) : nullptr;
    verdict.until = release == core::kNever ? nullptr : local_text(release, policy->zone());
    return verdict;
}

char *kept_text(Oid relid, const char *clock, Parameters *parameters) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "%s OR %s", has_flag(clock, core::kHeld), has_flag(clock, core::kRestricted));
    if (whole_hold(relid, 0) != nullptr) return pstrdup("true");
    // All flags: what was decided comes before the start in the order of clocks.
    const char *by_start = psprintf("retention.with_flags(%s, %d)", clock, core::kAllFlags);
    int count = 0;
    const Policy *all = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        if (topmost(all[i].relid) != topmost(relid)) continue;
        if (whole_hold(relid, all[i].id) != nullptr) appendStringInfo(&sql, " OR retention.policy(%s) = %d", clock, all[i].id);
        if (!all[i].terms.has_floor || !stands(all[i], Floors::kEnforced)) continue;
        const core::Start released = cutoffs_of(all[i], retention_now()).release;
        const int from = add_parameter(parameters, clock_value(core::make_clock(all[i].id, released + 1, core::kHeld)));
        const int to = add_parameter(parameters, clock_value(core::last_exempt(all[i].id, core::kNotStarted)));
        appendStringInfo(&sql, " OR %s", clock_range(by_start, from, to));
    }
    return sql.data;
}

void refuse(const Verdict &verdict, const char *what, const char *table, const char *hint) {
    if (verdict.restricted)
        ereport(ERROR,
                (errcode(kRestrictedSqlstate), errmsg("cannot %s \"%s\": its processing is restricted (Article 18)", what, table),
                 errhint("See retention.restriction; retention.lift_restriction lifts a restriction.")));
    if (verdict.held)
        ereport(ERROR, (errcode(kHeldSqlstate), errmsg("cannot %s \"%s\": a legal hold stands", what, table),
                        verdict.hold != 0 ? errdetail("Hold " INT64_FORMAT ", Article %s.", verdict.hold, verdict.ground) : 0,
                        errhint("See retention.standing_hold; retention.lift_hold lifts a hold.")));
    const char *law = verdict.reference != nullptr ? verdict.reference : verdict.policy;
    if (verdict.until == nullptr)
        ereport(ERROR,
                (errcode(kMandatorySqlstate),
                 errmsg("cannot %s \"%s\": %s requires it, and its retention has not started", what, table, law),
                 errdetail("Policy \"%s\" is mandatory.", verdict.policy),
                 errhint("Rows that need not be kept yet, such as drafts, are left out by applies_to. It reads the row's own "
                         "columns: what another row decides must stand in one of them, too.")));
    ereport(ERROR,
            (errcode(kMandatorySqlstate), errmsg("cannot %s \"%s\": %s requires it until %s", what, table, law, verdict.until),
             errdetail("Policy \"%s\" is mandatory.", verdict.policy), hint == nullptr ? 0 : errhint("%s", hint)));
    pg_unreachable();
}

void check_update(Oid relid, core::Clock before) {
    // Spares most rows the computing of dates.
    if (core::decided_of(before) == 0) return;
    const Verdict verdict = decide(relid, before);
    if (verdict.restricted) refuse(verdict, "update a row of", get_rel_name(relid));
}

void check_clock_change(Oid relid, core::Clock before, core::Clock after, Floors floors, Oid was_in) {
    const Oid before_in = OidIsValid(was_in) ? was_in : relid;
    const Verdict verdict = decide(before_in, before, floors);
    if (verdict.hold != 0 && !is_held(relid, after)) refuse(verdict, "take out of its hold a row of", get_rel_name(before_in));
    if (!verdict.mandatory) return;
    const Policy *now = floor_policy(before, floors);
    const Policy *then = floor_policy(after, floors);
    const core::Micros kept_until = release_of(before, *now);
    const core::Micros would_be = then != nullptr ? release_of(after, *then) : core::kAlways;
    // A clock that starts is not back-dated: its row had no date of release yet.
    if (kept_until == core::kNever && then == now) return;
    // Without a start there is no date to compare: under another policy any that is set later would have the shorter floor.
    const bool any_earlier = then != nullptr && then != now && would_be == core::kNever && shortens(*now, *then);
    if (would_be < kept_until || any_earlier) refuse(verdict, "release earlier a row of", get_rel_name(relid));
    if (then != nullptr && then != now && protects_less(*now, *then))
        refuse(verdict, "have columns overwritten, under another policy, of a row of", get_rel_name(relid));
}

core::Clock as_it_was(Oid relid, int32_t policy, core::Clock before, bool elsewhere) {
    if (core::known(before) == core::kNoClock || !(elsewhere || has_foreign_clock(relid))) return core::known(before);
    const bool was_late = elsewhere && core::is_started(before);
    return core::make_clock(policy, core::start_of(before),
                            static_cast<uint8_t>(core::flags_of(before) & ~(was_late ? core::kLate : 0)));
}

core::Clock nobodys_clock(Oid relid, core::Clock before) {
    if (has_foreign_clock(relid) || !is_switched_off(relid, static_cast<int16_t>(core::policy_of(before))))
        return core::make_clock(0, core::kNotStarted, 0);
    return core::with_flags(before, core::marks_of(before));
}

core::Clock start_again(core::Clock before, core::Clock computed, bool is_written) {
    const auto other_flags = static_cast<uint8_t>(core::flags_of(computed) & ~core::kLate);
    const bool has_floor = floor_policy(computed, Floors::kObserved) != nullptr;
    const bool waits = has_floor && !core::is_started(before) && (core::marks_of(before) & core::kLate) != 0;
    if (!core::is_started(computed)) {
        const bool is_unset = has_floor && core::is_started(before) && decide(InvalidOid, before).mandatory;
        return core::with_flags(computed, waits || is_unset ? other_flags | core::kLate : other_flags);
    }
    const core::Start now = core::start_of_instant(retention_now());
    if (!waits || !is_written || core::start_of(computed) >= now) return computed;
    return core::make_clock(core::policy_of(computed), now, other_flags | core::kLate);
}

}  // namespace pg_retention
