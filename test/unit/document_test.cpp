#include <gtest/gtest.h>

#include <string>

#include "core/documents/document.hpp"

namespace pg_retention::core {
namespace {

Sink sink(std::string &out) {
    return {&out, [](void *to, std::string_view bytes) { static_cast<std::string *>(to)->append(bytes); }};
}

std::string paragraph(DocumentForm form, std::string_view text) {
    std::string out;
    Document document(sink(out), form);
    document.paragraph(text);
    return out;
}
std::string markdown(std::string_view text) {
    const std::string out = paragraph(DocumentForm::kMarkdown, text);
    EXPECT_EQ(out.front(), '\n');
    EXPECT_EQ(out.back(), '\n');
    return out.substr(1, out.size() - 2);
}
std::string html(std::string_view text) {
    const std::string out = paragraph(DocumentForm::kHtml, text);
    return out.substr(3, out.size() - 8);
}

void write_all(Document &document) {
    document.begin("en", "A & B");
    document.heading(2, "Two");
    document.paragraph("One.");
    document.heading(3, "Three");
    document.begin_list();
    document.item("a");
    document.begin_item();
    document.text("b ");
    document.number(-12);
    document.end_item();
    document.end_list();
    const std::string_view head[] = {"x", "y"}, row[] = {"1", ""};
    document.begin_table(head);
    document.row(row);
    document.end_table();
    document.end();
}

TEST(Document, Markdown) {
    std::string out;
    Document document(sink(out), DocumentForm::kMarkdown);
    write_all(document);
    EXPECT_EQ(out, "# A \\& B\n\n## Two\n\nOne.\n\n### Three\n\n* a\n* b -12\n\n| x | y |\n| --- | --- |\n| 1 |  |\n");
}

TEST(Document, Html) {
    std::string out;
    Document document(sink(out), DocumentForm::kHtml);
    write_all(document);
    EXPECT_EQ(out.find("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"), 0U);
    EXPECT_NE(out.find("<title>A &amp; B</title>"), std::string::npos);
    const size_t body = out.find("<body>");
    EXPECT_EQ(
        out.substr(body),
        "<body>\n<main>\n<h1>A &amp; B</h1>\n<h2>Two</h2>\n<p>One.</p>\n<h3>Three</h3>\n<ul>\n<li>a</li>\n<li>b -12</li>\n</ul>\n"
        "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n<tr><th scope=\"col\">x</th><th scope=\"col\">y</th></tr>\n</thead>\n"
        "<tbody>\n<tr><td>1</td><td></td></tr>\n</tbody>\n</table>\n</div>\n</main>\n</body>\n</html>\n");
    for (const char *outside : {"http", "url(", "@import", "<script", "<link", "<img"})
        EXPECT_EQ(out.find(outside), std::string::npos);
}

TEST(Document, MarkdownHasNoMarksButItsOwn) {
    EXPECT_EQ(markdown("a*b_c`d[e]<f>|g~h\\i&lt;"), "a\\*b\\_c\\`d\\[e\\]\\<f\\>\\|g\\~h\\\\i\\&lt;");
    EXPECT_EQ(markdown("{{x}}"), "\\{\\{x\\}\\}");
    EXPECT_EQ(markdown("# x"), "\\# x");
    EXPECT_EQ(markdown("- x"), "\\- x");
    EXPECT_EQ(markdown("---"), "\\---");
    EXPECT_EQ(markdown("+ x"), "\\+ x");
    EXPECT_EQ(markdown("12. x"), "12\\. x");
    EXPECT_EQ(markdown("1) x"), "1\\) x");
    EXPECT_EQ(markdown("1 - 2. # + 3."), "1 - 2. # + 3.");
    EXPECT_EQ(markdown("    code\n\n# not a heading\tx"), "code  # not a heading x");
}

TEST(Document, NothingTurnsRoundWhatFollows) {
    EXPECT_EQ(markdown("a\u202Eb\u2066c\u200Fd\u061Ce"), "abcde");
    EXPECT_EQ(html("a\u202Eb\u2066c\u200Fd\u061Ce"), "abcde");
    EXPECT_EQ(markdown("\u200B\u2070"), "\u200B\u2070");
}

TEST(Document, MarkdownHasSignsForBytesThatAreNoCharacters) {
    EXPECT_EQ(markdown("a\xF8 b\xC3"), "a\uFFFD b\uFFFD");
    EXPECT_EQ(markdown("på"), "på");
}

TEST(Document, MarksAreSeenAcrossPieces) {
    std::string out;
    Document document(sink(out), DocumentForm::kMarkdown);
    document.begin_paragraph();
    document.number(20);
    document.text("");
    document.text(". x");
    document.end_paragraph();
    EXPECT_EQ(out, "\n20\\. x\n");
}

TEST(Document, HtmlIsAsciiAndHasNoTagsButItsOwn) {
    EXPECT_EQ(html("<a href=\"x\" title='y'>&amp;"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
    EXPECT_EQ(html("§ 13 på 漢😀"), "&#167; 13 p&#229; &#28450;&#128512;");
    EXPECT_EQ(html("a\xF8 b\xC3"), "a&#65533; b&#65533;");
    EXPECT_EQ(html("a\nb\x01 c"), "a b  c");
    std::string out;
    Document(sink(out), DocumentForm::kHtml).begin("\"><script>", "</title>");
    EXPECT_EQ(out.find("<script"), std::string::npos);
    EXPECT_NE(out.find("<title>&lt;/title&gt;</title>"), std::string::npos);
}

}  // namespace
}  // namespace pg_retention::core
