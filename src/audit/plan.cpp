#include "audit/plan.hpp"

#include "clock/relation_plan.hpp"
#include "personal/anonymiser.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/rights.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/key_equality.hpp"
#include "sweep/columns.hpp"

#include <cstring>

extern "C" {
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// A table that the rows are joined to: from another one, 0 being the audited table, along a foreign key. Paths that begin alike share it.
struct Join {
    int from;
    Oid constraint;
};

struct Text {
    StringInfoData columns;
    StringInfoData joins;
    StringInfoData policy;  // WHEN ... THEN ...
    Join *joined;           // table i is named t{i + 1}
    int n_joined;
    int n_columns;
};

const char *alias(int table) { return table == 0 ? "t" : psprintf("t%d", table); }

// The statement has the rights of the owner of the audited table.
bool is_readable(const Path &path, Oid owner) {
    for (int h = 0; h < path.n_hops; ++h)
        if (!has_privs_of_role(owner, owner_of(path.hops[h].to_relid))) return false;
    return true;
}

Operand column_of(Oid relid, AttrNumber column, int table) {
    return Operand{column_list(relid, &column, 1, psprintf("%s.", alias(table))), get_atttype(relid, column)};
}

// A foreign key refers to the rows of its table alone, or to those of its partitions.
const char *referenced_rows(Oid relid) {
    const bool partitioned = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE;
    return psprintf("%s%s", partitioned ? "" : "ONLY ", qualified_name(relid));
}

int join_hop(Text *text, const Hop &hop, int from) {
    for (int i = 0; i < text->n_joined; ++i)
        if (text->joined[i].from == from && text->joined[i].constraint == hop.constraint) return i + 1;
    text->joined = text->n_joined == 0 ? static_cast<Join *>(palloc(sizeof(Join)))
                                       : static_cast<Join *>(repalloc(text->joined, sizeof(Join) * (text->n_joined + 1)));
    text->joined[text->n_joined++] = Join{from, hop.constraint};
    const int to = text->n_joined;
    appendStringInfo(&text->joins, " LEFT JOIN %s %s ON ", referenced_rows(hop.to_relid), alias(to));
    for (int k = 0; k < hop.n_keys; ++k) {
        appendStringInfoString(&text->joins, k == 0 ? "" : " AND ");
        append_equal(&text->joins, key_equality(hop, k, Side::kReferenced), column_of(hop.to_relid, hop.to[k], to),
                     column_of(hop.from_relid, hop.from[k], from));
    }
    return to;
}

int add_column(Text *text, const char *expression) {
    appendStringInfo(&text->columns, ", %s", expression);
    return ++text->n_columns;
}

void join_way(Text *text, const Path &path, AuditedWay *way) {
    int table = 0;
    for (int h = 0; h < path.n_hops; ++h) table = join_hop(text, path.hops[h], table);
    way->value = add_column(text, column_of(path.relid, path.column, table).text);
    if (path.n_hops == 0) return;
    const Hop &last = path.hops[path.n_hops - 1];
    way->leads = add_column(text, psprintf("%s IS NOT NULL", column_of(last.to_relid, last.to[0], table).text));
}

AuditedWay plan_way(Text *text, Path *path, Oid owner) {
    AuditedWay way = {path->type, sets_default(*path), 0, 0, nullptr};
    if (is_readable(*path, owner)) {
        join_way(text, *path, &way);
        return way;
    }
    way.apart = path;
    for (int k = 0; k < path->hops[0].n_keys; ++k) {
        const int column = add_column(text, column_of(path->hops[0].from_relid, path->hops[0].from[k], 0).text);
        if (k == 0) way.value = column;
    }
    return way;
}

// Which rows are the policy's. Where its condition is not run, they keep the policy that they have.
const char *condition_of(Relation rel, const Policy &policy) {
    if (!is_confirmed(policy))
        return psprintf("retention.policy(t.%s) OPERATOR(pg_catalog.=) %d", clock_name(RelationGetRelid(rel)), policy.id);
    return policy.applies_to == nullptr ? "true" : condition_text(rel, policy.applies_to, "t");
}

AuditedPolicy plan_policy(Text *text, Relation rel, const Policy &policy, int place, Oid owner) {
    AuditedPolicy out = {policy.id,       policy.timezone, pstrdup(policy.name), anonymises(policy.action), policy.starts_all,
                         policy.n_starts, nullptr};
    out.ways = static_cast<AuditedWay *>(palloc0(sizeof(AuditedWay) * (policy.n_starts + 1)));
    auto *paths = static_cast<Path *>(palloc(sizeof(Path) * (policy.n_starts + 1)));
    for (int i = 0; i < policy.n_starts; ++i) {
        paths[i] = start_path(RelationGetRelid(rel), policy, i);
        out.ways[i] = plan_way(text, &paths[i], owner);
    }
    appendStringInfo(&text->policy, " WHEN %s THEN %d", condition_of(rel, policy), place);
    return out;
}

// "t.phone IS NULL AND ...", of what the table of a policy declares; null: nothing is.
char *anonymised_text(Oid leaf, Oid declaring) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell *cell = nullptr;
    foreach (cell, personal_columns_of(declaring)) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        // It follows the columns that it is computed from.
        if (get_attgenerated(leaf, get_attnum(leaf, column->name)) != '\0') continue;
        appendStringInfo(&sql, "%s(%s)", sql.len > 0 ? " AND " : "", may_be_anonymised(*column));
    }
    return sql.len > 0 ? sql.data : nullptr;
}

