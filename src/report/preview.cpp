#include "report/preview.hpp"

#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/policy_argument.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "report/keys.hpp"
#include "report/months.hpp"
#include "schema/own.hpp"
#include "sweep/columns.hpp"
#include "sweep/engine.hpp"
#include "sweep/fuse.hpp"
#include "sweep/ranges.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

void put(const Preview &preview, const char *part, const char *item, int64 rows, const char *detail) {
    Datum values[4] = {CStringGetTextDatum(part), item == nullptr ? 0 : CStringGetTextDatum(item), Int64GetDatum(rows),
                       detail == nullptr ? 0 : CStringGetTextDatum(detail)};
    bool nulls[4] = {false, item == nullptr, rows == kNotCounted, detail == nullptr};
    tuplestore_putvalues(preview.result->setResult, preview.result->setDesc, values, nulls);
}

namespace {

constexpr int kMonths = 12;
constexpr int kSamples = 5;

Known what_is_known(const Policy &policy, List *leaves) {
    ListCell *cell = nullptr;
    if (policy.mode == Mode::kOff || clock_column(policy.relid) == InvalidAttrNumber) return Known::kNothing;
    foreach (cell, leaves)
        if (is_being_stamped(lfirst_oid(cell))) return Known::kAbout;
    return policy.ready ? Known::kExactly : Known::kAbout;
}

List *leaves_with_clocks(Oid relid) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(relid))
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber) leaves = lappend_oid(leaves, lfirst_oid(cell));
    return leaves;
}

// Of rows about which nothing was decided.
int64 rows_of_leaf(const Preview &preview, Oid leaf, core::Start after, core::Start until) {
    const core::Clock from = core::first_from(preview.policy->id, after + 1), to = core::last_until(preview.policy->id, until);
    if (until <= after) return 0;
    return preview.known == Known::kExactly ? count_pending(kOnceReading, leaf, from, to) : expected_rows_of(leaf, from, to);
}

int64 rows_between(const Preview &preview, core::Start after, core::Start until) {
    int64 rows = 0;
    ListCell *cell = nullptr;
    if (preview.known == Known::kNothing) return kNotCounted;
    foreach (cell, preview.leaves) rows += rows_of_leaf(preview, lfirst_oid(cell), after, until);
    return rows;
}

const char *how_known(const Preview &preview) {
    switch (preview.known) {
        case Known::kNothing: return "not counted: rows have no clocks of the policy; let it observe. ";
        case Known::kAbout: return "an estimate, for rows are still being stamped. ";
        case Known::kExactly: return "";
    }
    pg_unreachable();
}

const char *not_before(const Policy &policy) {
    const TimestampTz armed = armed_until(policy);
    return armed > retention_now() ? psprintf("not before %s, unless approved", local_text(armed, policy.zone())) : nullptr;
}

void preview_due(const Preview &preview) {
    const Policy &policy = *preview.policy;
    const char *waits = not_before(policy);
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfo(&detail, "%s%s", how_known(preview), deletes(policy.action) ? "deleted" : "anonymised");
    if (waits != nullptr) appendStringInfo(&detail, "; %s", waits);
    if (preview.due > rows_left_now(policy))
        appendStringInfo(&detail, "; waits for approval: sweeps take at most " INT64_FORMAT " a day without", most_a_day(policy));
    put(preview, "due", "now", preview.due, detail.data);
    if (preview.released > 0)
        put(preview, "due", "erased earlier", preview.released, "among them, and at once: the law kept them until now");
}

void preview_months(const Preview &preview) {
    const Months months = months_of(*preview.policy, kMonths, false);
    auto *rows = static_cast<int64 *>(palloc0(sizeof(int64) * kMonths));
    if (preview.known != Known::kNothing)
        count_months(preview.policy->id, months, preview.leaves, preview.known == Known::kExactly, rows);
    for (int i = 0; i < months.n; ++i) {
        const core::Date date = core::date_of(months.at[i].first);
        put(preview, "becomes due", psprintf("%04d-%02d", date.year, date.month),
            preview.known == Known::kNothing ? kNotCounted : rows[i], i == 0 ? "what is left of this month" : nullptr);
    }
}

