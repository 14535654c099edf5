#include "core/time/holidays.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "zones.hpp"

namespace pg_retention::core {
namespace {

std::vector<Holiday> norway() {
    std::vector<Holiday> list;
    for (const StandardHoliday &standard : kStandardHolidays) list.push_back({parse_holiday(standard.rule).value(), 0, 9999});
    return list;
}

std::string in_year(const char *rule, int32_t year) {
    const auto parsed = parse_holiday(rule);
    if (!parsed.ok()) return "refused";
    const Day found = holiday_in(parsed.value(), year);
    return found == kNoDay ? "none" : date_text(found);
}

std::string due(const char *received, int32_t months) {
    const auto list = norway();
    return date_text(last_day_to_act(day(received), months, {list.data(), list.size()}));
}

TEST(Holidays, DeadlinesOfTheTable) {
    EXPECT_EQ(due("2026-02-10", 1), "2026-03-10");
    EXPECT_EQ(due("2026-01-31", 1), "2026-03-02");
    EXPECT_EQ(due("2026-02-28", 1), "2026-03-30");
    EXPECT_EQ(due("2026-03-02", 1), "2026-04-07");
    EXPECT_EQ(due("2026-04-01", 1), "2026-05-04");
    EXPECT_EQ(due("2026-04-17", 1), "2026-05-18");
    EXPECT_EQ(due("2026-11-25", 1), "2026-12-28");
    EXPECT_EQ(due("2026-02-10", 3), "2026-05-11");
}

TEST(Holidays, WithoutHolidaysAWeekendMovesAlone) {
    EXPECT_EQ(date_text(last_day_to_act(day("2026-03-02"), 1, {nullptr, 0})), "2026-04-02");
    EXPECT_EQ(date_text(last_day_to_act(day("2026-03-04"), 1, {nullptr, 0})), "2026-04-06");
}

TEST(Holidays, NoDayIsToldBeyondTheCalendar) {
    EXPECT_EQ(last_day_to_act(day("9999-12-01"), 1, {nullptr, 0}), kNoDay);
    EXPECT_EQ(last_day_to_act(kNoDay, 1, {nullptr, 0}), kNoDay);
    // The 25th is a Saturday, and the rest of the year holidays.
    const std::vector<Holiday> rest = {{parse_holiday("9999-12-27").value(), 0, 9999},
                                       {parse_holiday("9999-12-28").value(), 0, 9999},
                                       {parse_holiday("9999-12-29").value(), 0, 9999},
                                       {parse_holiday("9999-12-30").value(), 0, 9999},
                                       {parse_holiday("9999-12-31").value(), 0, 9999}};
    EXPECT_EQ(last_day_to_act(day("9999-11-25"), 1, {rest.data(), rest.size()}), kNoDay);
}

// As the almanacs have them, the earliest and the latest among them.
TEST(Holidays, Easter) {
    for (const char *sunday : {"1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23", "2024-03-31",
                               "2025-04-20", "2026-04-05", "2038-04-25", "2049-04-18", "2076-04-19", "2099-04-12", "2285-03-22"})
        EXPECT_EQ(date_text(easter_sunday(std::atoi(sunday))), sunday);
    EXPECT_EQ(easter_sunday(1399), kNoDay);
    EXPECT_EQ(easter_sunday(10000), kNoDay);
    for (int32_t year = 1400; year <= 9999; ++year) EXPECT_EQ(((easter_sunday(year) + 3) % 7 + 7) % 7, 6) << year;
}

TEST(Holidays, Rules) {
    EXPECT_EQ(in_year("05-17", 2026), "2026-05-17");
    EXPECT_EQ(in_year("02-29", 2024), "2024-02-29");
    EXPECT_EQ(in_year("02-29", 2026), "none");
    EXPECT_EQ(in_year("easter", 2026), "2026-04-05");
    EXPECT_EQ(in_year("easter+39", 2026), "2026-05-14");
    EXPECT_EQ(in_year("easter-2", 2026), "2026-04-03");
    EXPECT_EQ(in_year("easter-80", 1818), "1818-01-01");
    EXPECT_EQ(in_year("easter+250", 1943), "1943-12-31");
    EXPECT_EQ(in_year("2031-05-02", 2031), "2031-05-02");
    EXPECT_EQ(in_year("2031-05-02", 2032), "none");
    EXPECT_EQ(in_year("first monday of 05", 2026), "2026-05-04");
    EXPECT_EQ(in_year("first friday of 05", 2026), "2026-05-01");
    EXPECT_EQ(in_year("fourth thursday of 11", 2026), "2026-11-26");
    EXPECT_EQ(in_year("last monday of 08", 2026), "2026-08-31");
    EXPECT_EQ(in_year("last sunday of 02", 2032), "2032-02-29");
    EXPECT_EQ(in_year("saturday from 06-20", 2026), "2026-06-20");
    EXPECT_EQ(in_year("saturday from 06-20", 2027), "2027-06-26");
    EXPECT_EQ(in_year("wednesday from 02-29", 2023), "2023-03-01");
    EXPECT_EQ(in_year("thursday from 12-25", 2026), "2026-12-31");
    EXPECT_EQ(in_year("05-17", 10000), "none");
    EXPECT_EQ(in_year("easter", 1399), "none");
    EXPECT_EQ(in_year("last monday of 08", 10000), "none");
}

TEST(Holidays, WhatIsNoRule) {
    for (const char *text : {"",
                             " ",
                             "5-17",
                             "05-1",
                             "05-17 ",
                             " 05-17",
                             "05/17",
                             "13-01",
                             "00-01",
                             "04-31",
                             "02-30",
                             "Easter",
                             "easter+",
                             "easter-0",
                             "easter+0",
                             "easter+039",
                             "easter+1000",
                             "easter+251",
                             "easter-81",
                             "easter+1x",
                             "easter 1",
                             "2031-02-29",
                             "1399-12-31",
                             "31-05-02",
                             "fifth monday of 05",
                             "first monday of 5",
                             "first monday",
                             "first day of 05",
                             "monday of 05",
                             "saturday from",
                             "saturday from 06-31",
                             "friday from 12-26",
                             "last monday of 08x",
                             "first  monday of 05"})
        EXPECT_EQ(in_year(text, 2026), "refused") << text;
    const auto refused = parse_holiday("weekly");
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidParameter);
    EXPECT_STREQ(refused.error().message, "\"weekly\" is not a rule for a holiday");
    EXPECT_NE(std::string(refused.error().hint).find("easter+39"), std::string::npos);
}

TEST(Holidays, YearsAreIncluded) {
    const Holiday holiday = {parse_holiday("05-17").value(), 2000, 2001};
    EXPECT_EQ(holiday_in(holiday, 1999), kNoDay);
    EXPECT_EQ(date_text(holiday_in(holiday, 2000)), "2000-05-17");
    EXPECT_EQ(date_text(holiday_in(holiday, 2001)), "2001-05-17");
    EXPECT_EQ(holiday_in(holiday, 2002), kNoDay);
}

}  // namespace
}  // namespace pg_retention::core
