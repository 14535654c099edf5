#include "core/identifiers.hpp"
#include "core/letters.hpp"
#include "core/numbers.hpp"

namespace pg_retention::core {

namespace {

bool grouped(const Number &n, uint8_t from, const char *sizes, uint8_t &last) noexcept {
    uint8_t i = from;
    for (; *sizes != '\0'; ++sizes, ++i)
        if (i >= n.n_groups || group_size(n, i) != *sizes - '0' || (i > from + 1 && n.groups[i].gap != n.groups[from + 1].gap))
            return false;
    last = static_cast<uint8_t>(i - 1);
    return true;
}

size_t norwegian_end(const Number &n, uint8_t from) noexcept {
    uint8_t last = 0;
    for (const char *sizes : {"8", "2222", "323", "44", "233", "332"})
        if (grouped(n, from, sizes, last)) return n.groups[last].end;
    return 0;
}

size_t international_end(const Number &n) noexcept {
    size_t digits = 0;
    size_t end = 0;
    for (uint8_t i = 0; i < n.n_groups && digits + group_size(n, i) <= 15; ++i) {
        digits += group_size(n, i);
        if (digits >= 8) end = n.groups[i].end;
    }
    return end;
}

}  // namespace

size_t match_phone(std::string_view text, size_t at) noexcept {
    const Letter before = letter_before(text, at);
    if (is_word(before.code) || before.code == '.' || before.code == '-' || before.code == '#') return 0;
    const Number n = number_at(text, at);
    if (n.n_groups == 0) return 0;
    size_t end = 0;
    const bool zeros = n.n_digits > 9 && n.digits[0] == 0 && n.digits[1] == 0;
    if (n.plus || zeros)
        end = international_end(n);
    else if (n.begin == n.groups[0].begin && n.digits[0] >= 2)
        end = norwegian_end(n, 0);
    return end != 0 && is_word(letter_at(text, end).code) ? 0 : end;
}

}  // namespace pg_retention::core
