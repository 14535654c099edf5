#pragma once
// What the words beside a number say it is.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/text/word.hpp"

namespace pg_retention::core {

enum class Cue : uint8_t {
    kNone,
    kPhone,  // tlf, mobile: the number is a telephone's
    kCall,   // ring, call: there may be one in the sentence
    kOther,  // faktura, order, kr: something else
    kKid,    // a payment reference, whose check digit is that of a card
    kNational,
};

// What one word says, wherever it stands.
Cue cue_of(const TextWord &word, std::string_view text) noexcept;

// The end of the word before `at`; `stop` if a sentence ends between. "tlf. 99" and "Tlf:\n99" are one.
size_t gap_before(std::string_view text, size_t at, bool &stop) noexcept;

// The nearest cue before a number, in its sentence.
Cue cue_before(std::string_view text, size_t at) noexcept;

// kOther for a unit or currency right after a number; kPhone for "(mobil)".
Cue cue_after(std::string_view text, size_t end) noexcept;

// A digit that begins a number: "-5" and the "56" of "1234.56" do not.
bool begins_number(std::string_view text, size_t at) noexcept;

// Letters that people write together with a number: tlf99887766.
bool is_after_label(std::string_view text, size_t at) noexcept;

// Whether two numbers are written as one list: "22 33 44 55 / 99 88 77 66" loosely, with a word firmly.
enum class List : uint8_t { kNone, kLoose, kFirm };
List list_between(std::string_view text, size_t end, size_t at) noexcept;

}  // namespace pg_retention::core
