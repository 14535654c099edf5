#include "core/documents/document.hpp"

#include "core/text/digits.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// The reader's own colours and letters, light or dark; on paper without margins of ours.
constexpr std::string_view kHead =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: CanvasText; background: Canvas; }\n"
    "main { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }\n"
    "h1, h2, h3, h4, h5, h6 { line-height: 1.25; break-after: avoid; }\n"
    ".table { overflow-x: auto; margin: 1rem 0; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { border: 1px solid GrayText; padding: .25rem .5rem; text-align: left; vertical-align: top; }\n"
    "tr { break-inside: avoid; }\n"
    "@media print { main { max-width: none; padding: 0; } .table { overflow: visible; } }\n"
    "</style>\n";

constexpr std::string_view kMarks = "\\`*_[]<>|~&{}";  // anywhere in a line

// They turn round what stands behind them.
bool is_direction(char32_t c) noexcept {
    return c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string_view tag(int level, bool opens) noexcept {
    constexpr std::string_view kOpen[] = {"<h1>", "<h2>", "<h3>", "<h4>", "<h5>", "<h6>"};
    constexpr std::string_view kClose[] = {"</h1>\n", "</h2>\n", "</h3>\n", "</h4>\n", "</h5>\n", "</h6>\n"};
    return (opens ? kOpen : kClose)[level - 1];
}

}  // namespace

void Document::begin(std::string_view language, std::string_view title, std::string_view name) {
    if (is_html()) {
        put("<!DOCTYPE html>\n<html lang=\"");
        html_text(language);
        put("\">\n<head>\n");
        put(kHead);
        put("<title>");
        html_text(title);
        html_text(name);
        put("</title>\n</head>\n<body>\n<main>\n");
    }
    begin_block("# ", tag(1, true));
    text(title);
    text(name);
    put("\n", tag(1, false));
}

void Document::end() { put("", "</main>\n</body>\n</html>\n"); }

void Document::heading(int level, std::string_view words) {
    constexpr std::string_view kSigns = "\n###### ";
    put("\n", "");
    begin_block(kSigns.substr(static_cast<size_t>(7 - level)), tag(level, true));
    text(words);
    put("\n", tag(level, false));
}

void Document::begin_paragraph() { begin_block("\n", "<p>"); }
void Document::end_paragraph() { put("\n", "</p>\n"); }

void Document::paragraph(std::string_view words) {
    begin_paragraph();
    text(words);
    end_paragraph();
}

void Document::begin_list() { put("\n", "<ul>\n"); }
void Document::begin_item() { begin_block("* ", "<li>"); }
void Document::end_item() { put("\n", "</li>\n"); }
void Document::end_list() { put("", "</ul>\n"); }

void Document::item(std::string_view words) {
    begin_item();
    text(words);
    end_item();
}

void Document::begin_table(std::span<const std::string_view> head) {
    put("\n|", "<div class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n<tr>");
    for (const std::string_view name : head) {
        begin_block(" ", "<th scope=\"col\">");
        text(name);
        put(" |", "</th>");
    }
    put("\n|", "</tr>\n</thead>\n<tbody>\n");
    for (size_t i = 0; i < head.size(); ++i) put(" --- |", "");
    put("\n", "");
}

void Document::begin_row() { put("|", "<tr>"); }
void Document::begin_cell() { begin_block(" ", "<td>"); }
void Document::end_cell() { put(" |", "</td>"); }
void Document::end_row() { put("\n", "</tr>\n"); }
void Document::end_table() { put("", "</tbody>\n</table>\n</div>\n"); }

void Document::row(std::span<const std::string_view> cells) {
    begin_row();
    for (const std::string_view cell : cells) {
        begin_cell();
        text(cell);
        end_cell();
    }
    end_row();
}

void Document::begin_block(std::string_view markdown, std::string_view html) {
    put(markdown, html);
    at_ = At::kBegin;
}

void Document::text(std::string_view piece) {
    if (is_html())
        html_text(piece);
    else
        markdown_text(piece);
}

void Document::number(int64_t value) { text(Digits(value).text()); }

void Document::html_text(std::string_view piece) {
    for (size_t at = 0; at < piece.size();) {
        const Letter letter = letter_at(piece, at);
        const char c = piece[at];
        switch (c) {
            case '&': put("&amp;"); break;
            case '<': put("&lt;"); break;
            case '>': put("&gt;"); break;
            case '"': put("&quot;"); break;
            case '\'': put("&#39;"); break;
            default:
                if (is_ascii_at(piece, at)) {
                    put(is_control(c) ? std::string_view(" ") : piece.substr(at, 1));
                    break;
                }
                if (is_direction(letter.code)) break;
                // A byte that is no character is told as the sign for that.
                put("&#");
                put(Digits(letter.code == kNoLetter ? 0xFFFD : static_cast<int64_t>(letter.code)).text());
                put(";");
        }
        at += letter.size;
    }
}

// Whether c would be read as a mark here. A list's and a heading's signs are such at the beginning alone, 1. and 1) after digits.
bool Document::is_mark(char c) const noexcept {
    if (kMarks.find(c) != std::string_view::npos) return true;
    if (at_ == At::kBegin) return c == '#' || c == '+' || c == '-' || c == '=';
    return at_ == At::kDigits && (c == '.' || c == ')');
}

void Document::markdown_text(std::string_view piece) {
    for (size_t i = 0, n = 0; i < piece.size(); i += n) {
        const Letter letter = letter_at(piece, i);
        n = letter.size;
        if (!is_ascii_at(piece, i)) {
            if (is_direction(letter.code)) continue;
            put(letter.code == kNoLetter ? kReplacement : piece.substr(i, n));
            at_ = At::kInside;
            continue;
        }
        const char c = is_control(piece[i]) ? ' ' : piece[i];
        // Four blanks at the beginning are code.
        if (at_ == At::kBegin && c == ' ') continue;
        if (is_mark(c)) put("\\");
        put(std::string_view(&c, 1));
        const bool digit = is_digit(static_cast<unsigned char>(c));
        at_ = digit && at_ != At::kInside ? At::kDigits : At::kInside;
    }
}

}  // namespace pg_retention::core