const char *holds_text(Oid leaf, List *declaring) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell *cell = nullptr;
    foreach (cell, declaring) {
        const char *anonymised = anonymised_text(leaf, lfirst_oid(cell));
        if (anonymised != nullptr) appendStringInfo(&sql, "%s%s", sql.len > 0 ? " AND " : "", anonymised);
    }
    if (sql.len == 0) return "false";
    return psprintf("CASE WHEN %s THEN NOT (%s) ELSE false END", has_flag(psprintf("t.%s", clock_name(leaf)), core::kAnonymised),
                    sql.data);
}

const char *clock_literal(core::Clock clock) {
    char text[core::kClockText] = {};
    core::format_clock(clock, text, sizeof text);
    return psprintf("%s::retention.clock", quote_literal_cstr(text));
}

void append_done(StringInfo cases, Oid leaf, const Policy &policy) {
    DoneColumn *done = nullptr;
    const int n = columns_done(policy, leaf, &done);
    const char *clock = clock_name(leaf);
    List *columns = n > 0 ? personal_columns_of(policy.relid) : NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        for (int i = 0; i < n; ++i)
            if (std::strcmp(NameStr(done[i].name), column->name) == 0)
                appendStringInfo(cases,
                                 " WHEN t.%s OPERATOR(retention.>=) %s AND t.%s OPERATOR(retention.<=) %s AND NOT (%s) THEN %s",
                                 clock, clock_literal(core::first_from(policy.id, 0)), clock,
                                 clock_literal(core::last_until(policy.id, done[i].until)), may_be_anonymised(*column),
                                 quote_literal_cstr(column->name));
    }
}

const char *done_text(Oid leaf, const Policy *const *policies, int count) {
    StringInfoData cases;
    initStringInfo(&cases);
    for (int i = 0; i < count; ++i)
        if (enforced(*policies[i])) append_done(&cases, leaf, *policies[i]);
    return cases.len == 0 ? "NULL::text" : psprintf("CASE%s END", cases.data);
}

}  // namespace

AuditPlan plan_audit(Oid leaf) {
    int count = 0;
    List *ancestors = get_rel_relispartition(leaf) ? get_partition_ancestors(leaf) : NIL;
    const Policy **policies = policies_of_rows(leaf, ancestors, &count);
    AuditPlan plan = {leaf, owner_of(leaf), 0, static_cast<AuditedPolicy *>(palloc0(sizeof(AuditedPolicy) * (count + 1))),
                      nullptr};
    List *declaring = NIL;
    Text text = {};
    text.n_columns = kDoneColumn;
    initStringInfo(&text.columns);
    initStringInfo(&text.joins);
    initStringInfo(&text.policy);
    Relation rel = table_open(leaf, AccessShareLock);
    // What is enforced takes rows from what is not.
    for (const bool enforces : {true, false})
        for (int i = 0; i < count; ++i) {
            if (enforced(*policies[i]) != enforces) continue;
            plan.owner = acting_owner(leaf, policies[i]->relid);
            declaring = list_append_unique_oid(declaring, policies[i]->relid);
            const ActingAs saved = act_as(plan.owner, true);
            plan.policies[plan.n_policies] = plan_policy(&text, rel, *policies[i], plan.n_policies, plan.owner);
            ++plan.n_policies;
            leave(saved);
        }
    const char *has = plan.n_policies == 0 ? "NULL::int4" : psprintf("CASE%s END", text.policy.data);
    plan.sql = psprintf("SELECT t.ctid, t.%s, %s, %s, %s%s FROM ONLY %s t%s", clock_name(leaf), has, holds_text(leaf, declaring),
                        done_text(leaf, policies, count), text.columns.data, qualified_name(leaf), text.joins.data);
    table_close(rel, AccessShareLock);
    return plan;
}

const char *within_blocks(const AuditPlan &plan) {
    return psprintf("%s WHERE t.ctid OPERATOR(pg_catalog.>=) $1 AND t.ctid OPERATOR(pg_catalog.<) $2", plan.sql);
}

}  // namespace pg_retention
