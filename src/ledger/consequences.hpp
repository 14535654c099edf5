#pragma once
// What happens because of an act: what cascades and SET NULL take, what the application's triggers delete and change. It is counted while
// the act goes on, by table, and entered in the ledger after it.
#include "core/time/clock.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

enum class Effect : uint8_t { kDeleted, kChanged, kAdded };

constexpr const char *name_of(Effect effect) noexcept {
    switch (effect) {
        case Effect::kDeleted: return "deleted";
        case Effect::kChanged: return "changed";
        case Effect::kAdded: return "added";
    }
    return nullptr;
}

// Of one table.
struct Consequence {
    Oid relid;
    Effect effect;
    int64 rows;  // negative: nobody counted them
};

struct Account {
    MemoryContext context;
    List *touched;
    // Raise where a governed table may not lose all its rows, or not a row with this clock; null: each may.
    void (*refuse_all)(Account *account, Oid relid);
    void (*refuse_row)(Account *account, Oid relid, core::Clock clock);
    List *held;         // its own: what it knows of that
    int16_t policy_id;  // whose rows are acted on
    bool held_is_known;
};

extern Dynamic<Account *> open_account;  // null: no act goes on

// Whatever statements of others run within body are counted. The account must outlive it.
template <typename F>
void count_consequences(Account *to, F body) {
    to->context = CurrentMemoryContext;
    during(open_account, to, body);
}

// A statement that writes has run.
void note_consequence(const QueryDesc *query);

// A row of a governed table is deleted.
inline void note_row_gone(Oid relid, core::Clock clock) {
    if (Account *to = open_account; to != nullptr && to->refuse_row != nullptr) to->refuse_row(to, relid, clock);
}

// A table loses all its rows, or a part of them with a partition: nobody counts them.
void note_emptied(Oid relid);

// What has happened so far: of Consequence, one for each table that is there and what became of its rows.
List *consequences_in(const Account &of);

// Whether rows of the table were added or changed, or of one of its partitions, after the first `from` entries of the account.
bool was_written_to(const Account &account, int from, Oid relid);

// An entry for each, but for rows that were added: they are taken from nobody. policy_id 0: none; detail may be null. Last, as append_ledger.
void record_consequences(const Account &of, int16_t policy_id, const char *detail);

}  // namespace pg_retention
