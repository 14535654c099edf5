// A published notice without the marks of markdown and HTML.
#include "core/documents/published.hpp"

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// What is written, with one line end between blocks.
struct Plain {
    char *out;
    size_t n = 0;
    bool row = false;  // of a table in HTML: its cells are one block
    bool is_at_start() const { return n == 0 || out[n - 1] == '\n' || out[n - 1] == kHeadingMark || out[n - 1] == kItemMark; }
    void put(std::string_view text) {
        for (const char c : text) {
            if (c == ' ' && (is_at_start() || out[n - 1] == ' ')) continue;
            out[n++] = c;
        }
    }
    void end_block() {
        while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == kHeadingMark || out[n - 1] == kItemMark)) --n;
        if (n > 0 && out[n - 1] != '\n') out[n++] = '\n';
    }
    void begin_block(char mark) {
        end_block();
        out[n++] = mark;
    }
};

bool begins_at(std::string_view text, size_t at, std::string_view what) { return text.substr(at, what.size()) == what; }

// The name of a tag, in lower case as far as ASCII goes; empty: < is no tag here.
std::string_view tag_name(std::string_view text, size_t at) {
    size_t begin = at + 1;
    if (begin < text.size() && text[begin] == '/') ++begin;
    if (begin < text.size() && text[begin] == '!') return text.substr(begin, 1);
    size_t end = begin;
    while (end < text.size() &&
           (is_letter(static_cast<unsigned char>(text[end])) || is_digit(static_cast<unsigned char>(text[end]))))
        ++end;
    return end > begin && is_letter(static_cast<unsigned char>(text[begin])) ? text.substr(begin, end - begin)
                                                                             : std::string_view();
}

bool is_one_of(std::string_view name, std::string_view names) {
    char folded[16];
    const size_t n = fold_into(name, folded, sizeof folded);
    if (n == 0) return false;
    for (size_t at = names.find(std::string_view(folded, n)); at != std::string_view::npos;
         at = names.find(std::string_view(folded, n), at + 1))
        if ((at == 0 || names[at - 1] == ' ') && (at + n == names.size() || names[at + n] == ' ')) return true;
    return false;
}

// Where the tag ends that begins here; npos: it is none, but a sign for itself. A tag has no paragraph and no other tag in it.
size_t end_of_tag(std::string_view text, size_t at) {
    if (begins_at(text, at, "<!--")) return text.find("-->", at) == std::string_view::npos ? at + 3 : text.find("-->", at) + 2;
    for (size_t end = at + 1; end < text.size() && text[end] != '<' && !begins_at(text, end, "\n\n"); ++end)
        if (text[end] == '>') return end;
    return std::string_view::npos;
}

// Whether what the tag begins is not shown.
bool is_hidden(std::string_view tag) {
    char bare[512];
    size_t n = 0;
    for (size_t i = 0; i < tag.size() && n < sizeof bare; ++i)
        if (!is_blank(static_cast<unsigned char>(tag[i])))
            bare[n++] = tag[i] >= 'A' && tag[i] <= 'Z' ? static_cast<char>(tag[i] | 0x20) : tag[i];
    const std::string_view text(bare, n);
    return text.find("display:none") != std::string_view::npos || text.find("visibility:hidden") != std::string_view::npos ||
           is_one_of("hidden", tag.substr(0, tag.size() - 1));
}

// Behind the end of what a tag of this name began; npos: it has none.
size_t behind_element(std::string_view text, size_t at, std::string_view name) {
    int open = 1;
    for (at = text.find('<', at); at != std::string_view::npos; at = text.find('<', at + 1)) {
        const std::string_view other = tag_name(text, at);
        if (other.size() != name.size() || !is_one_of(other, name)) continue;
        open += text[at + 1] == '/' ? -1 : 1;
        if (open > 0) continue;
        const size_t end = text.find('>', at);
        return end == std::string_view::npos ? end : end + 1;
    }
    return at;
}

