#pragma once
// The extension's own statements must see hidden rows. Each is marked in its parse tree (pg/mark.hpp), where no SQL can write, and its
// plan is honoured once per call from here. What a user wrote and runs inside one (triggers, rules, checks, functions of any origin) is
// planned by itself, without a mark.
#include "pg/during.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/spi.h"
#include "utils/portal.h"
}

namespace pg_retention {

// Whether the execution that begins now is the one that a call below asked for; answers yes once per call.
bool take_own_start();

// SPI_execute_with_args for the extension's own text.
int execute_internal(const char *text, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only, long limit);

// The same with a plan made without a look at the values: it counts on few array elements, so that rows named by
// ctid are fetched by it, without a planner setting that triggers would inherit.
int execute_internal_generic(const char *text, int nargs, Oid *types, Datum *values, bool read_only, long limit);

// The same for a statement that sets the clocks of the rows it writes.
int execute_internal_on_clocks(const char *text, int nargs, Oid *types, Datum *values);

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
extern Dynamic<bool> own_command;

// A cursor over an internal plan, read with SPI_cursor_fetch. Nobody else can name it.
Portal open_internal_cursor(SPIPlanPtr plan, Datum *values, const char *nulls, bool read_only);

}  // namespace pg_retention
