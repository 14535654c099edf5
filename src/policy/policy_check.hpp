#pragma once
// Checks of a policy against the schema. Errors name the field and carry a hint.
#include "personal/constraints.hpp"
#include "schema/path.hpp"
#include "policy/policy_cache.hpp"

namespace pg_retention {

// The relation must be an ordinary or partitioned table that the current user owns.
void check_relation(Oid relid);

// Resolves all paths and the condition; paths has room for policy.n_starts.
void check_policy(const Policy &policy, Path *paths);

// Numbers that count the time in a unit must be times of this age: milliseconds are all in January 1970 where seconds were written.
void check_units(const Policy &policy, const Path *paths);

// What is put into personal columns must be something that their table's constraints can take; and an enforced policy that
// anonymises needs personal columns.
void check_anonymisers(const Policy &policy, Tries tries);

// A condition, as the owner of the table would ask it now. That of a policy must be confirmed.
Node *cook_as_owner(Oid relid, const char *text);

// Why the rows of the policy can no longer be anonymised, for the schema has changed; null: nothing is known. Waits for no lock, and
// shows no value of a row.
char *anonymiser_problem(const Policy &policy);

// Why the condition of the policy can no longer be asked of rows, for what it calls has changed: dropped, renamed, no longer immutable, or
// not the owner's to call; null: nothing is known. Waits for no lock.
char *condition_problem(const Policy &policy);

// That the condition fails at a few rows that are there, or takes longer than retention.statement_timeout; null: nothing is known. Runs what it
// calls, as the owner; waits for no lock, and shows no value of a row.
char *condition_failure(const Policy &policy);

// Why no row is the policy's, for another one takes them all; null: some may be.
char *why_out_of_reach(const Policy &policy);

// Personal columns of the table that are anonymised with their row, as far as the policy has rows anonymised. SPI must be connected.
List *anonymised_with_row(const Policy &policy);

// Which column, whose words are to be taken out of a text, can be emptied before that is redacted; null: none.
char *redaction_problem(const Policy &policy);
void warn_of_lost_words(const Policy &policy);

// Pseudonyms are no anonymisation.
void warn_of_pseudonyms(const Policy &policy);

// Whether it is so of any start at the beginning of a day. Those of two leap cycles tell: months, quarters, fiscal years and leap days all
// recur within them.
template <typename F>
bool is_so_of_any_start(const Policy &policy, F is_so) {
    constexpr int kLeapCycle = 1461;
    const core::Day first = policy.zone().day_of(0);
    for (core::Day day = first; day < first + 2 * kLeapCycle; ++day)
        if (is_so(core::start_of_day(day, policy.zone()))) return true;
    return false;
}

// True when some start would be released earlier after than before: release instants are compared, never lengths.
bool shortens(const Policy &before, const Policy &after);

}  // namespace pg_retention
