#pragma once
// The ends of transactions and subtransactions, for whoever has something to do then. A session that never has pays nothing.
#include "pg/postgres.hpp"

extern "C" {
#include "access/xact.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

// In the order in which they are called, whoever came first. The ledger is the last: who holds its chain waits for no table.
enum class AtEnd : uint8_t { kProgress, kFound, kLateStarts, kMovedKeys, kWritten, kReveals, kLedger };

// From now on, in this session, the callback is called as the server's are. Again the same: nothing is added.
void call_at_end(AtEnd stage, XactCallback callback);
void call_at_level_end(SubXactCallback callback);

// What stands at the head of an element that belongs to the subtransaction it was added in.
struct OfLevel {
    int level;
};

// Of a list of pointers to such elements: those of a subtransaction that ends belong to the one around it, or to none if it is taken back.
List *end_level(List *elements, SubXactEvent event);

}  // namespace pg_retention
