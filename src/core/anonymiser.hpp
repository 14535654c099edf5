#pragma once
// What can become of a personal column, and what each of these does to a table's constraints.
#include <cstdint>
#include <string_view>

#include "core/result.hpp"

namespace pg_retention::core {

enum class Anonymiser : uint8_t {
    kNull,
    kConstant,
    kRedact,
    kGeneralise,
    kTruncate,
    kNoise,
    kRandomToken,
    kPseudonymise,
    kFunction,
};

// What a column holds, as far as it matters here.
enum class Content : uint8_t { kText, kJson, kWholeNumber, kNumber, kDate, kInstant, kNetwork, kPoint, kUuid, kOther };

// As they are written: "null", "random token".
Result<Anonymiser> parse_anonymiser(std::string_view word) noexcept;
const char *name_of(Anonymiser anonymiser) noexcept;

// Refuses an anonymiser that cannot work on such a column, and an argument it cannot read; empty: none was given.
Result<bool> check_anonymiser(Anonymiser anonymiser, Content content, std::string_view argument) noexcept;

// Whether a value can become NULL. A function may do it, too: that is its author's word.
bool may_give_null(Anonymiser anonymiser, Content content) noexcept;

// What becomes of the difference between two values.
enum class Difference : uint8_t {
    kLost,  // two values may become one
    kKept,  // different values stay different, equal ones equal
    kMade,  // equal values become different ones
};
Difference difference_after(Anonymiser anonymiser) noexcept;

}  // namespace pg_retention::core
