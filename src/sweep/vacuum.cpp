#include "sweep/vacuum.hpp"

#include "pg/cause.hpp"
#include "pg/names.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/board.hpp"
#include "sweep/pause.hpp"
#include "sweep/progress.hpp"
#include "sweep/top_level.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "pgstat.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Fewer rows wait for others.
constexpr int64 kFew = 1000;

struct SweptLeaf {
    Oid leaf;
    int64 rows;
};

// Large ones are left to autovacuum, which has processes of its own: here others would wait for their sweep.
// One that was vacuumed in vain, for somebody may still see what was deleted, is not vacuumed again at once.
constexpr char kToVacuum[] =
    "SELECT s.relation FROM retention.swept_table s JOIN pg_catalog.pg_class c ON c.oid = s.relation "
    "WHERE (s.vacuumed_at IS NULL OR s.vacuumed_at NOT BETWEEN $1 - interval '10 min' AND $1) "
    "AND c.relpages <= $4 AND (s.rows >= greatest($2 * c.reltuples, $3) OR greatest(s.since, s.vacuumed_at) <= $1 - interval '1 day') ORDER BY s.rows DESC, s.relation";

List *tables_to_vacuum(Engine *engine) {
    List *tables = NIL;
    begin_step(engine);
    own("DELETE FROM retention.swept_table s WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = s.relation) "
        "OR greatest(pg_catalog.pg_stat_get_last_autovacuum_time(s.relation), pg_catalog.pg_stat_get_last_vacuum_time(s.relation)) > greatest(s.since, s.vacuumed_at)");
    const SqlRows found = own(kToVacuum, at(retention_now()), typed(FLOAT8OID, Float8GetDatum(settings::vacuum_scale_factor)),
                              kFew, settings::vacuum_max_size);
    MemoryContext before = MemoryContextSwitchTo(engine->context);
    for (const SqlRow row : found) tables = lappend_oid(tables, row.get<Oid>(1));
    MemoryContextSwitchTo(before);
    end_step(engine);
    return tables;
}

struct Seen {
    const char *table;  // null: it is gone
    int64 dead;
    int64 vacuums;
};

// As the cumulative statistics have it.
Seen look_at_dead(Engine *engine, Oid relid) {
    pgstat_report_stat(true);
    pgstat_clear_snapshot();
    Seen seen = {};
    begin_step(engine);
    const SqlRows row = own("SELECT pg_catalog.pg_stat_get_dead_tuples($1), pg_catalog.pg_stat_get_vacuum_count($1)", relid);
    if (get_rel_name(relid) != nullptr) seen.table = MemoryContextStrdup(engine->context, qualified_name(relid));
    seen.dead = row.first().get_or<int64>(1, 0);
    seen.vacuums = row.first().get_or<int64>(2, 0);
    end_step(engine);
    return seen;
}

// Where somebody else is at the table it is left for the next pass.
void run_vacuum(void *argument) {
    run_top_level(psprintf("VACUUM (SKIP_LOCKED, TRUNCATE false, PARALLEL 0) %s", static_cast<const Seen *>(argument)->table));
}

// As gently as autovacuum does it, where the sweep is gentle.
ErrorData *vacuum_gently(Engine *engine, Seen *seen) {
    SetConfigOption("vacuum_cost_delay", nice_ratio(*engine) > 0 ? "2ms" : "0", PGC_USERSET, PGC_S_OVERRIDE);
    return attempt_top_level(engine, run_vacuum, seen);
}

void record_vacuum(Engine *engine, Oid relid, int64 before, int64 after) {
    begin_step(engine);
    own("UPDATE retention.sweep_run SET vacuumed = vacuumed + 1, dead_before = dead_before + $2, dead_after = dead_after + $3 "
        "WHERE run_id = $1",
        engine->run_id, before, after);
    if (after == 0)
        own("DELETE FROM retention.swept_table WHERE relation = $1", relid);
    else
        own("UPDATE retention.swept_table SET rows = $2, vacuumed_at = $3, problem = NULL WHERE relation = $1", relid, after,
            at(retention_now()));
    end_step(engine);
}

// It is tried again as after one in vain.
void note_failed_vacuum(Engine *engine, Oid relid, const ErrorData *error) {
    note_problem(engine, "vacuum", error);
    begin_step(engine);
    own("UPDATE retention.swept_table SET vacuumed_at = $2, problem = $3 WHERE relation = $1", relid, at(retention_now()),
        cause_of(error));
    end_step(engine);
}

void vacuum_one(Engine *engine, Oid relid) {
    Seen before = look_at_dead(engine, relid);
    if (before.table == nullptr) return;
    show_phase(Phase::kVacuum, relid);
    pgstat_report_activity(STATE_RUNNING, psprintf("pg_retention sweep: vacuum of %s", before.table));
    if (const ErrorData *error = vacuum_gently(engine, &before)) return note_failed_vacuum(engine, relid, error);
    const Seen after = look_at_dead(engine, relid);
    if (after.vacuums != before.vacuums) record_vacuum(engine, relid, before.dead, after.dead);
}

}  // namespace

void note_swept(Engine *engine, Oid leaf, int64 rows) {
    if (rows == 0) return;
    ListCell *cell = nullptr;
    foreach (cell, engine->swept) {
        auto *known = static_cast<SweptLeaf *>(lfirst(cell));
        if (known->leaf != leaf) continue;
        known->rows += rows;
        return;
    }
    MemoryContext before = MemoryContextSwitchTo(engine->context);
    auto *swept = static_cast<SweptLeaf *>(palloc(sizeof(SweptLeaf)));
    *swept = SweptLeaf{leaf, rows};
    engine->swept = lappend(engine->swept, swept);
    MemoryContextSwitchTo(before);
}

void note_gone_along(Engine *engine, const Account &account) {
    ListCell *cell = nullptr;
    foreach (cell, consequences_in(account)) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        if (one->effect != Effect::kAdded && one->rows > 0) note_swept(engine, one->relid, one->rows);
    }
}

void record_swept(Engine *engine) {
    ListCell *cell = nullptr;
    if (engine->swept == NIL) return;
    begin_step(engine);
    foreach (cell, engine->swept) {
        const auto *swept = static_cast<const SweptLeaf *>(lfirst(cell));
        own("INSERT INTO retention.swept_table AS s (relation, rows, since) VALUES ($1, $2, $3) "
            "ON CONFLICT (relation) DO UPDATE SET rows = s.rows + excluded.rows",
            swept->leaf, swept->rows, at(retention_now()));
    }
    engine->swept = NIL;
    end_step(engine);
}

void vacuum_swept(Engine *engine) {
    ListCell *cell = nullptr;
    if (settings::vacuum_scale_factor < 0) return;
    foreach (cell, tables_to_vacuum(engine)) {
        if (others_wait()) return;
        vacuum_one(engine, lfirst_oid(cell));
    }
}

}  // namespace pg_retention
