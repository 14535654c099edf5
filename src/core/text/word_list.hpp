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
        for (std::string_view rest = words_; !rest.empty();) {
            const size_t end = rest.find_first_of(" \n");
            const std::string_view word = rest.substr(0, end);
            if (!word.empty() && test(word)) return true;
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
        return false;
    }

    std::string_view words_;
};

}  // namespace pg_retention::core
