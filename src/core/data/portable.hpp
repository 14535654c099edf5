#pragma once
// What follows from a legal basis.
#include <string_view>

namespace pg_retention::core {

// Reads how a basis is usually written: "GDPR Art. 6(1)(b)", "6 (1) b", "Article 9(2)(a)", "consent", "kontrakt".
// Article 20(1)(a): data are portable on consent (6(1)(a), 9(2)(a)) or contract (6(1)(b)).
bool is_portable_basis(std::string_view basis) noexcept;

// Whether it can be told at all: an article with its letter, or the name of a basis.
bool is_known_basis(std::string_view basis) noexcept;

// 6(1)(a), 9(2)(a).
bool is_consent_basis(std::string_view basis) noexcept;

// 6(1)(f): an interest is pursued, which Article 13(1)(d) asks for.
bool is_interest_basis(std::string_view basis) noexcept;

// Article 21(1): whether one may object, which is so on 6(1)(e) and (f) alone. True where it cannot be told.
bool is_open_to_objection(std::string_view basis) noexcept;

// The letter of Article 6(1) that it is, by its article or in words; 0: it cannot be told, or is another article's.
char basis_letter(std::string_view basis) noexcept;

}  // namespace pg_retention::core
