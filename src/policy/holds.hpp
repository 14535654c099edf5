#pragma once
// Legal holds that stand, read once per backend and again after a change of retention.hold. One on a policy or a table holds all its rows and
// writes none of them; what the others hold is found by what rows hold, and marked in their clocks (core::kHeld).
#include "core/data/vocabulary.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

enum class HoldScope : uint8_t { kPolicy, kTable, kRow, kSubject, kCondition };

constexpr const char *name_of(HoldScope scope) noexcept {
    switch (scope) {
        case HoldScope::kPolicy: return "policy";
        case HoldScope::kTable: return "table";
        case HoldScope::kRow: return "row";
        case HoldScope::kSubject: return "subject";
        case HoldScope::kCondition: return "condition";
    }
    return nullptr;
}

struct Hold {
    int64 id;
    const char *name;
    const char *ground;  // "17(3)(e)"
    HoldScope scope;
    int16_t policy_id;      // of kPolicy
    Oid relid;              // of kTable, kRow and kCondition
    const char *kind;       // of kSubject
    const char *key;        // JSON; of kRow and kSubject
    const char *condition;  // of kCondition
};

inline bool holds_whole(HoldScope scope) { return scope == HoldScope::kPolicy || scope == HoldScope::kTable; }

// Cheap, for nearly always none stands.
bool any_hold();

// Another number after each change of them.
uint64_t holds_reading();

// All that stand, by number, in this memory context.
List *standing_holds();

// The first that holds all rows of the policy, or of the table, one that it is a partition of or inherits from. Null: none. What is returned is
// gone with the next change of holds.
const Hold *whole_hold(Oid relid, int16_t policy_id);

// Whether rows of the table may be held by what they hold. Answered from memory.
bool may_hold_rows(Oid relid);

// Whether the table is the other, is a partition of it, or inherits from it.
bool is_below(Oid relid, Oid above);

// Between whoever takes rows of a table away, and who places a hold on all of them: the first wait for nobody but a hold that is being placed,
// which waits for those that have begun. Until the transaction ends. With that, what others have placed is known.
void keep_holds_off(Oid relid);
void wait_for_takers(Oid relid);

// The same between whoever marks rows of the table as held, and who lifts holds and frees rows of it.
void keep_lifts_off(Oid relid);
void wait_for_markers(Oid relid);

// Before rows are written, once in a transaction: whoever has its number only after a hold was placed knows of the hold.
void know_newest_holds();

// When retention.hold has changed, in all sessions.
void tell_holds_changed();

void init_holds();

}  // namespace pg_retention
