#pragma once
// The policies of this database, read once per backend and again after a change (relcache invalidation of
// retention.policy). Usable in executor functions and in parallel workers: reads by catalog snapshot, no SPI.
#include "policy/action.hpp"
#include "core/time/clock.hpp"
#include "core/time/schedule.hpp"
#include "pg/postgres.hpp"
#include "pg/timezone.hpp"

namespace pg_retention {

enum class Mode : uint8_t { kOff, kObserve, kEnforce };

struct Policy {
    Oid relid;
    int32_t priority;
    int16_t id;
    Mode mode;
    PolicyAction action;
    bool ready;
    bool validated;
    bool starts_all;  // starts_when = 'all'
    bool anonymises_if_referenced;
    bool rectifies_protected;
    core::Terms terms;
    TimestampTz armed_at;      // quarantine runs from then before anything is due; -infinity: it need not
    core::Period armed_for;    // which one, where it is longer than the policy's own
    TimestampTz warned_until;  // what became hidden later does not go; infinity: it need not wait
    Oid written_for;           // who owned the table when applies_to was written or confirmed
    pg_tz *timezone;
    const char *name;
    const char *reference;    // law; may be null
    const char *purpose;      // may be null
    const char *legal_basis;  // may be null
    const char *applies_to;   // may be null
    int n_starts;
    int n_legal_access;
    int n_protects;  // 0: no column
    const char *const *starts;
    const Oid *legal_access;
    const char *const *protects;  // names, or "*"; see policy/protected.hpp
    core::Cutoffs cutoffs;        // maintained by cutoffs_of
    TimestampTz cutoffs_at;
    // Whose midnights end days.
    PgZone zone() const { return PgZone(timezone); }
};

// Hidden, acted on, refused: only then.
inline bool enforced(const Policy &policy) { return policy.mode == Mode::kEnforce && policy.ready; }

// Which of two policies of a table is asked first for a row: that of the lower priority; of the same, one with a floor, the longer one,
// the older one. Of those that have the row the first that is enforced takes it, and only where none is, the first: what observes takes
// no row from what enforces.
bool goes_before(const Policy &a, const Policy &b);

// What these hand out stays as it was read until the end of the transaction, whatever is invalidated meanwhile: whoever wants to know of
// a change asks again. A procedure or worker that commits on its way keeps nothing across that.
// Null when there is none.
const Policy *policy_by_id(int16_t id);
// All policies, ordered by relid and goes_before().
const Policy *all_policies(int *count);
// Those of the table itself, in the order of goes_before().
const Policy *policies_of(Oid relid, int *count);

// What was read at one time, for whoever goes by that although there may be other policies by now.
struct Policies {
    uint64_t reading;  // its number
    const Policy *all;
    int n;
    int lowest;  // of their ids
    int n_places;
    const uint16_t *places;  // by id, from the lowest: one more than the policy's place in the list; 0: there is none
};
const Policies &policies_now();
// False: the transaction is over in which they were replaced, and there is nothing behind the pointers.
bool is_kept(const Policies &reading);
// Null when there was none.
const Policy *find_policy(const Policies &in, int16_t id);

// When a quarantine of this length that began then has run; -infinity: there is none to run.
TimestampTz quarantined_from(const Policy &policy, TimestampTz since, const core::Period &period);

// Before that nothing of the policy is due; -infinity: that is no matter.
TimestampTz armed_until(const Policy &policy);

// Up to which start a sweep may take rows whose persons have to be warned; kNotStarted: they need not be.
core::Start warned_start(const Policy &policy);

// Up to which start rows are past their deadline, whoever has been warned.
core::Start deadline_of(const Policy &policy, TimestampTz at);

// Cutoffs at the given time, recomputed only when they may have changed.
const core::Cutoffs &cutoffs_of(const Policy &policy, TimestampTz at);
// Whether rows with the clock are hidden now, but to those with legal access.
bool hides(core::Clock clock);
// The state of a row with this clock at that time: "due", "active, held, restricted". Palloc'ed.
char *state_text(core::Clock clock, TimestampTz at);

void init_policy_cache();

}  // namespace pg_retention