// Begins or ends the block that the tag stands for.
void put_tag(std::string_view name, bool closing, Plain *plain) {
    constexpr std::string_view kInline = "a abbr b code em i mark q small span strong sub sup u";
    if (is_one_of(name, kInline)) return;
    if (is_one_of(name, "tr table")) {
        plain->end_block();
        plain->row = !closing && is_one_of(name, "tr");
    } else if (plain->row && is_one_of(name, "td th")) {
        if (!closing) plain->put("|");
    } else if (plain->row) {
        plain->put(" ");
    } else if (!closing && is_one_of(name, "h1 h2 h3 h4 h5 h6 dt")) {
        plain->begin_block(kHeadingMark);
    } else if (!closing && is_one_of(name, "li")) {
        plain->begin_block(kItemMark);
    } else {
        plain->end_block();
    }
}

// Reads a tag; what it holds that is not for people goes with it. Returns where the text goes on.
size_t skip_tag(std::string_view text, size_t at, std::string_view name, Plain *plain) {
    const bool closing = at + 1 < text.size() && text[at + 1] == '/';
    const size_t end = end_of_tag(text, at);
    if (end == std::string_view::npos) {
        plain->put("<");
        return at + 1;
    }
    put_tag(name, closing, plain);
    if (closing || is_one_of(name, "br hr img input link meta")) return end + 1;
    if (is_one_of(name, "script style template title") || is_hidden(text.substr(at, end - at + 1))) {
        const size_t behind = behind_element(text, end, name);
        return behind == std::string_view::npos ? text.size() : behind;
    }
    return end + 1;
}

// Of ten or sixteen; -1: none.
int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int letter = (c | 0x20) - 'a';
    return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

// Writes what a reference to a character stands for. Returns where the text goes on; at: it is none.
size_t read_reference(std::string_view text, size_t at, Plain *plain) {
    struct Named {
        std::string_view name;
        std::string_view text;
    };
    constexpr Named kNamed[] = {{"&amp;", "&"},   {"&lt;", "<"},     {"&gt;", ">"},    {"&quot;", "\""},  {"&#39;", "'"},
                                {"&apos;", "'"},  {"&nbsp;", " "},   {"&sect;", "§"},  {"&oslash;", "ø"}, {"&aring;", "å"},
                                {"&aelig;", "æ"}, {"&Oslash;", "Ø"}, {"&Aring;", "Å"}, {"&AElig;", "Æ"},  {"&eacute;", "é"},
                                {"&ndash;", "–"}, {"&mdash;", "—"},  {"&rsquo;", "’"}, {"&lsquo;", "‘"},  {"&ldquo;", "“"},
                                {"&rdquo;", "”"}, {"&frac12;", "½"}, {"&ensp;", " "},  {"&thinsp;", " "}, {"&shy;", ""}};
    for (const Named &named : kNamed) {
        if (!begins_at(text, at, named.name)) continue;
        plain->put(named.text);
        return at + named.name.size();
    }
    if (!begins_at(text, at, "&#")) return at;
    uint32_t code = 0;
    const bool hex = begins_at(text, at + 2, "x") || begins_at(text, at + 2, "X");
    const size_t begin = at + (hex ? 3 : 2);
    size_t end = begin;
    for (; end < text.size() && code < 0x110000; ++end) {
        const int digit = digit_of(text[end]);
        if (digit < 0 || (digit > 9 && !hex)) break;
        code = code * (hex ? 16 : 10) + static_cast<uint32_t>(digit);
    }
    if (end == begin || end >= text.size() || text[end] != ';') return at;
    // Its digits are no fewer than its bytes.
    if (code == 0xA0 || code == '\t' || code == '\n') {
        plain->put(" ");
    } else if (code >= 0x80 && code < 0x800) {
        const char two[] = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
        plain->put(std::string_view(two, 2));
    } else if (code >= 0x800 && code < 0x10000) {
        const char three[] = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
                              static_cast<char>(0x80 | (code & 0x3F))};
        plain->put(std::string_view(three, 3));
    } else if (code >= ' ' && code < 0x7F) {
        const char one = static_cast<char>(code);
        plain->put(std::string_view(&one, 1));
    }
    return end + 1;
}

