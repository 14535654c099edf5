#include <gtest/gtest.h>

#include <random>

#include "core/time/clock.hpp"
#include "zones.hpp"

namespace pg_retention::core {
namespace {

const Oslo oslo;

std::string text_of(Clock clock) {
    char buf[kClockText];
    return {buf, format_clock(clock, buf, sizeof buf)};
}

TEST(Clock, Layout) {
    const Clock c = make_clock(7, 5, kHeld | kAnonymised);
    EXPECT_EQ(c.integer(), (7LL << 48) | (1LL << 47) | (5LL << 8) | 5);
    EXPECT_EQ(policy_of(c), 7);
    EXPECT_EQ(start_of(c), 5);
    EXPECT_EQ(flags_of(c), 5);
    EXPECT_EQ(make_clock(0, kNotStarted, 0), kNoClock);
    EXPECT_EQ(make_clock(7, 5, 0).integer() >> 47 & 1, 0);
    EXPECT_EQ(make_clock(7, 5, kLate | kOrphaned).integer(), (7LL << 48) | (5LL << 8) | 96);
    EXPECT_EQ(make_clock(7, 5, kLate | kHeld).integer() >> 47 & 1, 1);
}

TEST(Clock, TextRoundTrips) {
    for (const char *text :
         {"none", "unknown", "7", "32767", "7 2026-01-01T10:00:00Z", "7 2026-03-31T21:59:59.5Z held,anonymised", "7 held",
          "none held,restricted", "1 1400-01-01T00:00:00Z", "1 9999-12-31T23:59:59.5Z",
          "7 2026-01-01T10:00:00Z held,restricted,anonymised,kept,awaiting", "7 2026-01-01T10:00:00Z late", "7 orphaned",
          "7 late", "7 late,orphaned", "7 held,orphaned",
          "7 2026-01-01T10:00:00Z held,restricted,anonymised,kept,awaiting,late,orphaned"}) {
        const auto clock = parse_clock(text);
        ASSERT_TRUE(clock.ok()) << text;
        EXPECT_EQ(text_of(clock.value()), text);
        EXPECT_TRUE(is_valid(clock.value()));
    }
    EXPECT_EQ(parse_clock("none").value(), kNoClock);
    EXPECT_EQ(parse_clock("unknown").value(), kUnknownClock);
    EXPECT_EQ(parse_clock("").value(), kNoClock);
    EXPECT_EQ(parse_clock("  ").value(), kNoClock);
    EXPECT_EQ(Clock(), kUnknownClock);  // what nobody has filled
    EXPECT_EQ(parse_clock("7 2026-03-31T21:59:59.5Z").value(), make_clock(7, start_of_day(day("2026-03-31"), oslo), 0));
    EXPECT_EQ(parse_clock(" 7  2026-01-01T10:00:00Z ").value(), make_clock(7, start_of_instant(utc("2026-01-01 10:00")), 0));
}

TEST(Clock, Refused) {
    for (const char *text : {"0",
                             "-1",
                             "+7",
                             "32768",
                             "99999999999",
                             "7x",
                             "None",
                             "none 2026-01-01T10:00:00Z",
                             "unknown held",
                             "unknown 2026-01-01T10:00:00Z",
                             "7 2026-01-01",
                             "7 2026-01-01 10:00:00Z",
                             "7 2026-01-01T10:00:00",
                             "7 2026-01-01T10:00:00+01",
                             "7 2026-01-01T10:00:00.4Z",
                             "7 2026-02-30T10:00:00Z",
                             "7 2026-01-01T24:00:00Z",
                             "7 2026-01-01T10:60:00Z",
                             "7 2026-01-01T10:00:60Z",
                             "7 1399-12-31T10:00:00Z",
                             "7 2026-01-01T1 :00:00Z",
                             "7 held,held",
                             "7 held,",
                             "7 ,held",
                             "7 lost",
                             "none late",
                             "none orphaned",
                             "7 held restricted",
                             "7 2026-01-01T10:00:00Z held x",
                             "7 2026-01-01T+1:00:00Z"}) {
        const auto clock = parse_clock(text);
        ASSERT_FALSE(clock.ok()) << text;
        EXPECT_EQ(clock.error().code, ErrorCode::kInvalidText);
        EXPECT_NE(clock.error().hint[0], '\0');
    }
}

TEST(Clock, InvalidBitsAreKnown) {
    EXPECT_FALSE(is_valid(make_clock(0, 5, 0)));                                    // started, without a policy
    EXPECT_FALSE(is_valid(make_clock(0, 0, kHeld)));                                // nothing was decided about an unknown one
    EXPECT_FALSE(is_valid(Clock::from_integer(kNoClock.integer() | (1LL << 47))));  // exempt without a flag
    EXPECT_FALSE(is_valid(Clock::from_integer(kNoClock.integer() | kHeld)));        // a flag, not exempt
    EXPECT_FALSE(is_valid(make_clock(7, 5, 128)));                                  // no such flag
    EXPECT_TRUE(is_valid(make_clock(7, kNotStarted, kOrphaned)));
    EXPECT_TRUE(is_valid(make_clock(7, kNotStarted, kLate | kOrphaned)));
    EXPECT_FALSE(is_valid(make_clock(0, kNotStarted, kLate)));
    EXPECT_FALSE(is_valid(make_clock(0, kNotStarted, kOrphaned)));  // how a start came about that is none
    EXPECT_FALSE(is_valid(Clock::from_integer(make_clock(7, 5, kLate).integer() | (1LL << 47))));  // a mark does not exempt
    EXPECT_FALSE(is_valid(make_clock(32768, 5, 0)));                                               // no such policy
    EXPECT_FALSE(is_valid(make_clock(7, kEndOfStarts, 0)));                                        // beyond 9999
    EXPECT_FALSE(is_valid(Clock::from_integer(-1)));
}

TEST(Clock, OrderPutsWhatCanBeSweptInOneRange) {
    const Start early = start_of_instant(utc("2020-01-01"));
    const Start late = start_of_instant(utc("2030-01-01"));
    EXPECT_LT(make_clock(1, late, kHeld), make_clock(2, early, 0));
    EXPECT_LT(make_clock(1, early, 0), make_clock(1, late, 0));
    EXPECT_LT(make_clock(1, late, 0), make_clock(1, kNotStarted, 0));
    EXPECT_LT(make_clock(1, kNotStarted, 0), make_clock(1, early, kHeld));
}

// Whatever its marks, a row stands in the range of its start, and nowhere else.
TEST(Clock, MarksStayInTheRangeOfTheirStart) {
    for (const uint8_t marks : {0, +kLate, +kOrphaned, +kMarks}) {
        const Clock clock = make_clock(7, 5, marks);
        EXPECT_LE(first_from(7, 5), clock);
        EXPECT_LE(clock, last_until(7, 5));
        EXPECT_LT(last_until(7, 4), clock);
        EXPECT_LT(clock, first_from(7, 6));
        EXPECT_LT(clock, first_exempt(7));
        for (const uint8_t flag : {kHeld, kRestricted, kAnonymised, kKept, kAwaiting}) {
            const Clock decided = add_flags(clock, flag);
            EXPECT_LT(last_until(7, kNotStarted), decided);
            EXPECT_LE(first_exempt(7), decided);
            EXPECT_LE(decided, last_exempt(7, 5));
            EXPECT_EQ(decided_of(decided), flag);
            EXPECT_EQ(marks_of(decided), marks);
        }
    }
}

TEST(Clock, Pending) {
    const Start s = start_of_instant(utc("2020-01-01"));
    EXPECT_FALSE(is_pending(kNoClock));
    EXPECT_FALSE(is_pending(make_clock(1, kNotStarted, 0)));
    EXPECT_TRUE(is_pending(make_clock(1, s, 0)));
    EXPECT_TRUE(is_pending(make_clock(1, s, kHeld)));
    EXPECT_TRUE(is_pending(make_clock(1, s, kLate | kOrphaned)));
    EXPECT_FALSE(is_pending(make_clock(1, s, kAnonymised | kLate)));
    EXPECT_FALSE(is_pending(make_clock(1, s, kAnonymised)));
    EXPECT_TRUE(is_pending(make_clock(1, s, kAnonymised | kAwaiting)));
    // Asked for before its retention started.
    EXPECT_TRUE(is_pending(make_clock(1, kNotStarted, kKept)));
    EXPECT_TRUE(is_pending(make_clock(1, kNotStarted, kAnonymised | kAwaiting)));
    EXPECT_FALSE(is_pending(make_clock(1, kNotStarted, kAnonymised | kKept)));
}

TEST(Clock, States) {
    const Micros at = utc("2027-03-15 12:00");
    const Terms plain = {period("3 years"), period("30 days"), {}, false};
    const Cutoffs c = cutoffs(at, plain, oslo);
    const auto state = [&](const char *start, uint8_t flags = 0) {
        return state_of(make_clock(7, start_of_day(day(start), oslo), flags), c);
    };
    EXPECT_EQ(state_of(kNoClock, c), State::kNone);
    EXPECT_EQ(state_of(make_clock(7, kNotStarted, 0), c), State::kActive);
    EXPECT_EQ(state("2024-03-15"), State::kRetained);
    EXPECT_EQ(state("2024-03-14"), State::kQuarantined);
    EXPECT_EQ(state("2024-02-13"), State::kQuarantined);
    EXPECT_EQ(state("2024-02-12"), State::kDue);
    EXPECT_EQ(state("2024-02-12", kHeld), State::kDue);
    EXPECT_EQ(state("2024-02-12", kAnonymised), State::kAnonymised);
    EXPECT_EQ(state("2026-02-12", kKept), State::kDue);  // nothing keeps it any more

    const Terms floor = {period("3 years"), period("0 days"), period("5 years after end of fiscal year"), true};
    const Cutoffs f = cutoffs(at, floor, oslo);
    const auto kept = [&](const char *start, uint8_t flags = 0) {
        return state_of(make_clock(7, start_of_day(day(start), oslo), flags), f);
    };
    EXPECT_EQ(kept("2024-06-01"), State::kRetained);
    EXPECT_EQ(kept("2024-06-01", kKept), State::kKept);
    EXPECT_EQ(kept("2023-06-01"), State::kKept);
    EXPECT_EQ(kept("2021-06-01"), State::kDue);
    EXPECT_EQ(state_of(make_clock(7, kNotStarted, kKept), f), State::kKept);
    EXPECT_EQ(state_of(make_clock(7, f.release, kKept), f), State::kDue);  // the law lets it go in this moment
    EXPECT_EQ(state_of(make_clock(7, f.release + 1, kKept), f), State::kKept);
}

TEST(Clock, Hidden) {
    const Cutoffs c = cutoffs(utc("2027-03-15 12:00"), {period("3 years"), period("30 days"), {}, false}, oslo);
    const Start retained = start_of_day(day("2024-03-15"), oslo);
    const Start quarantined = start_of_day(day("2024-03-14"), oslo);
    EXPECT_FALSE(hidden(kNoClock, c));
    EXPECT_TRUE(hidden(make_clock(0, kNotStarted, kRestricted), c));
    EXPECT_FALSE(hidden(make_clock(7, kNotStarted, 0), c));
    EXPECT_FALSE(hidden(make_clock(7, retained, kHeld), c));
    EXPECT_TRUE(hidden(make_clock(7, retained, kRestricted), c));
    EXPECT_TRUE(hidden(make_clock(7, retained, kKept), c));
    EXPECT_TRUE(hidden(make_clock(7, quarantined, 0), c));
    EXPECT_TRUE(hidden(make_clock(7, quarantined, kHeld), c));
    EXPECT_FALSE(hidden(make_clock(7, quarantined, kAnonymised), c));
}

TEST(Clock, RandomBitsRoundTripWhenValid) {
    std::mt19937_64 engine(1182);
    for (int i = 0; i < 100000; ++i) {
        auto flags = static_cast<uint8_t>(engine() % 128);
        const Start start = engine() % 8 == 0 ? kNotStarted : static_cast<Start>(engine() % kEndOfStarts);
        if (start == kNotStarted) flags &= kDecided;
        const Clock clock = make_clock(1 + static_cast<int32_t>(engine() % 32767), start, flags);
        ASSERT_TRUE(is_valid(clock));
        ASSERT_EQ(parse_clock(text_of(clock)).value(), clock) << text_of(clock);
    }
}

}  // namespace
}  // namespace pg_retention::core
