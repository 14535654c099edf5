#pragma once
// The modifier of a personal type, retention.phone('1 year', 'redact'): for how long a column is kept when its row lives
// on, and what becomes of it then. It is stored with the column (pg_attribute.atttypmod) and means itself, so that a dump
// restores anywhere. Its layout is therefore frozen: meanings may be added, never moved.
//
//   bit  31     0: -1 means that there is no modifier
//   bits 10-30  count
//   bits  7-9   unit: 0 no period, 1 seconds, 2 minutes, 3 hours, 4 days, 5 months
//   bits  4-6   what the period counts from: 0 the start itself, 1 the end of its month, 2 of its quarter, 3 of its year,
//               4 of its fiscal year, which ends with the calendar year
//   bits  0-3   anonymiser: 0 not said, 1 null, 2 redact, 3 random token, 4 pseudonymise, 5 truncate, 6 generalise
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/time/period.hpp"
#include "core/data/result.hpp"

namespace pg_retention::core {

// Those that need no argument.
enum class SimpleAnonymiser : uint8_t { kNotSaid, kNull, kRedact, kRandomToken, kPseudonymise, kTruncate, kGeneralise };

struct TypeModifier {
    bool has_period;  // false: kept as long as its row
    Period period;
    SimpleAnonymiser anonymiser;
};

inline constexpr size_t kTypeModifierText = kPeriodText + 32;  // room for any modifier's text

// From the words between the parentheses: a period, an anonymiser, or both in this order.
Result<int32_t> parse_type_modifier(const std::string_view *words, size_t n) noexcept;

// Fails for what no text gives: bits from elsewhere.
Result<TypeModifier> decode_type_modifier(int32_t modifier) noexcept;

// "('1 year', 'redact')", which parses to the same modifier. Returns its length.
size_t format_type_modifier(const TypeModifier &modifier, char *buf, size_t cap) noexcept;

// As it is written; null when not said.
const char *name_of(SimpleAnonymiser anonymiser) noexcept;

}  // namespace pg_retention::core
