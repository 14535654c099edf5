#include "core/data/truncate.hpp"

#include "core/data/arguments.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

Result<size_t> parse_length(std::string_view text) noexcept {
    const std::string_view word = next_word(&text);
    const int64_t n = word.empty() ? 1 : whole_number_in(word);
    if (n >= 0 && n <= INT32_MAX && next_word(&text).empty()) return static_cast<size_t>(n);
    return make_error(ErrorCode::kInvalidParameter, "Write how many characters are kept, for example \"2\".",
                      "argument of anonymiser \"truncate\" is not a number of characters");
}

size_t size_of_first(std::string_view text, size_t n) noexcept {
    size_t at = 0;
    for (; n > 0 && at < text.size(); --n) at += letter_at(text, at).size;
    return at;
}

}  // namespace pg_retention::core
