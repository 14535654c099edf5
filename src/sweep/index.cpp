#include "sweep/index.hpp"

#include "policy/provision.hpp"
#include "schema/extension.hpp"
#include "pg/names.hpp"
#include "pg/attempt.hpp"
#include "pg/time_limit.hpp"
#include "sweep/task.hpp"
#include "sweep/top_level.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Waits for whoever may still use the table, but not for ever: the worker has other tables.
constexpr char kLongestWait[] = "5min";

// A table whose index is missing.
struct Missing {
    const char *table;
    const char *column;
    const char *leftover;  // null: none
};

struct Building {
    Engine *engine;
    Missing missing;
};

void build(void *argument) {
    const auto *building = static_cast<const Building *>(argument);
    const Missing &missing = building->missing;
    if (missing.leftover != nullptr) run_top_level(psprintf("DROP INDEX CONCURRENTLY %s", missing.leftover));
    MemoryContextSwitchTo(building->engine->context);
    run_top_level(psprintf("CREATE INDEX CONCURRENTLY ON %s (%s) WHERE retention.pending(%s)", missing.table, missing.column,
                           missing.column));
}

Missing find_missing(Engine *engine, Oid leaf) {
    MemoryContext before = MemoryContextSwitchTo(engine->context);
    Missing missing = {};
    Oid invalid = InvalidOid;
    if (get_rel_name(leaf) != nullptr && clock_column(leaf) != InvalidAttrNumber && !find_clock_index(leaf, &invalid))
        missing =
            Missing{qualified_name(leaf), pstrdup(clock_name(leaf)), OidIsValid(invalid) ? qualified_name(invalid) : nullptr};
    MemoryContextSwitchTo(before);
    return missing;
}

void block_build(Engine *engine, const Task &task, ErrorData *error, bool timed_out) {
    error->message = reason_of(task.relid, error, timed_out);
    block_task(engine, task, error);
}

// A failure concerns this table only; what was begun is dropped and begun again by a later pass. A build may take its time: it runs
// nobody's code.
bool try_to_build(Engine *engine, Oid relid, const Missing &missing) {
    const char *usual_wait = MemoryContextStrdup(engine->context, GetConfigOption("lock_timeout", false, false));
    SetConfigOption("lock_timeout", kLongestWait, PGC_SUSET, PGC_S_OVERRIDE);
    Building building = {engine, missing};
    ErrorData *error = attempt_top_level(engine, build, &building);
    SetConfigOption("lock_timeout", usual_wait, PGC_SUSET, PGC_S_OVERRIDE);
    if (error == nullptr) return true;
    begin_step(engine);
    block_build(engine, Task{relid, 0, Work::kPreparation}, error, false);
    end_step(engine);
    return false;
}

}  // namespace

bool build_missing_indexes(Engine *engine, Oid relid) {
    bool timed_out = false;
    List *leaves = NIL;
    Missing *missing = nullptr;
    int n = 0;
    begin_step(engine);
    const Task task = {relid, 0, Work::kTable};
    ErrorData *error = try_task(
        engine, task,
        [&] {
            leaves = leaves_of(relid);
            missing =
                static_cast<Missing *>(MemoryContextAllocZero(engine->context, sizeof(Missing) * (list_length(leaves) + 1)));
            ListCell *cell = nullptr;
            foreach (cell, leaves) {
                missing[n] = find_missing(engine, lfirst_oid(cell));
                if (missing[n].table != nullptr) ++n;
            }
        },
        &timed_out);
    if (error != nullptr) block_build(engine, task, error, timed_out);
    end_step(engine);
    bool built = error == nullptr;
    for (int i = 0; built && i < n; ++i) built = try_to_build(engine, relid, missing[i]);
    return built;
}

}  // namespace pg_retention
