#include "audit/awaiting.hpp"

#include "clock/decide.hpp"
#include "clock/relation_plan.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "rows/anonymise.hpp"
#include "schema/foreign_key.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// The rows of a policy that wait and whom the law has let go: their clocks. False: it has none.
bool waiting_range(const Policy &policy, core::Clock *first, core::Clock *last) {
    if (!enforced(policy) || !policy.validated || !is_confirmed(policy) || !deletes(policy.action)) return false;
    const core::Start release = cutoffs_of(policy, retention_now()).release;
    *first = core::first_exempt(policy.id);
    *last = core::last_exempt(policy.id, Max(release, 0));
    return release >= 0;
}

// Nobody asked for it to stay, either.
bool awaits_reference(core::Clock clock) {
    constexpr uint8_t kStays = core::kHeld | core::kRestricted;
    core::Clock first, last;
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    if ((core::flags_of(clock) & core::kAwaiting) == 0 || (core::flags_of(clock) & kStays) != 0) return false;
    return policy != nullptr && waiting_range(*policy, &first, &last) && first <= clock && clock <= last;
}

// The same in SQL.
const char *awaits_text(Oid relid, const char *alias, Parameters *parameters) {
    if (clock_column(relid) == InvalidAttrNumber) return "false";
    const char *clock = psprintf("%s.%s", alias, clock_name(relid));
    StringInfoData ranges;
    initStringInfo(&ranges);
    int count = 0;
    const Policy *all = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        core::Clock first, last;
        if (topmost(all[i].relid) != topmost(relid) || !waiting_range(all[i], &first, &last)) continue;
        const int from = add_parameter(parameters, clock_value(first)), to = add_parameter(parameters, clock_value(last));
        appendStringInfo(&ranges, "%s%s", ranges.len > 0 ? " OR " : "", clock_range(clock, from, to));
    }
    if (ranges.len == 0) return "false";
    return psprintf("(%s) AND %s AND NOT (%s) AND NOT (%s)", ranges.data, has_flag(clock, core::kAwaiting),
                    has_flag(clock, core::kHeld), has_flag(clock, core::kRestricted));
}

// Whether nothing stands against a row's going with another: may_go(decide()) in SQL.
const char *goes_text(Oid relid, const char *alias, Parameters *parameters) {
    if (clock_column(relid) == InvalidAttrNumber) return "true";
    const char *clock = psprintf("%s.%s", alias, clock_name(relid));
    return psprintf("NOT (%s)", kept_text(relid, clock, parameters));
}

// Which rows keep which, along the keys that lead to a table, to those from where they come, and so on.
struct Edges {
    Oid owner;
    List *tables;  // done, and still to be done
    StringInfoData
        sql;  // SELECT of row "o" (table "of", place "at"): table and place of who refers to it, and whether it waits, too
    Parameters parameters;
    bool is_readable;
};

const char *waits_text(const ForeignKey &key, Parameters *parameters) {
    if (key.keeps) return awaits_text(key.referring, "fk", parameters);
    // What goes with the row is asked who keeps it there, unless it may not go.
    return key.cascades ? goes_text(key.referring, "fk", parameters) : "false";
}

// A key that is unset keeps the row where nothing may be changed.
const char *is_bound(const ForeignKey &key) {
    if (key.keeps || key.cascades) return "";
    const char *clock = psprintf("fk.%s", clock_name(key.referring));
    return psprintf(" AND %s", has_flag(clock, core::kRestricted));
}

void add_edge(Edges *edges, Oid leaf, const ForeignKey &key) {
    edges->is_readable = edges->is_readable && has_privs_of_role(edges->owner, owner_of(key.referring)) && !key.period;
    appendStringInfo(&edges->sql, "%sSELECT fk.tableoid AS by_of, fk.ctid AS by_at, %s AS waits FROM ONLY %s pk JOIN %s fk ON ",
                     edges->sql.len > 0 ? " UNION ALL " : "", waits_text(key, &edges->parameters), qualified_name(leaf),
                     qualified_name(key.referring));
    append_reference(&edges->sql, key, "pk", "fk");
    appendStringInfo(&edges->sql, " WHERE o.of OPERATOR(pg_catalog.=) %u AND pk.ctid OPERATOR(pg_catalog.=) o.at%s", leaf,
                     is_bound(key));
    if (key.keeps || key.cascades) edges->tables = list_concat_unique_oid(edges->tables, leaves_of(key.referring));
}

