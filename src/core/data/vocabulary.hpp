#pragma once
// A vocabulary is an enumeration whose words SQL knows, too. Its name_of() is a switch without a default, so that a new member does not
// compile until it has a word; a number that no member has gives null. Whatever needs all words asks here.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

template <typename E>
constexpr size_t count_of() noexcept {
    size_t n = 0;
    while (name_of(static_cast<E>(n)) != nullptr) ++n;
    return n;
}

// False: there is no such word.
template <typename E>
constexpr bool find_word(std::string_view word, E *found) noexcept {
    for (size_t i = 0; i < count_of<E>(); ++i) {
        if (word != name_of(static_cast<E>(i))) continue;
        *found = static_cast<E>(i);
        return true;
    }
    return false;
}

// For a hint: "They are one, two, three."
template <typename E>
struct AllWords {
    static constexpr std::string_view kBegin = "They are ";
    static constexpr size_t length() noexcept {
        size_t n = kBegin.size();
        for (size_t i = 0; i < count_of<E>(); ++i) n += std::string_view(name_of(static_cast<E>(i))).size() + 2;
        return n;
    }
    char text[length() + 1] = {};
    constexpr AllWords() noexcept {
        size_t at = 0;
        for (const char c : kBegin) text[at++] = c;
        for (size_t i = 0; i < count_of<E>(); ++i) {
            for (const char c : std::string_view(name_of(static_cast<E>(i)))) text[at++] = c;
            text[at++] = i + 1 == count_of<E>() ? '.' : ',';
            if (i + 1 < count_of<E>()) text[at++] = ' ';
        }
    }
};
template <typename E>
inline constexpr AllWords<E> kAllWords = {};

}  // namespace pg_retention::core
