#include "rows/act.hpp"

#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "clock/decide.hpp"
#include "ledger/consequences.hpp"
#include "personal/anonymiser.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

ItemPointerData *ids_of(const Row *rows, int n) {
    auto *ids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (n + 1)));
    for (int i = 0; i < n; ++i) ids[i] = rows[i].tid;
    return ids;
}

// What the row's clock tells from then on; 0: nothing new.
int flags_after(Action action) {
    switch (action) {
        case Action::kAnonymise: return core::kAnonymised;
        case Action::kAnonymiseAndAwait: return core::kAnonymised | core::kAwaiting;
        case Action::kKeep: return core::kKept;
        case Action::kDelete:
        case Action::kColumns: return 0;
    }
    pg_unreachable();
}

bool removes(Action action) {
    switch (action) {
        case Action::kDelete: return true;
        case Action::kAnonymise:
        case Action::kAnonymiseAndAwait:
        case Action::kKeep:
        case Action::kColumns: return false;
    }
    pg_unreachable();
}

// Asked of each row as its triggers have left it: whether one of them put a value back.
const char *returning(const Target &target) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell *cell = nullptr;
    foreach (cell, target.anonymisation->columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        if (core::tells_by_value(column->anonymiser))
            appendStringInfo(&sql, "%s%s", sql.len == 0 ? " RETURNING NOT (" : " AND ", is_anonymised(*column));
    }
    if (sql.len > 0) appendStringInfoChar(&sql, ')');
    return sql.data;
}

const char *statement(const Target &target, Action action, const ItemPointerData *ids, int n, Parameters *parameters) {
    if (removes(action)) {
        const int rows = add_parameter(parameters, TIDARRAYOID, tid_array(ids, n));
        return psprintf("DELETE FROM ONLY %s WHERE ctid = ANY ($%d)", target.table, rows);
    }
    AnonymisingUpdate update = {"", "", ""};
    if (target.anonymisation != nullptr)
        update = anonymising_update(*target.anonymisation, ids, n, parameters);
    else
        update.where = psprintf("t.ctid = ANY ($%d)", add_parameter(parameters, TIDARRAYOID, tid_array(ids, n)));
    const int flags = target.clock != nullptr ? flags_after(action) : 0;
    const char *clock = flags == 0 ? "" : psprintf("%s = retention.with_flags(t.%s, %d)", target.clock, target.clock, flags);
    return psprintf("UPDATE ONLY %s t SET %s%s%s%s WHERE %s%s", target.table, update.set,
                    flags != 0 && update.set[0] != '\0' ? ", " : "", clock, update.from, update.where,
                    target.anonymisation != nullptr ? returning(target) : "");
}

constexpr How kAnyIsThere = {PlanKind::kGeneric, Sees::kNow, 1, false};

// Where the rows are by now: a trigger may have changed them.
Datum latest_versions(const Target &target, const ItemPointerData *ids, int n) {
    auto *latest = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (n + 1)));
    Relation rel = table_open(target.leaf, NoLock);
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    TableScanDesc scan = table_beginscan_tid(rel, GetActiveSnapshot());
    for (int i = 0; i < n; ++i) {
        latest[i] = ids[i];
        table_tuple_get_latest_tid(scan, &latest[i]);
    }
    table_endscan(scan);
    PopActiveSnapshot();
    table_close(rel, NoLock);
    return tid_array(latest, n);
}

// A trigger may return NULL and so let the row stand without an error. What a cascade took is gone, too.
void check_gone(const Target &target, const ItemPointerData *ids, int n) {
    const char *sql = psprintf("SELECT 1 FROM ONLY %s WHERE ctid = ANY ($1)", target.table);
    if (run_as(target.owner, kAnyIsThere, sql, typed(TIDARRAYOID, latest_versions(target, ids, n))).n > 0)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table suppressed the action")));
}

bool may_be_put_back(const Target &target, int from) {
    const Account *account = open_account;
    if (account == nullptr || target.swept == nullptr || list_length(account->touched) == from) return false;
    return was_written_to(*account, from, topmost(target.leaf));
}

