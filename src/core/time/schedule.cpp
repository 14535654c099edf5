#include "core/time/schedule.hpp"

#include <algorithm>

namespace pg_retention::core {

namespace {

constexpr Micros kHalfSecond = kMicrosPerSecond / 2;
constexpr Start kNone = -1;

// Whole seconds since 1400 to microseconds and back, for instants that are whole seconds.
Micros micros_of(int64_t seconds) noexcept { return kFirstInstant + seconds * kMicrosPerSecond; }

int64_t floor_div(int64_t a, int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

// The last half-second before an instant that is a whole second.
Start just_before(Micros instant) noexcept { return floor_div(instant - kFirstInstant, kHalfSecond) - 1; }

// A start as the first whole second after it: the instant itself, or the end of the whole day.
int64_t ceil_second(Start start) noexcept { return (start + 1) / 2; }

// The start of whatever follows the period: the last kept day as a whole day, or, of a period of
// zero, the start itself. kNotStarted when it never comes.
Start follow(Start start, const Period &period, const Zone &zone) noexcept {
    if (start >= kNotStarted || is_forever(period)) return kNotStarted;
    if (is_zero(period)) return start;
    if (is_elapsed(period)) {
        const Start over = 2 * (ceil_second(start) + period.seconds);
        return over < kEndOfStarts ? over - 1 : kNotStarted;
    }
    const Day last = last_day(zone.day_of(instant_of(start)), period);
    return last < kLastDay ? just_before(zone.first_instant(last + 1)) : kNotStarted;
}

// The latest start for which follow() is at most `limit`; kNone when there is none.
Start precede(Start limit, const Period &period, const Zone &zone) noexcept {
    if (limit < 0 || is_forever(period)) return kNone;
    if (is_zero(period)) return limit;
    // What follows a period ends just before a whole second h: h may be at most this.
    const int64_t second = ceil_second(limit);
    if (is_elapsed(period)) {
        const int64_t until = std::min(second, kEndOfStarts / 2 - 1) - period.seconds;
        return until >= 0 ? 2 * until : kNone;
    }
    const Day event = last_event_day(zone.day_of(micros_of(second)), period);
    if (event < kFirstDay) return kNone;
    return std::max(kNone, just_before(zone.first_instant(event + 1)));
}

Micros over(Start followed) noexcept { return followed >= kNotStarted ? kNever : micros_of(ceil_second(followed)); }

// How long a cutoff of this period stays what it is.
Micros stable_until(Micros at, const Period &period, const Zone &zone) noexcept {
    if (is_forever(period)) return kNever;
    if (is_zero(period) || is_elapsed(period)) return (floor_div(at, kMicrosPerSecond) + 1) * kMicrosPerSecond;
    return zone.first_instant(zone.day_of(at) + 1);
}

}  // namespace

Start start_of_instant(Micros at) noexcept {
    if (at == kNever) return kNotStarted;
    if (at <= kFirstInstant) return 0;
    if (at >= kEndOfTime) return kEndOfStarts - 2;
    return 2 * floor_div(at - kFirstInstant, kMicrosPerSecond);
}

Start start_of_day(Day day, const Zone &zone) noexcept {
    const Day nearest = std::clamp(day, kFirstDay, kLastDay);
    return std::clamp<Start>(just_before(zone.first_instant(nearest + 1)), 0, kEndOfStarts - 1);
}

Micros instant_of(Start start) noexcept { return start >= kNotStarted ? kNever : kFirstInstant + start * kHalfSecond; }

Micros over_from_start(Start start, const Period &period, const Zone &zone) noexcept { return over(follow(start, period, zone)); }

Deadlines deadlines(Start start, const Terms &terms, const Zone &zone) noexcept {
    const Start kept = follow(start, terms.keep_for, zone);
    Deadlines result;
    result.hidden_from = over(kept);
    result.due_from = over(follow(kept, terms.quarantine_for, zone));
    result.released_from = terms.has_floor ? over(follow(start, terms.must_keep_for, zone)) : kAlways;
    result.due_from = std::max(result.due_from, result.released_from);
    return result;
}

Cutoffs cutoffs(Micros at, const Terms &terms, const Zone &zone) noexcept {
    if (at == kAlways) return {kNone, kNone, terms.has_floor ? kNone : kNotStarted, at};
    const Micros until = std::min(at, kEndOfTime);
    // The latest thing that can be over: whole seconds only.
    const Start now = until < kFirstInstant ? kNone : 2 * floor_div(until - kFirstInstant, kMicrosPerSecond);
    Cutoffs result;
    result.hide = precede(now, terms.keep_for, zone);
    result.due = precede(precede(now, terms.quarantine_for, zone), terms.keep_for, zone);
    result.release = terms.has_floor ? precede(now, terms.must_keep_for, zone) : kNotStarted;
    result.due = std::min(result.due, result.release);
    if (at >= kEndOfTime || at < kFirstInstant) {
        result.valid_until = at;
        return result;
    }
    result.valid_until = std::min(stable_until(at, terms.keep_for, zone), stable_until(at, terms.quarantine_for, zone));
    if (terms.has_floor) result.valid_until = std::min(result.valid_until, stable_until(at, terms.must_keep_for, zone));
    return result;
}

}  // namespace pg_retention::core
