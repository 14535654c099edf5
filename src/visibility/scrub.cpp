// Error details show rows. They are taken away where the row may be a hidden one: another row's key of an exclusion constraint,
// and any row once a cascade has reached a governed table, or while such a table is altered.
#include "ledger/consequences.hpp"
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"
#include "pg/command.hpp"
#include "pg/guard.hpp"
#include "pg/mark.hpp"
#include "pg/running.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/executor.h"
#include "parser/parsetree.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constinit ExecutorRun_hook_type previous_run = nullptr;
constinit ExecutorFinish_hook_type previous_finish = nullptr;
constinit emit_log_hook_type previous_emit = nullptr;

// In this transaction, since a constraint may be checked long after the statement that violates it, when no catalog may be read.
constinit bool wrote_governed = false;
constinit bool cascaded = false;
// Not forgotten as soon as it is over: what a procedure's COMMIT raises comes after the abort.
constinit bool over = false;

void begin_statement() {
    if (over) over = wrote_governed = cascaded = false;
}

void scrub_at_end(void *) { over = true; }

// Once a transaction, which so costs nothing where it does not happen.
void note_governed_write() {
    if (wrote_governed) return;
    auto *callback =
        static_cast<MemoryContextCallback *>(MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback)));
    callback->func = scrub_at_end;
    MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    wrote_governed = true;
}

bool writes(const QueryDesc *query) { return query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE; }

bool shows_a_row(int sqlstate, bool any) {
    if (settings::reveal) return false;
    if (any || cascaded) return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;
    return wrote_governed && sqlstate == ERRCODE_EXCLUSION_VIOLATION;
}

// In the place of an error that shows a row it raises one that does not.
void scrub(bool any, MemoryContext context) {
    if (!shows_a_row(geterrcode(), any)) return;
    MemoryContextSwitchTo(context);
    ErrorData *error = CopyErrorData();
    FlushErrorState();
    error->detail = nullptr;
    error->detail_log = nullptr;
    ReThrowError(error);
}

// Its own frame: nothing of the caller's lives across the setjmp. any: of whatever constraint the detail is.
template <typename F>
[[gnu::noinline]] void run_scrubbed(bool any, F body) {
    MemoryContext context = CurrentMemoryContext;
    PG_TRY();
    { body(); }
    PG_CATCH();
    {
        scrub(any, context);
        PG_RE_THROW();
    }
    PG_END_TRY();
}

void note_write(const QueryDesc *query) {
    if (!writes_governed(query)) return;
    note_governed_write();
    if (exemption_at(query->plannedstmt->stmt_location) == Exemption::kReferential) cascaded = true;
}

// Triggers, rules and functions inside a statement are planned and executed without the flag it was begun under.
template <typename F>
void run_lowered(F body) {
    if (!InNoForceRLSOperation()) return body();
    const SecurityContext before = lower_flag();
    body();
    restore(before);
}

[[gnu::noinline]] void run_writing(RETENTION_RUN_PARAMETERS) {
    begin_statement();
    guarded([query] { note_write(query); });
    Running statement = {};
    statement.query = query;
    // One setjmp for both: this is what every UPDATE and DELETE costs.
    during(
        running, &statement, [&] { run_lowered([&] { previous_run(RETENTION_RUN_ARGUMENTS); }); },
        [context = CurrentMemoryContext] { scrub(false, context); });
    guarded([query] { note_consequence(query); });
}

[[gnu::noinline]] void run_reading(RETENTION_RUN_PARAMETERS) {
    run_lowered([&] { previous_run(RETENTION_RUN_ARGUMENTS); });
}

// Rows that change or go take no others along. Rows that move to a partition meet what that one has.
bool fires_nothing(const QueryDesc *query, const ModifyTable *modify) {
    ListCell *cell = nullptr;
    if (open_account != nullptr || modify->rootRelation != 0) return false;
    foreach (cell, query->estate->es_opened_result_relations)
        if (static_cast<const ResultRelInfo *>(lfirst(cell))->ri_TrigDesc != nullptr) return false;
    return true;
}

