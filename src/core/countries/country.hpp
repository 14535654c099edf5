#pragma once
// How a country numbers its people: how such a number looks, by what it is checked, which words say that one follows.
#include "core/countries/written.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

// How much a number says by itself that it is a person's. Words beside it say the rest.
enum class Belief : uint8_t {
    kNone,
    kNobody,    // a firm's, of the same series
    kForm,      // a date and a length: behind a label a check that fails is a slip of the hand
    kPossible,  // if somebody is spoken of
    kLikely,    // unless something else is spoken of
    kCertain,   // unless an account is
};

struct NationalReading {
    uint8_t length = 0;  // in symbols
    Belief belief = Belief::kNone;
};

struct Country {
    std::string_view name;
    WordList labels;        // behind which any number is one
    WordList faint_labels;  // that mean other things, too
    NationalReading (*read)(const Written &) noexcept;
};

// Of those in the table, the country that believes most.
NationalReading read_national(const Written &w) noexcept;
bool is_national_label(std::string_view word) noexcept;
bool is_faint_national_label(std::string_view word) noexcept;

// The end of the number at `at` that is the person's whose number `own` is: in any grouping, with or without the century, with the date
// apart. 0 if there is none.
size_t match_own_national(std::string_view text, size_t at, std::string_view own) noexcept;

extern const Country kNorway;
extern const Country kSweden;
extern const Country kDenmark;
extern const Country kFinland;
extern const Country kIceland;

}  // namespace pg_retention::core
