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

// How a statement is planned.
enum class PlanKind : uint8_t {
    kOnce,      // with a look at the values, for this execution
    kGeneric,   // without: it counts on few array elements, so that rows named by ctid are fetched by it, without a planner
                // setting that triggers would inherit
    kOnClocks,  // the same, for a statement that sets the clocks of the rows it writes
    kKept,  // without, once per text, types of parameters and session; a bounded number is kept. With many array elements it is
            // kKeptOnce's
    kKeptOnce,      // as kOnce, but what the text means is kept: for tables of which a person may have any share of the rows
    kKeptOnClocks,  // as kOnClocks, kept
};

// What it sees.
enum class Sees : uint8_t {
    kNow,     // what the transaction's next statement would see; it may write
    kLatest,  // what others have committed by now even where the transaction keeps an older snapshot; it may write
    kCaller,  // what the statement that called us sees; it writes nothing
};

struct How {
    PlanKind plan;
    Sees sees;
    long limit;  // rows; 0: all
    // By an index in its order, whatever the statistics say: for statements on governed tables. Only where no trigger fires, for it
    // would inherit the settings; and only together with run_as().
    bool by_index;
};

constexpr How kOnce = {PlanKind::kOnce, Sees::kNow, 0, false};
constexpr How kOnceReading = {PlanKind::kOnce, Sees::kCaller, 0, false};
constexpr How kOnceByIndex = {PlanKind::kOnce, Sees::kNow, 0, true};
constexpr How kLatest = {PlanKind::kOnce, Sees::kLatest, 0, false};
constexpr How kLatestByIndex = {PlanKind::kOnce, Sees::kLatest, 0, true};
constexpr How kAny = {PlanKind::kOnce, Sees::kNow, 1, false};           // whether there is a row
constexpr How kAnyLatest = {PlanKind::kOnce, Sees::kLatest, 1, false};  // the same, for what refuses
constexpr How kGeneric = {PlanKind::kGeneric, Sees::kNow, 0, false};
constexpr How kOnClocks = {PlanKind::kOnClocks, Sees::kNow, 0, false};
constexpr How kKeptOnce = {PlanKind::kKeptOnce, Sees::kNow, 0, false};
constexpr How kKeptOnClocks = {PlanKind::kKeptOnClocks, Sees::kNow, 0, false};
constexpr How kKeptWriting = {PlanKind::kKept, Sees::kNow, 0, false};
constexpr How kKeptReading = {PlanKind::kKept, Sees::kCaller, 0, false};
// What is committed by now also where the transaction keeps an older snapshot: what others said meanwhile counts.
constexpr How kKeptLatest = {PlanKind::kKept, Sees::kLatest, 0, false};

// What pg/sql.hpp is made of. Returns a code of SPI.
int execute_own(const How &how, const char *text, int nargs, Oid *types, Datum *values, const char *nulls);

// A plan of the caller's own, kept for the session, for what is asked for each row: kLatest without a limit. SPI must be connected.
SPIPlanPtr prepare_internal(const char *text, int nargs, Oid *types);
int execute_internal_plan(SPIPlanPtr plan, Datum *values, long limit);

// The same of a query, which sees of what this transaction has done what it had before that command of it; 0: nothing.
int execute_internal_plan_before(CommandId command, SPIPlanPtr plan, Datum *values, long limit);

// While the extension alters a table by itself: its own commands are not held against its rules.
extern Dynamic<bool> own_command;

// How many rows the planner expects of a query with these values, by the statistics alone.
double expected_rows(const char *text, int nargs, Oid *types, Datum *values);

// A cursor over an internal plan, read with SPI_cursor_fetch. Nobody else can name it.
Portal open_internal_cursor(const How &how, const char *text, int nargs, Oid *types, Datum *values);

}  // namespace pg_retention
