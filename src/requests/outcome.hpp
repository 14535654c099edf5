#pragma once
// What an erasure has done, by table: the sections of its answer.
#include "ledger/consequences.hpp"
#include "ledger/words.hpp"
#include "pg/postgres.hpp"
#include "subject/model.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

enum class Outcome : uint8_t { kDeleted, kAnonymised, kKept, kDeferred, kTakenOut, kNotCovered, kBlocked };

constexpr const char *name_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::kDeleted: return "deleted";
        case Outcome::kAnonymised: return "anonymised";
        case Outcome::kKept: return "kept";
        case Outcome::kDeferred: return "deferred";
        case Outcome::kTakenOut: return "taken_out";
        case Outcome::kNotCovered: return "not_covered";
        case Outcome::kBlocked: return "blocked";
    }
    return nullptr;
}

// One line of the answer.
struct Tally {
    Outcome outcome;
    Oid relid;
    const char *why;  // null: nothing to say
    const char *until;
    int64 rows;
};

bool same_words(const char *a, const char *b);  // each may be null

// Adds rows to the line that says the same; in this context.
void add_to(List **tallies, MemoryContext context, const Tally &more);
bool has_outcome(List *tallies, Outcome outcome);
int64 rows_of(List *tallies, Outcome outcome);
// What is kept for now, as it is, has not been erased: of that nobody is told.
bool was_carried_out(List *tallies);

// False: none, for nothing was done.
bool ledger_action_of(Outcome outcome, LedgerAction *action);

// ", \"deleted\": [...]"
void append_section(StringInfo out, List *tallies, Outcome outcome);
// {"public.users": ["email", "name"]}: which categories of personal data the tables have that something was done with.
const char *categories_of(const Model &model, List *tallies);
// What cascades took, and what the application's triggers did.
void append_consequences(StringInfo out, const Account &account);

}  // namespace pg_retention
