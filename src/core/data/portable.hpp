#pragma once
// Which legal bases make data portable: Article 20(1)(a), consent (6(1)(a), 9(2)(a)) or contract (6(1)(b)).
#include <string_view>

namespace pg_retention::core {

// Reads how a basis is usually written: "GDPR Art. 6(1)(b)", "6 (1) b", "Article 9(2)(a)", "consent", "kontrakt".
bool is_portable_basis(std::string_view basis) noexcept;

// Whether it can be told at all: an article with its letter, or the name of a basis.
bool is_known_basis(std::string_view basis) noexcept;

}  // namespace pg_retention::core
