#pragma once
// Takes persons out of free text: words known to be theirs, and what identifies anybody.
#include <cstddef>
#include <string_view>

#include "core/text/person_words.hpp"

namespace pg_retention::core {

// Words of persons: occurrences of `remove` are replaced, unless the occurrence lies in (or equals)
// one of `keep`.
struct Words {
    const Word *remove;
    size_t n_remove;
    const Word *keep;
    size_t n_keep;
};

inline constexpr std::string_view kRedacted = "[redacted]";

// Room that redact() needs for a text of this length: two characters are the least that is replaced,
// and marks beside each other are one.
constexpr size_t redacted_room(size_t length) noexcept { return length * (kRedacted.size() / 2); }

// Replaces each occurrence of a word, and with `identifiers` what identifies anybody (identifiers.hpp) or leads to somebody (traces.hpp),
// unless it is one of `keep`. Writes at most redacted_room(text.size()) bytes and returns how many.
size_t redact(std::string_view text, const Words &words, bool identifiers, char *out) noexcept;

// Whether it would replace anything.
bool is_redacted(std::string_view text, const Words &words, bool identifiers) noexcept;

}  // namespace pg_retention::core
