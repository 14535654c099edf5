#pragma once
// What can become of a personal column, and what each of these does to a table's constraints.
#include <cstdint>
#include <string_view>

#include "core/data/result.hpp"

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
constexpr const char *name_of(Content content) noexcept {
    switch (content) {
        case Content::kText: return "text";
        case Content::kJson: return "JSON";
        case Content::kWholeNumber: return "a whole number";
        case Content::kNumber: return "a number";
        case Content::kDate: return "a date";
        case Content::kInstant: return "a time";
        case Content::kNetwork: return "a network address";
        case Content::kPoint: return "a point";
        case Content::kUuid: return "a UUID";
        case Content::kOther: return "a value of its type";
    }
    return nullptr;
}

// As they are written: "null", "random token".
Result<Anonymiser> parse_anonymiser(std::string_view word) noexcept;
constexpr const char *name_of(Anonymiser anonymiser) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull: return "null";
        case Anonymiser::kConstant: return "constant";
        case Anonymiser::kRedact: return "redact";
        case Anonymiser::kGeneralise: return "generalise";
        case Anonymiser::kTruncate: return "truncate";
        case Anonymiser::kNoise: return "noise";
        case Anonymiser::kRandomToken: return "random token";
        case Anonymiser::kPseudonymise: return "pseudonymise";
        case Anonymiser::kFunction: return "function";
    }
    return nullptr;
}

// What must be computed for a row before its UPDATE, beside the value itself.
enum class Need : uint8_t {
    kNothing,
    kWords,  // what tells who its persons are, so that it is taken out
    kKey,    // the secret that pseudonyms are made with
};
constexpr Need need_of(Anonymiser anonymiser) noexcept {
    switch (anonymiser) {
        case Anonymiser::kRedact: return Need::kWords;
        case Anonymiser::kPseudonymise: return Need::kKey;
        case Anonymiser::kNull:
        case Anonymiser::kConstant:
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate:
        case Anonymiser::kNoise:
        case Anonymiser::kRandomToken:
        case Anonymiser::kFunction: return Need::kNothing;
    }
    return Need::kNothing;
}

// Whether a value tells that it is what the anonymiser leaves, whatever it was before.
constexpr bool tells_by_value(Anonymiser anonymiser) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull:
        case Anonymiser::kConstant:
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate: return true;
        case Anonymiser::kRedact:
        case Anonymiser::kNoise:
        case Anonymiser::kRandomToken:
        case Anonymiser::kPseudonymise:
        case Anonymiser::kFunction: return false;
    }
    return false;
}

// Refuses an anonymiser that cannot work on such a column, and an argument it cannot read; empty: none was given.
Result<bool> check_anonymiser(Anonymiser anonymiser, Content content, std::string_view argument) noexcept;

// Whether a value can become NULL. A function may do it, too: that is its author's word.
bool may_give_null(Anonymiser anonymiser, Content content) noexcept;

// What becomes of the difference between two values.
enum class Difference : uint8_t {
    kLost,    // two values may become one
    kKept,    // different values stay different, equal ones equal
    kMade,    // equal values become different ones
    kNulled,  // all become NULL, and two NULLs are no duplicates where nobody says so
};
Difference difference_after(Anonymiser anonymiser) noexcept;

}  // namespace pg_retention::core
