#pragma once
// The words of the ledger: what was done. They are hashed with their entries, so none is ever changed or removed.
#include <cstdint>

namespace pg_retention {

enum class LedgerAction : uint8_t {
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
    kDeletedInConsequence,
    kChangedInConsequence,
    kClocksRepaired,
    kColumnDeclared,
    kDeclarationChanged,
    kColumnWithdrawn,
    kSegmentBegun,
    kConfigurationChanged,
    kEntriesMoved,
    kGivenUp,
    kVerified,
    kVerificationSettled,
    kObjected,
    kObjectionWeighed,
    kObjectionWithdrawn,
    kConsentGiven,
    kConsentWithdrawn,
    kNoticeSettled,
    kRequestOpened,
    kRequestExtended,
    kRequestAnswered,
    kRequestRefused,
    kRequestClosed,
    kRecordsEnded,
    kFuseBlown,
    kApproved,
    kPaused,
    kUnpaused,
    kWarningsRequired,
    kWarned,
    kWarningsEnded,
    kHoldPlaced,
    kHoldLifted,
    kHoldReviewed,
    kHeldRowsRead,
};

constexpr const char *name_of(LedgerAction action) noexcept {
    switch (action) {
        case LedgerAction::kDeleted: return "deleted";
        case LedgerAction::kAnonymised: return "anonymised";
        case LedgerAction::kColumnsAnonymised: return "columns anonymised";
        case LedgerAction::kKept: return "kept";
        case LedgerAction::kDeferred: return "deferred";
        case LedgerAction::kTakenOut: return "taken_out";
        case LedgerAction::kRectified: return "rectified";
        case LedgerAction::kReinstated: return "reinstated";
        case LedgerAction::kQuarantined: return "quarantined";
        case LedgerAction::kHiddenLate: return "hidden late";
        case LedgerAction::kRestricted: return "restricted";
        case LedgerAction::kRestrictionLifted: return "restriction lifted";
        case LedgerAction::kPolicyChanged: return "policy changed";
        case LedgerAction::kPolicyDropped: return "policy dropped";
        case LedgerAction::kPeriodLoosened: return "mandatory period loosened";
        case LedgerAction::kPolicyCreated: return "policy created";
        case LedgerAction::kInformedOfLifting: return "informed of lifting";
        case LedgerAction::kErased: return "erased";
        case LedgerAction::kErasedAgain: return "erased again";
        case LedgerAction::kErasurePreviewed: return "erasure previewed";
        case LedgerAction::kExported: return "exported";
        case LedgerAction::kExportedForPortability: return "exported for portability";
        case LedgerAction::kRevealed: return "revealed";
        case LedgerAction::kRevealedPrepared: return "revealed, prepared";
        case LedgerAction::kRevealedRolledBack: return "revealed, rolled back";
        case LedgerAction::kRefreshed: return "refreshed";
        case LedgerAction::kResumed: return "resumed";
        case LedgerAction::kDeletedInConsequence: return "deleted in consequence";
        case LedgerAction::kChangedInConsequence: return "changed in consequence";
        case LedgerAction::kClocksRepaired: return "clocks repaired";
        case LedgerAction::kColumnDeclared: return "personal column declared";
        case LedgerAction::kDeclarationChanged: return "personal column changed";
        case LedgerAction::kColumnWithdrawn: return "personal column withdrawn";
        case LedgerAction::kSegmentBegun: return "segment begun";
        case LedgerAction::kConfigurationChanged: return "configuration changed";
        case LedgerAction::kEntriesMoved: return "entries moved";
        case LedgerAction::kGivenUp: return "hidden rows given up";
        case LedgerAction::kVerified: return "verified";
        case LedgerAction::kVerificationSettled: return "verification settled";
        case LedgerAction::kObjected: return "objected";
        case LedgerAction::kObjectionWeighed: return "objection weighed";
        case LedgerAction::kObjectionWithdrawn: return "objection withdrawn";
        case LedgerAction::kConsentGiven: return "consent given";
        case LedgerAction::kConsentWithdrawn: return "consent withdrawn";
        case LedgerAction::kNoticeSettled: return "notice settled";
        case LedgerAction::kRequestOpened: return "request opened";
        case LedgerAction::kRequestExtended: return "request extended";
        case LedgerAction::kRequestAnswered: return "request answered";
        case LedgerAction::kRequestRefused: return "request refused";
        case LedgerAction::kRequestClosed: return "request closed";
        case LedgerAction::kRecordsEnded: return "records ended";
        case LedgerAction::kFuseBlown: return "fuse blown";
        case LedgerAction::kApproved: return "approved";
        case LedgerAction::kPaused: return "paused";
        case LedgerAction::kUnpaused: return "unpaused";
        case LedgerAction::kWarningsRequired: return "warnings required";
        case LedgerAction::kWarned: return "warned";
        case LedgerAction::kWarningsEnded: return "warnings ended";
        case LedgerAction::kHoldPlaced: return "hold placed";
        case LedgerAction::kHoldLifted: return "hold lifted";
        case LedgerAction::kHoldReviewed: return "hold reviewed";
        case LedgerAction::kHeldRowsRead: return "held rows read";
    }
    return nullptr;
}

// Whether rows are gone, hidden, shown again or other than they were: what holds a copy of them is stale from then on.
constexpr bool changes_rows(LedgerAction action) noexcept {
    switch (action) {
        case LedgerAction::kDeleted:
        case LedgerAction::kAnonymised:
        case LedgerAction::kColumnsAnonymised:
        case LedgerAction::kKept:
        case LedgerAction::kDeferred:
        case LedgerAction::kTakenOut:
        case LedgerAction::kRectified:
        case LedgerAction::kReinstated:
        case LedgerAction::kQuarantined:
        case LedgerAction::kHiddenLate:
        case LedgerAction::kRestricted:
        case LedgerAction::kRestrictionLifted:
        case LedgerAction::kPolicyChanged:
        case LedgerAction::kPolicyDropped:
        case LedgerAction::kPeriodLoosened:
        case LedgerAction::kDeletedInConsequence:
        case LedgerAction::kChangedInConsequence:
        case LedgerAction::kClocksRepaired:
        case LedgerAction::kGivenUp: return true;
        case LedgerAction::kPolicyCreated:
        case LedgerAction::kInformedOfLifting:
        case LedgerAction::kErased:
        case LedgerAction::kErasedAgain:
        case LedgerAction::kErasurePreviewed:
        case LedgerAction::kVerified:
        case LedgerAction::kVerificationSettled:
        case LedgerAction::kObjected:
        case LedgerAction::kObjectionWeighed:
        case LedgerAction::kObjectionWithdrawn:
        case LedgerAction::kConsentGiven:
        case LedgerAction::kConsentWithdrawn:
        case LedgerAction::kNoticeSettled:
        case LedgerAction::kExported:
        case LedgerAction::kExportedForPortability:
        case LedgerAction::kRevealed:
        case LedgerAction::kRevealedPrepared:
        case LedgerAction::kRevealedRolledBack:
        case LedgerAction::kRefreshed:
        case LedgerAction::kResumed:
        case LedgerAction::kColumnDeclared:
        case LedgerAction::kDeclarationChanged:
        case LedgerAction::kColumnWithdrawn:
        case LedgerAction::kSegmentBegun:
        case LedgerAction::kConfigurationChanged:
        case LedgerAction::kEntriesMoved:
        case LedgerAction::kRequestOpened:
        case LedgerAction::kRequestExtended:
        case LedgerAction::kRequestAnswered:
        case LedgerAction::kRequestRefused:
        case LedgerAction::kRequestClosed:
        case LedgerAction::kRecordsEnded:
        case LedgerAction::kFuseBlown:
        case LedgerAction::kApproved:
        case LedgerAction::kPaused:
        case LedgerAction::kUnpaused:
        case LedgerAction::kWarningsRequired:
        case LedgerAction::kWarned:
        case LedgerAction::kWarningsEnded:
        case LedgerAction::kHoldPlaced:
        case LedgerAction::kHoldLifted:
        case LedgerAction::kHoldReviewed:
        case LedgerAction::kHeldRowsRead: return false;
    }
    return true;
}

}  // namespace pg_retention
