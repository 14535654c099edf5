#include "core/text/redactions.hpp"

#include <algorithm>

#include "core/text/cues.hpp"
#include "core/text/letters.hpp"
#include "core/text/ordinary_words.hpp"
#include "core/text/person_words.hpp"

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
    : text_(text), words_(words), identifiers_(identifiers), emails_(identifiers && may_hold_email(text)) {
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

// First name and last name vouch for each other.
bool Redactions::is_beside_name(size_t begin, size_t end) const noexcept {
    const std::string_view word = text_.substr(begin, end - begin);
    if (last_name_.end != 0 && skip_one_gap(text_, last_name_.end) == begin && begin > last_name_.end &&
        match_value(text_, last_name_.begin, word) == 0)
        return true;
    const size_t next = skip_one_gap(text_, end);
    return next > end && is_letter(letter_at(text_, next).code) && match_value(text_, next, word) == 0 && longest_name(next) != 0;
}

size_t Redactions::name() const noexcept {
    const size_t end = longest_name(at_);
    if (end == 0) return name_with_initials();
    if (!is_letter(letter_at(text_, at_).code)) return end;
    const size_t word = letters_end(text_, at_);
    const Letter after = letter_at(text_, word);
    const size_t genitive = is_apostrophe(after.code) ? word + after.size + 1 : word;
    if (end <= genitive && is_ordinary_word(text_, at_, word) && !is_beside_name(at_, word)) return 0;
    return with_trailing_initial(end);
}

void Redactions::remember(size_t end, Before::Number number) noexcept {
    before_.number_end = end;
    before_.number = number;
}

size_t Redactions::email() const noexcept { return emails_ ? match_email(text_, at_) : 0; }

size_t Redactions::identifier() noexcept {
    const char32_t first = letter_at(text_, at_).code;
    size_t end = 0;
    if (is_letter(first)) {
        end = std::max(email(), match_iban(text_, at_));
    } else if (is_digit(first) || first == '+' || first == '(') {
        const size_t phone = match_phone(text_, at_, before_);
        end = std::max({phone, email(), match_national_id(text_, at_), match_card(text_, at_)});
        if (end != 0)
            remember(end, phone == end ? Before::Number::kPhone : Before::Number::kIdentifier);
        else if (const size_t digits = long_number_end(text_, at_))
            remember(digits, Before::Number::kOther);
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
