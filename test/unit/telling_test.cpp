#include "core/text/telling.hpp"

#include <gtest/gtest.h>

namespace pg_retention::core {
namespace {

TEST(Placeholder, IsWhatStandsForNobody) {
    for (const char *value : {"",
                              " ",
                              "\t",
                              "-",
                              "--",
                              "?",
                              "{}",
                              "[]",
                              "n/a",
                              "N/A",
                              "n.a.",
                              "NULL",
                              "(none)",
                              "Ukjent",
                              "UKJENT.",
                              "xxx",
                              "0",
                              "000 00 000",
                              "unknown@example.com",
                              "no-reply@firma.example",
                              "noreply@x.example",
                              "\xC2\xA0"})
        EXPECT_TRUE(is_placeholder(value)) << value;
}

TEST(Placeholder, IsAListInWhichNobodyStands) {
    for (const char *value : {"{NULL,NULL}", "{n/a,n/a}", "{unknown,-,NULL}", "[0:1]={NULL,NULL}", "[1:1][0:0]={{NULL}}",
                              "{{NULL},{NULL}}", "[null, null]", "{\"mail\": null}", "{\"mail\":null,\"phone\":\"\"}",
                              "{\"at\": {\"home\": null}, \"work\": [\"n/a\"]}", "(,n/a)"})
        EXPECT_TRUE(is_placeholder(value)) << value;
    for (const char *value :
         {"{NULL,kari@x.example}", "{kari@x.example,NULL}", "[0:1]={NULL,kari@x.example}", "{\"mail\": \"kari@x.example\"}",
          "{\"kari\\\":null\"}", "[null, \"Kari\"]", "(n/a,Kari)", "{\"unknown\": \"Kari\"}", "na,na"})
        EXPECT_FALSE(is_placeholder(value)) << value;
}

TEST(Placeholder, IsNoValueOfSomebody) {
    for (const char *value :
         {"Nina", "Na Li", "kari@firma.example", "01013299903", "00471234", "nullsen", "unknownsen@x.example", "x", "testesen",
          "\xF0\x9F\x98\x80 Kari", "a very long value that begins with none and goes on for a while"})
        EXPECT_FALSE(is_placeholder(value)) << value;
}

// Bytes that are no UTF-8 do no harm.
TEST(Placeholder, TakesAnyBytes) {
    EXPECT_TRUE(is_placeholder("\xFF\xFE"));
    EXPECT_FALSE(is_placeholder("\xFFk"));
}

}  // namespace
}  // namespace pg_retention::core
