#include "ledger/consequences.hpp"

#include "ledger/ledger.hpp"
#include "pg/compat.hpp"
#include "pg/mark.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"
#include "pg/transaction.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

constinit Dynamic<Account *> open_account{nullptr};

namespace {

// Of the subtransaction it happened in: one that is taken back has had no consequences.
struct Consequence {
    OfLevel level;
    Oid relid;
    LedgerAction action;
    int64 rows;    // negative: nobody counts them
    bool emptied;  // as a whole, or a part of it
};

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    Account *of = open_account;
    if (of != nullptr) of->touched = end_level(of->touched, event);
}

void add(Account *to, Oid relid, LedgerAction action, int64 rows, bool emptied = false) {
    call_at_level_end(end_subtransaction);
    MemoryContext before = MemoryContextSwitchTo(to->context);
    auto *one = static_cast<Consequence *>(palloc(sizeof(Consequence)));
    *one = Consequence{{GetCurrentTransactionNestLevel()}, relid, action, rows, emptied};
    to->touched = lappend(to->touched, one);
    MemoryContextSwitchTo(before);
}

void add_rows(Account *to, Oid relid, LedgerAction action, int64 rows) {
    if (rows != 0) add(to, relid, action, rows);
}

// How one that runs has gone so far; null for what is none.
const ModifyTableState *state_of(const QueryDesc *query, const ModifyTable *modify) {
    const auto is = [modify](const PlanState *state) { return state != nullptr && state->plan == &modify->plan; };
    if (is(query->planstate)) return reinterpret_cast<const ModifyTableState *>(query->planstate);
    ListCell *cell = nullptr;
    foreach (cell, query->estate->es_auxmodifytables)
        if (is(static_cast<const PlanState *>(lfirst(cell)))) return static_cast<const ModifyTableState *>(lfirst(cell));
    return nullptr;
}

// Of MERGE the server counts what it did by kind, in a CTE, too.
void add_merge(Account *to, const QueryDesc *query, const ModifyTable *modify, Oid relid) {
    const ModifyTableState *state = state_of(query, modify);
    add_rows(to, relid, LedgerAction::kDeletedInConsequence, state == nullptr ? -1 : static_cast<int64>(state->mt_merge_deleted));
    add_rows(to, relid, LedgerAction::kChangedInConsequence, state == nullptr ? -1 : static_cast<int64>(state->mt_merge_updated));
}

// The server counts the rows of the statement itself, not those of its CTEs, nor of what a rule adds.
void add_writes(Account *to, const QueryDesc *query, const Plan *node, int64 rows) {
    if (node == nullptr || !IsA(node, ModifyTable)) return;
    const auto *modify = reinterpret_cast<const ModifyTable *>(node);
    const Index index = modify->rootRelation != 0 ? modify->rootRelation : modify->nominalRelation;
    const Oid relid = rt_fetch(index, query->plannedstmt->rtable)->relid;
    if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP) return;
    switch (modify->operation) {
        case CMD_DELETE: return add_rows(to, relid, LedgerAction::kDeletedInConsequence, rows);
        case CMD_UPDATE: return add_rows(to, relid, LedgerAction::kChangedInConsequence, rows);
        case CMD_MERGE: return add_merge(to, query, modify, relid);
        case CMD_INSERT:
            // Rows that are added are taken from nobody; which of those that are counted were there already, nobody knows.
            if (modify->onConflictAction == ONCONFLICT_UPDATE && rows != 0)
                add(to, relid, LedgerAction::kChangedInConsequence, -1);
            return;
        default: return;
    }
}

// Whether it, or a table above it, which is emptied before its partitions, is entered as emptied.
bool is_emptied(const Account &account, Oid relid) {
    List *above = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;
    ListCell *cell = nullptr;
    foreach (cell, account.touched) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        if (one->emptied && (one->relid == relid || list_member_oid(above, one->relid))) return true;
    }
    return false;
}

// Materialised views over it are refreshed from then on as those over a governed table are.
void note_touched(Oid relid) {
    const Oid table = get_relname_relid("touched", get_namespace_oid("retention", false));
    write_as(owner_of(table), "INSERT INTO retention.touched (relation) VALUES ($1) ON CONFLICT DO NOTHING", relid);
}

// All of the same table and kind; counted once.
int64 take_sum(List *touched, Consequence *of) {
    int64 sum = 0;
    ListCell *cell = nullptr;
    foreach (cell, touched) {
        auto *one = static_cast<Consequence *>(lfirst(cell));
        if (one->relid != of->relid || one->action != of->action) continue;
        sum = sum < 0 || one->rows < 0 ? -1 : sum + one->rows;
        if (one != of) one->relid = InvalidOid;
    }
    return sum;
}

}  // namespace

void note_consequence(const QueryDesc *query) {
    Account *to = open_account;
    const PlannedStmt *plan = query->plannedstmt;
    ListCell *cell = nullptr;
    if (to == nullptr || is_own(exemption_at(plan->stmt_location)) || query->estate == nullptr) return;
    add_writes(to, query, plan->planTree, plan->canSetTag ? static_cast<int64>(query->estate->es_processed) : -1);
    foreach (cell, plan->subplans) add_writes(to, query, static_cast<const Plan *>(lfirst(cell)), -1);
}

void note_emptied(Oid relid) {
    Account *to = open_account;
    if (to == nullptr || get_rel_persistence(relid) == RELPERSISTENCE_TEMP || is_emptied(*to, relid)) return;
    add(to, relid, LedgerAction::kDeletedInConsequence, -1, true);
}

void record_consequences(const Account &of, int16_t policy_id, const char *detail) {
    ListCell *cell = nullptr;
    foreach (cell, of.touched) {
        auto *one = static_cast<Consequence *>(lfirst(cell));
        if (!OidIsValid(one->relid) || get_rel_name(one->relid) == nullptr) continue;
        LedgerEntry entry = {};
        entry.action = one->action;
        entry.policy_id = policy_id;
        entry.relid = one->relid;
        entry.row_count = take_sum(of.touched, one);
        entry.detail = detail;
        note_touched(one->relid);
        append_ledger(entry);
    }
}

}  // namespace pg_retention
