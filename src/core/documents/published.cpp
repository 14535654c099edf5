#include "core/documents/published.hpp"

#include <algorithm>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// Whether a point belongs to the word that ends before it.
bool is_short_form(std::string_view block, size_t point) {
    size_t begin = point;
    while (begin > 0 && block[begin - 1] != ' ' && block[begin - 1] != '(') --begin;
    const std::string_view word = block.substr(begin, point - begin);
    constexpr std::string_view kShort = " art bl.a ca cf dvs e.g etc f.eks i.e jf kap mnd mr mrs nr pkt resp st ";
    char padded[16] = " ";
    const size_t n = fold_into(word, padded + 1, sizeof padded - 2);
    padded[n + 1] = ' ';
    return n > 0 && kShort.find(std::string_view(padded, n + 2)) != std::string_view::npos;
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

// A paragraph of one short line that ends as no sentence does is a heading, too.
void Sentences::begin_block() noexcept {
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    block_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    at_ = 0;
    const char mark = block_.empty() ? ' ' : block_[0];
    if (mark == kHeadingMark || mark == kItemMark) block_.remove_prefix(1);
    if (block_.empty()) return;
    constexpr size_t kHeading = 80;
    const bool row = block_.find('|') != std::string_view::npos;
    const bool open = block_.ends_with(':');
    const bool heading = mark == kHeadingMark || (mark != kItemMark && !row && !open && block_.size() < kHeading &&
                                                  block_.find_first_of("0123456789:") == std::string_view::npos &&
                                                  std::string_view(".!?,;").find(block_.back()) == std::string_view::npos);
    const bool led = !lead_.empty() && lead_.data() == last_.data();
    if (heading || (mark != kItemMark && !row && !led)) lead_ = {};
    header_ = kind_ == BlockKind::kRow && row ? (header_.empty() ? last_ : header_) : std::string_view();
    kind_ = heading ? BlockKind::kHeading : row ? BlockKind::kRow : mark == kItemMark ? BlockKind::kItem : BlockKind::kParagraph;
    about_ = {kind_, heading ? std::string_view() : heading_, lead_, header_};
    if (heading) heading_ = block_;
    if (open) lead_ = block_;
    last_ = block_;
}

bool Sentences::next(Sentence *sentence) noexcept {
    while (at_ >= block_.size()) {
        if (rest_.empty()) return false;
        begin_block();
    }
    size_t end = at_;
    while (end < block_.size() && !ends_sentence(block_, end)) ++end;
    while (end < block_.size() && block_[end] != ' ') ++end;
    *sentence = {block_.substr(at_, end - at_), block_, about_, at_ > 0};
    while (end < block_.size() && block_[end] == ' ') ++end;
    at_ = end;
    return true;
}

Tokens::Tokens(std::string_view text) noexcept {
    for (size_t at = 0; at < text.size();) {
        if (n == kRoom) {
            cut = true;
            break;
        }
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
            // "In some cases" is about none, and "don't" is not of "t".
            if (all[k].text.size() == 1 && k > 0 && is(k - 1, "'|’")) continue;
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

}  // namespace pg_retention::core
