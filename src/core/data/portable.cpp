#include "core/data/portable.hpp"

#include <cstddef>

namespace pg_retention::core {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string_view next_token(std::string_view *rest) noexcept {
    while (!rest->empty() && !is_digit(rest->front()) && !is_letter(rest->front())) rest->remove_prefix(1);
    size_t n = 0;
    const bool number = !rest->empty() && is_digit(rest->front());
    while (n < rest->size() && (number ? is_digit((*rest)[n]) : is_letter((*rest)[n]))) ++n;
    const std::string_view token = rest->substr(0, n);
    rest->remove_prefix(n);
    return token;
}

// Whether article, paragraph and letter stand there in this order, with nothing but words between them.
bool reads(std::string_view text, std::string_view wanted) noexcept {
    size_t matched = 0;
    for (std::string_view token = next_token(&text); !token.empty(); token = next_token(&text)) {
        if (token.size() == 1 && (token[0] | 0x20) == (wanted[matched] | 0x20)) {
            if (++matched == wanted.size()) return true;
        } else if (token.size() == 1 || is_digit(token[0])) {
            matched = token == wanted.substr(0, 1) ? 1 : 0;
        }
    }
    return false;
}

}  // namespace

bool is_portable_basis(std::string_view basis) noexcept {
    return reads(basis, "61a") || reads(basis, "61b") || reads(basis, "92a");
}

}  // namespace pg_retention::core
