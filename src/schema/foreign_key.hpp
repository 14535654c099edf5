#pragma once
// Foreign keys as the catalog has them.
#include "pg/postgres.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "catalog/pg_index.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct ForeignKey {
    Oid referring;
    Oid referred;
    bool period;
    bool keeps;      // what is referred to: NO ACTION, RESTRICT
    bool cascades;   // takes what refers with it: ON DELETE CASCADE
    bool inherited;  // of a partition: there is one above it
    int n;
    AttrNumber referring_columns[INDEX_MAX_KEYS];
    AttrNumber referred_columns[INDEX_MAX_KEYS];
    Oid operators[3][INDEX_MAX_KEYS];  // referred = referring, referred = referred, referring = referring
};

// False: there is no such foreign key.
bool load_foreign_key(Oid constraint, ForeignKey *key);

// Text of a condition that a row of the one refers to a row of the other, given names for both. Operators are the key's own.
void append_reference(StringInfo sql, const ForeignKey &key, const char *referred, const char *referring);

// OIDs of the constraints: of the keys that the table has, and of those that refer to it.
List *foreign_keys_of(Oid relid);

}  // namespace pg_retention
