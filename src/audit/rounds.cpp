#include "audit/rounds.hpp"

#include "audit/row.hpp"
#include "policy/attached.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Of one transaction. What it reads is held in memory.
constexpr BlockNumber kBlocksAtOnce = 16;

struct Round {
    Oid leaf;
    BlockNumber from;
    BlockNumber to;  // exclusive
    bool ends;       // nothing is behind it
    Tally tally;
};

// Tables that came and went since.
void follow_tables() {
    own("INSERT INTO retention.audit_run (relation) SELECT g.relation FROM retention.governed_table g JOIN pg_catalog.pg_class c "
        "ON c.oid = g.relation AND c.relkind = 'r' WHERE g.managed ON CONFLICT DO NOTHING");
    own("DELETE FROM retention.audit_run a WHERE NOT EXISTS (SELECT FROM retention.governed_table g WHERE g.relation = a.relation AND "
        "g.managed)");
}

// First those whose round has begun, then those whose last one is longest ago; a day lies between two, and what failed comes last. Not those
// that are still being stamped.
List *tables_in_turn(MemoryContext context) {
    const SqlRows found =
        own("SELECT a.relation::oid FROM retention.audit_run a WHERE (a.round_started IS NOT NULL OR a.last_finished IS NULL "
            "OR a.last_finished <= $1::timestamptz - interval '1 day') AND NOT EXISTS (SELECT FROM retention.preparation p "
            "WHERE NOT p.stamped AND (p.relation = a.relation OR p.relation IN (SELECT r.relid FROM "
            "pg_catalog.pg_partition_ancestors(a.relation) r))) "
            "ORDER BY a.problem IS NOT NULL, a.round_started IS NULL, a.last_finished NULLS FIRST, a.relation",
            at(retention_now()));
    MemoryContext before = MemoryContextSwitchTo(context);
    List *tables = NIL;
    for (const SqlRow row : found) tables = lappend_oid(tables, row.get<Oid>(1));
    MemoryContextSwitchTo(before);
    return tables;
}

// False: the table is not there any more, or another session is at it.
bool begin_blocks(Oid leaf, int most, Round *round) {
    const SqlRows found =
        own("UPDATE retention.audit_run SET round_started = coalesce(round_started, $2) WHERE relation = "
            "(SELECT relation FROM retention.audit_run WHERE relation = $1 FOR UPDATE SKIP LOCKED) RETURNING next_block",
            leaf, at(retention_now()));
    if (found.n == 0 || get_rel_name(leaf) == nullptr || clock_column(leaf) == InvalidAttrNumber || !is_managed(leaf))
        return false;
    Relation rel = table_open(leaf, AccessShareLock);
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    table_close(rel, NoLock);
    const auto next = found.first().get<int64>(1);
    *round = Round{leaf, static_cast<BlockNumber>(Min(next, static_cast<int64>(blocks))), blocks, true, {}};
    const BlockNumber at_once = Min(kBlocksAtOnce, static_cast<BlockNumber>(most));
    if (blocks - round->from > at_once) {
        round->to = round->from + at_once;
        round->ends = false;
    }
    return true;
}

void audit_blocks(Round *round) {
    if (round->from == round->to) return;
    ItemPointerData low, high;
    ItemPointerSet(&low, round->from, 0);
    ItemPointerSet(&high, round->to, 0);
    const AuditPlan plan = plan_audit(round->leaf);
    const SqlRows rows = run_as(plan.owner, kOnceReading, within_blocks(plan), low, high);
    audit_rows(plan, rows, true, Listener{}, &round->tally);
    rows.free();
}

// {"wrong start": 3}
char *findings_of(const Tally &tally) {
    StringInfoData json;
    initStringInfo(&json);
    for (size_t i = 0; i < kFindings; ++i)
        if (tally.found[i] > 0)
            appendStringInfo(&json, "%s\"%s\": " INT64_FORMAT, json.len > 0 ? ", " : "", name_of(static_cast<Finding>(i)),
                             tally.found[i]);
    return psprintf("{%s}", json.data);
}

void save_blocks(const Round &round) {
    own("UPDATE retention.audit_run SET next_block = $2, rows_seen = rows_seen + $3, repaired = repaired + $4, problem = NULL, "
        "findings = (SELECT coalesce(pg_catalog.jsonb_object_agg(f.key, f.n), '{}') FROM (SELECT x.key, sum(x.value::bigint) AS n FROM "
        "(SELECT * FROM pg_catalog.jsonb_each_text(findings) UNION ALL SELECT * FROM pg_catalog.jsonb_each_text($5::jsonb)) x "
        "GROUP BY x.key) f) WHERE relation = $1",
        round.leaf, static_cast<int64>(round.to), round.tally.rows, round.tally.repaired, findings_of(round.tally));
    if (!round.ends) return;
    own("UPDATE retention.audit_run SET last_started = round_started, last_finished = $2, last_rows = rows_seen, last_repaired = repaired, "
        "last_findings = findings, round_started = NULL, next_block = 0, rows_seen = 0, repaired = 0, findings = '{}' WHERE relation = $1",
        round.leaf, at(retention_now()));
}

// Returns the blocks that are left of those that a pass looks at.
int audit_step(Engine *engine, Oid leaf, int most, bool *goes_on) {
    Round round = {};
    bool timed_out = false;
    *goes_on = false;
    begin_step(engine);
    ErrorData *error = attempt_in_time(
        [&] {
            if (!begin_blocks(leaf, most, &round)) return;
            audit_blocks(&round);
            save_blocks(round);
            record_repairs(leaf, round.tally.repaired);
            *goes_on = !round.ends;
        },
        &timed_out);
    if (error != nullptr) {
        *goes_on = false;
        note_problem(engine, "audit", error);
        own("UPDATE retention.audit_run SET problem = $2 WHERE relation = $1", leaf, cause_of(error));
    }
    end_step(engine);
    return most - static_cast<int>(Max(round.to - round.from, 1U));
}

void audit_in_turn(Engine *engine) {
    begin_step(engine);
    follow_tables();
    const List *tables = tables_in_turn(engine->context);
    end_step(engine);
    int left = settings::audit_blocks;
    ListCell *cell = nullptr;
    foreach (cell, tables)
        for (bool goes_on = true; goes_on && left > 0;) left = audit_step(engine, lfirst_oid(cell), left, &goes_on);
}

}  // namespace

void audit_some_blocks(void (*between)()) {
    if (settings::audit_blocks == 0) return;
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.between = between;
    engine.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention audit", ALLOCSET_DEFAULT_SIZES);
    during(lock_timeout_is_failure, true, [&] { audit_in_turn(&engine); });
}

}  // namespace pg_retention
