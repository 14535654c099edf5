#pragma once
// The extension's own queries must see hidden rows. They are recognised at plan time by a flag and a text that
// carries a random word of this backend, so that no user code run inside them can pass for one.
#include "pg/postgres.hpp"

extern "C" {
#include "executor/spi.h"
#include "utils/portal.h"
}

namespace pg_retention {

// Prefix of every internal query, with this backend's random word. Lives for the session.
const char *internal_mark();

// True when the text being planned is the extension's own and was started by it.
bool is_internal_query(const char *query_text);

// What a user wrote and runs inside such a query could learn its text, and the word: meanwhile nothing passes for one.
// resume_internal takes what suspend_internal returned.
bool in_internal_query();
int suspend_internal();
void resume_internal(int suspended);

// True when its plan is made without a look at the values, and is right for few elements of arrays: with an index, however
// many rows the commonest values have.
bool is_for_few(const char *query_text);

// SPI_execute_with_args for the extension's own text; the mark is put in front.
int execute_internal(const char *text, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only,
                     long limit);

// The same with a plan made without a look at the values: it counts on few array elements, so that rows named by
// ctid are fetched by it, without a planner setting that triggers would inherit.
int execute_internal_generic(const char *text, int nargs, Oid *types, Datum *values, bool read_only, long limit);

// The same, seeing what others have committed by now even where the transaction keeps an older snapshot.
int execute_internal_latest(const char *text, int nargs, Oid *types, Datum *values);

// The same as a plan kept for the session; SPI must be connected.
SPIPlanPtr prepare_internal(const char *text, int nargs, Oid *types);
int execute_internal_plan(SPIPlanPtr plan, Datum *values, const char *nulls, long limit);

// The same, prepared once per text, types and session. Values are never null. For texts that come again; a bounded number is kept.
int execute_kept(const char *text, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only, long limit);

// The plan that execute_kept would use; valid until the next kept text is prepared.
SPIPlanPtr kept_plan(const char *text, int nargs, Oid *types, const Datum *values);

// While the extension alters a table by itself: its own commands are not held against its rules.
bool in_own_command();
void set_own_command(bool own);

// SPI_cursor_fetch of a portal over an internal plan, and the opening of one.
Portal open_internal_cursor(SPIPlanPtr plan, Datum *values, const char *nulls, bool read_only);
void fetch_internal(Portal portal, long count);

}  // namespace pg_retention
