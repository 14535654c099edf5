#pragma once
// What a sentence of a notice states in numbers: periods, caps, articles, laws, countries.
#include "core/documents/published.hpp"
#include "core/time/cap.hpp"
#include "core/time/period.hpp"

namespace pg_retention::core {

// What is claimed where: tokens from begin to end.
struct PeriodClaim {
    Period length;  // calendar or elapsed; what it counts from is asked of the sentence
    bool more;      // "two further months"
    size_t begin;
    size_t end;
    Period first;      // of "3 years and 30 days" what stands before "and", where it may be a period of its own
    size_t first_end;  // 0: it cannot
};
// The first from a place on that is no part of a cap. False: there is none.
bool next_period(const Tokens &tokens, size_t from, Language language, PeriodClaim *claim) noexcept;

// The first "for several years" from a place on, whose number is no word that is known.
bool next_unread(const Tokens &tokens, size_t from, Language language, PeriodClaim *claim) noexcept;

struct CapClaim {
    Cap cap;
    size_t begin;
    size_t end;
};
bool next_cap(const Tokens &tokens, size_t from, Language language, CapClaim *claim) noexcept;

// One article of a list such as "Articles 17 and 18" or "artikkel 6 nr. 1 bokstav f".
struct ArticleClaim {
    int article;
    int paragraph;  // 0: none
    char letter;    // 0: none
};
struct ArticleClaims {
    static constexpr size_t kRoom = 24;
    ArticleClaim all[kRoom];
    size_t n = 0;
    explicit ArticleClaims(const Tokens &tokens) noexcept;
    bool has(int article) const noexcept;
};

// The first law that is named from a place on, with its section if one stands beside it. False: there is none.
struct LawClaim {
    LawReference reference;
    size_t end;
};
bool next_law(const Tokens &tokens, size_t from, LawClaim *claim) noexcept;

// Null: none is named from there on. Its place is put into at.
const Country *next_country(const Tokens &tokens, size_t from, Language language, size_t *at) noexcept;

// Whether the sentence says that a period counts from where this one does.
bool says_anchor(const Tokens &tokens, const Period &period, Language language) noexcept;
bool says_any_anchor(const Tokens &tokens, Language language) noexcept;

// The words of the text that the tokens from begin to end are.
std::string_view text_of(const Tokens &tokens, size_t begin, size_t end) noexcept;

}  // namespace pg_retention::core
