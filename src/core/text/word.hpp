#pragma once
// The words of a text, as tables have them.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// One word, in lower case; empty when there is none or it is longer than any in the tables, and then cut.
struct TextWord {
    static constexpr size_t kLongest = 24;
    char buffer[kLongest];
    size_t n = 0;
    size_t begin = 0;
    size_t end = 0;
    bool number = false;  // it has a digit
    std::string_view view() const noexcept { return {buffer, n}; }
};

TextWord word_ending(std::string_view text, size_t end) noexcept;
TextWord word_beginning(std::string_view text, size_t begin) noexcept;

}  // namespace pg_retention::core