// A trigger may write the row anew that was deleted, which is over at once: then it starts at the latest moment that is just over.
void check_not_put_back(const Target &target, int from) {
    if (!may_be_put_back(target, from)) return;
    const core::Start hide = cutoffs_of(*target.swept, retention_now()).hide;
    if (hide < 0) return;
    const char *sql =
        psprintf("SELECT 1 FROM ONLY %s WHERE %s AND pg_catalog.age(xmin) OPERATOR(pg_catalog.<=) pg_catalog.age($3)",
                 target.table, pending_range(target.clock, 1, 2));
    if (run_as(target.owner, kAnyIsThere, sql, clock_value(core::first_from(target.swept->id, hide)),
               clock_value(core::last_until(target.swept->id, hide)), xid_value(GetCurrentTransactionId()))
            .n > 0)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table put the row back")));
}

void check_anonymised(const SqlRows &done) {
    if (done.table == nullptr) return;
    for (const SqlRow row : done)
        if (row.get_or(1, false))
            ereport(ERROR,
                    (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table put a personal value back")));
    done.free();
}

}  // namespace

void set_failure(Row *row, const ErrorData *error) {
    row->sqlstate = error->sqlerrcode;
    row->reason = error->message;
    row->detail = error->detail;
    row->cause = cause_of(error);
}

bool is_tied(const Row &row) {
    return row.sqlstate == ERRCODE_FOREIGN_KEY_VIOLATION || row.sqlstate == ERRCODE_RESTRICT_VIOLATION ||
           row.sqlstate == kMandatorySqlstate || row.sqlstate == kRestrictedSqlstate || row.sqlstate == kHeldSqlstate;
}

Target target_of(const Policy &policy, Oid leaf, const Columns &columns) {
    Target target = {};
    target.leaf = leaf;
    target.owner = acting_owner(leaf, policy.relid);
    target.table = qualified_name(leaf);
    target.clock = clock_name(leaf);
    // The policy's table has the declarations, its partitions have none of their own.
    target.anonymisation = anonymisation_of(policy.relid, leaf, &policy, columns);
    return target;
}

int64 act_together(const Target &target, Action action, const Row *rows, int n) {
    const ItemPointerData *ids = ids_of(rows, n);
    Parameters parameters = {};
    const char *sql = statement(target, action, ids, n, &parameters);
    const Account *account = open_account;
    const int from = account != nullptr ? list_length(account->touched) : 0;
    const SqlRows rows_done = run_as(target.owner, kKeptOnClocks, sql, parameters);
    const auto done = static_cast<int64>(rows_done.n);
    check_anonymised(rows_done);
    if (done < n) check_gone(target, ids, n);
    if (removes(action)) check_not_put_back(target, from);
    return done;
}

// What failed is looked for in parts of so many rows: where one in a hundred fails, that takes a sixth of the attempts that single rows would.
static int rows_in_part(int n) {
    constexpr int kPart = 25, kSmallPart = 5;
    if (n > kPart) return kPart;
    return n > kSmallPart ? kSmallPart : 1;
}

static int64 act_in_parts(const Target &target, Action action, Row *rows, int n) {
    const int part = rows_in_part(n);
    int64 done = 0;
    for (int i = 0; i < n; i += part) done += act(target, action, rows + i, Min(part, n - i));
    return done;
}

int64 act(const Target &target, Action action, Row *rows, int n, bool has_failed) {
    int64 done = 0;
    if (n == 0) return 0;
    if (has_failed && n > 1) return act_in_parts(target, action, rows, n);
    for (int i = 0; i < n; ++i) rows[i].sqlstate = 0;
    const ErrorData *error = attempt([&] { done = act_together(target, action, rows, n); });
    if (error == nullptr) return done;
    if (n > 1) return act_in_parts(target, action, rows, n);
    set_failure(rows, error);
    return 0;
}

}  // namespace pg_retention
