#pragma once
// Commands that would show, lose or release hidden rows in passing.
#include "pg/during.hpp"
#include "pg/postgres.hpp"
#include "pg/settings.hpp"

namespace pg_retention {

// Which rows are hidden is a matter of their clocks, whoever may read them: with reveal none would be.
template <typename F>
void unrevealed(F body) {
    during(&settings::reveal, false, body);
}

// Whether a row of the table is readable to whoever may not reveal, in SQL. clock: as text.
const char *visible_text(Oid relid, const char *clock);

// The table, or a partition of it, holds rows that nobody may read now.
bool holds_hidden_rows(Oid relid);

// A restore completes tables whose policies are not there or not checked yet, with their rows in place: neither the table nor
// one below it is managed, and the user is a superuser.
bool is_spared(Oid relid);

// Reading them, or evaluating a user's choice over them, takes reveal; losing them takes confirm_drop. Neither does the other's work.

// Error 42501 when it does and this session has no reveal, and it is not spared. what: "alter the type of a column of table".
void refuse_over_hidden_rows(Oid relid, const char *what);

// The same where it is spared, too.
void refuse_without_reveal(Oid relid, const char *what);

// Error 42501 when it holds hidden rows that the command would lose, and this session has not confirmed it, and it is not spared. Where it is
// confirmed, the ledger says of how many. what: "drop"; column: the one whose values go, null where the rows do.
void refuse_unconfirmed(Oid relid, const char *what, const char *column = nullptr);

// The same of what loses no row and no value, of which the ledger has nothing to say.
void require_confirmation(Oid relid, const char *what);

}  // namespace pg_retention
