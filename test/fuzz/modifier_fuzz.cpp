// parse_type_modifier() on any words, and decode_type_modifier() on any bits: what either accepts has a text that parses to the
// same modifier, and a modifier is never negative.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/data/type_modifier.hpp"

namespace {

using namespace pg_retention::core;

void require(bool holds) {
    if (!holds) std::abort();
}

// The words between the quotation marks of "('1 year', 'redact')".
std::vector<std::string> words_of(const std::string &text) {
    std::vector<std::string> words;
    for (size_t from = text.find('\''); from != std::string::npos; from = text.find('\'', from)) {
        const size_t to = text.find('\'', from + 1);
        words.push_back(text.substr(from + 1, to - from - 1));
        from = to + 1;
    }
    return words;
}

Result<int32_t> parse(const std::vector<std::string> &words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    return parse_type_modifier(views.data(), views.size());
}

void require_round_trip(int32_t modifier, const TypeModifier &meaning) {
    char text[kTypeModifierText];
    const size_t length = format_type_modifier(meaning, text, sizeof text);
    require(length < sizeof text);
    const Result<int32_t> again = parse(words_of(std::string(text, length)));
    require(again.ok() && again.value() == modifier);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::vector<std::string> words(1);
    for (size_t i = 0; i < size; ++i)
        if (data[i] == '\0')
            words.emplace_back();
        else
            words.back().push_back(static_cast<char>(data[i]));
    const Result<int32_t> parsed = parse(words);
    if (parsed.ok()) {
        require(parsed.value() >= 0);
        const Result<TypeModifier> meaning = decode_type_modifier(parsed.value());
        require(meaning.ok());
        require_round_trip(parsed.value(), meaning.value());
    }
    int32_t bits = 0;
    std::memcpy(&bits, data, size < sizeof bits ? size : sizeof bits);
    const Result<TypeModifier> meaning = decode_type_modifier(bits);
    if (meaning.ok() && bits >= 0) {
        char text[kTypeModifierText];
        require(format_type_modifier(meaning.value(), text, sizeof text) < sizeof text);
    }
    return 0;
}
