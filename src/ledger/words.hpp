#pragma once
// The words of the ledger: what was done. They are hashed with their entries, so none is ever changed or removed.
#include <cstdint>

namespace pg_retention {

enum class Deed : uint8_t {
    kDeleted,
    kAnonymised,
    kColumnsAnonymised,
    kKept,
    kDeferred,
    kTakenOut,
    kRectified,
    kReinstated,
    kQuarantined,
    kHiddenLate,
    kRestricted,
    kRestrictionLifted,
    kPolicyChanged,
    kPolicyDropped,
    kPeriodLoosened,
    kPolicyCreated,
    kInformedOfLifting,
    kErased,
    kErasedAgain,
    kErasurePreviewed,
    kExported,
    kExportedForPortability,
    kRevealed,
    kRevealedPrepared,
    kRevealedRolledBack,
    kRefreshed,
    kResumed,
};

constexpr const char *name_of(Deed deed) noexcept {
    switch (deed) {
        case Deed::kDeleted: return "deleted";
        case Deed::kAnonymised: return "anonymised";
        case Deed::kColumnsAnonymised: return "columns anonymised";
        case Deed::kKept: return "kept";
        case Deed::kDeferred: return "deferred";
        case Deed::kTakenOut: return "taken_out";
        case Deed::kRectified: return "rectified";
        case Deed::kReinstated: return "reinstated";
        case Deed::kQuarantined: return "quarantined";
        case Deed::kHiddenLate: return "hidden late";
        case Deed::kRestricted: return "restricted";
        case Deed::kRestrictionLifted: return "restriction lifted";
        case Deed::kPolicyChanged: return "policy changed";
        case Deed::kPolicyDropped: return "policy dropped";
        case Deed::kPeriodLoosened: return "mandatory period loosened";
        case Deed::kPolicyCreated: return "policy created";
        case Deed::kInformedOfLifting: return "informed of lifting";
        case Deed::kErased: return "erased";
        case Deed::kErasedAgain: return "erased again";
        case Deed::kErasurePreviewed: return "erasure previewed";
        case Deed::kExported: return "exported";
        case Deed::kExportedForPortability: return "exported for portability";
        case Deed::kRevealed: return "revealed";
        case Deed::kRevealedPrepared: return "revealed, prepared";
        case Deed::kRevealedRolledBack: return "revealed, rolled back";
        case Deed::kRefreshed: return "refreshed";
        case Deed::kResumed: return "resumed";
    }
    return nullptr;
}

// Whether rows are gone, hidden, shown again or other than they were: what holds a copy of them is stale from then on.
constexpr bool changes_rows(Deed deed) noexcept {
    switch (deed) {
        case Deed::kDeleted:
        case Deed::kAnonymised:
        case Deed::kColumnsAnonymised:
        case Deed::kKept:
        case Deed::kDeferred:
        case Deed::kTakenOut:
        case Deed::kRectified:
        case Deed::kReinstated:
        case Deed::kQuarantined:
        case Deed::kHiddenLate:
        case Deed::kRestricted:
        case Deed::kRestrictionLifted:
        case Deed::kPolicyChanged:
        case Deed::kPolicyDropped:
        case Deed::kPeriodLoosened: return true;
        case Deed::kPolicyCreated:
        case Deed::kInformedOfLifting:
        case Deed::kErased:
        case Deed::kErasedAgain:
        case Deed::kErasurePreviewed:
        case Deed::kExported:
        case Deed::kExportedForPortability:
        case Deed::kRevealed:
        case Deed::kRevealedPrepared:
        case Deed::kRevealedRolledBack:
        case Deed::kRefreshed:
        case Deed::kResumed: return false;
    }
    return true;
}

}  // namespace pg_retention
