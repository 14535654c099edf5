#include "core/time/period.hpp"

#include <algorithm>
#include <compare>
#include <cstdio>
#include <tuple>

namespace pg_retention::core {

namespace {

constexpr int64_t kSecondsPerMonth = 2629746;  // a twelfth of a mean Gregorian year; for the order only

// Appends to a buffer and never past its end.
struct Text {
    char *buf;
    size_t cap;
    size_t length = 0;

    void add(const char *text) noexcept {
        for (; *text != '\0' && length + 1 < cap; ++text) buf[length++] = *text;
        if (cap > 0) buf[length] = '\0';
    }

    void amount(int32_t count, const char *unit) noexcept {
        char part[32];
        std::snprintf(part, sizeof part, "%s%d %s%s", length > 0 ? " " : "", count, unit, count == 1 ? "" : "s");
        add(part);
    }
};

// The end of a calendar year, whichever way it was written.
bool ends_with_year(const Period &p) noexcept {
    return p.anchor == kYearEnd || (p.anchor == kFiscalYearEnd && p.end_month == 12 && p.end_day == 31);
}

auto order_key(const Period &p) noexcept {
    const int64_t length = p.months * kSecondsPerMonth + p.days * int64_t{86400} + p.seconds;
    const int anchor = ends_with_year(p) ? kYearEnd : p.anchor;
    const int ending = p.anchor == kFiscalYearEnd && !ends_with_year(p) ? p.end_month * 32 + p.end_day : 0;
    return std::tuple(is_forever(p), length, p.months, p.days, p.seconds, anchor, ending);
}

uint64_t mix(uint64_t seed, uint64_t value) noexcept {
    uint64_t z = seed ^ (value + 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

Day end_of_anchor(Day event, const Period &p) noexcept {
    switch (p.anchor) {
        case kMonthEnd: return end_of_month(event);
        case kQuarterEnd: return end_of_quarter(event);
        case kYearEnd: return end_of_fiscal_year(event, 12, 31);
        case kFiscalYearEnd: return end_of_fiscal_year(event, p.end_month, p.end_day);
        default: return event;
    }
}

Error out_of_range() noexcept {
    return make_error(ErrorCode::kOutOfRange, "", "end of the period is outside the years 1400 to 9999");
}

Result<Micros> plus_seconds(Micros from, int32_t seconds) noexcept {
    const Micros over = from + seconds * kMicrosPerSecond;
    if (over >= kEndOfTime) return out_of_range();
    return over;
}

Result<Micros> after_last_day(Day event, const Period &period, const Zone &zone) noexcept {
    const Day last = last_day(event, period);
    if (last >= kLastDay) return out_of_range();
    return zone.first_instant(last + 1);
}

Error start_out_of_range() noexcept {
    return make_error(ErrorCode::kOutOfRange, "", "start of the period is outside the years 1400 to 9999");
}

}  // namespace

size_t format_period(const Period &period, char *buf, size_t cap) noexcept {
    Text text{buf, cap};
    if (is_forever(period)) {
        text.add("forever");
        return text.length;
    }
    if (period.months / 12 != 0) text.amount(period.months / 12, "year");
    if (period.months % 12 != 0) text.amount(period.months % 12, "month");
    if (period.days != 0 || (period.months == 0 && period.seconds == 0)) text.amount(period.days, "day");
    if (period.seconds % 60 != 0)
        text.amount(period.seconds, "second");
    else if (period.seconds % 3600 != 0)
        text.amount(period.seconds / 60, "minute");
    else if (period.seconds != 0)
        text.amount(period.seconds / 3600, "hour");

    static constexpr const char *kAnchors[] = {"", " after end of month", " after end of quarter", " after end of year",
                                               " after end of fiscal year"};
    text.add(kAnchors[period.anchor <= kFiscalYearEnd ? period.anchor : kNoAnchor]);
    if (period.anchor == kFiscalYearEnd && !ends_with_year(period)) {
        char ending[32];
        std::snprintf(ending, sizeof ending, " ending %02d-%02d", period.end_month, period.end_day);
        text.add(ending);
    }
    return text.length;
}

bool is_valid(const Period &p) noexcept {
    if (p.months < 0 || p.months > kMaxMonths || p.days < 0 || p.days > kMaxDays || p.seconds < 0) return false;
    if (p.anchor > kFiscalYearEnd || (p.flags & ~kForeverFlag) != 0) return false;
    const bool bare = p.months == 0 && p.days == 0 && p.anchor == kNoAnchor;
    if (is_forever(p) && (!bare || p.seconds != 0)) return false;
    if (p.seconds != 0 && !bare) return false;
    if (p.anchor != kFiscalYearEnd) return p.end_month == 0 && p.end_day == 0;
    return p.end_month >= 1 && p.end_month <= 12 && p.end_day >= 1 && p.end_day <= days_in_month(2000, p.end_month);
}

int compare(const Period &a, const Period &b) noexcept {
    const auto order = order_key(a) <=> order_key(b);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

uint64_t hash(const Period &period) noexcept {
    const auto [forever, length, months, days, seconds, anchor, ending] = order_key(period);
    uint64_t h = mix(forever ? 1 : 0, static_cast<uint64_t>(length));
    h = mix(h, static_cast<uint64_t>(months));
    h = mix(h, static_cast<uint64_t>(days));
    h = mix(h, static_cast<uint64_t>(seconds));
    return mix(h, static_cast<uint64_t>(int64_t{anchor} * 1024 + ending));
}

Day last_day(Day event, const Period &period) noexcept {
    if (!in_calendar(event)) return kNoDay;
    const Day from = add_months(end_of_anchor(event, period), period.months);
    if (from == kNoDay) return kNoDay;
    const int64_t last = int64_t{from} + period.days;
    return last <= kLastDay ? static_cast<Day>(last) : kNoDay;
}

Day last_event_day(Day today, const Period &period) noexcept {
    const Day target = std::min(today, kLastDay) - 1;  // the last day that may be a period's last
    if (target < kFirstDay) return kFirstDay - 1;
    // last_day never falls as the event day rises, so halving finds the greatest that fits. No
    // period reaches back further than its longest months and one anchor.
    const int64_t reach = int64_t{period.months} * 31 + period.days + 367;
    int64_t low = std::max<int64_t>(kFirstDay - 1, target - reach);
    int64_t high = int64_t{target} + 1;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (last_day(static_cast<Day>(middle), period) <= target)
            low = middle;
        else
            high = middle;
    }
    return static_cast<Day>(low);
}

Result<Micros> over_from(Micros start, const Period &period, const Zone &zone) noexcept {
    if (start == kNever) return kNever;
    if (start == kAlways) return make_error(ErrorCode::kOutOfRange, "", "a period cannot start at -infinity");
    if (start < kFirstInstant || start >= kEndOfTime) return start_out_of_range();
    if (is_forever(period)) return kNever;
    if (is_zero(period)) return start;
    if (is_elapsed(period)) return plus_seconds(start, period.seconds);
    return after_last_day(zone.day_of(start), period, zone);
}

Result<Micros> over_from_day(Day event, const Period &period, const Zone &zone) noexcept {
    if (!in_calendar(event)) return start_out_of_range();
    if (is_forever(period)) return kNever;
    if (is_zero(period) || is_elapsed(period)) {
        if (event == kLastDay) return out_of_range();
        return plus_seconds(zone.first_instant(event + 1), period.seconds);
    }
    return after_last_day(event, period, zone);
}

Micros cutoff(Micros at, const Period &period, const Zone &zone) noexcept {
    if (at == kNever || at == kAlways) return at;
    if (is_forever(period)) return kAlways;
    const Micros until = std::min(at, kEndOfTime - 1);
    if (is_zero(period) || is_elapsed(period)) {
        const Micros start = until < kFirstInstant ? kAlways : until - period.seconds * kMicrosPerSecond;
        return start < kFirstInstant ? kAlways : start;
    }
    const Day event = last_event_day(zone.day_of(at), period);
    if (event < kFirstDay) return kAlways;
    const Micros start = zone.first_instant(event + 1) - 1;
    return start < kFirstInstant ? kAlways : start;
}

}  // namespace pg_retention::core