// Columns whose period is over before that of their rows; those that are done are left out.
void preview_columns(const Preview &preview) {
    const Policy &policy = *preview.policy;
    ListCell *cell = nullptr;
    for (const SqlRow row : own("SELECT column_name, keep_for, required_by_law FROM retention.personal_columns "
                                "WHERE relation = $1 AND keep_for IS NOT NULL ORDER BY column_name",
                                policy.relid)) {
        const core::Start cutoff = column_cutoff(policy, row.get<core::Period>(2), row.get<bool>(3));
        int64 rows = preview.known == Known::kNothing ? kNotCounted : 0;
        foreach (cell, preview.known == Known::kNothing ? NIL : preview.leaves)
            rows += rows_of_leaf(preview, lfirst_oid(cell),
                                 Max(preview.cutoffs.due, column_done_until(policy, lfirst_oid(cell), row.text(1))), cutoff);
        const TimestampTz waits = Max(column_waits_until(policy, row.text(1)), armed_until(policy));
        put(preview, "columns", row.text(1), rows,
            waits > retention_now() ? psprintf("%sanonymised, in rows that are not due; not before %s, unless approved",
                                               how_known(preview), local_text(waits, policy.zone()))
                                    : psprintf("%sanonymised at once, in rows that are not due", how_known(preview)));
    }
}

struct Decided {
    int64 held;
    int64 restricted;
    int64 kept;
};

// Rows whose time is over, or whose erasure was asked for, and that something else was decided about. Each is counted once.
Decided count_decided(const Preview &preview) {
    Decided decided = {};
    ListCell *cell = nullptr;
    const int16_t id = preview.policy->id;
    foreach (cell, preview.leaves) {
        const Oid leaf = lfirst_oid(cell);
        const char *clock = clock_name(leaf);
        const char *held = has_flag(clock, core::kHeld), *restricted = has_flag(clock, core::kRestricted);
        const char *over = psprintf("%s OPERATOR(retention.<=) $3", clock);
        const char *free = psprintf("NOT %s AND NOT %s AND %s", held, restricted, has_flag(clock, core::kKept));
        const char *released = psprintf("%s OPERATOR(retention.<=) $4", clock);
        const SqlRows found = run_as(
            owner_of(leaf), kOnceReading,
            psprintf(
                "SELECT pg_catalog.count(*) FILTER (WHERE %s AND %s), pg_catalog.count(*) FILTER (WHERE %s AND NOT %s AND %s), "
                "pg_catalog.count(*) FILTER (WHERE %s AND NOT %s) FROM ONLY %s WHERE %s",
                held, over, restricted, held, over, free, released, qualified_name(leaf), pending_range(clock, 1, 2)),
            clock_value(core::first_exempt(id)), clock_value(core::last_exempt(id, core::kNotStarted)),
            clock_value(core::last_exempt(id, Max(preview.cutoffs.hide, 0))),
            clock_value(core::last_exempt(id, Max(preview.cutoffs.release, 0))));
        const SqlRow row = found.first();
        decided.held += row.get<int64>(1);
        decided.restricted += row.get<int64>(2);
        decided.kept += row.get<int64>(3);
    }
    return decided;
}

// What is hidden, or would be, and stays for now.
void preview_hidden(const Preview &preview) {
    const core::Cutoffs &cutoffs = preview.cutoffs;
    const core::Start kept_from = Max(cutoffs.due, Min(cutoffs.release, cutoffs.hide));
    const char *hidden = enforced(*preview.now) ? "hidden now" : "would be hidden at once";
    put(preview, "hidden", "in quarantine", rows_between(preview, cutoffs.due, kept_from),
        psprintf("%s%s", how_known(preview), hidden));
    preview_months(preview);
    int64 kept = rows_between(preview, kept_from, cutoffs.hide);
    Decided decided = {kNotCounted, kNotCounted, 0};
    if (preview.known == Known::kExactly) decided = count_decided(preview);
    if (decided.held != kNotCounted && preview.held > 0) decided.held += preview.held;
    put(preview, "held", nullptr, decided.held, "their time is over, and a legal hold keeps them");
    put(preview, "restricted", nullptr, decided.restricted, "their time is over, and they are restricted (Article 18)");
    if (kept != kNotCounted) kept += decided.kept;
    const char *law = preview.policy->reference;
    put(preview, "kept by law", nullptr, kept,
        psprintf("%stheir time is over, or an erasure was asked for%s%s", how_known(preview),
                 law == nullptr ? "" : ", and they are required by ", law == nullptr ? "" : law));
}

