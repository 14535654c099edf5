#include "core/data/generalise.hpp"

#include <gtest/gtest.h>

#include <string>

#include "zones.hpp"

namespace pg_retention::core {
namespace {

std::string district(std::string_view address) {
    std::string out(address.size(), '\0');
    out.resize(postal_district(address, out.data()));
    return out;
}

TEST(Generalise, Days) {
    const Day day = day_from_date(1987, 6, 15);
    EXPECT_EQ(date_text(first_day(day, Span::kMonth)), "1987-06-01");
    EXPECT_EQ(date_text(first_day(day, Span::kYear)), "1987-01-01");
    EXPECT_EQ(date_text(first_day(day, Span::kDecade)), "1980-01-01");
    for (Day at = kFirstDay; at <= kLastDay; at += 97)
        for (const Span span : {Span::kMonth, Span::kYear, Span::kDecade}) {
            const Day first = first_day(at, span);
            EXPECT_LE(first, at);
            EXPECT_EQ(first_day(first, span), first);
            EXPECT_EQ(date_of(first).day, 1);
            EXPECT_EQ(first_day(at + 146097 * 3, span), first + 146097 * 3) << "beyond the calendar it comes again";
            EXPECT_EQ(first_day(at - 146097 * 17, span), first - 146097 * 17);
        }
}

TEST(Generalise, Arguments) {
    EXPECT_EQ(parse_span("").value(), Span::kYear);
    EXPECT_EQ(parse_span(" Decade ").value(), Span::kDecade);
    EXPECT_FALSE(parse_span("century").ok());
    EXPECT_FALSE(parse_span("year month").ok());
    EXPECT_EQ(parse_band("band 0.5").value(), "0.5");
    EXPECT_EQ(parse_whole_band("band 10").value(), 10);
    for (const char *bad : {"", "10", "band", "band 0", "band -1", "band 1.5.2", "band 10 20", "band ten"})
        EXPECT_FALSE(parse_band(bad).ok()) << bad;
    EXPECT_FALSE(parse_whole_band("band 0.5").ok());
    EXPECT_FALSE(parse_whole_band("band 1234567890123456789").ok());
    EXPECT_EQ(parse_prefix("").value().v4, 24);
    EXPECT_EQ(parse_prefix("network").value().v6, 48);
    EXPECT_EQ(parse_prefix("network 16").value().v4, 16);
    EXPECT_EQ(parse_prefix("network 16").value().v6, 48);
    EXPECT_EQ(parse_prefix("network 0 128").value().v6, 128);
    for (const char *bad : {"network 33", "network 8 129", "net 8", "network 8 8 8", "network -1"})
        EXPECT_FALSE(parse_prefix(bad).ok()) << bad;
    EXPECT_EQ(parse_grid("").value(), 0.1);
    EXPECT_EQ(parse_grid("grid .25").value(), 0.25);
    EXPECT_FALSE(parse_grid("grid 0").ok());
    EXPECT_FALSE(parse_grid("0.1").ok());
    EXPECT_TRUE(parse_district("").ok());
    EXPECT_TRUE(parse_district("postal district").ok());
    EXPECT_FALSE(parse_district("year").ok());
}

TEST(Generalise, Numbers) {
    EXPECT_EQ(lower_bound(47, 10), 40);
    EXPECT_EQ(lower_bound(40, 10), 40);
    EXPECT_EQ(lower_bound(-1, 10), -10);
    EXPECT_EQ(lower_bound(-10, 10), -10);
    EXPECT_EQ(lower_bound(0, 10), 0);
    EXPECT_EQ(lower_bound(INT64_MAX, 10), INT64_MAX - 7);
    EXPECT_EQ(lower_bound(INT64_MIN, 10), INT64_MIN);
    EXPECT_EQ(lower_bound(INT64_MIN + 8, 10), INT64_MIN + 8);
}

TEST(Generalise, Grid) {
    EXPECT_EQ(grid_line(10.76, 0.1), 10.7);
    EXPECT_EQ(grid_line(59.91, 0.1), 59.9);
    EXPECT_EQ(grid_line(-0.04, 0.1), -0.1);
    EXPECT_EQ(grid_line(12.9, 5), 10);
    EXPECT_EQ(grid_line(1e300, 0.1), 1e300);
    for (int i = -2000; i < 2000; ++i)
        for (const double side : {0.1, 0.01, 0.25, 0.3, 0.5, 1.0, 2.0}) {
            const double line = grid_line(i * 0.0137, side);
            EXPECT_EQ(grid_line(line, side), line) << i << " " << side;
            EXPECT_LE(line, i * 0.0137 + 1e-12);
            EXPECT_GT(line, i * 0.0137 - side - 1e-12);
        }
}

TEST(Generalise, Networks) {
    uint8_t v4[4] = {192, 0, 2, 77};
    keep_bits(v4, 4, 24);
    EXPECT_EQ(v4[2], 2);
    EXPECT_EQ(v4[3], 0);
    uint8_t odd[4] = {255, 255, 255, 255};
    keep_bits(odd, 4, 13);
    EXPECT_EQ(odd[1], 0xF8);
    EXPECT_EQ(odd[2], 0);
    uint8_t v6[16];
    for (uint8_t &byte : v6) byte = 0xFF;
    keep_bits(v6, 16, 48);
    EXPECT_EQ(v6[5], 0xFF);
    EXPECT_EQ(v6[6], 0);
    EXPECT_EQ(v6[15], 0);
}

TEST(Generalise, PostalDistrict) {
    EXPECT_EQ(district("0153 Oslo"), "01xx Oslo");
    EXPECT_EQ(district("Storgata 1, 0153 Oslo"), "01xx Oslo");
    EXPECT_EQ(district("Kari Nordmann\nStorgata 12 B\nN-5003 BERGEN\nNorge"), "50xx BERGEN");
    EXPECT_EQ(district("Storgata 1 0153 Oslo"), "01xx Oslo");
    EXPECT_EQ(district("Postboks 1234 Sentrum, 0107 Oslo"), "01xx Oslo");
    EXPECT_EQ(district("NO-8622 Mo i Rana"), "86xx Mo i Rana");
    EXPECT_EQ(district("5261 Indre Arna"), "52xx Indre Arna");
    EXPECT_EQ(district("Setervegen 3, 6884 Øvre Årdal, Norge"), "68xx Øvre Årdal");
    EXPECT_EQ(district("0153 Oslo v/ Kari Nordmann"), "01xx Oslo");
    EXPECT_EQ(district("0153 Oslo att Kari Nordmann"), "01xx Oslo");
    EXPECT_EQ(district("0153"), "01xx");
    EXPECT_EQ(district("01xx Oslo"), "01xx Oslo") << "made coarse once, it stays";
    EXPECT_EQ(district("86xx Mo i Rana"), "86xx Mo i Rana");
    for (const char *none : {"", "Oslo", "Storgata 1", "Strandveien 1234", "Postboks 1234 Sentrum", "ring 99887766",
                             "12345 Berlin", "Storgata 015", "x0153 Oslo", "015"})
        EXPECT_EQ(district(none), "") << none;
}

}  // namespace
}  // namespace pg_retention::core