// Writes a table that does not matter, and nothing follows from it. What triggers do for rows that are added they do in statements of their
// own; a cascade starts from a row that changes or goes.
bool is_plain(const QueryDesc *query) {
    const PlannedStmt *plan = query->plannedstmt;
    if (plan->hasModifyingCTE || plan->stmt_location < -1 || !IsA(plan->planTree, ModifyTable)) return false;
    const auto *modify = reinterpret_cast<const ModifyTable *>(plan->planTree);
    if (modify->onConflictAction != ONCONFLICT_NONE) return false;
    return !InNoForceRLSOperation() &&
           (query->operation == CMD_INSERT ? open_account == nullptr : fires_nothing(query, modify)) &&
           !any_result_relation(plan, [plan](int i) { return may_matter(rt_fetch(i, plan->rtable)->relid); });
}

// The last one that was found plain, for its end.
constinit const QueryDesc *plain = nullptr;

void run_scrubbed(RETENTION_RUN_PARAMETERS) {
    if (!writes(query))
        return InNoForceRLSOperation() ? run_reading(RETENTION_RUN_ARGUMENTS) : previous_run(RETENTION_RUN_ARGUMENTS);
    plain = nullptr;
    if (!is_plain(query)) return run_writing(RETENTION_RUN_ARGUMENTS);
    begin_statement();
    previous_run(RETENTION_RUN_ARGUMENTS);
    plain = query;
}

[[gnu::noinline]] void finish_writing(QueryDesc *query) {
    run_scrubbed(false, [query] { run_lowered([query] { previous_finish(query); }); });
}

void finish(QueryDesc *query) {
    if (writes(query) && query != plain)
        finish_writing(query);
    else
        previous_finish(query);
}

bool names_governed(const RangeVar *relation) {
    const Oid relid = relation == nullptr ? InvalidOid : RangeVarGetRelid(relation, NoLock, true);
    return OidIsValid(relid) && is_governed(relid);
}

enum class Scope : uint8_t { kNone, kNoted, kAny };

// What of the details of a command's errors goes: nothing; what the writing of rows, noted here, calls for; all.
Scope scope_of(const Node *statement) {
    if (extension() == nullptr) return Scope::kNone;
    if (IsA(statement, ConstraintsSetStmt)) return Scope::kNoted;
    if (IsA(statement, AlterTableStmt))
        return names_governed(reinterpret_cast<const AlterTableStmt *>(statement)->relation) ? Scope::kAny : Scope::kNone;
    if (!IsA(statement, CopyStmt)) return Scope::kNone;
    const auto *copy = reinterpret_cast<const CopyStmt *>(statement);
    if (!copy->is_from || !names_governed(copy->relation)) return Scope::kNone;
    note_governed_write();
    return Scope::kNoted;
}

void emit(ErrorData *error) {
    if (shows_a_row(error->sqlerrcode, false)) {
        error->detail = nullptr;
        error->detail_log = nullptr;
    }
    if (previous_emit != nullptr) previous_emit(error);
}

}  // namespace

void scrub_command(const Command &command) {
    begin_statement();
    const Scope scope = scope_of(command.statement());
    if (scope == Scope::kNone) return proceed(command);
    run_scrubbed(scope == Scope::kAny, [&] { proceed(command); });
}

bool writes_governed(const QueryDesc *query) {
    if (settings::reveal) return false;
    const PlannedStmt *plan = query->plannedstmt;
    return any_result_relation(plan, [plan](int i) { return is_governed(rt_fetch(i, plan->rtable)->relid); });
}

void init_scrub() {
    previous_run = ExecutorRun_hook != nullptr ? ExecutorRun_hook : standard_ExecutorRun;
    ExecutorRun_hook = run_scrubbed;
    previous_finish = ExecutorFinish_hook != nullptr ? ExecutorFinish_hook : standard_ExecutorFinish;
    ExecutorFinish_hook = finish;
    previous_emit = emit_log_hook;
    emit_log_hook = emit;
}

}  // namespace pg_retention
