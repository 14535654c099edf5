// A copy is known by its query: one table, without a condition, a limit or a join, and the clock among what is copied. Who leaves out the
// clock, or says which rows, wants what can be seen. The verdict falls when the statement is executed.
#include "guard/whole_copy.hpp"

#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "guard/hidden.hpp"
#include "pg/compat.hpp"
#include "pg/copy_watch.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "commands/prepare.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
}

namespace pg_retention {

namespace {

// What the CREATE TABLE AS that runs now copies.
constinit Dynamic<List *> filled_from{NIL};

// A query and those around it, in which the names of its CTEs are looked up.
struct Level {
    const Query *query;
    const Level *above;
};

bool is_always_true(const Node *condition) {
    if (condition == nullptr) return true;
    if (!IsA(condition, Const)) return false;
    const auto *constant = reinterpret_cast<const Const *>(condition);
    return !constant->constisnull && DatumGetBool(constant->constvalue);
}

bool is_no_limit(const Node *limit) {
    return limit == nullptr || (IsA(limit, Const) && reinterpret_cast<const Const *>(limit)->constisnull);
}

// The one entry in FROM; null: there are none, or several.
const RangeTblEntry *only_item(const Query *query) {
    if (list_length(query->jointree->fromlist) != 1) return nullptr;
    const Node *from = static_cast<const Node *>(linitial(query->jointree->fromlist));
    return IsA(from, RangeTblRef) ? rt_fetch(reinterpret_cast<const RangeTblRef *>(from)->rtindex, query->rtable) : nullptr;
}

// The one entry that all rows of the query are those of; null: there is more to it.
const RangeTblEntry *only_source(const Query *query) {
    if (query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs || query->groupClause != NIL ||
        query->havingQual != nullptr)
        return nullptr;
    if (query->setOperations != nullptr || !is_no_limit(query->limitCount) || !is_no_limit(query->limitOffset)) return nullptr;
    return is_always_true(query->jointree->quals) ? only_item(query) : nullptr;
}

// The query behind the entry, and where it stands; false: it is none that reads.
bool find_source(const Level &at, const RangeTblEntry *entry, Level *found) {
    if (entry->rtekind == RTE_SUBQUERY) {
        *found = Level{entry->subquery, &at};
        return true;
    }
    if (entry->rtekind != RTE_CTE || entry->self_reference) return false;
    const Level *level = &at;
    for (Index up = 0; up < entry->ctelevelsup && level != nullptr; ++up) level = level->above;
    ListCell *cell = nullptr;
    if (level == nullptr) return false;
    foreach (cell, level->query->cteList) {
        const auto *cte = lfirst_node(CommonTableExpr, cell);
        if (strcmp(cte->ctename, entry->ctename) != 0) continue;
        *found = Level{castNode(Query, cte->ctequery), level};
        return found->query->commandType == CMD_SELECT;
    }
    return false;
}

bool names_clock(const Level &at, Node *expression);

bool is_among(const Level &at, const List *targets) {
    ListCell *cell = nullptr;
    foreach (cell, targets)
        if (names_clock(at, reinterpret_cast<Node *>(lfirst_node(TargetEntry, cell)->expr))) return true;
    return false;
}

bool selects_clock(const Level &at) { return is_among(at, at.query->targetList); }

bool is_clock(const Level &at, const Var *var) {
    if (var->varlevelsup != 0) return false;
    const RangeTblEntry *entry = rt_fetch(var->varno, at.query->rtable);
    if (entry->rtekind == RTE_RELATION)
        return is_governed(entry->relid) && (var->varattno == 0 || var->varattno == clock_column(entry->relid));
    Level source = {};
    if (!find_source(at, entry, &source)) return false;
    if (var->varattno == 0) return selects_clock(source);
    const TargetEntry *column = get_tle_by_resno(source.query->targetList, var->varattno);
    return column != nullptr && names_clock(source, reinterpret_cast<Node *>(column->expr));
}

// What our functions say of a clock is a report, and no copy of it.
bool reports(const Node *node) {
    if (!IsA(node, FuncExpr)) return false;
    const auto *call = reinterpret_cast<const FuncExpr *>(node);
    return call->funcresulttype != extension()->clock_type && get_func_namespace(call->funcid) == extension()->schema;
}

bool find_clock(Node *node, void *context) {
    if (node == nullptr || IsA(node, Query) || reports(node)) return false;
    const auto *at = static_cast<const Level *>(context);
    if (IsA(node, Var)) return is_clock(*at, reinterpret_cast<const Var *>(node));
    return expression_tree_walker(node, tree_walker_fn(find_clock), context);
}

bool names_clock(const Level &at, Node *expression) {
    Level level = at;
    return find_clock(expression, &level);
}

void add_sources(const Level &at, List **tables);

void add_member(const Level &at, const Node *node, List **tables) {
    if (IsA(node, SetOperationStmt)) {
        const auto *operation = reinterpret_cast<const SetOperationStmt *>(node);
        if (operation->op != SETOP_UNION) return;
        add_member(at, operation->larg, tables);
        add_member(at, operation->rarg, tables);
        return;
    }
    const auto *member = rt_fetch(castNode(RangeTblRef, node)->rtindex, at.query->rtable);
    const Level source = {member->subquery, &at};
    if (member->rtekind == RTE_SUBQUERY && selects_clock(source)) add_sources(source, tables);
}

void add_entry(const Level &at, const RangeTblEntry *entry, List **tables) {
    Level source = {};
    if (entry == nullptr) return;
    if (entry->rtekind == RTE_RELATION) {
        const bool reads = entry->inh || get_rel_relkind(entry->relid) != RELKIND_PARTITIONED_TABLE;
        if (is_governed(entry->relid) && entry->tablesample == nullptr && reads)
            *tables = list_append_unique_oid(*tables, entry->relid);
    } else if (find_source(at, entry, &source)) {
        add_sources(source, tables);
    }
}

// Tables of which the query has all rows.
void add_sources(const Level &at, List **tables) {
    if (at.query->setOperations != nullptr && at.query->limitCount == nullptr && at.query->limitOffset == nullptr)
        return add_member(at, at.query->setOperations, tables);
    add_entry(at, only_source(at.query), tables);
}

// What the SELECT, or the INSERT of one, copies with its clocks.
void add_copied(const Level &at, List **tables) {
    if (at.query->setOperations != nullptr || selects_clock(at)) add_sources(at, tables);
}

// MERGE inserts each row of its source for which there is none: into an empty table all of them.
void add_merged(const Level &at, List **tables) {
    ListCell *cell = nullptr;
    foreach (cell, at.query->mergeActionList) {
        const auto *action = lfirst_node(MergeAction, cell);
        if (action->commandType == CMD_INSERT && is_always_true(action->qual) && is_among(at, action->targetList))
            add_entry(at, only_item(at.query), tables);
    }
}

void add_written(const Level &at, List **tables) {
    if (at.query->commandType == CMD_MERGE) return add_merged(at, tables);
    if (at.query->commandType == CMD_INSERT && list_length(at.query->jointree->fromlist) == 1) add_copied(at, tables);
}

List *copied_tables(const Query *query) {
    List *tables = NIL;
    add_copied(Level{query, nullptr}, &tables);
    return tables;
}

void refuse_partial(List *tables) {
    ListCell *cell = nullptr;
    if (settings::reveal) return;
    foreach (cell, tables)
        if (holds_hidden_rows(lfirst_oid(cell)))
            ereport(
                ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("cannot copy all of \"%s\": it holds rows that are hidden by a retention policy",
                        get_rel_name(lfirst_oid(cell))),
                 errhint("To copy all rows, set retention.reveal as a role that may. A WHERE, or leaving out the clock, copies "
                         "what is visible.")));
}

// The plan has them in front of what it depends on, between two that nobody has.
void mark_copied(PlannedStmt *plan, const List *tables) {
    List *marked = list_make1_oid(InvalidOid);
    ListCell *cell = nullptr;
    foreach (cell, tables) marked = lappend_oid(marked, lfirst_oid(cell));
    plan->relationOids = list_concat(lappend_oid(marked, InvalidOid), plan->relationOids);
}

List *marked_copied(const PlannedStmt *plan) {
    List *tables = NIL;
    for (int i = 1; OidIsValid(list_nth_oid(plan->relationOids, i)); ++i)
        tables = lappend_oid(tables, list_nth_oid(plan->relationOids, i));
    return tables;
}

// By INSERT and MERGE, on their own or in a WITH.
List *copied_by_writes(const Query *query) {
    const Level top = {query, nullptr};
    List *tables = NIL;
    ListCell *cell = nullptr;
    if (query->stmt_location < -1) return NIL;
    add_written(top, &tables);
    foreach (cell, query->hasModifyingCTE ? query->cteList : NIL)
        add_written(Level{castNode(Query, lfirst_node(CommonTableExpr, cell)->ctequery), &top}, &tables);
    return tables;
}

bool is_marked(const PlannedStmt *plan) {
    const bool writes = plan->commandType == CMD_INSERT || plan->commandType == CMD_MERGE || plan->hasModifyingCTE;
    return writes && !OidIsValid(linitial_oid(plan->relationOids));
}

[[gnu::noinline]] void check_started(const QueryDesc *query) {
    guarded([query] {
        List *tables = is_marked(query->plannedstmt) ? marked_copied(query->plannedstmt) : filled_from;
        during(filled_from, NIL, [&] { refuse_partial(tables); });
    });
}

void started(const QueryDesc *query, int flags) {
    if ((flags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
    const bool fills = filled_from != NIL && query->operation == CMD_SELECT;
    if (is_marked(query->plannedstmt) || fills) check_started(query);
}

// Materialised views keep copies of what was visible: that is what they are for.
List *copied_by(const CreateTableAsStmt *create) {
    if (create->objtype == OBJECT_MATVIEW || create->into->skipData) return NIL;
    List *rewritten = NIL;
    const auto *query = castNode(Query, create->query);
    if (query->commandType == CMD_SELECT)
        rewritten = QueryRewrite(static_cast<Query *>(copyObjectImpl(query)));
    else if (query->utilityStmt != nullptr && IsA(query->utilityStmt, ExecuteStmt)) {
        const PreparedStatement *prepared =
            FetchPreparedStatement(reinterpret_cast<const ExecuteStmt *>(query->utilityStmt)->name, false);
        if (prepared != nullptr) rewritten = prepared->plansource->query_list;
    }
    return list_length(rewritten) == 1 ? copied_tables(linitial_node(Query, rewritten)) : NIL;
}

}  // namespace

void watch_whole_copy(const Command &command) {
    if (!IsA(command.statement(), CreateTableAsStmt) || extension() == nullptr) return proceed(command);
    during(filled_from, copied_by(command.as<CreateTableAsStmt>()), [&] { proceed(command); });
}

void init_whole_copy() { copy_watch = CopyWatch{copied_by_writes, mark_copied, started}; }

}  // namespace pg_retention
