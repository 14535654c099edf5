#include <gtest/gtest.h>

#include <vector>

#include "zones.hpp"

namespace pg_retention::core {
namespace {

const Oslo oslo;

TEST(PeriodText, CanonicalForm) {
    const char *const rows[][2] = {
        {"30 days", "30 days"},
        {"1 day", "1 day"},
        {"1 days", "1 day"},
        {"0 days", "0 days"},
        {"0 years", "0 days"},
        {"0 seconds", "0 days"},
        {"2 weeks", "14 days"},
        {"1 week 1 day", "8 days"},
        {"42 months", "3 years 6 months"},
        {"3 years 6 months", "3 years 6 months"},
        {"6 MONTHS 3 Years", "3 years 6 months"},
        {"12 months", "1 year"},
        {"1 month 10 days", "1 month 10 days"},
        {"5400 seconds", "90 minutes"},
        {"1 hour 30 minutes", "90 minutes"},
        {"24 hours", "24 hours"},
        {"60 minutes", "1 hour"},
        {"61 seconds", "61 seconds"},
        {"1 second", "1 second"},
        {"forever", "forever"},
        {" Forever ", "forever"},
        {"  30\t days\n", "30 days"},
        {"30days", "30 days"},
        {"P1Y2M3D", "1 year 2 months 3 days"},
        {"p2w", "14 days"},
        {"PT4H5M6S", "14706 seconds"},
        {"PT90M", "90 minutes"},
        {"P0D", "0 days"},
        {"P5Y after end of fiscal year", "5 years after end of fiscal year"},
        {"1 day after end of month", "1 day after end of month"},
        {"1 day after END OF quarter", "1 day after end of quarter"},
        {"0 days after end of year", "0 days after end of year"},
        {"5 years after end of fiscal year", "5 years after end of fiscal year"},
        {"5 years after end of fiscal year ending 12-31", "5 years after end of fiscal year"},
        {"5 years after end of fiscal year ending 06-30", "5 years after end of fiscal year ending 06-30"},
        {"5 years after end of fiscal year ending 02-29", "5 years after end of fiscal year ending 02-29"},
    };
    for (const auto &row : rows) {
        const Period p = period(row[0]);
        EXPECT_EQ(canonical(p), row[1]) << row[0];
        EXPECT_TRUE(is_valid(p)) << row[0];
        EXPECT_EQ(canonical(period(row[1])), row[1]);
        EXPECT_EQ(compare(period(row[1]), p), 0);
    }
}

TEST(PeriodText, Refused) {
    const struct {
        const char *text;
        ErrorCode code;
        const char *says;
    } rows[] = {
        {"", ErrorCode::kInvalidText, "invalid input syntax"},
        {"   ", ErrorCode::kInvalidText, "invalid input syntax"},
        {"30", ErrorCode::kInvalidText, "invalid input syntax"},
        {"days", ErrorCode::kInvalidText, "invalid input syntax"},
        {"30 dayss", ErrorCode::kInvalidText, "invalid input syntax"},
        {"30 d", ErrorCode::kInvalidText, "invalid input syntax"},
        {"s", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 s", ErrorCode::kInvalidText, "invalid input syntax"},
        {"-1 days", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1.5 years", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 year 1 year", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 year and 1 day", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 year, 1 day", ErrorCode::kInvalidText, "invalid input syntax"},
        {"forever after end of month", ErrorCode::kInvalidText, "invalid input syntax"},
        {"forevers", ErrorCode::kInvalidText, "invalid input syntax"},
        {"always", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P", ErrorCode::kInvalidText, "invalid input syntax"},
        {"PT", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P1", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P1YT", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P1H", ErrorCode::kInvalidText, "invalid input syntax"},
        {"PT1Y", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P1Y1Y", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P-1Y", ErrorCode::kInvalidText, "invalid input syntax"},
        {"P0.5Y", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of week", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of fiscal month", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of year ending 06-30", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of fiscal year ending", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of fiscal year ending 6-30", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of fiscal year ending 06-301", ErrorCode::kInvalidText, "invalid input syntax"},
        {"1 day after end of fiscal year ending 06-31", ErrorCode::kOutOfRange, "does not exist"},
        {"1 day after end of fiscal year ending 13-01", ErrorCode::kOutOfRange, "does not exist"},
        {"1 day after end of fiscal year ending 02-30", ErrorCode::kOutOfRange, "does not exist"},
        {"1 day after end of fiscal year ending 00-00", ErrorCode::kOutOfRange, "does not exist"},
        {"1 day 1 hour", ErrorCode::kInvalidText, "mixes"},
        {"P1DT1H", ErrorCode::kInvalidText, "mixes"},
        {"0 days 0 seconds", ErrorCode::kInvalidText, "mixes"},
        {"90 minutes after end of month", ErrorCode::kInvalidText, "exact time"},
        {"0 seconds after end of month", ErrorCode::kInvalidText, "exact time"},
        {"8600 years", ErrorCode::kOutOfRange, "out of range"},
        {"99999999999999999999 days", ErrorCode::kOutOfRange, "out of range"},
        {"2147483648 seconds", ErrorCode::kOutOfRange, "out of range"},
        {"9999999999 years", ErrorCode::kOutOfRange, "out of range"},
    };
    for (const auto &row : rows) {
        const auto result = parse_period(row.text);
        ASSERT_FALSE(result.ok()) << row.text;
        EXPECT_EQ(result.error().code, row.code) << row.text;
        EXPECT_NE(std::string(result.error().message).find(row.says), std::string::npos) << result.error().message;
        EXPECT_NE(result.error().hint[0], '\0') << row.text;
    }
}

TEST(PeriodText, LongTextIsCutBetweenCharacters) {
    std::string text(79, 'x');
    for (int i = 0; i < 100; ++i) text += "\xC3\xA5";
    const auto result = parse_period(text);
    ASSERT_FALSE(result.ok());
    const std::string message = result.error().message;
    EXPECT_EQ(message, "invalid input syntax for type retention.period: \"" + std::string(79, 'x') + "...\"");
}

// LEGAL 1, row by row: event day, period, last day, over from.
TEST(PeriodLaw, EveryRowOfTheTable) {
    const char *const rows[][4] = {
        {"2026-01-01", "30 days", "2026-01-31", "2026-02-01"},
        {"2026-01-31", "1 month", "2026-02-28", "2026-03-01"},
        {"2026-02-28", "1 month", "2026-03-28", "2026-03-29"},
        {"2024-01-31", "1 month", "2024-02-29", "2024-03-01"},
        {"2024-02-29", "3 years", "2027-02-28", "2027-03-01"},
        {"2026-08-31", "1 month", "2026-09-30", "2026-10-01"},
        {"2026-03-15", "5 years after end of fiscal year", "2031-12-31", "2032-01-01"},
        {"2026-03-15", "3 years 6 months after end of fiscal year", "2030-06-30", "2030-07-01"},
        {"2026-03-15", "5 years after end of fiscal year ending 06-30", "2031-06-30", "2031-07-01"},
        {"2026-06-30", "5 years after end of fiscal year ending 06-30", "2031-06-30", "2031-07-01"},
        {"2026-07-01", "5 years after end of fiscal year ending 06-30", "2032-06-30", "2032-07-01"},
        // every other anchor, and weeks
        {"2026-03-15", "1 month after end of month", "2026-04-30", "2026-05-01"},
        {"2026-01-15", "1 month after end of month", "2026-02-28", "2026-03-01"},
        {"2026-03-15", "1 month after end of quarter", "2026-04-30", "2026-05-01"},
        {"2026-03-31", "0 days after end of quarter", "2026-03-31", "2026-04-01"},
        {"2026-03-15", "10 days after end of year", "2027-01-10", "2027-01-11"},
        {"2024-02-29", "1 year after end of fiscal year ending 02-29", "2025-02-28", "2025-03-01"},
        {"2026-01-01", "2 weeks", "2026-01-15", "2026-01-16"},
        {"2026-01-31", "1 month 1 day", "2026-03-01", "2026-03-02"},
    };
    for (const auto &row : rows) {
        const Period p = period(row[1]);
        EXPECT_EQ(date_text(last_day(day(row[0]), p)), row[2]) << row[0] << " + " << row[1];
        const Micros expected = oslo.first_instant(day(row[3]));
        // Whenever on the day the event falls, its hour does not count.
        for (const Micros start : {oslo.first_instant(day(row[0])), oslo.first_instant(day(row[0]) + 1) - 1}) {
            const auto over = over_from(start, p, oslo);
            ASSERT_TRUE(over.ok());
            EXPECT_EQ(utc_text(over.value()), utc_text(expected)) << row[0] << " + " << row[1];
        }
    }
    EXPECT_EQ(utc_text(over_from(utc("2026-03-15 12:00"), period("5 years after end of fiscal year"), oslo).value()),
              "2031-12-31 23:00:00");
}

TEST(PeriodLaw, ZeroIsOverAtItsStart) {
    EXPECT_EQ(over_from(utc("2026-01-01 10:00"), period("0 days"), oslo).value(), utc("2026-01-01 10:00"));
    EXPECT_EQ(utc_text(over_from(utc("2026-01-01 10:00"), period("0 days after end of month"), oslo).value()),
              "2026-01-31 23:00:00");
}

TEST(PeriodLaw, DaysEndAtLocalMidnightAcrossClockChanges) {
    // 23 hours from the midnight before, in March; 25 in October.
    EXPECT_EQ(utc_text(over_from(utc("2026-03-28 10:00"), period("1 day"), oslo).value()), "2026-03-29 22:00:00");
    EXPECT_EQ(utc_text(over_from(utc("2026-10-24 10:00"), period("1 day"), oslo).value()), "2026-10-25 23:00:00");
    // An instant just after local midnight is the new day.
    EXPECT_EQ(utc_text(over_from(utc("2026-06-30 22:00"), period("1 day"), oslo).value()), "2026-07-02 22:00:00");
    // Exact time does not care.
    EXPECT_EQ(utc_text(over_from(utc("2026-03-29 00:30"), period("24 hours"), oslo).value()), "2026-03-30 00:30:00");
    EXPECT_EQ(utc_text(over_from(utc("2026-10-25 00:30"), period("90 minutes"), oslo).value()), "2026-10-25 02:00:00");
}

TEST(PeriodLaw, AWholeDayCountsFromItsEnd) {
    const auto over = [](const char *event, const char *text) {
        return utc_text(over_from_day(day(event), period(text), oslo).value());
    };
    EXPECT_EQ(over("2026-03-31", "0 days"), "2026-03-31 22:00:00");
    EXPECT_EQ(over("2026-03-31", "90 minutes"), "2026-03-31 23:30:00");
    EXPECT_EQ(over("2026-03-31", "30 days"), "2026-04-30 22:00:00");
    EXPECT_EQ(over("2024-02-29", "3 years"), "2027-02-28 23:00:00");
    EXPECT_EQ(over_from_day(day("2026-03-31"), period("forever"), oslo).value(), kNever);
    EXPECT_EQ(over_from_day(kLastDay, period("0 days"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from_day(kFirstDay - 1, period("forever"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from_day(kNoDay, period("1 day"), oslo).error().code, ErrorCode::kOutOfRange);
}

TEST(PeriodLaw, EndsOfTime) {
    EXPECT_EQ(over_from(kNever, period("1 day"), oslo).value(), kNever);
    EXPECT_EQ(over_from(utc("2026-01-01"), period("forever"), oslo).value(), kNever);
    EXPECT_EQ(over_from(kAlways, period("1 day"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from(kAlways, period("forever"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from(kFirstInstant - 1, period("0 days"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from(utc("9999-12-30"), period("1 day"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from(utc("9998-01-01"), period("5 years"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(over_from(utc("9999-12-31 23:59"), period("1 hour"), oslo).error().code, ErrorCode::kOutOfRange);
    EXPECT_EQ(cutoff(kNever, period("1 day"), oslo), kNever);
    EXPECT_EQ(cutoff(kAlways, period("1 day"), oslo), kAlways);
    EXPECT_EQ(cutoff(utc("2026-01-01"), period("forever"), oslo), kAlways);
    EXPECT_EQ(cutoff(utc("1400-01-02"), period("1 year"), oslo), kAlways);
    EXPECT_EQ(cutoff(utc("1400-01-02"), period("50 hours"), oslo), kAlways);
    EXPECT_EQ(cutoff(INT64_MAX - 1, period("0 days"), oslo), kEndOfTime - 1);
    EXPECT_EQ(cutoff(INT64_MIN + 1, period("0 days"), oslo), kAlways);
}

TEST(PeriodOrder, EqualOnlyWhenOverTogether) {
    const auto same = [](const char *a, const char *b) { return compare(period(a), period(b)) == 0; };
    EXPECT_TRUE(same("12 months", "1 year"));
    EXPECT_TRUE(same("7 days", "1 week"));
    EXPECT_TRUE(same("60 minutes", "1 hour"));
    EXPECT_TRUE(same("1 year after end of year", "1 year after end of fiscal year"));
    EXPECT_FALSE(same("24 hours", "1 day"));
    EXPECT_FALSE(same("30 days", "1 month"));
    EXPECT_FALSE(same("1 day", "1 day after end of month"));
    EXPECT_FALSE(same("0 days", "0 days after end of month"));
    EXPECT_FALSE(same("1 year after end of fiscal year ending 02-28", "1 year after end of fiscal year ending 02-29"));
    EXPECT_LT(compare(period("100 years"), period("forever")), 0);
    EXPECT_LT(compare(period("30 days"), period("3 years")), 0);
}

TEST(PeriodOrder, TotalAndConsistentWithHash) {
    const char *const texts[] = {"0 days",
                                 "1 day",
                                 "24 hours",
                                 "1 week",
                                 "7 days",
                                 "30 days",
                                 "1 month",
                                 "1 year",
                                 "12 months",
                                 "365 days",
                                 "366 days",
                                 "1 year after end of year",
                                 "12 months after end of fiscal year",
                                 "1 year after end of fiscal year ending 06-30",
                                 "1 year after end of month",
                                 "1 year after end of quarter",
                                 "forever"};
    for (const char *a : texts)
        for (const char *b : texts) {
            const int ab = compare(period(a), period(b));
            EXPECT_EQ(ab, -compare(period(b), period(a)));
            EXPECT_EQ(ab == 0, hash(period(a)) == hash(period(b))) << a << " " << b;
            for (const char *c : texts)
                if (ab <= 0 && compare(period(b), period(c)) <= 0) {
                    EXPECT_LE(compare(period(a), period(c)), 0);
                }
        }
}

TEST(PeriodBytes, InvalidOnesAreKnown) {
    EXPECT_TRUE(is_valid({}));
    EXPECT_FALSE(is_valid({-1, 0, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(is_valid({0, 0, -1, 0, 0, 0, 0}));
    EXPECT_FALSE(is_valid({1, 0, 1, 0, 0, 0, 0}));
    EXPECT_FALSE(is_valid({0, 0, 1, 1, 0, 0, 0}));
    EXPECT_FALSE(is_valid({1, 0, 0, 5, 0, 0, 0}));
    EXPECT_FALSE(is_valid({1, 0, 0, 4, 2, 30, 0}));
    EXPECT_FALSE(is_valid({1, 0, 0, 4, 0, 0, 0}));
    EXPECT_FALSE(is_valid({1, 0, 0, 3, 12, 31, 0}));
    EXPECT_FALSE(is_valid({1, 0, 0, 0, 0, 0, 1}));
    EXPECT_FALSE(is_valid({0, 0, 0, 0, 0, 0, 2}));
    EXPECT_FALSE(is_valid({INT32_MAX, 0, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(is_valid({0, INT32_MAX, 0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace pg_retention::core
