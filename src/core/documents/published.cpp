#include "core/documents/published.hpp"

#include <algorithm>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// What is written, with one line end between blocks.
struct Plain {
    char *out;
    size_t n = 0;
    void put(std::string_view text) {
        for (const char c : text) {
            if (c == ' ' && (n == 0 || out[n - 1] == ' ' || out[n - 1] == '\n')) continue;
            out[n++] = c;
        }
    }
    void end_block() {
        while (n > 0 && out[n - 1] == ' ') --n;
        if (n > 0 && out[n - 1] != '\n') out[n++] = '\n';
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

// Reads a tag; what it holds that is not for people goes with it. Returns where the text goes on.
size_t skip_tag(std::string_view text, size_t at, std::string_view name, Plain *plain) {
    constexpr std::string_view kInline = "a abbr b code em i mark q small span strong sub sup u";
    const bool closing = at + 1 < text.size() && text[at + 1] == '/';
    const size_t end = begins_at(text, at, "<!--") ? text.find("-->", at) : text.find('>', at);
    if (end == std::string_view::npos) return text.size();
    if (!is_one_of(name, kInline)) plain->end_block();
    if (!closing && is_one_of(name, "script style title")) {
        const size_t close = text.find("</", end);
        return close == std::string_view::npos ? text.size() : close;
    }
    return text.find('>', end) + 1;
}

// Writes what a reference to a character stands for. Returns where the text goes on; at: it is none.
size_t read_reference(std::string_view text, size_t at, Plain *plain) {
    struct Named {
        std::string_view name;
        std::string_view text;
    };
    constexpr Named kNamed[] = {{"&amp;", "&"},   {"&lt;", "<"},     {"&gt;", ">"},    {"&quot;", "\""},  {"&#39;", "'"},
                                {"&apos;", "'"},  {"&nbsp;", " "},   {"&sect;", "§"},  {"&oslash;", "ø"}, {"&aring;", "å"},
                                {"&aelig;", "æ"}, {"&Oslash;", "Ø"}, {"&Aring;", "Å"}, {"&AElig;", "Æ"},  {"&eacute;", "é"}};
    for (const Named &named : kNamed) {
        if (!begins_at(text, at, named.name)) continue;
        plain->put(named.text);
        return at + named.name.size();
    }
    if (!begins_at(text, at, "&#")) return at;
    uint32_t code = 0;
    size_t end = at + 2;
    while (end < text.size() && is_digit(static_cast<unsigned char>(text[end])) && code < 0x110000)
        code = code * 10 + static_cast<uint32_t>(text[end++] - '0');
    if (end == at + 2 || end >= text.size() || text[end] != ';') return at;
    // Its digits are no fewer than its bytes.
    if (code == 0xA0) {
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
    } else if (c == '|') {
        plain->end_block();
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
    bool begins = true;
    for (size_t at = after_front_matter(published); at < published.size();) {
        if (published[at] == '\n' || published[at] == '\r') {
            const bool empty = begins;
            begins = true;
            ++at;
            if (published[at - 1] == '\r' && at < published.size() && published[at] == '\n') ++at;
            plain.put(" ");
            if (empty) plain.end_block();
            continue;
        }
        if (begins) {
            const LineStart start = after_marks(published, at);
            if (start.marked) plain.end_block();
            // A heading is one line.
            if (start.marked && published.substr(at, start.at - at).find('#') != std::string_view::npos) {
                at = start.at;
                while (at < published.size() && published[at] != '\n' && published[at] != '\r')
                    at = read_one(published, at, &plain);
                plain.end_block();
                begins = true;
                continue;
            }
            at = start.at;
            if (at >= published.size()) break;
            if (published[at] == '\n' || published[at] == '\r') continue;
            begins = is_blank(static_cast<unsigned char>(published[at]));
        }
        at = read_one(published, at, &plain);
    }
    plain.end_block();
    return plain.n;
}

namespace {

// Whether a point belongs to the word that ends before it.
bool is_short_form(std::string_view block, size_t point) {
    size_t begin = point;
    while (begin > 0 && block[begin - 1] != ' ' && block[begin - 1] != '(') --begin;
    const std::string_view word = block.substr(begin, point - begin);
    return is_one_of(word, "art bl.a ca cf dvs e.g etc f.eks i.e jf kap mr mrs nr pkt resp st");
}

// Whether the sentence ends with the sign that stands here.
bool ends_sentence(std::string_view block, size_t at) {
    if (block[at] != '.' && block[at] != '!' && block[at] != '?') return false;
    size_t next = at + 1;
    while (next < block.size() && (block[next] == '"' || block[next] == ')')) ++next;
    if (next >= block.size()) return true;
    if (block[next] != ' ') return false;
    const Letter after = letter_at(block, next + 1);
    if (block[at] != '.') return true;
    if (is_letter(after.code) && !is_upper(after.code)) return false;
    // "Section 3. June" is rarer than "No. 3" and "15. 3.".
    if (is_digit(after.code) && at > 0 &&
        (is_digit(static_cast<unsigned char>(block[at - 1])) || block.substr(0, at).ends_with("o")))
        return false;
    return !is_short_form(block, at);
}

}  // namespace

bool Sentences::next(Sentence *sentence) noexcept {
    while (at_ >= block_.size()) {
        if (rest_.empty()) return false;
        const size_t end = std::min(rest_.find('\n'), rest_.size());
        block_ = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        at_ = 0;
    }
    size_t end = at_;
    while (end < block_.size() && !ends_sentence(block_, end)) ++end;
    while (end < block_.size() && block_[end] != ' ') ++end;
    *sentence = {block_.substr(at_, end - at_), block_, at_ > 0};
    while (end < block_.size() && block_[end] == ' ') ++end;
    at_ = end;
    return true;
}

Tokens::Tokens(std::string_view text) noexcept {
    for (size_t at = 0; at < text.size() && n < kRoom;) {
        const Letter first = letter_at(text, at);
        size_t end = at + std::max<size_t>(first.size, 1);
        const bool number = is_digit(first.code);
        if (is_word(first.code)) {
            for (Letter letter = letter_at(text, end); letter.size > 0 && (number ? is_digit(letter.code) : is_word(letter.code));
                 letter = letter_at(text, end))
                end += letter.size;
        }
        if (!is_blank(first.code)) all[n++] = {text.substr(at, end - at), number};
        at = end;
    }
}

namespace {

// Whether the word is this one, in lower case there; with a star it may be longer.
bool is_word_of(std::string_view word, std::string_view wanted) {
    const bool open = wanted.ends_with('*');
    if (open) wanted.remove_suffix(1);
    size_t i = 0;
    for (size_t k = 0; k < wanted.size();) {
        if (i >= word.size()) return false;
        const Letter mine = letter_at(word, i), other = letter_at(wanted, k);
        if (fold(mine.code) != other.code) return false;
        i += mine.size;
        k += other.size;
    }
    return open || i == word.size();
}

}  // namespace

bool Tokens::is(size_t at, std::string_view phrases) const noexcept {
    while (!phrases.empty()) {
        const size_t bar = std::min(phrases.find('|'), phrases.size());
        std::string_view phrase = phrases.substr(0, bar);
        phrases.remove_prefix(std::min(bar + 1, phrases.size()));
        size_t place = at;
        bool same = true;
        while (same && !phrase.empty()) {
            const size_t blank = std::min(phrase.find(' '), phrase.size());
            same = place < n && is_word_of(all[place].text, phrase.substr(0, blank));
            phrase.remove_prefix(std::min(blank + 1, phrase.size()));
            ++place;
        }
        if (same) return true;
    }
    return false;
}

size_t Tokens::find(std::string_view phrases, size_t from) const noexcept {
    for (size_t at = from; at < n; ++at)
        if (is(at, phrases)) return at;
    return n;
}

namespace {

// Whether the word that stands here says no of one that stands behind it, so many words on: "no later than" does not, and "no longer" does of
// the next ones alone.
bool says_no(const Tokens &tokens, size_t at, size_t words, Language language) {
    constexpr Said kNo = {"neither|never|no|nobody|none|not|nothing|' t|’ t", "aldri|heller|ikke|ingen|ingenting|intet"};
    constexpr Said kLimit = {"later than|less than|longer than|more than", "lenger enn|mer enn|mindre enn|senere enn"};
    constexpr size_t kNext = 3;
    if (!tokens.is(at, kNo.in(language)) || tokens.is(at + 1, kLimit.in(language))) return false;
    return words <= kNext || !tokens.is(at + 1, Said{"longer", "lenger"}.in(language));
}

}  // namespace

bool Tokens::is_denied(size_t at, Language language) const noexcept {
    constexpr size_t kNear = 5;
    for (size_t i = at > kNear ? at - kNear : 0; i < at; ++i)
        if (says_no(*this, i, at - i, language)) return true;
    // "share nothing", "share with nobody", "deler ingen"
    const size_t next = is(at + 1, Said{"to|with", "med|til"}.in(language)) ? at + 2 : at + 1;
    if (!is(next, "not") && says_no(*this, next, 0, language)) return true;
    // "slettes ikke", "sletter vi dem ikke"; what stands behind "når" is of another verb.
    for (size_t i = at + 1; language == Language::kBokmal && i < at + 4 && i < n; ++i) {
        if (is(i, "dersom|fordi|hvis|når|som|så")) return false;
        if (is(i, "ikke|aldri")) return !is(i + 1, "lenger enn|mer enn|mindre enn|senere enn");
    }
    return false;
}

namespace {

constexpr Said kNamesNothing = {
    "a|an|and|at|data|for|from|in|information|of|on|or|our|personal|s|that|the|to|we|what|with|you|your",
    "at|av|da|de|den|det|din|dine|en|et|for|fra|hva|i|med|og|om|opplysning|opplysninger|personopplysninger|på|som|til|"
    "vi|vår|vårt|våre|å"};

// Whether a word is a form of the other.
bool is_ending(std::string_view end, Language language) {
    constexpr std::string_view kEnglish[] = {"", "s", "es", "y", "ies"};
    constexpr std::string_view kBokmal[] = {"",  "s", "e", "er",  "en",  "et",   "ene", "ne", "r",
                                            "a", "n", "t", "ens", "ets", "enes", "ers", "ns", "nes"};
    const std::span<const std::string_view> ends =
        language == Language::kEnglish ? std::span<const std::string_view>(kEnglish) : kBokmal;
    return std::find(ends.begin(), ends.end(), end) != ends.end();
}

bool is_form_of(std::string_view a, std::string_view b, Language language) {
    // A stem has three letters at least, so most words are told apart by their first.
    if (fold(letter_at(a, 0).code) != fold(letter_at(b, 0).code)) return false;
    char first[64], second[64];
    const std::string_view x(first, fold_into(a, first, sizeof first)), y(second, fold_into(b, second, sizeof second));
    if (x.empty() || y.empty()) return false;
    const size_t common = static_cast<size_t>(std::mismatch(x.begin(), x.end(), y.begin(), y.end()).first - x.begin());
    for (size_t stem = common; stem >= 3 && stem + 4 > common; --stem)
        if (is_ending(x.substr(stem), language) && is_ending(y.substr(stem), language)) return true;
    return x == y;
}

}  // namespace

bool Tokens::names(std::string_view name, Language language, Places *places) const noexcept {
    const Tokens wanted(name);
    Places found;
    bool any = false;
    for (size_t i = 0; i < wanted.n; ++i) {
        if (wanted.is(i, kNamesNothing.in(language)) || !is_word(letter_at(wanted.all[i].text, 0).code)) continue;
        bool here = false;
        for (size_t k = 0; k < n; ++k) {
            // "In some cases" is about none.
            if (is(k, "cases") && k > 0 && is(k - 1, "in|some|most|such|certain|other")) continue;
            if (!is_form_of(all[k].text, wanted.all[i].text, language)) continue;
            found.set(k);
            here = true;
        }
        if (!here) return false;
        any = true;
    }
    if (any) *places |= found;
    return any;
}

int number_at(const Tokens &tokens, size_t at, Language language) noexcept {
    if (at >= tokens.n) return -1;
    const Token &token = tokens.all[at];
    if (token.is_number) {
        int number = 0;
        if (token.text.size() > 6) return -1;
        for (const char c : token.text) number = number * 10 + (c - '0');
        return number;
    }
    struct Number {
        Said word;
        int value;
    };
    constexpr Number kNumbers[] = {
        {{"one|a|an", "en|ett|én|et|ei"}, 1},
        {{"two", "to"}, 2},
        {{"three", "tre"}, 3},
        {{"four", "fire"}, 4},
        {{"five", "fem"}, 5},
        {{"six", "seks"}, 6},
        {{"seven", "sju|syv"}, 7},
        {{"eight", "åtte"}, 8},
        {{"nine", "ni"}, 9},
        {{"ten", "ti"}, 10},
        {{"eleven", "elleve"}, 11},
        {{"twelve", "tolv"}, 12},
        {{"fourteen", "fjorten"}, 14},
        {{"fifteen", "femten"}, 15},
        {{"eighteen", "atten"}, 18},
        {{"twenty", "tjue"}, 20},
        {{"thirty", "tretti"}, 30},
        {{"sixty", "seksti"}, 60},
        {{"ninety", "nitti"}, 90},
    };
    for (const Number &number : kNumbers)
        if (tokens.is(at, number.word.in(language))) return number.value;
    return -1;
}

}  // namespace pg_retention::core
