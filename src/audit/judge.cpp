#include "audit/judge.hpp"

#include <algorithm>

namespace pg_retention {

namespace {

// The start that the ways give by themselves.
core::Start given_by(const WaysNow &now) {
    core::Start start = now.starts_all ? 0 : core::kNotStarted;
    for (int i = 0; i < now.n; ++i)
        start = now.starts_all ? std::max(start, now.ways[i].start) : std::min(start, now.ways[i].start);
    return start;
}

// Of all starts, one may be unset while another was reached on a way that has ended.
bool may_wait(const WaysNow &now) {
    bool ended = false, waits = false;
    for (int i = 0; i < now.n; ++i) {
        ended = ended || now.ways[i].ends;
        waits = waits || (!now.ways[i].ends && now.ways[i].start == core::kNotStarted);
    }
    return now.starts_all && ended && waits;
}

// Whether the row can have come to the start on a way that is gone, or another start has the place of one that it came to. One that a foreign
// key has pointed elsewhere is gone, too, though it leads somewhere: which of the two it was, the row does not say.
bool may_be_orphaned(core::Start start, core::Start given, const WaysNow &now) {
    if (start == core::kNotStarted) return may_wait(now);
    bool is_lost = false;
    for (int i = 0; i < now.n; ++i) {
        const WayNow &way = now.ways[i];
        const bool lost = way.ends || way.defaults;
        is_lost = is_lost || lost;
        // Of all starts the latest counts, and those whose ways are still there are among them.
        if (now.starts_all && !lost && way.start > start) return false;
    }
    return is_lost && (now.starts_all || start <= given);
}

bool any_ends(const WaysNow &now) {
    for (int i = 0; i < now.n; ++i)
        if (now.ways[i].ends) return true;
    return false;
}

// No start is later than kNotStarted, and that is none: a row that lost one may be marked, and a row that has one is started.
bool may_be_late(core::Start start, core::Start given) { return start == core::kNotStarted ? start == given : start >= given; }

// No way leads to a row that could have a start, and nothing on the row itself could give one.
bool leads_nowhere(const WaysNow &now) {
    int ended = 0;
    for (int i = 0; i < now.n; ++i) ended += now.ways[i].ends ? 1 : 0;
    return now.starts_all ? ended > 0 : ended == now.n;
}

// Of what was done to a row, what its policy's action can have done.
uint8_t done_by_action(uint8_t decided, const WaysNow &now) {
    const bool awaits = (decided & core::kAwaiting) != 0;
    if (now.policy_id == 0 || now.anonymises == !awaits) return decided;
    return static_cast<uint8_t>(decided & ~(awaits ? core::kAwaiting : core::kAnonymised));
}

Judgement judge_start(core::Clock clock, const WaysNow &now, uint8_t decided) {
    const uint8_t marks = core::marks_of(clock);
    const core::Start start = core::start_of(clock);
    const core::Start given = now.policy_id == 0 ? core::kNotStarted : given_by(now);
    const core::Clock should_be = core::make_clock(now.policy_id, given, decided);
    const bool is_moved = marks != 0 && (marks != core::kLate || start != core::kNotStarted);
    if (core::policy_of(clock) == now.policy_id && start == given && !is_moved)
        return {now.policy_id != 0 && given == core::kNotStarted && leads_nowhere(now), Finding::kNoWay, clock};
    if (core::policy_of(clock) == 0) return {true, Finding::kUnstamped, should_be};
    if (core::policy_of(clock) != now.policy_id) return {true, Finding::kWrongPolicy, should_be};
    if ((marks & core::kLate) != 0 && may_be_late(start, given)) return {false, Finding::kWrongStart, clock};
    // A way that ended where no trigger fired leaves the start as any other does, and the mark is missing.
    if ((marks & core::kOrphaned) == 0 && any_ends(now) && may_be_orphaned(start, given, now))
        return {true, Finding::kWrongStart,
                core::make_clock(now.policy_id, start, static_cast<uint8_t>(decided | marks | core::kOrphaned))};
    if ((marks & core::kOrphaned) == 0) return {true, Finding::kWrongStart, should_be};
    if (may_be_orphaned(start, given, now)) return {false, Finding::kWrongStart, clock};
    return {true, Finding::kOrphanedWithoutReason, should_be};
}

}  // namespace

Judgement judge(core::Clock clock, const WaysNow &now) {
    const uint8_t decided = done_by_action(core::decided_of(clock), now);
    const Judgement judgement = judge_start(clock, now, decided);
    if (judgement.is_fault || decided == core::decided_of(clock)) return judgement;
    return {true, Finding::kOtherAction, core::with_flags(clock, static_cast<uint8_t>(decided | core::marks_of(clock)))};
}

}  // namespace pg_retention
