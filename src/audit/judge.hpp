#pragma once
// What a row's clock should be, by where its ways lead now, without any trigger and without the row's history: what history may have left in
// a clock (a start whose way is gone, one that was moved when the row was inserted) is accepted where the ways allow for it, and only there.
#include "core/data/vocabulary.hpp"
#include "core/time/clock.hpp"

namespace pg_retention {

// What is found wrong. The words are those of SQL.
enum class Finding : uint8_t {
    kUnstamped,
    kWrongPolicy,
    kWrongStart,
    kOrphanedWithoutReason,
    kHoldsValue,
    kColumnHoldsValue,
    kOtherAction,
    kNoWay,
    kAwaitsNothing,
    kHeldByNone,
    kUnmanagedColumn,
    kUnmanagedTable,
    kNotAudited,
};

constexpr const char *name_of(Finding finding) noexcept {
    switch (finding) {
        case Finding::kUnstamped: return "unstamped";
        case Finding::kWrongPolicy: return "wrong policy";
        case Finding::kWrongStart: return "wrong start";
        case Finding::kOrphanedWithoutReason: return "orphaned mark without reason";
        case Finding::kHoldsValue: return "anonymised but holds a value";
        case Finding::kColumnHoldsValue: return "column done but holds a value";
        case Finding::kOtherAction: return "done by another action";
        case Finding::kNoWay: return "no way to a start";
        case Finding::kAwaitsNothing: return "awaits nothing";
        case Finding::kHeldByNone: return "held by no hold";
        case Finding::kUnmanagedColumn: return "unmanaged personal column";
        case Finding::kUnmanagedTable: return "unmanaged table";
        case Finding::kNotAudited: return "not audited";
    }
    return nullptr;
}

constexpr size_t kFindings = core::count_of<Finding>();

// One way of a row, as it leads now.
struct WayNow {
    core::Start start;  // at its end; kNotStarted: none
    bool ends;          // before it leads to a row
    bool defaults;      // a foreign key's SET DEFAULT may have pointed it elsewhere
};

// Of the policy that has the row.
struct WaysNow {
    int32_t policy_id;  // 0: none has it
    bool anonymises;    // and does not delete
    bool starts_all;
    int n;
    const WayNow *ways;
};

struct Judgement {
    bool is_fault;
    Finding finding;
    core::Clock should_be;
};

// now: no start that is still to come was reached.
Judgement judge(core::Clock clock, const WaysNow &now);

}  // namespace pg_retention
