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
struct Touched {
    OfLevel level;
    Consequence what;
    bool emptied;  // as a whole, or a part of it
};

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    Account *of = open_account;
    if (of != nullptr) of->touched = end_level(of->touched, event);
}

void add(Account *to, Oid relid, Effect effect, int64 rows, bool emptied = false) {
    call_at_level_end(end_subtransaction);
    MemoryContext before = MemoryContextSwitchTo(to->context);
    auto *one = static_cast<Touched *>(palloc(sizeof(Touched)));
    *one = Touched{{GetCurrentTransactionNestLevel()}, {relid, effect, rows}, emptied};
    to->touched = lappend(to->touched, one);
    MemoryContextSwitchTo(before);
}

void add_rows(Account *to, Oid relid, Effect effect, int64 rows) {
    if (rows != 0) add(to, relid, effect, rows);
}

// Tables that inherit from the one that is named lose rows with it, and of how many of them they were nobody knows.
void add_heirs(Account *to, const QueryDesc *query, const ModifyTable *modify, Oid named, Effect effect, int64 rows) {
    const ListCell *cell = nullptr;
    if (modify->rootRelation != 0 || rows == 0) return;
    foreach (cell, modify->resultRelations) {
        const Oid relid = rt_fetch(lfirst_int(cell), query->plannedstmt->rtable)->relid;
        if (relid != named) add(to, relid, effect, -1);
    }
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
    const int64 deleted = state == nullptr ? -1 : static_cast<int64>(state->mt_merge_deleted);
    const int64 changed = state == nullptr ? -1 : static_cast<int64>(state->mt_merge_updated);
    add_heirs(to, query, modify, relid, Effect::kDeleted, deleted);
    add_heirs(to, query, modify, relid, Effect::kChanged, changed);
    add_rows(to, relid, Effect::kDeleted, deleted);
    add_rows(to, relid, Effect::kChanged, changed);
}

// The server counts the rows of the statement itself, not those of its CTEs, nor of what a rule adds.
void add_writes(Account *to, const QueryDesc *query, const Plan *node, int64 rows) {
    if (node == nullptr || !IsA(node, ModifyTable)) return;
    const auto *modify = reinterpret_cast<const ModifyTable *>(node);
    const Index index = modify->rootRelation != 0 ? modify->rootRelation : modify->nominalRelation;
    const Oid relid = rt_fetch(index, query->plannedstmt->rtable)->relid;
    if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP) return;
    switch (modify->operation) {
        case CMD_DELETE:
            add_heirs(to, query, modify, relid, Effect::kDeleted, rows);
            return add_rows(to, relid, Effect::kDeleted, rows);
        case CMD_UPDATE:
            add_heirs(to, query, modify, relid, Effect::kChanged, rows);
            return add_rows(to, relid, Effect::kChanged, rows);
        case CMD_MERGE: return add_merge(to, query, modify, relid);
        case CMD_INSERT:
            // Which of those that are counted were there already, nobody knows.
            if (modify->onConflictAction == ONCONFLICT_UPDATE && rows != 0) add(to, relid, Effect::kChanged, -1);
            return add_rows(to, relid, Effect::kAdded, rows);
        default: return;
    }
}

// Whether it, or a table above it, which is emptied before its partitions, is entered as emptied.
bool is_emptied(const Account &account, Oid relid) {
    List *above = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;
    ListCell *cell = nullptr;
    foreach (cell, account.touched) {
        const auto *one = static_cast<const Touched *>(lfirst(cell));
        if (one->emptied && (one->what.relid == relid || list_member_oid(above, one->what.relid))) return true;
    }
    return false;
}

// Materialised views over it are refreshed from then on as those over a governed table are.
void note_touched(Oid relid) {
    const Oid table = get_relname_relid("touched", get_namespace_oid("retention", false));
    write_as(owner_of(table), "INSERT INTO retention.touched (relation) VALUES ($1) ON CONFLICT DO NOTHING", relid);
}

LedgerAction action_of(Effect effect) {
    switch (effect) {
        case Effect::kDeleted: return LedgerAction::kDeletedInConsequence;
        case Effect::kChanged: return LedgerAction::kChangedInConsequence;
        case Effect::kAdded: break;
    }
    pg_unreachable();
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
    if (to->refuse_all != nullptr) to->refuse_all(to, relid);
    add(to, relid, Effect::kDeleted, -1, true);
}

List *consequences_in(const Account &of) {
    List *sums = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, of.touched) {
        const Consequence &one = static_cast<const Touched *>(lfirst(cell))->what;
        Consequence *sum = nullptr;
        foreach (inner, sums) {
            auto *known = static_cast<Consequence *>(lfirst(inner));
            if (known->relid == one.relid && known->effect == one.effect) sum = known;
        }
        if (sum != nullptr) {
            sum->rows = sum->rows < 0 || one.rows < 0 ? -1 : sum->rows + one.rows;
        } else if (get_rel_name(one.relid) != nullptr) {
            sum = static_cast<Consequence *>(palloc(sizeof(Consequence)));
            *sum = one;
            sums = lappend(sums, sum);
        }
    }
    return sums;
}

bool was_written_to(const Account &account, int from, Oid relid) {
    for (int i = from; i < list_length(account.touched); ++i) {
        const Consequence &one = static_cast<const Touched *>(list_nth(account.touched, i))->what;
        if (one.effect == Effect::kDeleted || get_rel_name(one.relid) == nullptr) continue;
        if (one.relid == relid ||
            (get_rel_relispartition(one.relid) && list_member_oid(get_partition_ancestors(one.relid), relid)))
            return true;
    }
    return false;
}

void record_consequences(const Account &of, int16_t policy_id, const char *detail) {
    ListCell *cell = nullptr;
    foreach (cell, consequences_in(of)) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        if (one->effect == Effect::kAdded) continue;
        LedgerEntry entry = {};
        entry.action = action_of(one->effect);
        entry.policy_id = policy_id;
        entry.relid = one->relid;
        entry.row_count = one->rows;
        entry.detail = detail;
        note_touched(one->relid);
        append_ledger(entry);
    }
}

}  // namespace pg_retention
