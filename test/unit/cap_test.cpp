#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/time/cap.hpp"
#include "zones.hpp"

namespace pg_retention::core {
namespace {

const Oslo oslo;
const Utc utc;

Cap cap(const char *text) {
    const auto parsed = parse_cap(text);
    EXPECT_TRUE(parsed.ok()) << text;
    return parsed.ok() ? parsed.value() : Cap{};
}

Micros at(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    return utc.first_instant(day_from_date(year, month, day)) + ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond;
}

TEST(CapText, Read) {
    EXPECT_EQ(cap("2 per calendar month").count, 2);
    EXPECT_EQ(cap("2 per calendar month").window, CapWindow::kMonth);
    EXPECT_EQ(cap(" 10  PER Calendar\tYear ").window, CapWindow::kYear);
    EXPECT_EQ(cap("1 per calendar week").window, CapWindow::kWeek);
    EXPECT_EQ(cap("1 per calendar day").window, CapWindow::kDay);
    EXPECT_EQ(cap("1 per calendar quarter").window, CapWindow::kQuarter);
    EXPECT_EQ(cap("1 per 14 days").window, CapWindow::kRolling);
    EXPECT_EQ(cap("1 per 14 days").period.days, 14);
    EXPECT_EQ(cap("3 per 24 hours").period.seconds, 86400);
    EXPECT_EQ(cap("1000 per 1 month").count, 1000);
}

TEST(CapText, Refused) {
    for (const char *text :
         {"", "2", "2 per", "per calendar month", "0 per calendar month", "-1 per calendar month", "2 per calendar",
          "2 per calendar months", "2 per calendar century", "1001 per calendar day", "2 per month", "2 per forever",
          "2 per 0 days", "2 per 1 day after end of month", "two per calendar month", "2 calendar month",
          "2 per calendar month and day", "2 percalendar month", "99999999999 per calendar day"}) {
        EXPECT_FALSE(parse_cap(text).ok()) << text;
    }
    EXPECT_STREQ(parse_cap("2 per month").error().message, "invalid cap: \"2 per month\"");
}

TEST(CapWindows, EndWithTheLocalCalendar) {
    // 31 December 23:59:59 in Oslo is 22:59:59 in UTC.
    EXPECT_EQ(counts_until(at(2025, 12, 31, 22, 59, 59), cap("2 per calendar month"), oslo), at(2025, 12, 31, 23));
    EXPECT_EQ(counts_until(at(2025, 12, 31, 23, 0, 0), cap("2 per calendar month"), oslo), at(2026, 1, 31, 23));
    EXPECT_EQ(counts_until(at(2025, 12, 31, 22, 59, 59), cap("2 per calendar year"), oslo), at(2025, 12, 31, 23));
    EXPECT_EQ(counts_until(at(2026, 6, 1), cap("2 per calendar year"), oslo), at(2026, 12, 31, 23));
    // The month in which clocks go forward ends an hour earlier.
    EXPECT_EQ(counts_until(at(2026, 3, 10), cap("2 per calendar month"), oslo), at(2026, 3, 31, 22));
    EXPECT_EQ(counts_until(at(2026, 3, 29, 0, 30), cap("1 per calendar day"), oslo), at(2026, 3, 29, 22));
    EXPECT_EQ(counts_until(at(2026, 2, 11), cap("1 per calendar quarter"), oslo), at(2026, 3, 31, 22));
    // 29 March 2026 is a Sunday.
    EXPECT_EQ(counts_until(at(2026, 3, 29, 12), cap("1 per calendar week"), oslo), at(2026, 3, 29, 22));
    EXPECT_EQ(counts_until(at(2026, 3, 29, 22), cap("1 per calendar week"), oslo), at(2026, 4, 5, 22));
    EXPECT_EQ(counts_until(at(9999, 12, 31, 12), cap("1 per calendar day"), utc), kNever);
}

TEST(CapWindows, RollAsPeriodsDo) {
    EXPECT_EQ(counts_until(at(2026, 3, 1, 10), cap("1 per 14 days"), utc), at(2026, 3, 16));
    EXPECT_EQ(counts_until(at(2026, 3, 1, 10), cap("1 per 24 hours"), utc), at(2026, 3, 2, 10));
}

Leave leave(const std::vector<Micros> &times, Micros when, const std::vector<const char *> &texts, const Zone &zone = utc) {
    std::vector<Cap> all;
    for (const char *text : texts) all.push_back(cap(text));
    return may_send(times.data(), static_cast<int>(times.size()), when, Caps{all.data(), static_cast<int>(all.size()), &zone});
}

TEST(CapDecision, CountsWithinTheWindow) {
    const std::vector<Micros> two = {at(2026, 3, 2), at(2026, 3, 20)};
    EXPECT_TRUE(leave({}, at(2026, 3, 2), {"1 per calendar month"}).given);
    EXPECT_TRUE(leave({at(2026, 3, 2)}, at(2026, 3, 3), {"2 per calendar month"}).given);
    const Leave refused = leave(two, at(2026, 3, 31, 23, 59, 59), {"2 per calendar month"});
    EXPECT_FALSE(refused.given);
    EXPECT_EQ(refused.from, at(2026, 4, 1));
    EXPECT_TRUE(leave(two, at(2026, 4, 1), {"2 per calendar month"}).given);
    EXPECT_TRUE(leave(two, at(2026, 3, 31), {}).given);
}

TEST(CapDecision, SeveralHoldTogether) {
    const std::vector<Micros> times = {at(2026, 3, 2), at(2026, 3, 20)};
    const Leave refused = leave(times, at(2026, 3, 25), {"5 per calendar day", "2 per calendar month", "2 per calendar year"});
    EXPECT_EQ(refused.cap, 1);
    EXPECT_EQ(refused.from, at(2027, 1, 1));
}

TEST(CapDecision, WhatIsScheduledCounts) {
    const std::vector<Micros> next = {at(2026, 4, 5), at(2026, 4, 6)};
    EXPECT_TRUE(leave(next, at(2026, 3, 31), {"2 per calendar month"}).given);
    EXPECT_FALSE(leave(next, at(2026, 4, 1), {"2 per calendar month"}).given);
    EXPECT_FALSE(leave({at(2026, 4, 5)}, at(2026, 4, 1), {"1 per 7 days"}).given);
    EXPECT_TRUE(leave({at(2026, 4, 5)}, at(2026, 3, 20), {"1 per 7 days"}).given);
    // April is full already.
    const Leave refused =
        leave({at(2026, 3, 3), at(2026, 3, 4), at(2026, 4, 5), at(2026, 4, 6)}, at(2026, 3, 5), {"2 per calendar month"});
    EXPECT_EQ(refused.from, at(2026, 5, 1));
}

// Against every time there is, one after the other.
bool may_by_hand(std::vector<Micros> times, Micros when, const Cap &one, const Zone &zone) {
    times.push_back(when);
    std::sort(times.begin(), times.end());
    for (const Micros first : times) {
        if (first > when) break;
        const Micros until = counts_until(first, one, zone);
        if (until <= when) continue;
        const auto within = std::count_if(times.begin(), times.end(), [&](Micros t) { return t >= first && t < until; });
        if (within > one.count) return false;
    }
    return true;
}

TEST(CapDecision, AgreesWithCounting) {
    std::mt19937 random(1);
    const char *const texts[] = {"2 per calendar month", "1 per calendar week", "3 per 10 days", "2 per 36 hours",
                                 "1 per calendar day"};
    for (int round = 0; round < 4000; ++round) {
        const Cap one = cap(texts[random() % 5]);
        std::vector<Micros> times(random() % 6);
        for (Micros &t : times) t = at(2026, 3, 1) + static_cast<Micros>(random() % (60 * 24)) * 3600 * kMicrosPerSecond;
        std::sort(times.begin(), times.end());
        const Micros when = at(2026, 3, 1) + static_cast<Micros>(random() % (60 * 24)) * 3600 * kMicrosPerSecond;
        const Caps caps = {&one, 1, &oslo};
        const Leave found = may_send(times.data(), static_cast<int>(times.size()), when, caps);
        ASSERT_EQ(found.given, may_by_hand(times, when, one, oslo)) << round;
        ASSERT_TRUE(may_by_hand(times, found.from, one, oslo)) << round;
        if (!found.given) {
            ASSERT_FALSE(may_by_hand(times, found.from - kMicrosPerSecond, one, oslo)) << round;
        }
        // What was dropped stood against nothing.
        std::vector<Micros> kept = times;
        kept.resize(keep_what_counts(kept.data(), static_cast<int>(kept.size()), when, caps));
        ASSERT_EQ(may_send(kept.data(), static_cast<int>(kept.size()), when, caps).given, found.given) << round;
    }
}

}  // namespace
}  // namespace pg_retention::core
