#pragma once
// Texts that say by braces what redaction has to take out of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/redact.hpp"

namespace pg_retention::core {

using List = std::vector<std::string_view>;

inline std::string redacted(std::string_view text, const List &remove = {}, const List &keep = {}, bool identifiers = true) {
    const std::vector<Word> removed(remove.begin(), remove.end()), kept(keep.begin(), keep.end());
    const Words words = {removed.data(), removed.size(), kept.data(), kept.size()};
    std::string out(redacted_room(text.size()), '\0');
    out.resize(redact(text, words, identifiers, out.data()));
    EXPECT_EQ(is_redacted(text, words, identifiers), out != text || out.find(kRedacted) != std::string::npos) << text;
    return out;
}

// Each text is redacted where, and only where, it has braces.
inline void expect_as_marked(const List &texts, const List &remove = {}, const List &keep = {}, bool identifiers = true) {
    for (std::string_view marked : texts) {
        std::string text;
        std::string expected;
        while (!marked.empty()) {
            const size_t open = std::min(marked.find("{{"), marked.size());
            text += marked.substr(0, open);
            expected += marked.substr(0, open);
            marked.remove_prefix(open);
            if (marked.empty()) break;
            const size_t close = marked.find("}}");
            text += marked.substr(2, close - 2);
            expected += kRedacted;
            marked.remove_prefix(close + 2);
        }
        EXPECT_EQ(redacted(text, remove, keep, identifiers), expected) << text;
    }
}

}  // namespace pg_retention::core
