#pragma once
// What identifies a person whoever it is: e-mail addresses, national numbers of the countries in core/countries, card numbers, IBANs,
// telephone numbers. Each function gives the end of what begins at `at`, and 0 if nothing does.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

size_t match_email(std::string_view text, size_t at) noexcept;
// False: wherever one looks in the text, match_email() finds nothing. Most texts are known by that, without a look at each word.
bool may_hold_email(std::string_view text) noexcept;
size_t match_iban(std::string_view text, size_t at) noexcept;
size_t match_card(std::string_view text, size_t at) noexcept;

// What was found before, as far as it says what a number is.
struct Before {
    enum class Number : uint8_t { kIdentifier, kNational, kPhone, kOther };
    size_t name_end = 0;    // of the last name
    size_t number_end = 0;  // of the last long number
    Number number = Number::kIdentifier;
};
size_t match_national(std::string_view text, size_t at, const Before &before) noexcept;
size_t match_phone(std::string_view text, size_t at, const Before &before) noexcept;

// Whether the words before a number of eleven digits speak of an account.
bool speaks_of_account(std::string_view text, size_t at) noexcept;

// The same identifier, however it is grouped.
bool same_identifier(std::string_view a, std::string_view b) noexcept;

}  // namespace pg_retention::core
