#include "clock/own_starts.hpp"

#include "policy/policy_cache.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"

extern "C" {
#include "utils/hsearch.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// A clock without flags, and whether rows that have it are shown.
struct OwnStart {
    core::Clock clock;
    bool is_shown;
};

// In the transaction's memory.
constinit HTAB *starts = nullptr;
// As they were begun.
constinit uint64 injected = 0;

void forget(void *) { forget_own_starts(); }

HTAB *table_of_starts() {
    if (has_own_starts()) return starts;
    injected = times_injected();
    auto *callback =
        static_cast<MemoryContextCallback *>(MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback)));
    callback->func = forget;
    HASHCTL control = {};
    control.keysize = sizeof(core::Clock);
    control.entrysize = sizeof(OwnStart);
    control.hcxt = TopTransactionContext;
    starts = hash_create("pg_retention own starts", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    return starts;
}

const OwnStart *noted(core::Clock clock) {
    const core::Clock key = core::with_flags(clock, 0);
    return has_own_starts() ? static_cast<const OwnStart *>(hash_search(starts, &key, HASH_FIND, nullptr)) : nullptr;
}

bool is_hidden_now(core::Clock clock) {
    const Policy *policy = core::is_started(clock) ? policy_by_id(static_cast<int16_t>(core::policy_of(clock))) : nullptr;
    return policy != nullptr && enforced(*policy) && core::hidden(clock, cutoffs_of(*policy, retention_now()));
}

// Other rows with this start would be shown, too. Those that were visible as the transaction began may be; starts are told apart by the
// second. With a period of days the last start that is over is the same all day, so the others of that day are asked for.
bool shows_nothing_old(const Policy &policy, core::Clock clock, bool is_stored) {
    const core::Start start = core::start_of(clock);
    const TimestampTz second_before = retention_transaction_start() - USECS_PER_SEC;
    if (start > core::cutoffs(second_before, policy.terms, policy.zone()).hide) return true;
    connect_spi();
    const char *sql = psprintf("SELECT 1 FROM %s WHERE %s OPERATOR(retention.>=) $1 AND %s OPERATOR(retention.<=) $2 LIMIT 2",
                               qualified_name(policy.relid), clock_name(policy.relid), clock_name(policy.relid));
    const bool others = run_as(owner_of(policy.relid), kLatestByIndex, sql, clock_value(core::first_from(policy.id, start)),
                               clock_value(core::last_until(policy.id, start)))
                            .n > (is_stored ? 1 : 0);
    SPI_finish();
    return !others;
}

}  // namespace

void note_own_start(core::Clock before, core::Clock after, bool is_stored) {
    if (before == after || core::decided_of(after) != 0 || !is_hidden_now(after) || is_hidden_now(before)) return;
    // Once for all rows of the transaction: a load of many asks no more than one.
    if (noted(after) != nullptr) return;
    const bool is_shown = shows_nothing_old(*policy_by_id(static_cast<int16_t>(core::policy_of(after))), after, is_stored);
    const core::Clock key = core::with_flags(after, 0);
    static_cast<OwnStart *>(hash_search(table_of_starts(), &key, HASH_ENTER, nullptr))->is_shown = is_shown;
}

bool is_own_start(core::Clock clock) {
    if (core::decided_of(clock) != 0) return false;
    const OwnStart *own = noted(clock);
    return own != nullptr && own->is_shown;
}

bool has_own_starts() { return starts != nullptr && injected == times_injected(); }

void forget_own_starts() { starts = nullptr; }

}  // namespace pg_retention
