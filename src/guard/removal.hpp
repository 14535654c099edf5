#pragma once
// What would take rows away all at once.
#include "policy/protected.hpp"
#include "pg/sql.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// Refuses when the law or a hold keeps a row of the table, or of a partition of it. what: "detach".
void refuse_over_kept_rows(Oid relid, const char *what);
// The same where a legal hold does.
void refuse_over_held_rows(Oid relid, const char *what);

// A table's lock is held, and its TRUNCATE allowed.
void note_truncate(Oid relid);

// Refuses what takes values of the table's hidden rows: to all while the law, a hold or a restriction keeps one of these, and otherwise to who
// does not confirm it. Those of the others their writers may take away as well.
void refuse_losing_values(Oid relid, const char *what, const char *column = nullptr);

// Refuses to all what changes or takes values of the column, of visible rows as of hidden ones, while a policy protects it in a row that must be
// kept, or a hold keeps it.
void refuse_changing_kept(Oid relid, const char *what, const ColumnAsked &asked);

// Of rows that differ in nothing but start the one with the latest start: they stand for all that a command would take. only_hidden: those hidden
// from everybody, for an owner with legal access reads what the law keeps, and may not lose it either.
SqlRows latest_rows(Oid relid, bool only_hidden);

}  // namespace pg_retention
