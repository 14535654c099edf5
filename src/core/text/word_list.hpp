#pragma once
// Tables of words that read as what they are.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// Lower-case words with white space between. One with a star stands for all that begin with it.
class WordList {
    static constexpr size_t kStarts = 1024;

    // A class of first two letters: most words of a text begin like none in the table. A word with a star has two at least.
    static constexpr size_t start_of(std::string_view word) noexcept {
        const auto letter = [word](size_t i) { return i < word.size() ? static_cast<unsigned char>(word[i]) : 0u; };
        return (letter(0) * 37 + letter(1)) % kStarts;
    }

  public:
    consteval explicit WordList(std::string_view words) noexcept : words_(words) {
        size_t begin = 0;
        for (size_t at = 0; at <= words.size(); ++at) {
            if (at < words.size() && words[at] != ' ' && words[at] != '\n') continue;
            std::string_view word = words.substr(begin, at - begin);
            begin = at + 1;
            if (word.empty()) continue;
            if (word.back() == '*') word.remove_suffix(1);
            const size_t bit = start_of(word);
            starts_[bit / 64] |= uint64_t{1} << bit % 64;
        }
    }

    constexpr bool has(std::string_view word) const noexcept {
        if (word.empty()) return false;
        const size_t bit = start_of(word);
        if ((starts_[bit / 64] & uint64_t{1} << bit % 64) == 0) return false;
        return for_each([word](std::string_view w) {
            return w.front() == word.front() && (w.back() == '*' ? word.starts_with(w.substr(0, w.size() - 1)) : word == w);
        });
    }

    // Whether a longer word ends with one of these.
    constexpr bool ends(std::string_view word) const noexcept {
        return for_each([word](std::string_view w) { return word.size() > w.size() && word.ends_with(w); });
    }

    // Until one of them is taken; whether one was.
    template <class Take>
    constexpr bool for_each(Take take) const noexcept {
        // Not find_first_of, which calls a function for each character.
        for (size_t begin = 0, end = 0; begin < words_.size(); begin = end + 1) {
            for (end = begin; end < words_.size() && words_[end] != ' ' && words_[end] != '\n'; ++end) {}
            if (end > begin && take(words_.substr(begin, end - begin))) return true;
        }
        return false;
    }

  private:
    std::string_view words_;
    uint64_t starts_[kStarts / 64] = {};
};

}  // namespace pg_retention::core
