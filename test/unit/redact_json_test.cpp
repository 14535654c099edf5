#include "core/text/redact_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pg_retention::core {
namespace {

std::string redacted(std::string_view json, const std::vector<std::string_view> &list, bool identifiers = false) {
    const std::vector<Word> remove(list.begin(), list.end());
    std::string scratch(redacted_json_scratch(json.size()), '\0');
    std::string out(redacted_json_room(json.size()), '\0');
    out.resize(redact_json(json, {remove.data(), remove.size(), nullptr, 0}, identifiers, scratch.data(), out.data()));
    return out;
}

TEST(RedactJson, Strings) {
    EXPECT_EQ(redacted(R"({"to": "Kari", "cc": ["Ola", "kari og Per"], "n": 1})", {"Kari"}),
              R"({"to": "[redacted]", "cc": ["Ola", "[redacted] og Per"], "n": 1})");
    EXPECT_EQ(redacted(R"("Kari")", {"Kari"}), R"("[redacted]")");
    EXPECT_EQ(redacted("", {"Kari"}), "");
}

TEST(RedactJson, NamesOfFields) {
    EXPECT_EQ(redacted(R"({"ola@x.example": true, "kari": null})", {"kari"}, true),
              R"({"[redacted]": true, "[redacted]": null})");
}

TEST(RedactJson, Literals) {
    EXPECT_EQ(redacted("[true, false, null, -1.5e+7]", {"true", "null"}), "[true, false, null, -1.5e+7]");
}

TEST(RedactJson, Numbers) {
    EXPECT_EQ(redacted(R"({"phone": 41234567, "sum": 41234568})", {"412 34 567"}), R"({"phone": "[redacted]", "sum": 41234568})");
    EXPECT_EQ(redacted("[41]", {"41"}), R"(["[redacted]"])");
}

TEST(RedactJson, Escapes) {
    EXPECT_EQ(redacted(R"(["\u00c5se Li", "K\u0061ri"])", {"Åse", "kari"}), R"(["[redacted] Li", "[redacted]"])");
    EXPECT_EQ(redacted(R"(["say \"Kari\"\n\\ \u0001 \/ \ud83d\ude00"])", {"Kari"}),
              "[\"say \\\"[redacted]\\\"\\n\\\\ \\u0001 / \xF0\x9F\x98\x80\"]");
    EXPECT_EQ(redacted(R"(["\u00e5 \/ \ud83d\ude00"])", {"Kari"}), R"(["\u00e5 \/ \ud83d\ude00"])");
}

// Which no text of UTF-8 can hold.
TEST(RedactJson, HalvesOfPairs) {
    EXPECT_EQ(redacted(R"(["Kari \ud800 x", "Kari \uD83D\u0041", "Kari \udfff", "\ud800"])", {"Kari"}),
              R"(["[redacted] \ud800 x", "[redacted] \ud83dA", "[redacted] \udfff", "\ud800"])");
}

// Whatever it is made of, it stays within the room that was asked for.
TEST(RedactJson, Room) {
    for (const char *json :
         {"[41,41,41,41,41,41]", R"(["ab","ab","ab"])", R"(["ab\u0001ab\u0001ab"])", R"({"ab":{"ab":["ab",41]}})"})
        EXPECT_LE(redacted(json, {"ab", "41"}).size(), redacted_json_room(std::string_view(json).size())) << json;
}

}  // namespace
}  // namespace pg_retention::core
