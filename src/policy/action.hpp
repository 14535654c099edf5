#pragma once
// What becomes of a row whose time is over.
#include <cstdint>

namespace pg_retention {

enum class PolicyAction : uint8_t { kDelete, kAnonymise };

constexpr const char *name_of(PolicyAction action) noexcept {
    switch (action) {
        case PolicyAction::kDelete: return "delete";
        case PolicyAction::kAnonymise: return "anonymise";
    }
    return nullptr;
}

// As a person is told: "then deleted".
constexpr const char *past_of(PolicyAction action) noexcept {
    switch (action) {
        case PolicyAction::kDelete: return "deleted";
        case PolicyAction::kAnonymise: return "anonymised";
    }
    return nullptr;
}

// Whether the row itself goes.
constexpr bool deletes(PolicyAction action) noexcept {
    switch (action) {
        case PolicyAction::kDelete: return true;
        case PolicyAction::kAnonymise: return false;
    }
    return false;
}

// Whether the row itself stays, without its person: then it needs columns that are declared personal.
constexpr bool anonymises(PolicyAction action) noexcept {
    switch (action) {
        case PolicyAction::kDelete: return false;
        case PolicyAction::kAnonymise: return true;
    }
    return false;
}

}  // namespace pg_retention
