#pragma once
// What is recorded of persons whose rows go or change their keys without a call of the extension: it ends as an erasure ends it, or follows.
#include "pg/during.hpp"
#include "requests/known_by.hpp"
#include "requests/records.hpp"

namespace pg_retention {

// Null, with a warning, of a kind that does not fit the schema any more: it keeps nobody from his rows.
const Kind *kind_that_fits(const char *name);

// What is recorded of a row of a kind.
struct RecordedRow {
    Datum record;  // jsonb: the key as records have it
    Datum key;     // jsonb: as the row has it; 0: there is no row
};

// Which of the kind's rows in `from` anything is recorded of: of RecordedRow. from: a table, or a transition table.
List *recorded_rows(const Kind &kind, const char *from, bool is_transition);

// All records of the kind that can be read: of RecordedRow.
List *all_recorded(const Kind &kind);

// Of the kind's records those that no row has the key of: of RecordedRow.
List *recorded_of_nobody(const Kind &kind);

// While an erasure acts: whose records it ends by itself.
extern Dynamic<const Recorded *> erasing;

// These rows (of RecordedRow) are gone. from: where they are still found; null: nowhere. relid: the table that the ledger names.
void end_records(const Kind &kind, Oid relid, List *rows, const char *from);

// The same of those of the person whose rows are gone when an erasure ends, though others stay.
void end_records_of_gone(const Subject &subject, const Recorded &recorded, List *persons);

// Statements, lifted restrictions and counters of messages go along; a restriction that stands is still needed. Requests stay, and are nobody's. The person is erased.
void forget_records(const Subject &subject, const char *key, const Recorded &recorded);

// A key that becomes another one; all at once, for two may change places.
struct Moves {
    int n;
    Datum *from;  // jsonb
    Datum *to;
};
void move_records(const Kind &kind, const Moves &moves);

// What follows in the same statement by ON UPDATE CASCADE is the same person's. Keys are texts of jsonb; one that was not moved is itself.
void note_moves(const char *kind, const Moves &moves);
const char *key_after_moves(const char *kind, const char *key);

}  // namespace pg_retention
