#include "core/text/alike.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pg_retention::core {
namespace {

std::string alike(std::string_view value) {
    std::string out(value.size(), '\0');
    out.resize(write_alike(value, out.data()));
    return out;
}

TEST(Alike, IsOneFormForNumbersHoweverTheyAreParted) {
    for (const char *value :
         {"+47 900 11 222", "90011222", "900 11 222", "+47 (900) 11-222", "0047 900.11.222", "+4790011222", "0 900 11 222"})
        EXPECT_EQ(alike(value), "90011222") << value;
    for (const char *value : {"070-123 45 67", "+46 70 123 45 67", "+46 (0)70 1234567", "0046701234567"})
        EXPECT_EQ(alike(value), "701234567") << value;
    for (const char *value : {"+358 40 1234567", "040 1234567"}) EXPECT_EQ(alike(value), "401234567") << value;
    for (const char *value : {"+1 202 555 0143", "202-555-0143"}) EXPECT_EQ(alike(value), "2025550143") << value;
    EXPECT_EQ(alike("010190 12345"), alike("1019012345"));
}

TEST(Alike, TellsOtherNumbersApart) {
    EXPECT_NE(alike("90011222"), alike("90011223"));
    EXPECT_NE(alike("1-2"), alike("12"));
    EXPECT_EQ(alike("B-90011222"), "b-90011222");
    EXPECT_EQ(alike("+"), "+");
    EXPECT_EQ(alike("000000"), "000000");
    EXPECT_EQ(alike("+00000"), "+00000");
}

TEST(Alike, IsOneFormForTextsHoweverTheyAreTyped) {
    for (const char *value : {"Kari \xC3\x98stby", "KARI  \xC3\x98STBY", " kari\t\xC3\xB8stby ", "Kari\xC2\xA0\xC3\x98stby"})
        EXPECT_EQ(alike(value), "kari \xC3\xB8stby") << value;
    EXPECT_NE(alike("Kari Lie"), alike("KariLie"));
    EXPECT_EQ(alike(""), "");
    EXPECT_EQ(alike(" "), "");
    EXPECT_EQ(alike("\xFF\xC3"), "\xFF\xC3");
}

TEST(Alike, ValuesOfOneFormHaveOneHint) {
    for (const char *value :
         {"+47 900 11 222", "90011222", "0047 900.11.222", "000012", "+00358 1", "+358 123", "+358 1234", "12/34:56", "Kari Lie",
          " KARI  LIE ", "kari@x.example", "B-1", "+47 12345", "1", "+1 2345", "00000047"})
        EXPECT_EQ(alike_hint(value), alike_hint(alike(value))) << value;
    EXPECT_NE(alike_hint("Kari Lie"), alike_hint("Kari Moe"));
    EXPECT_NE(alike_hint("90011222"), alike_hint("90011223"));
    EXPECT_EQ(alike_hint("\xC3\x98stby"), 0U);
}

}  // namespace
}  // namespace pg_retention::core
