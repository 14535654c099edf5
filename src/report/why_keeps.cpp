// What keeps one row beside the periods of its policy: restrictions, rows that refer to it, what holds sweeps back, what failed, and columns
// that go before it.
#include "report/why.hpp"

#include "core/data/vocabulary.hpp"
#include "ledger/home.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "policy/system_time.hpp"
#include "report/keys.hpp"
#include "clock/ways.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"
#include "subject/subject.hpp"
#include "sweep/columns.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Whether the row is about a person whom the key leads to, as restrictions go.
bool is_about(const AskedRow &row, const Model &model, const char *kind_name, Datum key) {
    const Kind *kind = kind_named(model, kind_name);
    const KeySet persons = persons_with(*kind, &key, 1);
    if (persons.n == 0) return false;
    List *tables = with_ancestors(RelationGetRelid(row.leaf));
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, reach_tables(find_human(model, *kind, persons))) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (!list_member_oid(tables, table->relid)) continue;
        foreach (inner, table->conditions) {
            const auto *condition = static_cast<const Condition *>(lfirst(inner));
            Parameters parameters = {};
            StringInfoData sql;
            if (!is_owner(condition->link->role)) continue;
            initStringInfo(&sql);
            appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE t.tableoid OPERATOR(pg_catalog.=) $%d", qualified_name(table->relid),
                             add_parameter(&parameters, sql_value(RelationGetRelid(row.leaf))));
            appendStringInfo(&sql, " AND t.ctid OPERATOR(pg_catalog.=) $%d AND (",
                             add_parameter(&parameters, sql_value(row.tid)));
            append_condition(&sql, table->relid, *condition, &parameters);
            appendStringInfoChar(&sql, ')');
            if (run_as(owner_of(table->relid), kOnceReading, sql.data, parameters).n > 0) return true;
        }
    }
    return false;
}

bool is_restricted(const AskedRow &row) { return (core::flags_of(row.clock) & core::kRestricted) != 0; }

struct Holdups {
    const AskedRow *row;
    std::span<core::RowHoldup> all;
    size_t n;
    void add(core::Holdup what, const char *detail = nullptr, core::Micros until = core::kNever) {
        all[n++] = {what, kReader.text_in(detail), moment_at(until, row->zone)};
    }
};

constexpr size_t kMostHoldups = core::count_of<core::Holdup>();

// Those that views decide about, and when they began.
void add_held(Holdups *found, int16_t policy_id) {
    const SqlRows held = read_own(
        "SELECT h.state, h.detail, CASE h.state WHEN 'paused' THEN (SELECT z.paused_at FROM retention.pause z "
        "WHERE z.policy_id IN (0, $1) ORDER BY z.policy_id DESC LIMIT 1) "
        "ELSE (SELECT f.blown_at FROM retention.fuse f WHERE f.policy_id = $1 AND h.state = 'waiting for retention.approve()') END "
        "FROM (SELECT * FROM retention.held_policy UNION ALL SELECT * FROM retention.slowed_policy) h WHERE h.policy_id = $1",
        policy_id);
    for (size_t i = 0; i < kMostHoldups; ++i)
        for (const SqlRow row : held) {
            const auto what = static_cast<core::Holdup>(i);
            if (strcmp(row.text(1), core::name_of(what)) != 0) continue;
            // The others say how many rows are due, or how much WAL is behind, which is not about this row.
            found->add(what, what == core::Holdup::kPaused ? row.text(2) : nullptr, row.get_or<TimestampTz>(3, core::kNever));
        }
}

void add_tables_left(Holdups *found, const AskedRow &row) {
    const SqlRows left =
        read_own("SELECT cause, retry_at FROM retention.blocked_table WHERE relation = $1 AND policy_id IN (0, $2) "
                 "ORDER BY retry_at LIMIT 1",
                 RelationGetRelid(row.leaf), row.policy->id);
    for (const SqlRow table : left) found->add(core::Holdup::kTableLeft, table.text(1), table.get<TimestampTz>(2));
}

// Where nothing acts for other reasons, these do not matter.
void add_of_acting(Holdups *found, const AskedRow &row) {
    const Policy &policy = *row.policy;
    add_held(found, policy.id);
    if (const TimestampTz until = armed_until(policy); until > retention_now()) found->add(core::Holdup::kArmed, nullptr, until);
    if (core::is_started(row.clock) && core::start_of(row.clock) > warned_start(policy))
        found->add(core::Holdup::kWarnings, nullptr, policy.warned_until);
    add_tables_left(found, row);
}

core::RowColumn column_of(const AskedRow &row, const SqlRow &found) {
    const Policy &policy = *row.policy;
    const char *name = found.text(1);
    core::RowColumn column = {};
    column.name = kReader.text_in(name);
    column.category = kReader.text_in(found.text(2));
    column.period = found.get<core::Period>(3);
    column.required_by_law = found.get<bool>(4);
    const core::Start start = core::start_of(row.clock);
    const Oid leaf = RelationGetRelid(row.leaf);
    column.from = moment_at(column_over_from(policy, column.period, column.required_by_law, start), row.zone);
    column.is_done = (core::flags_of(row.clock) & core::kAnonymised) != 0 ||
                     (start <= column_done_until(policy, leaf, name) && !will_come_back(policy.id, leaf, start));
    const TimestampTz waits = column_waits_until(policy, name);
    if (waits > retention_now()) column.waits = moment_at(waits, row.zone);
    return column;
}

