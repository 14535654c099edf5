#pragma once
// Anonymising rows: what is assigned to their personal columns, and what must be read for it first.
#include "personal/personal.hpp"
#include "policy/policy_cache.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

// Which of a table's personal columns are anonymised.
struct Columns {
    bool without_required;  // not those that the law needs
    List *only;             // char *: by name; NIL: all
    List *known;            // of PersonalColumn: all of the table, where they were read before; NIL: they are asked for
};

// Of one table or partition; gathered before the batch acts as the table's owner.
struct Anonymisation {
    Oid relid;  // has the declarations; a partition has none of its own
    Oid leaf;
    List *personal;      // of PersonalColumn: all of the table
    List *columns;       // those that are anonymised
    List *paths;         // of Path: what the clock starts by, and what else the row refers to, when texts are to be redacted
    List *path_columns;  // of PersonalColumn: of the tables on the paths
    List *words;         // char *: of persons, taken out of every row's texts
};

// Null when no column is anonymised. policy: by which the row's clock runs; null: by none. SPI must be connected.
Anonymisation *anonymisation_of(Oid relid, Oid leaf, const Policy *policy, const Columns &columns);

// The parts of "UPDATE ONLY table t SET set from WHERE where".
struct AnonymisingUpdate {
    const char *set;    // "phone = NULL, body = retention.redact(...)"
    const char *from;   // empty, or " FROM ... AS w ..."
    const char *where;  // which rows
};

// Of rows that are locked: reads them and the rows on their paths where that is needed, each as its own table's owner.
AnonymisingUpdate anonymising_update(const Anonymisation &anonymisation, const ItemPointerData *rows, int n,
                                     Parameters *parameters);

// An array of row ids.
Datum tid_array(const ItemPointerData *rows, int n);

}  // namespace pg_retention