// row: its clock and its key.
void put_sample(const Preview &preview, const KeyColumns &key, const SqlRow &row) {
    const Policy &policy = *preview.policy;
    const core::Micros since = core::deadlines(core::start_of(row.get<core::Clock>(1)), policy.terms, policy.zone()).due_from;
    put(preview, "sample", key_json(policy.relid, key, row, 2), 1, psprintf("due since %s", local_text(since, policy.zone())));
}

// The first rows that are due.
void preview_sample(const Preview &preview) {
    const Policy &policy = *preview.policy;
    const KeyColumns key = key_columns_of(policy.relid);
    ListCell *cell = nullptr;
    int n = 0;
    if (!settings::reveal || preview.due <= 0 || key.n == 0) return;
    record_reveal();
    const SqlValue from = clock_value(core::first_from(policy.id, 0));
    const SqlValue until = clock_value(core::last_until(policy.id, preview.cutoffs.due));
    if (is_bound_by_row_security(policy.relid)) {
        const char *clock = psprintf("t.%s", clock_name(policy.relid));
        for (const SqlRow row : shown_to_caller(policy.relid, kSamples, psprintf("%s, %s", clock, key_list(policy.relid, key)),
                                                psprintf("%s ORDER BY 1", pending_range(clock, 1, 2)), from, until))
            put_sample(preview, key, row);
        return;
    }
    foreach (cell, preview.leaves) {
        const Oid leaf = lfirst_oid(cell);
        const char *clock = psprintf("t.%s", clock_name(leaf));
        const How how = {PlanKind::kOnce, Sees::kCaller, kSamples - n, true};
        if (n == kSamples) break;
        const SqlRows found = run_as(owner_of(leaf), how,
                                     psprintf("SELECT %s, %s FROM ONLY %s t WHERE %s ORDER BY 1", clock,
                                              key_list(policy.relid, key), qualified_name(leaf), pending_range(clock, 1, 2)),
                                     from, until);
        for (const SqlRow row : found) put_sample(preview, key, row);
        n += static_cast<int>(found.n);
    }
}

int64 count_all_released(const Preview &preview) {
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, preview.leaves) rows += count_released(lfirst_oid(cell), preview.policy->id, preview.cutoffs);
    return rows;
}

Policy in_force(const Policy &now) {
    Policy policy = now;
    if (now.mode == Mode::kEnforce) return policy;
    policy.mode = Mode::kEnforce;
    policy.armed_at = retention_now();
    policy.armed_for = policy.terms.quarantine_for;
    return policy;
}

void preview(const ReturnSetInfo *result, const Policy &now) {
    const Policy policy = in_force(now);
    Preview preview = {};
    preview.result = result;
    preview.policy = &policy;
    preview.now = &now;
    preview.cutoffs = core::cutoffs(retention_now(), policy.terms, policy.zone());
    preview.leaves = leaves_with_clocks(policy.relid);
    preview.known = what_is_known(now, preview.leaves);
    connect_spi();
    preview.due = rows_between(preview, -1, preview.cutoffs.due);
    if (preview.known == Known::kExactly) {
        preview.released = count_all_released(preview);
        preview.due += preview.released;
        count_taken_over(&preview);
    }
    // All that is due stays.
    if (whole_hold(now.relid, now.id) != nullptr) {
        preview.held = preview.due;
        preview.due = 0;
    }
    preview_problems(preview);
    preview_due(preview);
    preview_taken_over(preview);
    preview_hidden(preview);
    preview_columns(preview);
    preview_references(preview);
    preview_costs(preview);
    preview_sample(preview);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_preview) {
    const pg_retention::Policy &policy = pg_retention::own_policy_argument(fcinfo);
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::preview(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), policy);
    return static_cast<Datum>(0);
}
