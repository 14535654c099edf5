#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/data/type_modifier.hpp"

namespace pg_retention::core {
namespace {

using Words = std::vector<std::string_view>;

Result<int32_t> parse(const Words &words) { return parse_type_modifier(words.data(), words.size()); }

std::string text_of(int32_t modifier) {
    const auto decoded = decode_type_modifier(modifier);
    if (!decoded.ok()) return decoded.error().message;
    char buf[kTypeModifierText];
    const size_t length = format_type_modifier(decoded.value(), buf, sizeof buf);
    EXPECT_EQ(length, std::string(buf).size());
    return buf;
}

// What pg_dump wrote: "('1 year', 'redact')".
Result<int32_t> parse_text(const std::string &text) {
    Words words;
    for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos;) {
        const size_t end = text.find('\'', at + 1);
        words.push_back(std::string_view(text).substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return parse(words);
}

TEST(TypeModifier, CanonicalText) {
    const struct {
        Words words;
        const char *text;
    } rows[] = {
        {{"1 year"}, "('1 year')"},
        {{" 12 MONTHS "}, "('1 year')"},
        {{"42 months"}, "('3 years 6 months')"},
        {{"3 years 6 months"}, "('3 years 6 months')"},
        {{"0 days"}, "('0 days')"},
        {{"2 weeks"}, "('14 days')"},
        {{"P30D"}, "('30 days')"},
        {{"2097151 days"}, "('2097151 days')"},
        {{"8599 years"}, "('8599 years')"},
        {{"90 minutes"}, "('90 minutes')"},
        {{"36 hours"}, "('36 hours')"},
        {{"596523 hours"}, "('596523 hours')"},
        {{"2097151 minutes"}, "('2097151 minutes')"},
        {{"2097151 seconds"}, "('2097151 seconds')"},
        {{"1 day after end of month"}, "('1 day after end of month')"},
        {{"0 days after end of quarter"}, "('0 days after end of quarter')"},
        {{"1 year after end of year", "random token"}, "('1 year after end of year', 'random token')"},
        {{"5 years after end of fiscal year"}, "('5 years after end of fiscal year')"},
        {{"5 years after end of fiscal year ending 12-31"}, "('5 years after end of fiscal year')"},
        {{"redact"}, "('redact')"},
        {{" Random Token "}, "('random token')"},
        {{"null"}, "('null')"},
        {{"3 years", "null"}, "('3 years', 'null')"},
        {{"3 years", "redact"}, "('3 years', 'redact')"},
        {{"3 years", "pseudonymise"}, "('3 years', 'pseudonymise')"},
        {{"3 years", "truncate"}, "('3 years', 'truncate')"},
        {{"3 years", "GENERALISE"}, "('3 years', 'generalise')"},
    };
    for (const auto &row : rows) {
        const auto modifier = parse(row.words);
        ASSERT_TRUE(modifier.ok()) << row.text << ": " << modifier.error().message;
        EXPECT_GE(modifier.value(), 0) << row.text;
        EXPECT_EQ(text_of(modifier.value()), row.text);
        const auto again = parse_text(row.text);
        ASSERT_TRUE(again.ok()) << row.text;
        EXPECT_EQ(again.value(), modifier.value()) << row.text;
    }
}

TEST(TypeModifier, Refused) {
    const struct {
        Words words;
        const char *says;
        const char *hints;
    } rows[] = {
        {{}, "one or two", "('1 year')"},
        {{"1 year", "redact", "null"}, "one or two", "('1 year')"},
        {{"1 year 1 day"}, "one unit", "personal_column"},
        {{"1 month 1 day", "redact"}, "one unit", "personal_column"},
        {{"5 years after end of fiscal year ending 06-30"}, "fiscal year", "personal_column"},
        {{"2097152 days"}, "too long", "personal_column"},
        {{"2097153 seconds"}, "too long", "personal_column"},
        {{"forever"}, "outlive", "Leave the period out"},
        {{"constant"}, "needs an argument", "personal_column"},
        {{"1 year", "noise"}, "needs an argument", "personal_column"},
        {{"1 year", "function"}, "needs an argument", "personal_column"},
        {{"redact", "1 year"}, "before the anonymiser", "('1 year', 'redact')"},
        {{"constant", "1 year"}, "before the anonymiser", "('1 year', 'redact')"},
        {{"redact", "null"}, "before the anonymiser", "('1 year', 'redact')"},
        {{"1 year", "1 year"}, "unknown anonymiser", "'random token'"},
        {{"1 year", ""}, "unknown anonymiser", "'random token'"},
        {{"1 year", "random  token"}, "unknown anonymiser", "'random token'"},
        {{"redacted"}, "neither", "('redact')"},
        {{""}, "invalid input syntax", "Write"},
        {{"20"}, "invalid input syntax", "Write"},
        {{"1.5 years"}, "invalid input syntax", "months"},
        {{"-1 year"}, "invalid input syntax", "negative"},
        {{"1 day 1 hour"}, "mixes", "midnight"},
        {{"9999 years"}, "out of range", "8600"},
    };
    for (const auto &row : rows) {
        const auto modifier = parse(row.words);
        ASSERT_FALSE(modifier.ok()) << row.says;
        EXPECT_NE(std::string(modifier.error().message).find(row.says), std::string::npos) << modifier.error().message;
        EXPECT_NE(std::string(modifier.error().hint).find(row.hints), std::string::npos) << modifier.error().hint;
    }
}

// Dumps and catalogs of every version hold these numbers.
TEST(TypeModifier, LayoutIsFrozen) {
    const struct {
        Words words;
        int32_t bits;
    } rows[] = {
        {{"null"}, 1},
        {{"redact"}, 2},
        {{"random token"}, 3},
        {{"pseudonymise"}, 4},
        {{"truncate"}, 5},
        {{"generalise"}, 6},
        {{"1 second"}, 1024 + 128},
        {{"1 minute"}, 1024 + 2 * 128},
        {{"1 hour"}, 1024 + 3 * 128},
        {{"0 days"}, 4 * 128},
        {{"1 day"}, 1024 + 4 * 128},
        {{"1 month"}, 1024 + 5 * 128},
        {{"1 year"}, 12 * 1024 + 5 * 128},
        {{"1 year after end of month"}, 12 * 1024 + 5 * 128 + 16},
        {{"1 year after end of quarter"}, 12 * 1024 + 5 * 128 + 2 * 16},
        {{"1 year after end of year"}, 12 * 1024 + 5 * 128 + 3 * 16},
        {{"1 year after end of fiscal year", "redact"}, 12 * 1024 + 5 * 128 + 4 * 16 + 2},
        {{"2097151 days"}, 2097151 * 1024 + 4 * 128},
    };
    for (const auto &row : rows) {
        const auto modifier = parse(row.words);
        ASSERT_TRUE(modifier.ok()) << row.words[0];
        EXPECT_EQ(modifier.value(), row.bits) << row.words[0];
    }
}

TEST(TypeModifier, ForeignBitsAreRefused) {
    const int32_t rows[] = {
        -1,
        INT32_MIN,
        INT32_MAX,
        0,  // says nothing
        7,
        15,                        // no such anonymiser
        1024 + 1,                  // a count of nothing
        16 + 1,                    // counts from somewhere, but nothing
        1024 + 6 * 128,            // no such unit
        1024 + 4 * 128 + 5 * 16,   // no such anchor
        5 * 128,                   // zero is written in days
        12 * 1024 + 3 * 128 + 16,  // exact time counts from the start itself
        60 * 1024 + 2 * 128,       // an hour is written in hours
        103200 * 1024 + 5 * 128,   // 8600 years
        600000 * 1024 + 3 * 128,   // more seconds than a period has
    };
    for (const int32_t bits : rows) EXPECT_FALSE(decode_type_modifier(bits).ok()) << bits << ' ' << text_of(bits);
}

TEST(TypeModifier, WhatDecodesParsesBack) {
    std::mt19937 random(20261125);
    int decoded = 0;
    for (int i = 0; i < 2000000; ++i) {
        const int32_t bits = static_cast<int32_t>(random() >> (1 + random() % 21));
        if (!decode_type_modifier(bits).ok()) continue;
        ++decoded;
        const auto again = parse_text(text_of(bits));
        ASSERT_TRUE(again.ok()) << text_of(bits) << ": " << again.error().message;
        ASSERT_EQ(again.value(), bits) << text_of(bits);
    }
    EXPECT_GT(decoded, 10000);
}

TEST(TypeModifier, LongTextIsCutBetweenCharacters) {
    std::string text(79, 'x');
    for (int i = 0; i < 100; ++i) text += "\xC3\xA5";
    const auto modifier = parse({text});
    ASSERT_FALSE(modifier.ok());
    EXPECT_EQ(std::string(modifier.error().message), "neither a period nor an anonymiser: \"" + std::string(79, 'x') + "...\"");
}

TEST(TypeModifier, ItsHintNamesEachOfItsAnonymisers) {
    const std::string_view unknown[] = {"1 year", "nonsense"};
    const Result<int32_t> refused = parse_type_modifier(unknown, 2);
    ASSERT_FALSE(refused.ok());
    for (uint8_t i = 1; name_of(static_cast<SimpleAnonymiser>(i)) != nullptr; ++i)
        EXPECT_NE(std::string_view(refused.error().hint).find(name_of(static_cast<SimpleAnonymiser>(i))), std::string_view::npos);
}

}  // namespace
}  // namespace pg_retention::core
