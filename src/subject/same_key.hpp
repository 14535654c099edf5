#pragma once
// Equal keys that are written differently: 'a' and 'A' under citext, 1 and 1.00.
#include "subject/subject.hpp"

namespace pg_retention {

// "t.a, pg_catalog.trim_scale(t.b)": the kind's keys in a form that equal ones share, under the settings below. Null when a key is of a type
// for which none is known; warns: with a warning.
char *canonical_keys(const Kind &kind, bool warns = true);

// Whether a session's settings say how a value of the type is written, so that another session may read another value, or none. True of
// each type of which it is not known.
bool is_written_by_settings(Oid type);

// Equal keys of the kind have equal JSON whatever the settings of a session are.
bool is_always_written_alike(const Kind &kind);

// Values are written under fixed settings from here on: how they are written depends on none of the session's. Returns what
// restore_writing takes.
int fix_writing();
void restore_writing(int level);

// As jsonb[]: the keys under which retention.statement and retention.restriction may have records of the person that was asked
// for, however they were written then. key_json is how it is written now.
Datum recorded_keys(const Subject &subject, const char *key_json);

// The kinds and keys under which there may be records of a human, whichever of the rows that are it they name: pairs.
struct Recorded {
    Datum kinds;  // text[]
    Datum keys;   // jsonb[]
};

inline SqlValue kinds_of(const Recorded &recorded) { return typed(TEXTARRAYOID, recorded.kinds); }
inline SqlValue keys_of(const Recorded &recorded) { return typed(JSONBARRAYOID, recorded.keys); }

// from: "retention.a", or "(SELECT ...)": what has the records, in columns kind and key. Null: as a record of now has them.
Recorded recorded_of(const Subject &subject, const char *from);

}  // namespace pg_retention
