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

    static constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\n'; }

    // The first two letters of the word that stands here, in an order; 0 for a second one that it has not.
    static constexpr unsigned order_of(std::string_view words) noexcept {
        const unsigned second = words.size() > 1 && !is_space(words[1]) ? static_cast<unsigned char>(words[1]) : 0;
        return static_cast<unsigned char>(words[0]) * 256u + second;
    }

  public:
    consteval explicit WordList(std::string_view words) noexcept : words_(words) {
        size_t begin = 0;
        unsigned last = 0;
        for (size_t at = 0; at <= words.size(); ++at) {
            if (at < words.size() && !is_space(words[at])) continue;
            std::string_view word = words.substr(begin, at - begin);
            begin = at + 1;
            if (word.empty()) continue;
            if (word.back() == '*') word.remove_suffix(1);
            const size_t bit = start_of(word);
            starts_[bit / 64] |= uint64_t{1} << bit % 64;
            if (last > order_of(word)) sorted_ = 0;
            last = order_of(word);
        }
    }

    constexpr bool has(std::string_view word) const noexcept {
        if (word.empty()) return false;
        const size_t bit = start_of(word);
        if ((starts_[bit / 64] & uint64_t{1} << bit % 64) == 0) return false;
        const auto is_it = [word](std::string_view w) {
            return w.front() == word.front() && (w.back() == '*' ? word.starts_with(w.substr(0, w.size() - 1)) : word == w);
        };
        if (sorted_ == 0) return for_each(is_it);
        bool found = false;
        const unsigned order = order_of(word);
        (void) for_each_from(first_from(order), [&](std::string_view w) {
            found = is_it(w);
            return found || order_of(w) > order;
        });
        return found;
    }

    // Whether a longer word ends with one of these.
    constexpr bool ends(std::string_view word) const noexcept {
        return for_each([word](std::string_view w) { return word.size() > w.size() && word.ends_with(w); });
    }

    // Until one of them is taken; whether one was.
    template <class Take>
    constexpr bool for_each(Take take) const noexcept {
        return for_each_from(0, take);
    }

  private:
    template <class Take>
    constexpr bool for_each_from(size_t begin, Take take) const noexcept {
        // Not find_first_of, which calls a function for each character.
        for (size_t end = begin; begin < words_.size(); begin = end + 1) {
            for (end = begin; end < words_.size() && !is_space(words_[end]); ++end) {}
            if (end > begin && take(words_.substr(begin, end - begin))) return true;
        }
        return false;
    }

    // Where a word stands that is not after the first of this order, and not far from it.
    constexpr size_t first_from(unsigned order) const noexcept {
        constexpr size_t kNear = 32;
        size_t low = 0;
        for (size_t high = words_.size(); high - low > kNear;) {
            size_t middle = low + (high - low) / 2;
            while (middle > low && !is_space(words_[middle - 1])) --middle;
            if (middle == low) break;
            if (is_space(words_[middle]) || order_of(words_.substr(middle)) >= order)
                high = middle;
            else
                low = middle;
        }
        return low;
    }

    std::string_view words_;
    uint64_t sorted_ = 1;  // as wide as what stands beside it: clang 14 cannot write out a constant with a hole
    uint64_t starts_[kStarts / 64] = {};
};

}  // namespace pg_retention::core
