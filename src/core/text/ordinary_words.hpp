#pragma once
// Names that are ordinary words, too: Per, Dag, Berg; Will, Grace, Price. And those of places and firms.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// Whether text[begin, end) is such a word, and what stands around it says that it is no name here.
// In lower case it is a name only where people are spoken to or speak, and so at the start of a sentence, where all words have a capital; with
// one elsewhere it is a name unless what stands beside it says otherwise. What cannot be told is taken for a name.
bool is_ordinary_word(std::string_view text, size_t begin, size_t end) noexcept;

// Whether what follows a name says that it is a firm's or a place's: Holm Regnskap AS, Berg skole.
bool is_firm_or_place(std::string_view text, size_t begin, size_t end) noexcept;

bool is_first_name(std::string_view word) noexcept;

// Whether a surname stands behind the first name of somebody else, or a first name is half of another one. Whether the one before or behind is
// the person's, too, is not asked.
bool is_anothers_name(std::string_view text, size_t begin, size_t end) noexcept;

// Two or three capitals, where nothing else is written in them: LO is no man called Lo.
bool is_acronym(std::string_view text, size_t begin, size_t end) noexcept;

// Words that are met so often that they are not a name misspelt.
bool is_common_word_of_texts(std::string_view word) noexcept;

}  // namespace pg_retention::core
