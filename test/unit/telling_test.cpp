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

TEST(NameOfAColumn, GivesAwayWhatItIsLikelyToHold) {
    const char *const likely[][2] = {{"first_name", "name"},
                                     {"Etternavn", "name"},
                                     {"FullName", "name"},
                                     {"adresse", "address"},
                                     {"birth_date", "birth date"},
                                     {"f\xC3\xB8"
                                      "dselsdato",
                                      "birth date"},
                                     {"ip", "ip address"},
                                     {"E_Mail", "email"},
                                     {"tlf.", "phone"}};
    for (const auto &one : likely) EXPECT_EQ(likely_category_of_name(one[0]), one[1]) << one[0];
    for (const char *name :
         {"", "name", "title", "ship", "zip", "first_name_of_the_second_author_of_the_third_edition_of_this_paper_or_so",
          "email_sent", "addresses"})
        EXPECT_EQ(likely_category_of_name(name), "") << name;
}

// A longer name is nobody's, also where it ends as one that is.
TEST(NameOfAColumn, MayBeOfAnyLength) {
    EXPECT_EQ(category_of_name("mail"), "email");
    EXPECT_EQ(category_of_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaamail"), "");
}

}  // namespace
}  // namespace pg_retention::core
