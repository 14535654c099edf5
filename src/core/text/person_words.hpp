#pragma once
// Occurrences in a text of one value that a row holds about a person: a name, an address, a number.
// Each function gives the end of the occurrence that begins at `at`, and 0 if none does.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/text/numbers.hpp"

namespace pg_retention::core {

// The names a value consists of, none if it is no person's name.
struct Names {
    static constexpr uint8_t kMost = 6;
    std::string_view parts[kMost];
    uint8_t n = 0;
    bool whole = true;  // one name
};

// A value taken apart, once for all the texts that it is looked for in. It points to the value, which must outlive it.
struct Word {
    Word(std::string_view value) noexcept;  // NOLINT(google-explicit-constructor): a list of values is one of these

    std::string_view value;    // as it was given
    std::string_view trimmed;  // without blanks around it
    bool matches;              // it is long enough to be looked for
    bool is_address;           // of several pieces
    Names names;
    uint64_t first_letters;  // the classes of those that an occurrence can begin with
    Number number;           // n_digits is 0 where it is not compared as one
};

// The whole value, in either case, any grouping of its digits, the genitive.
size_t match_value(std::string_view text, size_t at, const Word &word) noexcept;

// Also a part of a name or address, and a name misspelt.
size_t match_person(std::string_view text, size_t at, const Word &word) noexcept;

// Letters fall into 64 classes, which no spelling and no grouping of digits leaves. This is that of one letter.
uint64_t first_letter_bit(char32_t letter) noexcept;

// Whether one of the names in the value begins with this letter.
bool has_initial(const Word &word, char32_t letter) noexcept;

// Whether one of them is what is cut short to this word (Kr.), or may be meant by it where a surname stands beside: a short form, or a
// letter wrong.
bool has_cut_short(const Word &value, std::string_view word) noexcept;
bool has_form(const Word &value, std::string_view word) noexcept;

// Whether one of them is this word, in some spelling, not counting the genitive.
bool has_variant(const Word &value, std::string_view word) noexcept;

// Whether one of them is a common first name.
bool has_first_name(const Word &value) noexcept;

// The end of one of the names in the value, without accents, whatever letters go on: the "kari" of "karinordby".
size_t match_letters_of_name(std::string_view text, size_t at, const Word &value) noexcept;

}  // namespace pg_retention::core
