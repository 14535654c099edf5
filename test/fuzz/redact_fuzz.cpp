// redact() on any bytes: first the words, one to a line, "+" before those to remove and "-" before those to
// keep; after the first line that has neither, the text.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/letters.hpp"
#include "core/text/redactions.hpp"

namespace {

using namespace pg_retention::core;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size(); i += letter_at(text, i).size)
        if (letter_at(text, i).code == kNoLetter) return false;
    return true;
}

// What redact() must have written, by the places it is said to replace.
std::string with_marks(std::string_view text, const Words &words, bool identifiers) {
    Redactions redactions(text, words, identifiers);
    std::string out;
    size_t last = 0;
    for (Span span; redactions.next(span); last = span.end) {
        require(span.begin >= last && span.end > span.begin && span.end <= text.size());
        out += text.substr(last, span.begin - last);
        out += kRedacted;
    }
    return out + std::string(text.substr(last));
}

void check(std::string_view text, const Words &words, bool identifiers) {
    const std::unique_ptr<char[]> out(new char[redacted_room(text.size())]);
    const std::string_view redacted(out.get(), redact(text, words, identifiers, out.get()));
    require(redacted.size() <= redacted_room(text.size()));
    require(redacted == with_marks(text, words, identifiers));
    require(!is_utf8(text) || is_utf8(redacted));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::string_view rest(reinterpret_cast<const char *>(data), size);
    std::vector<Word> remove;
    std::vector<Word> keep;
    while (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
        const size_t end = rest.find('\n');
        const std::string_view word = rest.substr(1, end == std::string_view::npos ? end : end - 1);
        (rest.front() == '+' ? remove : keep).emplace_back(word);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    // A copy of its own, so that reading past it is seen.
    const std::vector<char> text(rest.begin(), rest.end());
    const Words words = {remove.data(), remove.size(), keep.data(), keep.size()};
    check({text.data(), text.size()}, words, true);
    check({text.data(), text.size()}, words, false);
    return 0;
}
