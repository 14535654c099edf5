// Telephone numbers. Form alone decides where it can; what is written like an invoice number needs a
// word beside it, and a word such as "order" needs form to outweigh it.
#include <algorithm>
#include <iterator>

#include "core/text/cues.hpp"
#include "core/text/identifiers.hpp"
#include "core/text/letters.hpp"
#include "core/text/numbers.hpp"

namespace pg_retention::core {

namespace {

// Digits after the country code.
struct Country {
    uint16_t code;
    uint8_t fewest;
    uint8_t most;
};

constexpr Country kCountries[] = {
    {1, 10, 10},  {7, 10, 10},  {20, 8, 10},  {27, 9, 9},   {30, 10, 10}, {31, 9, 9},   {32, 8, 9},   {33, 9, 9},   {34, 9, 9},
    {36, 8, 9},   {39, 8, 11},  {40, 9, 9},   {41, 9, 9},   {43, 7, 13},  {44, 9, 10},  {45, 8, 8},   {46, 7, 9},   {47, 8, 8},
    {48, 9, 9},   {49, 6, 12},  {51, 8, 9},   {52, 10, 11}, {54, 10, 11}, {55, 10, 11}, {56, 9, 9},   {57, 10, 10}, {60, 8, 10},
    {61, 9, 9},   {62, 8, 12},  {63, 9, 10},  {64, 8, 10},  {65, 8, 8},   {66, 8, 9},   {81, 9, 10},  {82, 8, 11},  {84, 9, 10},
    {86, 10, 11}, {90, 10, 10}, {91, 10, 10}, {92, 9, 10},  {93, 9, 9},   {94, 9, 9},   {95, 8, 10},  {98, 10, 10}, {211, 9, 9},
    {212, 9, 9},  {213, 8, 9},  {216, 8, 8},  {218, 8, 9},  {234, 8, 10}, {249, 9, 9},  {251, 9, 9},  {252, 7, 9},  {253, 8, 8},
    {254, 9, 9},  {255, 9, 9},  {256, 9, 9},  {291, 7, 7},  {298, 6, 6},  {299, 6, 6},  {350, 8, 8},  {351, 9, 9},  {352, 6, 9},
    {353, 7, 9},  {354, 7, 9},  {355, 8, 9},  {356, 8, 8},  {357, 8, 8},  {358, 6, 11}, {359, 8, 9},  {370, 8, 8},  {371, 8, 8},
    {372, 7, 8},  {373, 8, 8},  {374, 8, 8},  {375, 9, 9},  {376, 6, 9},  {377, 8, 9},  {380, 9, 9},  {381, 8, 9},  {382, 8, 8},
    {383, 8, 8},  {385, 8, 9},  {386, 8, 8},  {387, 8, 8},  {389, 8, 8},  {420, 9, 9},  {421, 9, 9},  {423, 7, 9},  {852, 8, 8},
    {853, 8, 8},  {880, 8, 10}, {886, 8, 9},  {961, 7, 8},  {962, 8, 9},  {963, 8, 9},  {964, 9, 10}, {965, 8, 8},  {966, 9, 9},
    {967, 8, 9},  {968, 8, 8},  {970, 9, 9},  {971, 8, 9},  {972, 8, 9},  {973, 8, 8},  {974, 8, 8},  {977, 8, 10}, {992, 9, 9},
    {994, 9, 9},  {995, 9, 9},  {996, 9, 9},  {998, 9, 9}};

constexpr int kCertain = 5;

// A number that may be one, and how much its form says so: from 0, needs a word beside it, to 2, is one
// unless a word says otherwise, and certain.
struct Candidate {
    size_t end = 0;
    int form = 0;
    size_t last_group = 0;  // its size
    bool one_group = false;
};

bool has_sizes(const Number &n, uint8_t from, const char *sizes) noexcept {
    uint8_t i = from;
    for (; *sizes != '\0'; ++sizes, ++i)
        if (i >= n.n_groups || group_size(n, i) != *sizes - '0') return false;
    return true;
}

// All gaps from the second group on are the same.
bool has_even_gaps(const Number &n, uint8_t from, size_t groups) noexcept {
    for (size_t i = from + 2u; i < from + groups; ++i)
        if (n.groups[i].gap != n.groups[from + 1u].gap) return false;
    return true;
}

uint8_t first_digit(const Number &n, uint8_t group) noexcept {
    size_t digits = 0;
    for (uint8_t i = 0; i < group; ++i) digits += group_size(n, i);
    return n.digits[digits];
}

// Eight digits in the usual groups.
Candidate norwegian(const Number &n, uint8_t from) noexcept {
    const uint8_t first = from < n.n_groups ? first_digit(n, from) : 0;
    if (first < 2) return {};
    const bool mobile = first == 4 || first == 9;
    const struct {
        const char *sizes;
        int form;
    } shapes[] = {
        {"8", mobile ? 1 : 0}, {"2222", 2}, {"323", 2}, {"44", mobile ? 1 : 0}, {"233", 0}, {"332", 0}, {"53", 0}, {"35", 0}};
    for (const auto &shape : shapes) {
        const std::string_view sizes = shape.sizes;
        if (!has_sizes(n, from, shape.sizes) || !has_even_gaps(n, from, sizes.size())) continue;
        const char gap = sizes.size() > 1 ? n.groups[from + 1u].gap : ' ';
        if (gap == ')') return {};
        const int form = gap == ' ' ? shape.form : std::max(shape.form - 1, 0);
        return {n.groups[from + sizes.size() - 1].end, form, static_cast<size_t>(sizes.back() - '0'), sizes.size() == 1};
    }
    return {};
}

// How many digits the country code has, 0 if there is no such country.
uint8_t code_size(const uint8_t *digits, size_t n, const Country *&country) noexcept {
    uint16_t code = 0;
    for (uint8_t size = 1; size <= 3 && size <= n; ++size) {
        code = static_cast<uint16_t>(code * 10 + digits[size - 1]);
        for (const Country &c : kCountries) {
            if (c.code != code) continue;
            country = &c;
            return size;
        }
    }
    return 0;
}

// With +, 00 or, as only Norwegians do, 47 alone: `skip` digits come before the country code.
Candidate international(const Number &n, size_t skip) noexcept {
    const Country *country = nullptr;
    const size_t code = skip + code_size(n.digits + skip, n.n_digits - skip, country);
    if (country == nullptr) return {};
    Candidate candidate;
    size_t digits = 0;
    size_t trunk = 0;  // the (0) of +44 (0)20
    for (uint8_t i = 0; i < n.n_groups; ++i) {
        if (i > 0 && n.groups[i].gap == ')' && group_size(n, i) == 1 && first_digit(n, i) == 0) trunk = 1;
        digits += group_size(n, i);
        if (digits < code + trunk) continue;
        const size_t national = digits - code - trunk;
        if (national > country->most) break;
        if (national >= country->fewest) candidate = {n.groups[i].end, skip == 0 ? kCertain : 2, group_size(n, i), false};
    }
    return candidate;
}

// (415) 555-0132, 212-555-0177, 1-800-555-0199.
Candidate american(const Number &n) noexcept {
    const uint8_t from = n.n_groups == 4 && group_size(n, 0) == 1 && n.digits[0] == 1 ? 1 : 0;
    if (from >= n.n_groups || first_digit(n, from) < 2) return {};
    if (has_sizes(n, from, "334")) {
        const bool area = n.groups[from + 1u].gap == ')';
        if (!area && !has_even_gaps(n, from, 3)) return {};
        return {n.groups[from + 2u].end, area || n.groups[from + 1u].gap == '-' ? 2 : 1, 4, false};
    }
    if (has_sizes(n, from, "34") && n.groups[from + 1u].gap == '-') return {n.groups[from + 1u].end, 0, 4, false};
    return {};
}

// 08-123 456 78, 070-123 45 67, 0520-123 45: in Sweden a hyphen stands behind the area.
Candidate swedish(const Number &n) noexcept {
    if (n.n_groups < 2 || n.groups[1].gap != '-') return {};
    for (const char *shape : {"2332", "2322", "2222", "3322", "3222", "4222", "432", "37"}) {
        const std::string_view sizes = shape;
        if (!has_sizes(n, 0, shape) || !has_even_gaps(n, 1, sizes.size() - 1)) continue;
        if (sizes.size() > 2 && n.groups[2].gap != ' ') return {};
        return {n.groups[sizes.size() - 1].end, sizes.size() > 2 || n.digits[1] == 7 ? 1 : 0,
                static_cast<size_t>(sizes.back() - '0'), false};
    }
    return {};
}

// Written as one dials it at home, with a leading zero: 07700 900123, 020 7946 0812, 040 123 4567.
Candidate with_trunk_zero(const Number &n) noexcept {
    if (n.digits[0] != 0 || n.digits[1] == 0) return {};
    if (const Candidate c = swedish(n); c.end != 0) return c;
    const struct {
        const char *sizes;
        int form;
    } shapes[] = {{"334", 1},  {"56", 1},   {"533", 1},  {"344", 1},  {"434", 1}, {"433", 1},   {"443", 1},
                  {"3322", 1}, {"2332", 0}, {"3222", 0}, {"2222", 0}, {"234", 0}, {"22222", 1}, {"27", 0},
                  {"28", 0},   {"37", 0},   {"38", 0},   {"47", 0},   {"46", 0},  {"48", 0},    {"55", 0}};
    for (const auto &shape : shapes)
        if (const std::string_view sizes = shape.sizes; has_sizes(n, 0, shape.sizes))
            return {n.groups[sizes.size() - 1].end, shape.form, static_cast<size_t>(sizes.back() - '0'), false};
    const uint8_t size = group_size(n, 0);
    // Mobile numbers of Sweden and Britain.
    if (size >= 9 && size <= 11) return {n.groups[0].end, size >= 10 && n.digits[1] == 7 ? 1 : 0, size, true};
    return {};
}

// Any seven to twelve digits, for which a word must vouch.
Candidate vouched(const Number &n) noexcept {
    Candidate candidate;
    size_t digits = 0;
    for (uint8_t i = 0; i < n.n_groups; ++i) {
        if (i > 0 && n.groups[i].gap == '.') break;
        digits += group_size(n, i);
        if (digits > 12) break;
        if (digits >= 7) candidate = {n.groups[i].end, -1, group_size(n, i), i == 0};
    }
    const bool date = n.n_groups >= 3 && has_sizes(n, 0, "422");
    if (date || is_organisation_number(n.digits, std::min<size_t>(digits, n.n_digits))) return {};
    return candidate;
}

Candidate candidate_at(const Number &n) noexcept {
    if (n.plus) return international(n, 0);
    const bool open = n.begin != n.groups[0].begin;  // a parenthesis
    if (n.n_digits > 9 && n.digits[0] == 0 && n.digits[1] == 0) return international(n, 2);
    if (Candidate c = american(n); c.end != 0) return c;
    if (open) return with_trunk_zero(n);
    if (n.digits[0] == 4 && n.digits[1] == 7 && group_size(n, 0) == 2)
        if (Candidate c = norwegian(n, 1); c.end != 0) return c;
    if (Candidate c = norwegian(n, 0); c.end != 0) return c;
    if (n.digits[0] == 4 && n.digits[1] == 7 && group_size(n, 0) == 10 && (n.digits[2] == 4 || n.digits[2] == 9))
        return {n.groups[0].end, 1, 10, true};
    if (Candidate c = with_trunk_zero(n); c.end != 0) return c;
    return vouched(n);
}

// yyyymmdd
bool is_date(const Number &n) noexcept {
    if (group_size(n, 0) != 8) return false;
    const int century = n.digits[0] * 10 + n.digits[1];
    const int month = n.digits[4] * 10 + n.digits[5];
    const int day = n.digits[6] * 10 + n.digits[7];
    return (century == 19 || century == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

// The number goes on beyond what was taken: an amount, a range, another kind of number.
bool goes_on(std::string_view text, const Candidate &c) noexcept {
    const Letter l = letter_at(text, c.end);
    const Letter next = letter_at(text, c.end + l.size);
    if (is_word(l.code) || l.code == '_' || l.code == '=' || l.code == '%') return true;
    if (is_hyphen(l.code)) return is_word(next.code);
    if (l.code == '.' || l.code == ':') return is_digit(next.code);
    if (l.code == ',') {
        const bool decimals = is_digit(next.code) && !is_digit(letter_at(text, c.end + 4).code);
        return decimals || is_hyphen(next.code);
    }
    if (l.code == '/') return is_digit(next.code) && number_at(text, c.end + 1).n_digits < 8;
    if (!is_blank(l.code) || c.one_group || !is_digit(next.code)) return false;
    // "99 88 77 66 55", but not "99 88 77 66 12:30".
    size_t end = c.end + l.size;
    while (is_digit(letter_at(text, end).code)) ++end;
    const Letter stop = letter_at(text, end);
    // "3." begins the next line of a list.
    if (stop.code == '.' && is_blank(letter_at(text, end + 1).code)) return false;
    const bool time = (stop.code == ':' || stop.code == '.' || stop.code == '/' || is_hyphen(stop.code)) &&
                      is_digit(letter_at(text, end + 1).code);
    const size_t size = end - (c.end + l.size);
    return !time && (size < 4 || (size == 4 && c.last_group == 4));
}

// A group of digits stands right before, with a gap as within a number.
bool continues_group(std::string_view text, size_t at, const Before &before) noexcept {
    const Letter gap = letter_before(text, at);
    size_t end = at - gap.size;
    if (!is_blank(gap.code) || !is_digit(letter_before(text, end).code) || end == before.number_end) return false;
    const size_t stop = end;
    while (is_digit(letter_before(text, end).code)) --end;
    const char32_t c = letter_before(text, end).code;
    const bool part = c == '.' || c == ':' || c == '/' || c == '-' || is_letter(c);
    return !part && stop - end < 5;
}

// 1234.56.78903
bool is_account_form(const Number &n) noexcept {
    return n.n_groups == 3 && n.groups[1].gap == '.' && n.groups[2].gap == '.' && has_sizes(n, 0, "425");
}

enum class Start : uint8_t { kNever, kWithCue, kFree };

Start start_at(std::string_view text, size_t at, const Before &before) noexcept {
    const Letter l = letter_before(text, at);
    if (is_word(l.code)) return is_letter(l.code) && is_after_label(text, at) ? Start::kFree : Start::kNever;
    const char32_t earlier = letter_before(text, at - l.size).code;
    if (l.code == '#' || l.code == '_' || l.code == '=') return Start::kWithCue;
    if (l.code == '$' || l.code == 0x20AC || l.code == 0xA3 || l.code == '+') return Start::kNever;
    if (l.code == '.' || l.code == ',' || l.code == ':') return is_digit(earlier) ? Start::kNever : Start::kFree;
    if (is_hyphen(l.code)) return is_digit(earlier) ? Start::kNever : is_letter(earlier) ? Start::kWithCue : Start::kFree;
    if (l.code == '/' && is_word(earlier)) {
        const bool listed = before.number == Before::Number::kPhone && before.number_end + 1 == at;
        if (listed || before.name_end + 1 == at) return Start::kFree;
        return is_digit(earlier) ? Start::kNever : Start::kWithCue;
    }
    if (is_blank(l.code) && (earlier == '$' || earlier == 0x20AC || earlier == 0xA3)) return Start::kNever;
    return continues_group(text, at, before) ? Start::kWithCue : Start::kFree;
}

// A name right before: "Kari (22 33 44 55)".
bool follows_name(std::string_view text, size_t at, const Before &before) noexcept {
    if (before.name_end == 0 || at - before.name_end > 4) return false;
    for (size_t i = before.name_end; i < at; i += letter_at(text, i).size)
        if (text[i] == '.' || text[i] == '\n') return false;
    return true;
}

// Two in a row that begin alike, 40112345 and 40112346, are numbers of the same kind.
bool is_series(std::string_view text, size_t end, size_t at) noexcept {
    constexpr size_t kSize = 8;
    if (end < kSize || list_between(text, end, at) == List::kNone) return false;
    const std::string_view last = text.substr(end - kSize, kSize);
    return std::all_of(last.begin(), last.end(), [](char c) { return is_digit(static_cast<unsigned char>(c)); }) &&
           text.substr(at, 3) == last.substr(0, 3);
}

int context(std::string_view text, size_t at, const Candidate &c, const Before &before) noexcept {
    int score = 0;
    const List list = list_between(text, before.number_end, at);
    if (list != List::kNone && before.number == Before::Number::kPhone) {
        score = 2;
    } else if (before.number == Before::Number::kOther && (list == List::kFirm || is_series(text, before.number_end, at))) {
        score = -3;
    } else {
        switch (cue_before(text, at)) {
            case Cue::kPhone: score = 2; break;
            case Cue::kCall: score = 1; break;
            case Cue::kOther:
            case Cue::kKid: score = -3; break;
            case Cue::kNational:
            case Cue::kNone: score = follows_name(text, at, before) ? 1 : 0; break;
        }
    }
    const Cue after = cue_after(text, c.end);
    return after == Cue::kOther ? score - 3 : after == Cue::kPhone ? std::max(score, 2) : score;
}

}  // namespace

size_t match_phone(std::string_view text, size_t at, const Before &before) noexcept {
    const Start start = start_at(text, at, before);
    if (start == Start::kNever) return 0;
    const Number n = number_at(text, at);
    if (n.n_groups == 0 || n.n_digits < 7 || is_account_form(n)) return 0;
    const Candidate c = candidate_at(n);
    if (c.end == 0) return 0;
    if (c.one_group && c.last_group == 11 && speaks_of_account(text, at)) return 0;
    const int score = context(text, at, c, before);
    if (score < 2 && (start == Start::kWithCue || is_date(n))) return 0;
    if (goes_on(text, c) && (score < 2 || !is_blank(letter_at(text, c.end).code))) return 0;
    return c.form + score >= 1 ? c.end : 0;
}

}  // namespace pg_retention::core
