#pragma once
// How a row's way is followed, from key to key, as each table's owner.
#include "clock/key_lookup.hpp"
#include "schema/path.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

// One per hop, prepared at first use, until forget_hop_plans().
struct HopPlans {
    MemoryContext context;
    KeyLookup *lookups[kMaxHops];
    SPIPlanPtr locking[kMaxHops];
    SPIPlanPtr reading[kMaxHops];
};

enum class WayEnds : uint8_t { kAtAColumn, kAtNull, kAtNoRow };

// A row that this transaction has locked FOR UPDATE, or inserted, as it is now. Nobody else can change it.
struct KnownRow {
    Oid relid;
    HeapTuple row;
    TupleDesc desc;
};

// How a way is followed: as it leads now, and stays until the end of the transaction, or as it led before a command of it.
struct Reading {
    bool locks;
    bool is_past;
    CommandId before;
    const KnownRow *known;  // may be null
};

// Follows the path from the row; null at the end of a broken or unset path. Rows that it locks, FOR KEY SHARE as a foreign
// key does, wait for nobody but who changes a start or a key, or deletes the row: hold_ancestor().
Datum follow_hops(const Path &path, HopPlans *plans, const Reading &reading, HeapTuple row, TupleDesc desc, bool *isnull,
                  WayEnds *ends);

void forget_hop_plans();

// "a.k OPERATOR(s.=) $1 AND ...": a row that the hop leads to, by its key. alias: "a."; types: of the parameters.
void append_key(StringInfo sql, const Hop &hop, const char *alias, const Oid *types);

}  // namespace pg_retention