bool may_keep(const ForeignKey &key) { return key.keeps || key.cascades || clock_column(key.referring) != InvalidAttrNumber; }

Edges edges_to(const AuditPlan &plan) {
    Edges edges = {plan.owner, list_make1_oid(plan.leaf), {}, {}, true};
    initStringInfo(&edges.sql);
    // The list grows as it is read.
    for (int i = 0; i < list_length(edges.tables); ++i) {
        const Oid leaf = list_nth_oid(edges.tables, i);
        ListCell *cell = nullptr;
        foreach (cell, foreign_keys_of(leaf)) {
            ForeignKey key = {};
            if (load_foreign_key(lfirst_oid(cell), &key) && key.referred == leaf && may_keep(key)) add_edge(&edges, leaf, key);
        }
    }
    return edges;
}

// A row stays where one that does not wait refers to it, or one that stays.
SqlRows find_forgotten(const AuditPlan &plan, Datum tids) {
    Edges edges = edges_to(plan);
    const int from = add_parameter(&edges.parameters, TIDARRAYOID, tids);
    const char *each = psprintf("pg_catalog.unnest($%d) AS w (at)", from);
    if (!edges.is_readable) return SqlRows{};
    if (edges.sql.len == 0) return run_as(plan.owner, kOnceReading, psprintf("SELECT w.at FROM %s", each), edges.parameters);
    const char *sql = psprintf(
        "WITH RECURSIVE e AS (SELECT o.of, o.at, x.* FROM (SELECT %u::oid AS of, w.at FROM %s) o, LATERAL (%s) x "
        "UNION SELECT o.of, o.at, x.* FROM (SELECT e.by_of AS of, e.by_at AS at FROM e WHERE e.waits) o, LATERAL (%s) x), "
        "stays AS (SELECT e.of, e.at FROM e WHERE NOT e.waits UNION SELECT e.of, e.at FROM e JOIN stays s "
        "ON e.by_of OPERATOR(pg_catalog.=) s.of AND e.by_at OPERATOR(pg_catalog.=) s.at) "
        "SELECT w.at FROM %s WHERE NOT EXISTS (SELECT FROM stays s WHERE s.of OPERATOR(pg_catalog.=) %u AND "
        "s.at OPERATOR(pg_catalog.=) w.at)",
        plan.leaf, each, edges.sql.data, edges.sql.data, each, plan.leaf);
    return run_as(plan.owner, kOnceReading, sql, edges.parameters);
}

bool is_blocked(Oid leaf, const ItemPointerData &tid) {
    return read_own("SELECT 1 FROM retention.blocked_row WHERE relation = $1 AND row_id = $2 AND NOT columns_only", leaf, tid).n >
           0;
}

}  // namespace

bool *await_nothing(const AuditPlan &plan, const SqlRows &rows) {
    auto *result = static_cast<bool *>(palloc0(rows.n + 1));
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (rows.n + 1)));
    int n = 0;
    for (const SqlRow row : rows)
        if (awaits_reference(row.get<core::Clock>(kClockColumn))) tids[n++] = row.get<ItemPointerData>(kTidColumn);
    if (n == 0) return result;
    const SqlRows found = find_forgotten(plan, tid_array(tids, n));
    for (const SqlRow forgotten : found) {
        const auto tid = forgotten.get<ItemPointerData>(1);
        if (is_blocked(plan.leaf, tid)) continue;
        for (uint64 place = 0; place < rows.n; ++place) {
            auto other = rows[place].get<ItemPointerData>(kTidColumn);
            result[place] = result[place] || ItemPointerEquals(&other, const_cast<ItemPointerData *>(&tid));
        }
    }
    return result;
}

}  // namespace pg_retention
