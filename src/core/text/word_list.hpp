#pragma once
// Tables of words that read as what they are.
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

}  // namespace pg_retention::core
