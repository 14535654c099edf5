#include "core/text/word.hpp"

#include "core/text/letters.hpp"

namespace pg_retention::core {

TextWord word_ending(std::string_view text, size_t end) noexcept {
    TextWord word;
    word.end = word.begin = end;
    for (Letter l = letter_before(text, word.begin); is_word(l.code) && end - word.begin <= TextWord::kLongest;
         l = letter_before(text, word.begin)) {
        if (is_digit(l.code)) word.number = true;
        word.begin -= l.size;
    }
    word.n = fold_into(text.substr(word.begin, end - word.begin), word.buffer, sizeof word.buffer);
    return word;
}

TextWord word_beginning(std::string_view text, size_t begin) noexcept {
    size_t end = begin;
    for (Letter l = letter_at(text, end); is_word(l.code) && end - begin <= TextWord::kLongest; l = letter_at(text, end))
        end += l.size;
    return word_ending(text.substr(0, end), end);
}

}  // namespace pg_retention::core
