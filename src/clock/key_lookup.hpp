#pragma once
// The row that a hop leads to, found by the index that backs the foreign key, as the server's own check finds it: for each row that is
// written, a statement would cost many times as much. Only keys of the server's own types and operators are looked up so, for no code of
// anybody's runs, and so nobody need be acted as.
#include "schema/path.hpp"

extern "C" {
#include "access/skey.h"
}

namespace pg_retention {

struct KeyLookup {
    bool is_usable;  // else ask by SQL
    Oid index;
    ScanKeyData keys[kMaxKeys];  // without values, in the order of the index
    int of_hop[kMaxKeys];        // which of the hop's columns each is
};

// In the current memory context.
KeyLookup *new_key_lookup(const Hop &hop);

enum class Found : uint8_t { kNoRow, kRow, kNotTried };

// Reads these columns of the row with the key, as it is by now; its values are copied. locks: it is locked first, FOR KEY SHARE, and read by a
// snapshot that is taken when the lock is there, so that what was waited for is seen. kNotTried: the index is another one by now.
Found look_up(const Hop &hop, const KeyLookup &lookup, bool locks, const Datum *key, const AttrNumber *columns, int n,
              Datum *values, bool *nulls);

}  // namespace pg_retention
