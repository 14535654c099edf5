#pragma once
// What stands on disk, and in which version. The rule for raising one is in docs/formats.md.
#include <cstdint>

namespace pg_retention::core {

enum class Format : uint8_t { kClock, kPeriod, kTypeModifier, kLedgerEntry };

constexpr const char *name_of(Format format) noexcept {
    switch (format) {
        case Format::kClock: return "clock";
        case Format::kPeriod: return "period";
        case Format::kTypeModifier: return "type modifier";
        case Format::kLedgerEntry: return "ledger entry";
    }
    return nullptr;
}

// What this library writes.
constexpr int16_t version_of(Format format) noexcept {
    switch (format) {
        case Format::kClock: return 3;
        case Format::kPeriod: return 1;  // NOLINT(bugprone-branch-clone): each format counts for itself
        case Format::kTypeModifier: return 1;
        case Format::kLedgerEntry: return 1;
    }
    return 0;
}

// The oldest version it reads beside its own.
constexpr int16_t oldest_of(Format format) noexcept {
    switch (format) {
        case Format::kClock: return 1;  // NOLINT(bugprone-branch-clone): each format counts for itself
        case Format::kPeriod: return 1;
        case Format::kTypeModifier: return 1;
        case Format::kLedgerEntry: return 1;
    }
    return 0;
}

}  // namespace pg_retention::core
