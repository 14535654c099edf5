#pragma once
// Tables of words that read as what they are.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// Lower-case words with white space between. One with a star stands for all that begin with it.
class WordList {
  public:
    constexpr explicit WordList(std::string_view words) noexcept : words_(words) {}

    constexpr bool has(std::string_view word) const noexcept {
        return any(
            [word](std::string_view w) { return w.back() == '*' ? word.starts_with(w.substr(0, w.size() - 1)) : word == w; });
    }

    // Whether a longer word ends with one of these.
    constexpr bool ends(std::string_view word) const noexcept {
        return any([word](std::string_view w) { return word.size() > w.size() && word.ends_with(w); });
    }

  private:
    template <class Test>
    constexpr bool any(Test test) const noexcept {
        // Not find_first_of, which calls a function for each character.
        for (size_t begin = 0, end = 0; begin < words_.size(); begin = end + 1) {
            for (end = begin; end < words_.size() && words_[end] != ' ' && words_[end] != '\n'; ++end) {}
            if (end > begin && test(words_.substr(begin, end - begin))) return true;
        }
        return false;
    }

    std::string_view words_;
};

// A long list, which is looked through from the letter on that a word begins with.
template <size_t kMost>
class LongWordList {
  public:
    consteval explicit LongWordList(std::string_view words) : words_(words) {
        uint16_t n = 0;
        for (size_t begin = 0, end = 0; begin < words.size(); begin = end + 1) {
            for (end = begin; end < words.size() && words[end] != ' ' && words[end] != '\n'; ++end) {}
            if (end == begin) continue;
            uint16_t &first = first_[static_cast<unsigned char>(words[begin])];
            entries_[n] = {static_cast<uint16_t>(begin), static_cast<uint16_t>(end - begin), first};
            first = ++n;
        }
    }

    constexpr bool has(std::string_view word) const noexcept {
        if (word.empty()) return false;
        for (uint16_t i = first_[static_cast<unsigned char>(word.front())]; i != 0; i = entries_[i - 1].next)
            if (word == words_.substr(entries_[i - 1].begin, entries_[i - 1].size)) return true;
        return false;
    }

  private:
    struct Entry {
        uint16_t begin;
        uint16_t size;
        uint16_t next;  // from 1; 0: there is none
    };
    std::string_view words_;
    uint16_t first_[256] = {};
    Entry entries_[kMost] = {};
};

}  // namespace pg_retention::core
