// Which keys of persons the statement under way has changed.
#include <algorithm>

#include "pg/transaction.hpp"
#include "requests/ended.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

struct Moved {
    const char *from;
    const char *to;
};

// Of one call, sorted.
struct MovedKeys {
    OfLevel level;
    TimestampTz statement;
    const char *kind;
    Moved *keys;
    int n;
};
constinit List *moved = NIL;  // of MovedKeys; of this transaction

bool is_before(const Moved &a, const Moved &b) { return strcmp(a.from, b.from) < 0; }

void end_transaction(XactEvent event, void *) {
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) moved = NIL;
}

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void *) { moved = end_level(moved, event); }

const char *text_of(Datum key) { return DatumGetCString(DirectFunctionCall1(jsonb_out, key)); }

}  // namespace

void note_moves(const char *kind, const Moves &moves) {
    call_at_end(AtEnd::kMovedKeys, end_transaction);
    call_at_level_end(end_subtransaction);
    MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    auto *one = static_cast<MovedKeys *>(palloc(sizeof(MovedKeys)));
    *one = MovedKeys{{GetCurrentTransactionNestLevel()},
                     GetCurrentStatementStartTimestamp(),
                     pstrdup(kind),
                     static_cast<Moved *>(palloc_extended(sizeof(Moved) * moves.n, MCXT_ALLOC_HUGE)),
                     0};
    for (int i = 0; i < moves.n; ++i)
        if (moves.to[i] != 0) one->keys[one->n++] = Moved{text_of(moves.from[i]), text_of(moves.to[i])};
    std::sort(one->keys, one->keys + one->n, is_before);
    // The last one counts.
    moved = lcons(one, moved);
    MemoryContextSwitchTo(before);
}

const char *key_after_moves(const char *kind, const char *key) {
    ListCell *cell = nullptr;
    foreach (cell, moved) {
        const auto *one = static_cast<const MovedKeys *>(lfirst(cell));
        if (one->statement != GetCurrentStatementStartTimestamp() || strcmp(one->kind, kind) != 0) continue;
        const Moved *end = one->keys + one->n;
        const Moved *found = std::lower_bound(one->keys, one->keys + one->n, Moved{key, nullptr}, is_before);
        if (found != end && strcmp(found->from, key) == 0) return found->to;
    }
    return key;
}

}  // namespace pg_retention
