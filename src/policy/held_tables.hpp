#pragma once
// Tables whose rows legal holds keep, and the columns by which holds know these rows.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Whether a row of the table, or of one below it, has the flag and a clock in this range. SPI must be connected.
bool has_flagged(Oid relid, uint8_t flag, core::Clock from, core::Clock until);

// Whether a hold that is not on a whole policy or table keeps a row there: it is marked, or is reached and not marked yet.
bool has_held_rows(Oid relid);

// Whether a hold of any kind may keep a row there.
bool may_have_held_rows(Oid relid);

// Columns of a table or partition by which holds know rows of that table, or of another one that leads over it.
struct KnownBy {
    Oid relid;  // whose rows they are
    Bitmapset *columns;
    bool is_read;  // conditions are asked of them, or persons told by them; otherwise they are keys
};

// Whoever knows persons answers; set once, when the library is loaded.
struct HeldColumns {
    // Of KnownBy, of all holds that stand.
    List *(*in)(Oid leaf);
};
inline constinit HeldColumns held_columns = {};

}  // namespace pg_retention
