#include "sweep/views.hpp"

#include "clock/late_starts.hpp"
#include "clock/own_starts.hpp"
#include "core/time/backoff.hpp"
#include "ledger/ledger.hpp"
#include "schema/extension.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "sweep/progress.hpp"
#include "sweep/task.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct View {
    Oid relid;
    int64 entry;     // the ledger's last one before the refresh began: what it says will be in the view
    int32 attempts;  // that failed
    bool concurrently;
};

// A view over another one comes after it. A governed one is not refreshed concurrently: its hidden rows would be
// compared with nothing, and stay.
constexpr char kStale[] =
    "SELECT v.view, v.attempts, (SELECT pg_catalog.max(entry_id) FROM retention.ledger), "
    "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = v.view AND i.indisunique AND i.indimmediate AND i.indisvalid "
    "AND i.indpred IS NULL AND 0 <> ALL (i.indkey)) "
    "AND NOT EXISTS (SELECT FROM retention.view_source s WHERE s.view = v.view AND s.governed) "
    "FROM retention.stale_view v WHERE v.retry_at IS NULL OR v.retry_at <= $1 ORDER BY v.depth, v.view";

// Most databases have none, and what looks for those that are stale goes through the catalogs. Kept until anything is told of.
bool has_views() {
    static constinit bool any = false;
    static constinit uint64_t read_at = 0;
    const uint64_t before = schema_changes();
    if (read_at != before) any = own("SELECT FROM pg_catalog.pg_class c WHERE c.relkind = 'm' LIMIT 1").n > 0;
    read_at = before;
    return any;
}

// Rows that were hidden from the moment they were written are nobody's deadline: the ledger says so for their copies.
void record_hidden_late(Engine *engine) {
    begin_step(engine);
    if (engine->caller == Caller::kTransactionBlock) {
        record_late_starts();
        forget_own_starts();
    }
    if (!has_views()) {
        own("DELETE FROM retention.hidden_late");
        return end_step(engine);
    }
    const SqlRows late =
        own("WITH late AS (DELETE FROM retention.hidden_late RETURNING relation, policy_id) "
            "SELECT DISTINCT relation::oid, policy_id FROM late WHERE EXISTS (SELECT FROM retention.view_source)");
    for (const SqlRow row : late) {
        LedgerEntry entry = {};
        entry.action = LedgerAction::kHiddenLate;
        entry.relid = row.get<Oid>(1);
        entry.policy_id = row.get<int16>(2);
        entry.row_count = -1;
        if (get_rel_name(entry.relid) != nullptr) append_ledger(entry);
    }
    end_step(engine);
}

View *stale_views(Engine *engine, int *n) {
    begin_step(engine);
    const SqlRows found = has_views() ? own(kStale, at(retention_now())) : SqlRows{};
    *n = static_cast<int>(found.n);
    auto *views = static_cast<View *>(MemoryContextAlloc(engine->context, sizeof(View) * (*n + 1)));
    for (int i = 0; i < *n; ++i)
        views[i] = View{found[i].get<Oid>(1), found[i].get_or<int64>(3, 0), found[i].get<int32>(2), found[i].get<bool>(4)};
    end_step(engine);
    return views;
}

// error: null when it is fresh.
void save_refresh(const View &view, const ErrorData *error) {
    const char *problem = error == nullptr ? nullptr : cause_of(error);
    const char *reason = error == nullptr ? nullptr : reason_with_detail(error->message, error->detail);
    const int32 attempts = problem != nullptr ? view.attempts + 1 : 0;
    const SqlValue retry_at = problem != nullptr ? at(retention_now() + core::retry_after(attempts)) : null_of(TIMESTAMPTZOID);
    own("INSERT INTO retention.view_refresh AS r (view, entry_id, attempts, problem, retry_at, reason) "
        "VALUES ($1, CASE WHEN $4 IS NULL THEN $2 ELSE 0 END, $3, $4, $5, $6) ON CONFLICT (view) DO UPDATE SET "
        "entry_id = greatest(r.entry_id, excluded.entry_id), attempts = excluded.attempts, problem = excluded.problem, "
        "retry_at = excluded.retry_at, reason = excluded.reason",
        view.relid, view.entry, attempts, problem, retry_at, reason);
}

void refresh(const View &view) {
    const Oid owner = owner_of(view.relid);
    if (!OidIsValid(owner)) return;
    const ActingAs saved = act_as_for_command(owner);
    // A reveal that the database or the caller has set must not fill the view with hidden rows.
    (void) set_config_option("retention.reveal", "off", PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    run_governed(
        kOnce, psprintf("REFRESH MATERIALIZED VIEW %s%s", view.concurrently ? "CONCURRENTLY " : "", qualified_name(view.relid)));
    leave(saved);
    LedgerEntry entry = {};
    entry.action = LedgerAction::kRefreshed;
    entry.relid = view.relid;
    entry.row_count = -1;
    append_ledger(entry);
    save_refresh(view, nullptr);
}

void note_failure(Engine *engine, const View &view, const ErrorData *error) {
    note_problem(engine, get_rel_name(view.relid) != nullptr ? get_rel_name(view.relid) : "dropped materialized view", error);
    const ErrorData *second = attempt([&] { save_refresh(view, error); });
    if (second != nullptr) note_problem(engine, "recording a problem", second);
}

void refresh_in_step(Engine *engine, const View &view) {
    bool timed_out = false;
    show_phase(Phase::kViews, view.relid);
    begin_step(engine);
    ErrorData *error = try_task(
        engine, Task{view.relid, 0, Work::kView}, [&] { refresh(view); }, &timed_out);
    if (error != nullptr) {
        error->message = reason_of(view.relid, error, timed_out);
        note_failure(engine, view, error);
    }
    end_step(engine);
}

// Nothing that the ledger says by now concerns the others.
void note_fresh(Engine *engine) {
    begin_step(engine);
    own("DELETE FROM retention.touched t WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.relation)");
    if (!has_views()) {
        own("DELETE FROM retention.view_refresh");
        return end_step(engine);
    }
    own("DELETE FROM retention.view_refresh r WHERE NOT EXISTS "
        "(SELECT FROM retention.view_source s WHERE s.view = r.view)");
    own("INSERT INTO retention.view_refresh AS r (view, entry_id) "
        "SELECT DISTINCT s.view, l.last FROM retention.view_source s, "
        "(SELECT pg_catalog.max(entry_id) AS last FROM retention.ledger) l "
        "WHERE l.last IS NOT NULL AND NOT EXISTS (SELECT FROM retention.stale_view v WHERE v.view = s.view) "
        "ON CONFLICT (view) DO UPDATE SET entry_id = excluded.entry_id, attempts = 0, problem = NULL, retry_at = NULL "
        "WHERE r.entry_id < excluded.entry_id");
    end_step(engine);
}

}  // namespace

void block_view(Engine *engine, Oid relid, const ErrorData &error) {
    begin_step(engine);
    const SqlRows found = own("SELECT attempts FROM retention.view_refresh WHERE view = $1", relid);
    const View view = {relid, 0, found.n > 0 ? found.first().get<int32>(1) : 0, false};
    note_failure(engine, view, &error);
    end_step(engine);
}

void refresh_stale_views(Engine *engine) {
    record_hidden_late(engine);
    if (!settings::refresh_views) return;
    int n = 0;
    const View *views = stale_views(engine, &n);
    begin_turn(engine);
    for (int i = 0; i < n && !turn_is_over(engine); ++i) refresh_in_step(engine, views[i]);
    note_fresh(engine);
}

}  // namespace pg_retention
