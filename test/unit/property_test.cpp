// Random pairs: a cutoff is the exact inverse of its deadline, and nothing goes backwards.
#include <gtest/gtest.h>

#include <random>

#include "core/time/schedule.hpp"
#include "zones.hpp"

namespace pg_retention::core {
namespace {

class Random {
  public:
    int64_t in(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }

    Period period() {
        Period p = {};
        switch (in(0, 9)) {
            case 0: return p;
            case 1: p.flags = kForeverFlag; return p;
            case 2:
            case 3: p.seconds = static_cast<int32_t>(in(1, 400000)); return p;
            default: break;
        }
        if (in(0, 1) == 0) p.months = static_cast<int32_t>(in(0, 150));
        if (in(0, 1) == 0) p.days = static_cast<int32_t>(in(0, 800));
        p.anchor = static_cast<uint8_t>(in(0, 4));
        if (p.anchor == kFiscalYearEnd) {
            p.end_month = static_cast<uint8_t>(in(1, 12));
            p.end_day = static_cast<uint8_t>(in(1, days_in_month(2000, p.end_month)));
        }
        return p;
    }

    Terms terms() { return {period(), period(), period(), in(0, 1) == 0}; }

    // Often close to a midnight, a clock change or a month's end, where the rules bite.
    Micros instant(const Zone &zone) {
        const Micros any = in(utc("2005-01-01"), utc("2045-01-01"));
        switch (in(0, 3)) {
            case 0: return any;
            case 1: return zone.first_instant(zone.day_of(any)) + in(-2, 2);
            case 2: return zone.first_instant(end_of_month(zone.day_of(any)) + 1) + in(-1, 1);
            default:
                return zone.first_instant(day_from_date(static_cast<int32_t>(in(2005, 2045)), in(0, 1) ? 3 : 10, 25) +
                                          static_cast<Day>(in(0, 7))) +
                       in(-7200, 7200) * kMicrosPerSecond;
        }
    }

  private:
    std::mt19937_64 engine_{1182};
};

void expect_inverse(const Zone &zone, int rounds) {
    Random random;
    for (int i = 0; i < rounds; ++i) {
        const Period p = random.period();
        const Micros at = random.instant(zone);
        const Micros last = cutoff(at, p, zone);
        ASSERT_TRUE(is_valid(p));
        if (last == kAlways) {
            ASSERT_TRUE(is_forever(p)) << canonical(p);
            continue;
        }
        const auto over = over_from(last, p, zone);
        const auto next = over_from(last + 1, p, zone);
        ASSERT_TRUE(over.ok() && next.ok()) << canonical(p);
        ASSERT_LE(over.value(), at) << canonical(p) << " at " << utc_text(at);
        ASSERT_GT(next.value(), at) << canonical(p) << " at " << utc_text(at);
    }
}

TEST(Property, CutoffIsTheInverseInOslo) { expect_inverse(Oslo(), 100000); }
TEST(Property, CutoffIsTheInverseInUtc) { expect_inverse(Utc(), 20000); }
TEST(Property, CutoffIsTheInverseWhereADayIsMissing) {
    const Samoa zone;
    for (Micros at = utc("2011-12-25"); at < utc("2012-01-05"); at += 1800 * kMicrosPerSecond)
        for (const char *text : {"1 day", "2 days", "1 month", "0 days after end of month", "1 week"}) {
            const Micros last = cutoff(at, period(text), zone);
            ASSERT_LE(over_from(last, period(text), zone).value(), at);
            ASSERT_GT(over_from(last + 1, period(text), zone).value(), at);
        }
}

// The cutoffs of a policy agree with its deadlines for every start: at the cutoff, after it, around.
TEST(Property, CutoffsAgreeWithDeadlines) {
    const Oslo zone;
    Random random;
    for (int i = 0; i < 40000; ++i) {
        const Terms t = random.terms();
        const Micros at = random.instant(zone);
        const Cutoffs c = cutoffs(at, t, zone);
        const Start any = start_of_instant(random.instant(zone));
        for (const Start s : {c.hide, c.hide + 1, c.due, c.due + 1, c.release, c.release + 1, any, any + 1}) {
            if (s < 0 || s >= kNotStarted) continue;
            // Odd starts are whole days only.
            if (s % 2 != 0 && s != start_of_day(zone.day_of(instant_of(s)), zone)) continue;
            const Deadlines d = deadlines(s, t, zone);
            ASSERT_EQ(d.hidden_from <= at, s <= c.hide) << canonical(t.keep_for) << " at " << utc_text(at);
            ASSERT_EQ(d.due_from <= at, s <= c.due)
                << canonical(t.keep_for) << ", " << canonical(t.quarantine_for) << " at " << utc_text(at);
            ASSERT_EQ(d.released_from <= at, s <= c.release);
        }
        ASSERT_LE(c.due, c.hide);
    }
}

TEST(Property, CutoffsHoldUntilTheySayAndNeverFall) {
    const Oslo zone;
    Random random;
    for (int i = 0; i < 20000; ++i) {
        const Terms t = random.terms();
        const Micros at = random.instant(zone);
        const Cutoffs c = cutoffs(at, t, zone);
        ASSERT_GT(c.valid_until, at);
        if (c.valid_until != kNever) {
            const Cutoffs last = cutoffs(c.valid_until - 1, t, zone);
            ASSERT_EQ(last.hide, c.hide);
            ASSERT_EQ(last.due, c.due);
            ASSERT_EQ(last.release, c.release);
        }
        const Cutoffs later = cutoffs(at + random.in(0, 400) * kMicrosPerDay / 7, t, zone);
        ASSERT_GE(later.hide, c.hide);
        ASSERT_GE(later.due, c.due);
        ASSERT_GE(later.release, c.release);
    }
}

TEST(Property, DeadlinesFromAnInstantAreThoseOfOverFrom) {
    const Oslo zone;
    Random random;
    for (int i = 0; i < 20000; ++i) {
        const Period p = random.period();
        const Micros at = random.instant(zone);
        const Micros whole = instant_of(start_of_instant(at));
        ASSERT_EQ(over_from_start(start_of_instant(at), p, zone), over_from(whole, p, zone).value());
    }
}

TEST(Property, TextRoundTrips) {
    Random random;
    for (int i = 0; i < 50000; ++i) {
        const Period p = random.period();
        const auto back = parse_period(canonical(p));
        ASSERT_TRUE(back.ok()) << canonical(p);
        ASSERT_EQ(compare(back.value(), p), 0) << canonical(p);
        ASSERT_EQ(canonical(back.value()), canonical(p));
    }
}

}  // namespace
}  // namespace pg_retention::core
