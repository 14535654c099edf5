#include <gtest/gtest.h>

#include "core/time/schedule.hpp"
#include "zones.hpp"

namespace pg_retention::core {
namespace {

const Oslo oslo;

Terms terms(const char *keep, const char *quarantine, const char *must = nullptr) {
    return {period(keep), period(quarantine), must != nullptr ? period(must) : Period{}, must != nullptr};
}

std::string local(Micros at) {
    if (at == kNever || at == kAlways) return utc_text(at);
    const Day d = oslo.day_of(at);
    return at == oslo.first_instant(d) ? date_text(d) : utc_text(at) + " UTC";
}

TEST(Start, OrderIsTimesOrder) {
    const Start midnight = start_of_instant(oslo.first_instant(day("2026-04-01")));
    EXPECT_EQ(start_of_day(day("2026-03-31"), oslo), midnight - 1);
    EXPECT_EQ(utc_text(instant_of(midnight - 1)), "2026-03-31 21:59:59");
    EXPECT_EQ(instant_of(midnight - 1) % kMicrosPerSecond, kMicrosPerSecond / 2);
    EXPECT_EQ(start_of_instant(utc("2026-01-01 10:00") + 999999), start_of_instant(utc("2026-01-01 10:00")));
    EXPECT_EQ(start_of_instant(-1), start_of_instant(-kMicrosPerSecond));
    EXPECT_EQ(start_of_instant(kNever), kNotStarted);
    EXPECT_EQ(instant_of(kNotStarted), kNever);
    EXPECT_EQ(instant_of(start_of_instant(utc("1999-12-31 23:59:58"))), utc("1999-12-31 23:59:58"));
    EXPECT_EQ(start_of_instant(kAlways), 0);
    EXPECT_LT(start_of_instant(kNever - 1), kNotStarted);
    EXPECT_LT(start_of_day(kNoDay, oslo), kNotStarted);
    EXPECT_GE(start_of_day(kFirstDay - 5, oslo), 0);
}

// LEGAL 1, the second table.
TEST(Deadlines, QuarantineFollowsTheLastKeptDay) {
    auto d = deadlines(start_of_day(day("2024-02-29"), oslo), terms("3 years", "30 days"), oslo);
    EXPECT_EQ(local(d.hidden_from), "2027-03-01");
    EXPECT_EQ(local(d.due_from), "2027-03-31");
    EXPECT_EQ(d.released_from, kAlways);

    const Micros ten = oslo.first_instant(day("2026-01-01")) + 10 * 3600 * kMicrosPerSecond;
    d = deadlines(start_of_instant(ten), terms("0 days", "30 days"), oslo);
    EXPECT_EQ(d.hidden_from, ten);
    EXPECT_EQ(local(d.due_from), "2026-02-01");

    d = deadlines(start_of_day(day("2026-03-31"), oslo), terms("0 days", "30 days"), oslo);
    EXPECT_EQ(local(d.hidden_from), "2026-04-01");
    EXPECT_EQ(local(d.due_from), "2026-05-01");
}

TEST(Deadlines, DueWaitsForTheMandatoryPeriod) {
    const Start start = start_of_instant(utc("2026-03-15 12:00"));
    auto d = deadlines(start, terms("1 year", "30 days", "5 years after end of fiscal year"), oslo);
    EXPECT_EQ(local(d.hidden_from), "2027-03-16");
    EXPECT_EQ(local(d.due_from), "2032-01-01");
    EXPECT_EQ(local(d.released_from), "2032-01-01");
    d = deadlines(start, terms("10 years", "0 days", "1 year"), oslo);
    EXPECT_EQ(local(d.due_from), "2036-03-16");
    EXPECT_EQ(local(d.released_from), "2027-03-16");
    d = deadlines(start, terms("forever", "0 days", "1 year"), oslo);
    EXPECT_EQ(d.hidden_from, kNever);
    EXPECT_EQ(d.due_from, kNever);
    d = deadlines(start, terms("1 year", "0 days", "forever"), oslo);
    EXPECT_EQ(d.due_from, kNever);
    EXPECT_EQ(d.released_from, kNever);
}

TEST(Deadlines, WholeDaysAndExactTime) {
    const Start whole = start_of_day(day("2026-03-31"), oslo);
    auto d = deadlines(whole, terms("90 minutes", "1 hour"), oslo);
    EXPECT_EQ(utc_text(d.hidden_from), "2026-03-31 23:30:00");
    EXPECT_EQ(utc_text(d.due_from), "2026-04-01 00:30:00");
    d = deadlines(whole, terms("24 hours", "1 day"), oslo);
    // The last kept day is 1 April, wholly.
    EXPECT_EQ(local(d.hidden_from), "2026-04-02");
    EXPECT_EQ(local(d.due_from), "2026-04-03");
    d = deadlines(whole, terms("1 day", "0 days"), oslo);
    EXPECT_EQ(d.hidden_from, d.due_from);
}

TEST(Deadlines, NotStartedAndBeyondTheCalendar) {
    auto d = deadlines(kNotStarted, terms("0 days", "0 days", "0 days"), oslo);
    EXPECT_EQ(d.hidden_from, kNever);
    EXPECT_EQ(d.due_from, kNever);
    EXPECT_EQ(d.released_from, kNever);
    EXPECT_EQ(deadlines(kNotStarted, terms("0 days", "0 days"), oslo).released_from, kAlways);
    d = deadlines(start_of_day(day("9990-01-01"), oslo), terms("50 years", "1 day", "20 years"), oslo);
    EXPECT_EQ(d.hidden_from, kNever);
    EXPECT_EQ(d.released_from, kNever);
}

TEST(Cutoffs, FollowTheDeadlines) {
    const Terms t = terms("3 years", "30 days");
    const Start leap = start_of_day(day("2024-02-29"), oslo);
    const Micros hidden_from = oslo.first_instant(day("2027-03-01"));
    EXPECT_LT(cutoffs(hidden_from - 1, t, oslo).hide, leap);
    EXPECT_GE(cutoffs(hidden_from, t, oslo).hide, leap);
    // 28 February is over at the same midnight, 1 March is not.
    EXPECT_EQ(cutoffs(hidden_from, t, oslo).hide, start_of_day(day("2024-02-29"), oslo));
    EXPECT_EQ(cutoffs(hidden_from, t, oslo).valid_until, oslo.first_instant(day("2027-03-02")));
    EXPECT_EQ(cutoffs(hidden_from, t, oslo).release, kNotStarted);
}

TEST(Cutoffs, Edges) {
    const Terms never = terms("forever", "0 days");
    EXPECT_EQ(cutoffs(utc("2026-01-01"), never, oslo).hide, -1);
    EXPECT_EQ(cutoffs(utc("2026-01-01"), never, oslo).due, -1);
    const Terms floor = terms("1 day", "1 day", "forever");
    EXPECT_GT(cutoffs(utc("2026-01-01"), floor, oslo).hide, 0);
    EXPECT_EQ(cutoffs(utc("2026-01-01"), floor, oslo).due, -1);
    EXPECT_EQ(cutoffs(utc("2026-01-01"), floor, oslo).release, -1);
    for (const Micros at : {kAlways, kAlways + 1, kFirstInstant - 1, kFirstInstant}) {
        const Cutoffs c = cutoffs(at, terms("1 year", "1 day", "1 day"), oslo);
        EXPECT_EQ(c.hide, -1);
        EXPECT_EQ(c.due, -1);
        EXPECT_EQ(c.release, -1);
    }
    for (const Micros at : {kNever, kNever - 1, kEndOfTime}) {
        const Cutoffs c = cutoffs(at, terms("0 days", "1 hour"), oslo);
        EXPECT_GE(c.hide, start_of_instant(utc("9998-01-01")));
        EXPECT_GE(c.due, start_of_instant(utc("9998-01-01")));
        EXPECT_LT(c.hide, kNotStarted);
    }
}

}  // namespace
}  // namespace pg_retention::core
