// What follows from the facts about a row: what comes, on which day, and what would change it.
#include "core/documents/why.hpp"

namespace pg_retention::core {

namespace {

bool is_held_up(const RowFacts &row, Holdup what) noexcept {
    for (const RowHoldup &holdup : row.holdups)
        if (holdup.what == what) return true;
    return false;
}

}  // namespace

bool is_referred_to(const RowFacts &row) noexcept {
    for (const RowReference &reference : row.references)
        if (reference.rows > 0 && !reference.goes_along) return true;
    return false;
}

namespace {

bool is_done(const RowFacts &row) noexcept { return has_flag(row, kAnonymised) && !has_flag(row, kAwaiting); }

// An erasure is bound by a policy that observes, too.
bool is_bound_by_law(const RowFacts &row) noexcept {
    return row.terms->must_keep_for != nullptr && !(comes(row.released) && row.released.at <= row.asked.at);
}

// Those before it come first; of one instant the one that stands first here.
bool goes_before(const Coming &a, const Coming &b) noexcept {
    if (a.at.at != b.at.at) return a.at.at < b.at.at;
    if (a.event != b.event) return a.event < b.event;
    return a.column < b.column;
}

void take(const RowFacts &row, const Coming &one, const Coming *last, Coming *next, bool *found) noexcept {
    if (!comes(one.at) || one.at.at <= row.asked.at) return;
    if (last != nullptr && !goes_before(*last, one)) return;
    if (*found && !goes_before(one, *next)) return;
    *next = one;
    *found = true;
}

// The one that comes after the last that was told; null: the first.
bool next_coming(const RowFacts &row, const Coming *last, Coming *next) noexcept {
    bool found = false;
    for (const RowColumn &column : row.columns) {
        const Moment &at = column.waits.at != kNever && column.waits.at > column.from.at ? column.waits : column.from;
        // The row is gone, or anonymised as a whole, before that.
        if (column.is_done || (row.flags & kDecided) != 0 || (comes(row.goes) && row.goes.at <= at.at)) continue;
        take(row, {Event::kColumn, at, column.name}, last, next, &found);
    }
    if (!row.is_hidden) take(row, {Event::kHidden, row.hidden, {}}, last, next, &found);
    if (row.terms->must_keep_for != nullptr) take(row, {Event::kReleased, row.released, {}}, last, next, &found);
    take(row, {Event::kGoes, row.goes, {}}, last, next, &found);
    return found;
}

}  // namespace

bool coming(const RowFacts &row, size_t number, Coming *next) noexcept {
    if (row.terms == nullptr || is_done(row)) return false;
    Coming last = {};
    for (size_t i = 0; i <= number; ++i) {
        if (!next_coming(row, i == 0 ? nullptr : &last, next)) return false;
        last = *next;
    }
    return true;
}

bool would_change(const RowFacts &row, Change change) noexcept {
    if (row.terms == nullptr) {
        if (change == Change::kStamping) return row.state == State::kUnknown;
        return change == Change::kLift ? has_flag(row, kRestricted) : change == Change::kPolicy && row.state == State::kNone;
    }
    switch (change) {
        case Change::kPolicy: return false;
        case Change::kStamping: return is_held_up(row, Holdup::kNotStamped) || is_held_up(row, Holdup::kPreparing);
        case Change::kStart: return !comes(row.start) && !has_flag(row, kAnonymised);
        case Change::kOtherStart: return comes(row.start) && (row.flags & kDecided) == 0;
        case Change::kReinstate: return row.state == State::kQuarantined && row.terms->acts && !has_flag(row, kRestricted);
        case Change::kLift: return has_flag(row, kRestricted);
        case Change::kHold: return has_flag(row, kHeld);
        case Change::kErase: return !is_bound_by_law(row) && (row.flags & kDecided) == 0;
        case Change::kWait: return row.is_mandatory;
        case Change::kReference: return row.terms->deletes && (has_flag(row, kAwaiting) || is_referred_to(row));
        case Change::kCause: return row.blocked != nullptr || is_held_up(row, Holdup::kTableLeft);
        case Change::kConfirm: return is_held_up(row, Holdup::kNotConfirmed);
        case Change::kEnforce: return is_held_up(row, Holdup::kOff) || is_held_up(row, Holdup::kObserving);
        case Change::kResume: return is_held_up(row, Holdup::kResume);
        case Change::kUnpause: return is_held_up(row, Holdup::kPaused);
        case Change::kApprove: return is_held_up(row, Holdup::kApproval) || is_held_up(row, Holdup::kArmed);
        case Change::kWarn: return is_held_up(row, Holdup::kWarnings);
    }
    return false;
}

}  // namespace pg_retention::core
