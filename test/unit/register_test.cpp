#include <gtest/gtest.h>

#include <string>

#include "core/documents/categories.hpp"
#include "core/documents/json.hpp"
#include "core/documents/register.hpp"
#include "core/documents/register_facts.hpp"

namespace pg_retention::core {
namespace {

Sink sink(std::string &out) {
    return {&out, [](void *to, std::string_view bytes) { static_cast<std::string *>(to)->append(bytes); }};
}

TEST(Json, WritesWhatIsGivenAndNullForTheRest) {
    std::string out;
    Json json(sink(out));
    const Text texts[] = {"a", "", Text()};
    json.begin_object();
    json.field("text", "x");
    json.field("none", Text());
    json.field("empty", Text(""));
    json.field("list", Texts(texts));
    json.field("nothing", Texts());
    json.field_is("yes", true);
    json.field("period", static_cast<const Period *>(nullptr));
    json.end_object();
    EXPECT_EQ(out,
              R"({"text": "x", "none": null, "empty": "", "list": ["a", "", null], "nothing": [], "yes": true, "period": null})");
}

TEST(Json, EscapesWhatWouldEndATextOrIsNoCharacter) {
    std::string out;
    Json json(sink(out));
    json.text(std::string_view("\"\\\n\x01\x1f\0/\xC3\xA6", 9));
    EXPECT_EQ(out, "\"\\\"\\\\\\n\\u0001\\u001f\\u0000/\xC3\xA6\"");
}

TEST(Json, AnElementStandsOnALineWhereThatIsAskedFor) {
    std::string out;
    Json json(sink(out));
    json.begin_lines('{');
    json.field("a", "1");
    json.key("b");
    json.begin_lines('[');
    json.text("x");
    json.begin_list();
    json.text("y");
    json.text("z");
    json.end_list();
    json.end_lines(']');
    json.key("c");
    json.begin_lines('[');
    json.end_lines(']');
    json.end_lines('}');
    EXPECT_EQ(out, "{\n  \"a\": \"1\",\n  \"b\": [\n    \"x\",\n    [\"y\", \"z\"]\n  ],\n  \"c\": []\n}");
}

TEST(Json, MembersOfWhatIsOpenAlreadyAreSeparated) {
    std::string out;
    Json json(sink(out));
    json.field("a", "1");
    json.field("b", "2");
    EXPECT_EQ(out, R"("a": "1", "b": "2")");
}

TEST(Categories, AreEachOnceInTheOrderOfBytes) {
    ColumnFacts columns[4] = {};
    columns[0].category = "name";
    columns[1].category = "";
    columns[2].category = "Name";
    columns[3].category = "name";
    std::string found;
    for_each_category(columns, [&](Text category) { found.append("[").append(category).append("]"); });
    EXPECT_EQ(found, "[][Name][name]");
    for_each_category({}, [&](Text) { ADD_FAILURE() << "there is none"; });
}

TEST(Register, SaysHowLongOwnRecordsAreKept) {
    Age age;
    EXPECT_EQ(text_of({OwnRecord::kRequests, 0}, &age), "forever");
    EXPECT_EQ(text_of({OwnRecord::kRequests, 1440}, &age), "1 day");
    EXPECT_EQ(text_of({OwnRecord::kRequests, 1441}, &age), "1441 minutes");
    EXPECT_EQ(text_of({OwnRecord::kRequests, 2147483640}, &age), "2147483640 minutes");
}

TEST(Register, HasASentenceForEachMeasureAndEachLack) {
    for (size_t i = 0; i < count_of<Measure>(); ++i) EXPECT_NE(sentence_of(static_cast<Measure>(i)), nullptr);
    for (size_t i = 0; i < count_of<Missing>(); ++i) EXPECT_NE(sentence_of(static_cast<Missing>(i)), nullptr);
}

TEST(Register, OfNothingIsWholeInEachForm) {
    std::string json, markdown, html;
    write_register_json({}, sink(json));
    write_register({}, sink(markdown), DocumentForm::kMarkdown);
    write_register({}, sink(html), DocumentForm::kHtml);
    EXPECT_NE(json.find("\"controller\": null"), std::string::npos);
    EXPECT_NE(markdown.find("## Controller\n\nNot named.\n"), std::string::npos);
    EXPECT_TRUE(html.ends_with("</html>\n"));
}

}  // namespace
}  // namespace pg_retention::core
