#include "audit/row.hpp"
#include "clock/decide.hpp"
#include "clock/stamp.hpp"
#include "ledger/ledger.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/policy_cache.hpp"
#include "schema/extension.hpp"
#include "sweep/columns.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

[[noreturn]] void changed_meanwhile() {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("the row was changed meanwhile"),
                    errhint("The next audit looks at it again.")));
    pg_unreachable();
}

// That a start was unset under a floor is known to what stamps, and not to what audits.
core::Clock without_wait(core::Clock clock) {
    return core::is_started(clock) ? clock : core::with_flags(clock, static_cast<uint8_t>(core::flags_of(clock) & ~core::kLate));
}

// A row that becomes over by being repaired is moved to the latest start that is.
bool comes_to(core::Clock clock, core::Clock says, core::Clock should_be) {
    return without_wait(clock) == without_wait(should_be) || clock == not_over_before(says, should_be);
}

// Stamping is asked, not told: where it does not come to the same clock, one of the two is wrong, and nobody knows which.
void stamp_anew(const Fault &fault) {
    ItemPointerData tid = fault.tid;
    const bool lacks_mark = (core::marks_of(fault.should_be) & ~core::marks_of(fault.says) & core::kOrphaned) != 0;
    const Cause cause = {
        .was_unwatched = lacks_mark, .is_repair = true, .forgets = fault.finding == Finding::kOrphanedWithoutReason};
    Restamped done = restamp_row(fault.relid, &tid, true, cause);
    if (!done.changed && done.before == fault.says) {
        // A function that a condition calls was replaced: plans that have it inside are made anew, in every session.
        CacheInvalidateRelcacheByRelid(fault.relid);
        CommandCounterIncrement();
        done = restamp_row(fault.relid, &tid, true, cause);
    }
    if (!done.changed && (done.before != fault.says || !ItemPointerEquals(&tid, const_cast<ItemPointerData *>(&fault.tid))))
        changed_meanwhile();
    check_clock_change(fault.relid, done.before, done.after);
    if (hides(done.before) && !hides(done.after))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the row is hidden now and would be shown")));
    if (!comes_to(done.after, fault.says, fault.should_be) && done.before == fault.says)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("stamping the row anew does not give what it should be")));
}

void unset_flags(const Fault &fault) {
    ItemPointerData tid = fault.tid;
    const SqlRows found = run_as(
        owner_of(fault.relid), kLatest,
        psprintf("SELECT %s FROM ONLY %s WHERE ctid = $1 FOR UPDATE", clock_name(fault.relid), qualified_name(fault.relid)),
        fault.tid);
    if (found.n == 0 || found.first().get<core::Clock>(1) != fault.says) changed_meanwhile();
    if (!write_clock(fault.relid, &tid, fault.should_be)) changed_meanwhile();
}

// The next sweep does the column.
void come_back(const Fault &fault) {
    const SqlRows found =
        run_as(owner_of(fault.relid), kLatest,
               psprintf("SELECT xmin, %s FROM ONLY %s WHERE ctid = $1", clock_name(fault.relid), qualified_name(fault.relid)),
               fault.tid);
    if (found.n == 0 || found.first().get<core::Clock>(2) != fault.says) changed_meanwhile();
    come_back_to_row(static_cast<int16_t>(core::policy_of(fault.says)), fault.relid, fault.tid, core::start_of(fault.says),
                     found.first().get<TransactionId>(1));
}

}  // namespace

void record_repairs(Oid relid, int64 rows) {
    if (rows == 0) return;
    LedgerEntry entry = {};
    entry.action = LedgerAction::kClocksRepaired;
    entry.relid = relid;
    entry.row_count = rows;
    append_ledger(entry);
}

const char *repair_row(const Fault &fault) {
    const ErrorData *error = attempt([&] {
        switch (fault.finding) {
            case Finding::kUnstamped:
            case Finding::kWrongPolicy:
            case Finding::kWrongStart:
            case Finding::kOtherAction:
            case Finding::kOrphanedWithoutReason: return stamp_anew(fault);
            case Finding::kHeldByNone:
            case Finding::kHoldsValue: return unset_flags(fault);
            case Finding::kColumnHoldsValue: return come_back(fault);
            case Finding::kNoWay:
            case Finding::kAwaitsNothing:
            case Finding::kUnmanagedColumn:
            case Finding::kUnmanagedTable:
            case Finding::kNotAudited: return;
        }
    });
    return error == nullptr ? nullptr : error->message;
}

}  // namespace pg_retention
