#include <initializer_list>

#include "core/text/identifiers.hpp"
#include "core/text/letters.hpp"
#include "core/text/word.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr WordList kNoLocals("alle av for fra från hos i in med og och on or på til till to with");

constexpr size_t kLongestLocal = 128;
constexpr size_t kLongestDomain = 255;

bool is_local(char32_t c) noexcept {
    return is_word(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%' || c == '\'' || c == '&' || c == '~';
}

bool begins(std::string_view text, size_t at, std::string_view lower) noexcept {
    for (size_t i = 0; i < lower.size();) {
        const Letter letter = letter_at(text, at);
        const Letter wanted = letter_at(lower, i);
        if (fold(letter.code) != wanted.code) return false;
        at += letter.size;
        i += wanted.size;
    }
    return true;
}

// What begins with an ASCII letter or a blank. Nearly every place is passed by its first byte.
bool holds(std::string_view text, std::string_view lower) noexcept {
    for (size_t at = 0; at + lower.size() <= text.size(); ++at)
        if ((text[at] | 0x20) == lower.front() && begins(text, at, lower)) return true;
    return false;
}

size_t skip_blanks(std::string_view text, size_t at) noexcept {
    for (Letter l = letter_at(text, at); is_blank(l.code) && l.code != '\n'; l = letter_at(text, at)) at += l.size;
    return at;
}

// After the first of these, blanks around it or not; 0 if none stands here.
size_t after_one_of(std::string_view text, size_t at, std::initializer_list<std::string_view> signs) noexcept {
    const size_t sign = skip_blanks(text, at);
    for (const std::string_view s : signs)
        if (begins(text, sign, s)) return skip_blanks(text, sign + s.size());
    return 0;
}

size_t after_at_sign(std::string_view text, size_t at) noexcept {
    return after_one_of(
        text, at, {"@",         "(at)",       "[at]",         "{at}",        "<at>",        "(a)",        "[a]",        "(@)",
                   "[@]",       "(alfa)",     "krøllalfa",    "(krøllalfa)", "snabel-a",    "(snabel-a)", "[snabel-a]", "snabela",
                   "(snabela)", "krøll-alfa", "(krøll-alfa)", "alfakrøll",   "(alfakrøll)", "krøll alfa"});
}

// "kari dot nordby at": 0 where no word "at" with blanks around it stands.
size_t after_at_word(std::string_view text, size_t at) noexcept { return begins(text, at, " at ") ? at + 4 : 0; }

size_t after_dot_sign(std::string_view text, size_t at) noexcept {
    return after_one_of(text, at,
                        {"(dot)", "[dot]", "{dot}", "(punktum)", "(punkt)", "[punktum]", "[punkt]", "(prik)", "[prik]"});
}

size_t after_dot_word(std::string_view text, size_t at) noexcept {
    for (const std::string_view dot : {" dot ", " punktum ", " punkt ", " prik "})
        if (begins(text, at, dot)) return at + dot.size();
    return 0;
}

size_t label_end(std::string_view text, size_t at) noexcept {
    for (Letter l = letter_at(text, at); is_word(l.code) || l.code == '-' || l.code == '_'; l = letter_at(text, at)) at += l.size;
    return at;
}

// The letters a label begins with: what follows a hyphen after a top domain is prose.
size_t letters_end(std::string_view text, size_t at) noexcept {
    for (Letter l = letter_at(text, at); is_letter(l.code); l = letter_at(text, at)) at += l.size;
    return at;
}

bool is_file_ending(std::string_view text, size_t at, size_t end) noexcept {
    for (const std::string_view ending : {"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf"})
        if (end - at == ending.size() && begins(text, at, ending)) return true;
    return false;
}

// A comma typed for a dot, where what follows can be nothing else.
bool is_comma_for_dot(std::string_view text, size_t at) noexcept {
    if (letter_at(text, at).code != ',') return false;
    const size_t end = label_end(text, at + 1);
    for (const std::string_view top : {"no", "com", "net", "org", "se", "dk"})
        if (end - (at + 1) == top.size() && begins(text, at + 1, top)) return true;
    return false;
}

bool is_mail_provider(std::string_view text, size_t at, size_t end) noexcept {
    for (const std::string_view name : {"gmail", "hotmail", "icloud", "live", "online", "outlook", "yahoo"})
        if (end - at == name.size() && begins(text, at, name)) return true;
    return false;
}

struct Domain {
    size_t end = 0;  // 0 if there is none
    bool dot_word = false;
};

// Labels with dots between, the last of letters only.
Domain domain_at(std::string_view text, size_t at) noexcept {
    Domain domain;
    const size_t begin = at;
    for (int labels = 1; at - begin < kLongestDomain; ++labels) {
        const size_t end = label_end(text, at);
        if (end == at || text[at] == '-') break;
        const size_t letters = letters_end(text, at);
        const bool top = letters - at >= 2 && (letters == end || text[letters] == '-') && !is_file_ending(text, at, letters);
        if (labels == 1 ? is_mail_provider(text, at, end) : top) domain.end = labels == 1 ? end : letters;
        size_t next = 0;
        if (letter_at(text, end).code == '.' || is_comma_for_dot(text, end))
            next = end + 1;
        else if ((next = after_dot_sign(text, end)) == 0 && (next = after_dot_word(text, end)) != 0)
            domain.dot_word = true;
        if (next == 0) break;
        at = next;
    }
    return domain;
}

size_t local_end(std::string_view text, size_t begin) noexcept {
    size_t at = begin;
    while (at - begin < kLongestLocal) {
        const Letter l = letter_at(text, at);
        size_t next = is_local(l.code) ? at + l.size : after_dot_sign(text, at);
        if (next == 0) next = after_dot_word(text, at);
        if (next == 0) break;
        at = next;
    }
    return at;
}

// git@host:path is a place, not a person.
bool is_repository(std::string_view text, size_t at, size_t end) noexcept {
    return begins(text, at, "git@") && letter_at(text, end).code == ':' && is_word(letter_at(text, end + 1).code);
}

}  // namespace

// By what after_at_sign() and after_at_word() look for, and the word that the second must have in the domain.
bool may_hold_email(std::string_view text) noexcept {
    if (text.find_first_of("@([{<") != std::string_view::npos || holds(text, "llalfa") || holds(text, "ll-alfa") ||
        holds(text, "ll alfa") || holds(text, "alfakr") || holds(text, "nabel"))
        return true;
    return holds(text, " at ") && (holds(text, " dot ") || holds(text, " punkt") || holds(text, " prik "));
}

size_t match_email(std::string_view text, size_t at) noexcept {
    const char32_t before = letter_before(text, at).code;
    if (!is_word(letter_at(text, at).code) || is_word(before) || before == '@') return 0;
    const size_t local = local_end(text, at);
    // "Alle på @firma.no" names no one.
    if (is_blank(letter_at(text, local).code) && kNoLocals.has(word_beginning(text.substr(0, local), at).view())) return 0;
    if (const size_t host = after_at_sign(text, local)) {
        const Domain domain = domain_at(text, host);
        return domain.end != 0 && !is_repository(text, at, domain.end) ? domain.end : 0;
    }
    if (const size_t host = after_at_word(text, local)) {
        const Domain domain = domain_at(text, host);
        return domain.dot_word ? domain.end : 0;
    }
    return 0;
}

}  // namespace pg_retention::core
