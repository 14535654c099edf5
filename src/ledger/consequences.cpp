#include "ledger/consequences.hpp"

#include "ledger/ledger.hpp"
#include "pg/compat.hpp"
#include "pg/mark.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
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
    Oid relid;
    LedgerAction action;
    int64 rows;  // negative: nobody counts them
    int level;
};

void add(Account *to, Oid relid, LedgerAction action, int64 rows) {
    MemoryContext before = MemoryContextSwitchTo(to->context);
    auto *one = static_cast<Consequence *>(palloc(sizeof(Consequence)));
    *one = Consequence{relid, action, rows, GetCurrentTransactionNestLevel()};
    to->touched = lappend(to->touched, one);
    MemoryContextSwitchTo(before);
}

// INSERT takes nothing from anybody.
bool find_action(CmdType command, LedgerAction *action) {
    switch (command) {
        case CMD_DELETE: *action = LedgerAction::kDeletedInConsequence; return true;
        case CMD_UPDATE:
        case CMD_MERGE: *action = LedgerAction::kChangedInConsequence; return true;
        default: return false;
    }
}

// The server counts the rows of the statement itself, not those of its CTEs, nor of what a rule adds.
void add_writes(Account *to, const PlannedStmt *plan, const Plan *node, int64 rows) {
    LedgerAction action = {};
    if (node == nullptr || !IsA(node, ModifyTable) || rows == 0) return;
    const auto *modify = reinterpret_cast<const ModifyTable *>(node);
    const Index index = modify->rootRelation != 0 ? modify->rootRelation : modify->nominalRelation;
    const Oid relid = rt_fetch(index, plan->rtable)->relid;
    if (get_rel_persistence(relid) != RELPERSISTENCE_TEMP && find_action(modify->operation, &action))
        add(to, relid, action, rows);
}

void end_level(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    if (open_account == nullptr || (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)) return;
    Account *of = open_account;
    const int level = GetCurrentTransactionNestLevel();
    ListCell *cell = nullptr;
    foreach (cell, of->touched) {
        auto *one = static_cast<Consequence *>(lfirst(cell));
        if (one->level < level) continue;
        if (event == SUBXACT_EVENT_COMMIT_SUB)
            one->level = level - 1;
        else
            of->touched = foreach_delete_current(of->touched, cell);
    }
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
    add_writes(to, plan, plan->planTree, plan->canSetTag ? static_cast<int64>(query->estate->es_processed) : -1);
    foreach (cell, plan->subplans) add_writes(to, plan, static_cast<const Plan *>(lfirst(cell)), -1);
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

void init_consequences() { RegisterSubXactCallback(end_level, nullptr); }

}  // namespace pg_retention
