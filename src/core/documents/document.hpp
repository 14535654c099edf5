#pragma once
// A document for people to read, written from its beginning to its end: headings, paragraphs, lists and tables, as markdown or as a page
// of HTML. Whatever is written as text stays text: no name and no condition becomes a mark of the form. Texts are UTF-8.
#include <cstdint>
#include <span>
#include <string_view>

namespace pg_retention::core {

// Where what is written goes. Nothing is kept here.
struct Sink {
    void *to;
    void (*append)(void *to, std::string_view bytes);
};

// What stands for bytes that are no character.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

enum class DocumentForm : uint8_t { kMarkdown, kHtml };
constexpr const char *name_of(DocumentForm form) noexcept {
    switch (form) {
        case DocumentForm::kMarkdown: return "markdown";
        case DocumentForm::kHtml: return "html";
    }
    return nullptr;
}

// Blocks are opened and closed in turn; text() goes into the one that is open, in as many pieces as it takes. Line ends and other control
// characters in a text are blanks.
class Document {
  public:
    Document(Sink sink, DocumentForm form) noexcept : sink_(sink), form_(form) {}

    // The first and the last call. language: as HTML's lang has it. The title is the heading of level 1. HTML is one page that needs
    // nothing else, and is ASCII: other characters are written as references, so that it reads the same in whatever encoding it is saved.
    // A name of whatever length may stand behind it.
    void begin(std::string_view language, std::string_view title, std::string_view name = {});
    void end();

    void heading(int level, std::string_view text);  // 2 to 6

    void begin_paragraph();
    void end_paragraph();
    void paragraph(std::string_view text);

    void begin_list();
    void begin_item();
    void end_item();
    void item(std::string_view text);
    void end_list();

    // A head cell names a column. Each row has as many cells.
    void begin_table(std::span<const std::string_view> head);
    void begin_row();
    void begin_cell();
    void end_cell();
    void end_row();
    void row(std::span<const std::string_view> cells);
    void end_table();

    void text(std::string_view piece);
    void number(int64_t value);

  private:
    // How far a block is: some marks mean something only at its beginning.
    enum class At : uint8_t { kBegin, kDigits, kInside };

    void put(std::string_view bytes) { sink_.append(sink_.to, bytes); }
    // As the form has it.
    void put(std::string_view markdown, std::string_view html) { put(is_html() ? html : markdown); }
    bool is_html() const noexcept { return form_ == DocumentForm::kHtml; }
    void begin_block(std::string_view markdown, std::string_view html);
    void html_text(std::string_view piece);
    void markdown_text(std::string_view piece);
    bool is_mark(char c) const noexcept;

    Sink sink_;
    DocumentForm form_;
    At at_ = At::kBegin;
};

}  // namespace pg_retention::core
