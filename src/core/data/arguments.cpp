#include "core/data/arguments.hpp"

#include <cmath>

namespace pg_retention::core {

namespace {

constexpr size_t kMostDigits = 18;

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_of_number(char c) noexcept { return (c >= '0' && c <= '9') || c == '.'; }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view next_word(std::string_view *rest) noexcept {
    while (!rest->empty() && is_space(rest->front())) rest->remove_prefix(1);
    size_t n = 0;
    const bool number = !rest->empty() && is_of_number(rest->front());
    while (n < rest->size() && !is_space((*rest)[n]) && is_of_number((*rest)[n]) == number) ++n;
    const std::string_view word = rest->substr(0, n);
    rest->remove_prefix(n);
    return word;
}

bool same_word(std::string_view word, std::string_view lower_case) noexcept {
    if (word.size() != lower_case.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (lower(word[i]) != lower_case[i]) return false;
    return true;
}

int64_t whole_number_in(std::string_view word) noexcept {
    if (word.empty() || word.size() > kMostDigits) return -1;
    int64_t value = 0;
    for (const char c : word) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

bool is_positive_decimal(std::string_view word) noexcept {
    bool point = false, digit = false, positive = false;
    if (word.size() > kMostDigits + 1) return false;
    for (const char c : word) {
        if (!is_of_number(c) || (c == '.' && point)) return false;
        point = point || c == '.';
        digit = digit || c != '.';
        positive = positive || (c != '.' && c != '0');
    }
    return digit && positive;
}

double decimal_in(std::string_view word) noexcept {
    double digits = 0;
    int after_point = -1;
    for (const char c : word) {
        if (after_point >= 0 && c != '.') ++after_point;
        if (c == '.')
            after_point = 0;
        else
            digits = digits * 10 + (c - '0');
    }
    return after_point > 0 ? digits / std::pow(10, after_point) : digits;
}

}  // namespace pg_retention::core