// How many rows refer to this one by the key; -1: the caller may not know.
int64 count_references(const AskedRow &row, const ForeignKey &key) {
    if (!may_read(key.referring) || key.period || key.n > kMaxKeys) return -1;
    Datum values[kMaxKeys];
    bool nulls[kMaxKeys];
    const Datum *columns[kMaxKeys];
    const bool *are_null[kMaxKeys];
    for (int k = 0; k < key.n; ++k) {
        const AttrNumber column = own_column(RelationGetRelid(row.leaf), key.referred, key.referred_columns[k]);
        values[k] = heap_getattr(row.row, column, RelationGetDescr(row.leaf), &nulls[k]);
        columns[k] = &values[k];
        are_null[k] = &nulls[k];
    }
    const Front front = first_front(key.referred, key.referred_columns, key.n, columns, are_null, 1);
    Parameters parameters = {};
    StringInfoData sql;
    if (front.n == 0) return 0;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT pg_catalog.count(*)");
    append_front_join(&sql, key.referring, key.referring_columns, key_equalities(hop_of(key), Side::kReferring), front,
                      &parameters);
    return run_as(owner_of(key.referring), kOnceReading, sql.data, parameters).first().get<int64>(1);
}

}  // namespace

std::span<const core::RowRestriction> restrictions_of(const AskedRow &row) {
    if (!is_restricted(row)) return {};
    const Model *model = load_model();
    const SqlRows standing = read_own(
        "SELECT restriction_id, restricted_at, kind, key FROM retention.restriction WHERE lifted_at IS NULL ORDER BY restriction_id");
    const auto found = room_for<core::RowRestriction>(standing.n);
    size_t n = 0;
    for (const SqlRow restriction : standing)
        if (is_about(row, *model, restriction.text(3), restriction.detoasted(4)))
            found[n++] = {restriction.get<int64>(1), moment_at(restriction.get<TimestampTz>(2), row.zone)};
    return found.first(n);
}

std::span<const core::RowReference> references_to(const AskedRow &row) {
    if (!deletes(row.policy->action)) return {};
    List *keys = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, with_ancestors(RelationGetRelid(row.leaf)))
        foreach (inner, foreign_keys_of(lfirst_oid(cell))) {
            ForeignKey key = {};
            if (load_foreign_key(lfirst_oid(inner), &key) && (key.keeps || key.cascades) && !key.inherited &&
                key.referred == lfirst_oid(cell))
                keys = list_append_unique_oid(keys, lfirst_oid(inner));
        }
    const auto found = room_for<core::RowReference>(static_cast<uint64>(list_length(keys)));
    size_t n = 0;
    foreach (cell, keys) {
        ForeignKey key = {};
        if (!load_foreign_key(lfirst_oid(cell), &key)) continue;
        found[n++] = {kReader.text_in(qualified_name(key.referring)), kReader.text_in(get_constraint_name(lfirst_oid(cell))),
                      count_references(row, key), key.cascades};
    }
    return found.first(n);
}

std::span<const core::RowHoldup> holdups_of(const AskedRow &row) {
    Holdups found = {&row, room_for<core::RowHoldup>(kMostHoldups), 0};
    const Oid leaf = RelationGetRelid(row.leaf);
    if (!home_known() || system_time_jump() != 0) found.add(core::Holdup::kResume);
    if (row.policy != nullptr && !is_confirmed(*row.policy)) found.add(core::Holdup::kNotConfirmed);
    if (row.policy != nullptr && row.policy->mode == Mode::kEnforce && !row.policy->ready) found.add(core::Holdup::kPreparing);
    if (awaits_stamps(leaf) || is_being_stamped(leaf)) found.add(core::Holdup::kNotStamped);
    if (row.policy != nullptr && row.policy->mode == Mode::kOff) found.add(core::Holdup::kOff);
    if (row.policy != nullptr && row.policy->mode == Mode::kObserve) found.add(core::Holdup::kObserving);
    if (row.policy != nullptr && enforced(*row.policy)) add_of_acting(&found, row);
    return found.all.first(found.n);
}

const core::BlockedRow *blocked_row(const AskedRow &row) {
    const SqlRows found = read_own("SELECT cause, attempts, columns_only, first_failed, retry_at FROM retention.blocked_row "
                                   "WHERE relation = $1 AND row_id = $2",
                                   RelationGetRelid(row.leaf), row.tid);
    if (found.n == 0) return nullptr;
    const SqlRow failed = found.first();
    auto *blocked = static_cast<core::BlockedRow *>(palloc0(sizeof(core::BlockedRow)));
    blocked->cause = kReader.text_in(failed.text(1));
    blocked->attempts = failed.get<int32>(2);
    blocked->columns_only = failed.get<bool>(3);
    blocked->since = moment_at(failed.get<TimestampTz>(4), row.zone);
    blocked->again = moment_at(failed.get<TimestampTz>(5), row.zone);
    return blocked;
}

std::span<const core::RowColumn> columns_of(const AskedRow &row) {
    const SqlRows found = read_own("SELECT column_name, category, keep_for, required_by_law FROM retention.personal_columns "
                                   "WHERE relation = $1 AND keep_for IS NOT NULL ORDER BY column_name COLLATE \"C\"",
                                   row.policy->relid);
    const auto columns = room_for<core::RowColumn>(found.n);
    for (uint64 i = 0; i < found.n; ++i) columns[i] = column_of(row, found[i]);
    return columns;
}

}  // namespace pg_retention