// Where the text of a line begins behind the marks of a heading, an item or a quotation, and whether there is such a mark.
struct LineStart {
    size_t at;
    bool marked;
};
LineStart after_marks(std::string_view text, size_t at) {
    const size_t begin = at;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    size_t end = at;
    while (end < text.size() && (text[end] == '#' || text[end] == '>')) ++end;
    if (end == at && end < text.size() && (text[end] == '*' || text[end] == '-' || text[end] == '+')) ++end;
    if (end == at) {
        while (end < text.size() && is_digit(static_cast<unsigned char>(text[end]))) ++end;
        if (end > at && end < text.size() && (text[end] == '.' || text[end] == ')'))
            ++end;
        else
            end = at;
    }
    if (end == at || (end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\n')) return {begin, false};
    return {end, true};
}

// Behind the address of a link: "](...)".
size_t skip_link(std::string_view text, size_t at) {
    if (!begins_at(text, at, "](")) return at + 1;
    constexpr size_t kLongest = 2000;
    const size_t end = text.substr(at, kLongest).find(')');
    return end == std::string_view::npos ? at + 1 : at + end + 1;
}

// What was § before somebody read it in another encoding.
constexpr std::string_view kBrokenSections[] = {"\xE0\xB8\xA2\xE0\xB8\x87", "\xC3\x82\xC2\xA7"};

size_t read_one(std::string_view text, size_t at, Plain *plain) {
    const char c = text[at];
    for (const std::string_view broken : kBrokenSections)
        if (begins_at(text, at, broken)) {
            plain->put("§");
            return at + broken.size();
        }
    if (c == '<') {
        const std::string_view name = tag_name(text, at);
        if (!name.empty()) return skip_tag(text, at, name, plain);
    } else if (c == '&') {
        const size_t end = read_reference(text, at, plain);
        if (end > at) return end;
    } else if (c == '\\' && at + 1 < text.size() && !is_word(static_cast<unsigned char>(text[at + 1])) &&
               is_ascii_at(text, at + 1)) {
        plain->put(text.substr(at + 1, 1));
        return at + 2;
    } else if (c == ']') {
        return skip_link(text, at);
    } else if (c == '*' || c == '_' || c == '`' || c == '[') {
        return at + 1;
    } else if (c == kHeadingMark || c == kItemMark) {
        return at + 1;
    }
    const Letter letter = letter_at(text, at);
    plain->put(letter.code == 0xA0 || is_blank(letter.code) ? std::string_view(" ") : text.substr(at, letter.size));
    return at + letter.size;
}

// Behind what stands between two lines of --- at the beginning, for the program that publishes it.
size_t after_front_matter(std::string_view text) {
    if (!text.starts_with("---\n")) return 0;
    const size_t end = text.find("\n---\n", 3);
    return end == std::string_view::npos ? 0 : end + 5;
}

}  // namespace

size_t plain_text(std::string_view published, char *out) noexcept {
    Plain plain = {out};
    bool begins = true, cells = false;
    for (size_t at = after_front_matter(published); at < published.size();) {
        if (published[at] == '\n' || published[at] == '\r') {
            const bool empty = begins;
            begins = true;
            ++at;
            if (published[at - 1] == '\r' && at < published.size() && published[at] == '\n') ++at;
            plain.put(" ");
            if ((empty && !plain.row) || cells) plain.end_block();
            cells = false;
            continue;
        }
        if (begins) {
            const LineStart start = after_marks(published, at);
            const std::string_view marks = published.substr(at, start.at - at);
            // A heading is one line.
            if (start.marked && marks.find('#') != std::string_view::npos) {
                plain.begin_block(kHeadingMark);
                at = start.at;
                while (at < published.size() && published[at] != '\n' && published[at] != '\r')
                    at = read_one(published, at, &plain);
                plain.end_block();
                begins = true;
                continue;
            }
            if (start.marked && marks.find('>') == std::string_view::npos)
                plain.begin_block(kItemMark);
            else if (start.marked)
                plain.end_block();
            at = start.at;
            if (at >= published.size()) break;
            if (published[at] == '\n' || published[at] == '\r') continue;
            if (published[at] == '|') plain.end_block();
            begins = is_blank(static_cast<unsigned char>(published[at]));
        }
        // A line with cells is a row, and a block.
        cells = cells || published[at] == '|';
        at = read_one(published, at, &plain);
    }
    plain.end_block();
    return plain.n;
}

}  // namespace pg_retention::core
