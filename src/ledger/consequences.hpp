#pragma once
// What happens because of an act: what cascades and SET NULL take, what the application's triggers delete and change. It is counted while
// the act goes on, by table, and entered in the ledger after it.
#include "pg/during.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct Account {
    MemoryContext context;
    List *touched;  // of Consequence
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

// A table loses all its rows, or a part of them with a partition: nobody counts them.
void note_emptied(Oid relid);

// An entry for each table and what became of its rows. policy_id 0: none; detail may be null. Last, as append_ledger.
void record_consequences(const Account &of, int16_t policy_id, const char *detail);

}  // namespace pg_retention
