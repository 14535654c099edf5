#pragma once
// Where in a table the rows stand that are due by time. The index on its clock is read once in a pass, and they are handed out in the order of
// the table, which visits each of its pages once, and not in the order of their starts. What is handed out is a hint: rows come, change and go
// while a pass goes on, and are looked at again before they are taken.
#include "core/time/clock.hpp"
#include "pg/compat.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

struct DueRange {
    core::Clock first;
    core::Clock last;
};

// Decided about by its start alone, and over.
inline bool is_due(core::Clock clock, DueRange range) {
    return clock >= range.first && clock <= range.last && core::is_pending(clock);
}

// By the index: some rows are due, and all of which something is still to be done. Others it does not know.
bool spans_all_pending(Relation rel, DueRange range);

struct DueRows {
    MemoryContext context;  // null: not looked for yet
    bool found;
    TIDBitmap *bitmap;
    BitmapPages *pages;  // null: all were handed out
    ItemPointerData *tids;
    int n;
    int room;
    int handed_out;  // of these
};

// Reads where they are, into memory that lives as long as parent, and takes no more than maintenance_work_mem: what has no room there is known
// by its page alone.
void find_due(DueRows *rows, MemoryContext parent, Relation rel, DueRange range);

// The next of them; false: there is none. Those that were handed out since the last batch are handed out again after hand_out_again().
bool next_due(DueRows *rows, ItemPointer tid);
void hand_out_again(DueRows *rows);
// They were taken, or looked at: the next batch begins behind them.
void finish_batch(DueRows *rows);
bool has_more(DueRows *rows);
void forget_due(DueRows *rows);

// Looks at rows as they are now.
struct Look {
    Relation rel;
    AttrNumber clock;
    DueRange range;
    Snapshot snapshot;
    BlockNumber blocks;  // what was found may stand behind them, if the table was emptied since
    IndexFetchTableData *fetch;
    TupleTableSlot *slot;
    ItemPointerData *but;  // not these, in the order of the table
    int n_but;
};

// Within the snapshot that is active.
Look begin_look(Relation rel, DueRange range, Datum but);
// Whether a row stands there that is still due; it is then in the slot.
bool is_still_due(Look *look, ItemPointerData tid);
void end_look(const Look &look);

}  // namespace pg_retention
