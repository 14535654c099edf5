#include "core/text/redactions.hpp"

#include <algorithm>

#include "core/text/cues.hpp"
#include "core/text/letters.hpp"
#include "core/text/ordinary_words.hpp"
#include "core/text/person_words.hpp"
#include "core/text/short_forms.hpp"
#include "core/text/traces.hpp"

namespace pg_retention::core {

namespace {

constexpr int kMostInitials = 3;

bool begins_word(std::string_view text, size_t at) noexcept {
    const Letter before = letter_before(text, at);
    if (!is_word(before.code)) return true;
    return is_letter(before.code) && is_digit(letter_at(text, at).code) && is_after_label(text, at);
}

size_t letters_end(std::string_view text, size_t at) noexcept {
    while (is_letter(letter_at(text, at).code)) at += letter_at(text, at).size;
    return at;
}

// Where six digits or more begin, their end.
size_t long_number_end(std::string_view text, size_t begin) noexcept {
    if (is_digit(letter_before(text, begin).code)) return 0;
    size_t end = begin;
    while (is_digit(letter_at(text, end).code)) ++end;
    return end - begin >= 6 ? end : 0;
}

size_t skip_one_gap(std::string_view text, size_t at) noexcept {
    const Letter l = letter_at(text, at);
    return is_blank(l.code) || is_hyphen(l.code) ? at + l.size : at;
}

}  // namespace

Redactions::Redactions(std::string_view text, const Words &words, bool identifiers) noexcept
    : text_(text),
      words_(words),
      identifiers_(identifiers),
      emails_(identifiers && may_hold_email(text)),
      pages_(identifiers && may_hold_page(text)),
      ipv6_(identifiers && may_hold_ipv6(text)) {
    for (size_t i = 0; i < words.n_remove; ++i) first_letters_ |= words.remove[i].first_letters;
    for (size_t i = 0; i < words.n_keep; ++i) first_letters_ |= words.keep[i].first_letters;
}

uint64_t Redactions::may_begin(size_t at) const noexcept {
    const uint64_t letter = first_letters_ & first_letter_bit(letter_at(text_, at).code);
    return letter != 0 && begins_word(text_, at) ? letter : 0;
}

size_t Redactions::kept() const noexcept {
    size_t end = 0;
    const uint64_t letter = may_begin(at_);
    for (size_t i = 0; letter != 0 && i < words_.n_keep; ++i)
        if ((words_.keep[i].first_letters & letter) != 0) end = std::max(end, match_value(text_, at_, words_.keep[i]));
    return end;
}

size_t Redactions::longest_name(size_t at) const noexcept {
    size_t end = 0;
    const uint64_t letter = may_begin(at);
    for (size_t i = 0; letter != 0 && i < words_.n_remove; ++i)
        if ((words_.remove[i].first_letters & letter) != 0) end = std::max(end, match_person(text_, at, words_.remove[i]));
    return end;
}

bool Redactions::is_initial(char32_t letter) const noexcept {
    for (size_t i = 0; i < words_.n_remove; ++i)
        if (has_initial(words_.remove[i], letter)) return true;
    return false;
}

// K. Nordby, K Nordby, K.A. Nordby, KA Nordby.
size_t Redactions::name_with_initials() const noexcept {
    if (!begins_word(text_, at_)) return 0;
    size_t at = at_;
    for (int i = 0; i < kMostInitials; ++i) {
        const Letter l = letter_at(text_, at);
        if (!is_letter(l.code) || !is_upper(l.code) || !is_initial(l.code)) return 0;
        at += l.size;
        const size_t dot = letter_at(text_, at).code == '.' ? 1 : 0;
        const size_t name = skip_one_gap(text_, at + dot);
        if (name == at) continue;
        if (const size_t end = longest_name(name); end != 0 && is_upper(letter_at(text_, name).code)) return end;
        at = name;
    }
    return 0;
}

// Kr. Dahl of Kristian Dahl, Lasse Fossum of Lars Fossum; Fossum, Lasse.
size_t Redactions::name_with_short_form() const noexcept {
    if (!begins_word(text_, at_) || !is_upper(letter_at(text_, at_).code)) return 0;
    const size_t word_end = letters_end(text_, at_);
    const bool point = letter_at(text_, word_end).code == '.';
    const size_t gap = word_end + (point ? 1 : 0);
    const size_t next = skip_one_gap(text_, gap);
    const std::string_view word = text_.substr(at_, word_end - at_);
    const std::string_view since = text_.substr(last_name_.end, at_ - last_name_.end);
    const bool after = last_name_.end != 0 && (since == " " || since == ", ");
    const bool maybe = next > word_end && is_upper(letter_at(text_, next).code) && may_begin(next);
    if (!maybe && !after) return 0;
    const bool before = maybe && longest_name(next) != 0;
    if (!before && !after) return 0;
    for (size_t i = 0; i < words_.n_remove; ++i) {
        if (before && point && has_cut_short(words_.remove[i], word)) return longest_name(next);
        if (has_form(words_.remove[i], word)) return before ? longest_name(next) : word_end;
    }
    return 0;
}

// Kari N. ringte. A, I and Å alone are words.
size_t Redactions::with_trailing_initial(size_t end) const noexcept {
    const Letter gap = letter_at(text_, end);
    const Letter l = letter_at(text_, end + gap.size);
    const size_t after = end + gap.size + l.size;
    if (gap.code != ' ' || !is_letter(l.code) || !is_upper(l.code)) return end;
    const char32_t next = letter_at(text_, after).code;
    const bool word = l.code == 'A' || l.code == 'I' || l.code == 0xC5;
    if (is_word(next) || is_apostrophe(next) || is_hyphen(next) || (word && next != '.')) return end;
    return is_initial(l.code) ? after : end;
}

// Kari Anne Nordby, of Kari Nordby.
bool Redactions::is_behind_middle_name(size_t begin) const noexcept {
    if (last_name_.end == 0) return false;
    const size_t middle = skip_one_gap(text_, last_name_.end);
    const size_t end = letters_end(text_, middle);
    return middle > last_name_.end && end > middle && is_upper(letter_at(text_, middle).code) &&
           skip_one_gap(text_, end) == begin && begin > end;
}

// First name and last name vouch for each other.
bool Redactions::is_beside_name(size_t begin, size_t end) const noexcept {
    const std::string_view word = text_.substr(begin, end - begin);
    if (is_behind_middle_name(begin)) return true;
    if (last_name_.end != 0 && skip_one_gap(text_, last_name_.end) == begin && begin > last_name_.end &&
        match_value(text_, last_name_.begin, word) == 0)
        return true;
    const size_t next = skip_one_gap(text_, end);
    return next > end && is_letter(letter_at(text_, next).code) && match_value(text_, next, word) == 0 && longest_name(next) != 0;
}

// Where only surnames are known, one is theirs whatever first name stands before it.
bool Redactions::knows_first_name() const noexcept {
    for (size_t i = 0; i < words_.n_remove; ++i)
        if (has_first_name(words_.remove[i])) return true;
    return false;
}

// Kristian, where Kristin is meant to go: near enough to be her misspelt, and a name of its own.
bool Redactions::is_another_first_name(size_t begin, size_t end) const noexcept {
    std::string_view word = text_.substr(begin, end - begin);
    if (!is_first_name(word)) {
        if (!word.ends_with('s') || !is_first_name(word.substr(0, word.size() - 1))) return false;
        word.remove_suffix(1);
    }
    for (size_t i = 0; i < words_.n_remove; ++i)
        if (match_value(text_, begin, words_.remove[i]) != 0 || has_variant(words_.remove[i], word)) return false;
    return true;
}

size_t Redactions::name() const noexcept {
    if (words_.n_remove == 0) return 0;
    const size_t end = longest_name(at_);
    if (end == 0) return std::max(name_with_initials(), name_with_short_form());
    if (!is_letter(letter_at(text_, at_).code)) return end;
    const size_t word = letters_end(text_, at_);
    const Letter after = letter_at(text_, word);
    const size_t genitive = std::min(text_.size(), is_apostrophe(after.code) ? word + after.size + 1 : word);
    const bool alone = end <= genitive && !is_beside_name(at_, word);
    if (alone && (is_ordinary_word(text_, at_, word) || is_firm_or_place(text_, at_, genitive) || is_acronym(text_, at_, word) ||
                  (is_anothers_name(text_, at_, word) && knows_first_name()) || is_another_first_name(at_, word)))
        return 0;
    return with_trailing_initial(end);
}

void Redactions::remember(size_t end, Before::Number number) noexcept {
    before_.number_end = end;
    before_.number = number;
}

size_t Redactions::email() const noexcept { return emails_ ? match_email(text_, at_) : 0; }

// karinordby, knordby: two names, or an initial and one.
bool Redactions::is_glued_name(size_t begin, size_t end) const noexcept {
    constexpr size_t kShortestAfterInitial = 4;
    const size_t second = begin + letter_at(text_, begin).size;
    const bool initial = is_initial(letter_at(text_, begin).code);
    for (size_t i = 0; i < words_.n_remove; ++i) {
        const size_t middle = match_letters_of_name(text_, begin, words_.remove[i]);
        const size_t after_initial = initial ? match_letters_of_name(text_, second, words_.remove[i]) : 0;
        if (after_initial == end && end - second >= kShortestAfterInitial) return true;
        for (size_t j = 0; middle != 0 && middle < end && j < words_.n_remove; ++j)
            if (match_letters_of_name(text_, middle, words_.remove[j]) == end) return true;
    }
    return false;
}

// A profile, or a page with a name in its path, or with two anywhere.
size_t Redactions::page() noexcept {
    // What begins within one that was looked through is a part of it.
    if (at_ < page_end_) return 0;
    const Page page = page_at(text_, at_);
    if (page.end == 0 || page.profile) return page.end;
    page_end_ = page.end;
    constexpr size_t kShortestAlone = 4;
    int names = 0;
    for (size_t at = at_; at < page.end;) {
        const size_t begin = at;
        at = letters_end(text_, at);
        if (at == begin) {
            at += letter_at(text_, at).size;
            continue;
        }
        const bool name = longest_name(begin) == at;
        if (name && begin > page.path && text_[begin - 1] == '~') return page.end;
        if ((begin > page.path && name && at - begin >= kShortestAlone && !is_ordinary_word(text_, begin, at)) ||
            is_glued_name(begin, at))
            return page.end;
        names += name ? 1 : 0;
    }
    return names >= 2 ? page.end : 0;
}

size_t Redactions::identifier_in_letters() noexcept {
    if (is_letter(letter_before(text_, at_).code)) return 0;
    // N 60.39299 E 5.32415
    const size_t number = skip_one_gap(text_, at_ + letter_at(text_, at_).size);
    if (is_digit(letter_at(text_, number).code))
        if (const size_t place = match_coordinates(text_, number)) return place;
    return std::max({email(), match_iban(text_, at_), match_plate(text_, at_), pages_ ? page() : 0,
                     ipv6_ ? match_network_address(text_, at_) : 0});
}

size_t Redactions::identifier() noexcept {
    const char32_t first = letter_at(text_, at_).code;
    size_t end = 0;
    if (is_letter(first)) {
        end = identifier_in_letters();
    } else if (is_digit(first) || first == '+' || first == '(') {
        const size_t phone = match_phone(text_, at_, before_);
        const size_t national = match_national(text_, at_, before_);
        end = std::max(
            {phone, email(), national, match_card(text_, at_), match_network_address(text_, at_), match_coordinates(text_, at_)});
        if (end != 0)
            remember(end, phone == end      ? Before::Number::kPhone
                          : national == end ? Before::Number::kNational
                                            : Before::Number::kIdentifier);
        else if (const size_t digits = long_number_end(text_, at_))
            remember(digits, Before::Number::kOther);
    } else if (first == '@') {
        end = match_handle(text_, at_);
    } else if (first == ':' && ipv6_) {
        end = match_network_address(text_, at_);
    }
    if (end == 0) return 0;
    const std::string_view identifier = text_.substr(at_, end - at_);
    for (size_t i = 0; i < words_.n_keep; ++i)
        if (same_identifier(identifier, words_.keep[i].value)) return 0;
    return end;
}

bool Redactions::found(Span &span) noexcept {
    while (at_ < text_.size()) {
        kept_to_ = std::max(kept_to_, kept());
        const size_t by_name = name();
        const size_t end = std::max(by_name, identifiers_ ? identifier() : 0);
        if (end <= kept_to_) {
            const Letter passed = letter_at(text_, at_);
            at_ += passed.size;
            // Nothing begins among the letters of a word.
            if (is_letter(passed.code)) at_ = letters_end(text_, at_);
            continue;
        }
        span = {at_, end};
        if (by_name == end && is_letter(letter_at(text_, at_).code)) {
            last_name_ = span;
            before_.name_end = end;
        } else if (by_name == end) {
            remember(end, Before::Number::kPhone);
        }
        at_ = end;
        return true;
    }
    return false;
}

// Two that touch, or that one space parts, are one.
bool Redactions::next(Span &span) noexcept {
    if (ahead_.end == 0 && !found(ahead_)) return false;
    span = ahead_;
    while (found(ahead_)) {
        const size_t gap = ahead_.begin - span.end;
        if (gap > 1 || (gap == 1 && text_[span.end] != ' ')) return true;
        span.end = ahead_.end;
    }
    ahead_ = {0, 0};
    return true;
}

}  // namespace pg_retention::core
