#include <gtest/gtest.h>

#include "zones.hpp"

namespace pg_retention::core {
namespace {

TEST(Calendar, Bounds) {
    EXPECT_EQ(date_text(0), "1970-01-01");
    EXPECT_EQ(date_text(kFirstDay), "1400-01-01");
    EXPECT_EQ(date_text(kLastDay), "9999-12-31");
    EXPECT_EQ(date_text(kEpochDay), "2000-01-01");
    EXPECT_EQ(day_from_date(1399, 12, 31), kNoDay);
    EXPECT_EQ(day_from_date(10000, 1, 1), kNoDay);
    EXPECT_EQ(day_from_date(2026, 2, 29), kNoDay);
    EXPECT_EQ(day_from_date(2026, 13, 1), kNoDay);
    EXPECT_EQ(day_from_date(2026, 0, 1), kNoDay);
}

TEST(Calendar, EveryDayRoundTrips) {
    for (Day d = kFirstDay; d <= kLastDay; ++d) {
        const Date date = date_of(d);
        ASSERT_EQ(day_from_date(date.year, date.month, date.day), d);
    }
}

TEST(Calendar, MonthRuleIsTheLawsAndNotBoosts) {
    EXPECT_EQ(date_text(add_months(day("2026-02-28"), 1)), "2026-03-28");
    EXPECT_EQ(date_text(add_months(day("2026-01-31"), 1)), "2026-02-28");
    EXPECT_EQ(date_text(add_months(day("2024-01-31"), 1)), "2024-02-29");
    EXPECT_EQ(date_text(add_months(day("2024-02-29"), 12)), "2025-02-28");
    EXPECT_EQ(date_text(add_months(day("2024-02-29"), 48)), "2028-02-29");
    EXPECT_EQ(date_text(add_months(day("2026-08-31"), 1)), "2026-09-30");
    EXPECT_EQ(date_text(add_months(day("1900-01-30"), 1)), "1900-02-28");
    EXPECT_EQ(date_text(add_months(day("2000-01-30"), 1)), "2000-02-29");
    EXPECT_EQ(add_months(day("9999-12-01"), 1), kNoDay);
    EXPECT_EQ(add_months(kNoDay, 1), kNoDay);
}

TEST(Calendar, EndsOfUnits) {
    EXPECT_EQ(date_text(end_of_month(day("2024-02-01"))), "2024-02-29");
    EXPECT_EQ(date_text(end_of_month(day("2026-12-31"))), "2026-12-31");
    EXPECT_EQ(date_text(end_of_quarter(day("2026-01-01"))), "2026-03-31");
    EXPECT_EQ(date_text(end_of_quarter(day("2026-06-30"))), "2026-06-30");
    EXPECT_EQ(date_text(end_of_quarter(day("2026-10-01"))), "2026-12-31");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2026-03-15"), 12, 31)), "2026-12-31");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2026-06-30"), 6, 30)), "2026-06-30");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2026-07-01"), 6, 30)), "2027-06-30");
}

TEST(Calendar, FiscalYearEndingOnTheLastDayOfFebruary) {
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2024-02-28"), 2, 29)), "2024-02-29");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2024-02-29"), 2, 29)), "2024-02-29");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2024-03-01"), 2, 29)), "2025-02-28");
    EXPECT_EQ(date_text(end_of_fiscal_year(day("2024-02-29"), 2, 28)), "2025-02-28");
    EXPECT_EQ(end_of_fiscal_year(day("9999-07-01"), 6, 30), kNoDay);
}

TEST(Calendar, TestZonesAreRight) {
    const Oslo oslo;
    EXPECT_EQ(utc_text(oslo.first_instant(day("2026-03-29"))), "2026-03-28 23:00:00");
    EXPECT_EQ(utc_text(oslo.first_instant(day("2026-03-30"))), "2026-03-29 22:00:00");
    EXPECT_EQ(utc_text(oslo.first_instant(day("2026-10-25"))), "2026-10-24 22:00:00");
    EXPECT_EQ(utc_text(oslo.first_instant(day("2026-10-26"))), "2026-10-25 23:00:00");
    for (Day d = day("2020-01-01"); d < day("2030-01-01"); ++d) {
        ASSERT_EQ(oslo.day_of(oslo.first_instant(d)), d);
        ASSERT_EQ(oslo.day_of(oslo.first_instant(d) - 1), d - 1);
    }
    const Samoa samoa;
    EXPECT_EQ(samoa.first_instant(day("2011-12-30")), samoa.first_instant(day("2011-12-31")));
    EXPECT_EQ(samoa.day_of(samoa.first_instant(day("2011-12-31"))), day("2011-12-31"));
    EXPECT_EQ(samoa.day_of(samoa.first_instant(day("2011-12-31")) - 1), day("2011-12-29"));
}

}  // namespace
}  // namespace pg_retention::core
