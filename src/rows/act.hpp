#pragma once
// The two final actions, on rows that are locked: all at once, and, when that fails, in smaller and smaller parts.
#include "policy/policy_cache.hpp"
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"
#include "rows/anonymise.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

struct Row {
    ItemPointerData tid;
    int sqlstate;  // of the failure; 0: none
    const char *reason;
    bool awaiting;       // anonymised before; only its deletion is left
    const char *detail;  // may be null
    const char *cause;   // of the failure, as anybody may be told
};

void set_failure(Row *row, const ErrorData *error);

// kKeep: hidden, for an erasure was asked for, until what keeps the row lets it go; then a sweep takes it. kColumns: nothing
// becomes of the row itself.
enum class Action : uint8_t { kDelete, kAnonymise, kAnonymiseAndAwait, kKeep, kColumns };

// A table's part in a batch; gathered before the batch acts as the table's owner.
struct Target {
    Oid leaf;
    Oid owner;
    const char *table;             // qualified, quoted
    const char *clock;             // quoted; null: the table is not governed
    Anonymisation *anonymisation;  // null: no personal columns
    const Policy *swept;           // the policy whose sweep it is, by which no row may be there again; null: it is none
};

// columns: of the policy's table, all that are to be anonymised.
Target target_of(const Policy &policy, Oid leaf, const Columns &columns = Columns{});

// A reference keeps the row, or another that would have to go or change with it and may not.
bool is_tied(const Row &row);

// Returns how many rows were acted on. A row that fails says why in sqlstate and reason. has_failed: all at once has failed before.
int64 act(const Target &target, Action action, Row *rows, int n, bool has_failed = false);

// All at once, and in the caller's subtransaction: whatever fails is an error.
int64 act_together(const Target &target, Action action, const Row *rows, int n);

}  // namespace pg_retention
