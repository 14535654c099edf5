#pragma once
// The two final actions, on rows that are locked: all at once, and one by one when that fails.
#include "catalog/policy_cache.hpp"
#include "core/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

struct Row {
    ItemPointerData tid;
    int sqlstate;        // of the failure; 0: none
    const char *reason;
    bool awaiting;       // anonymised before; only its deletion is left
};

enum class Action : uint8_t { kDelete, kAnonymise, kAnonymiseAndAwait };

// A table's part in a batch; gathered before the batch acts as the table's owner.
struct Target {
    Oid leaf;
    Oid owner;
    const char *table;        // qualified, quoted
    const char *clock;        // quoted
    const char *assignments;  // "phone = NULL, name = 'x'"; null: no personal columns
};

Target target_of(const Policy &policy, Oid leaf);

// Returns how many rows were acted on. A row that fails says why in sqlstate and reason.
int64 act(const Target &target, Action action, Row *rows, int n);

}  // namespace pg_retention
