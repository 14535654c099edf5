#include "schema/condition.hpp"

#include "pg/compat.hpp"
#include "pg/timezone.hpp"
#include "schema/extension.hpp"

extern "C" {
#include "access/sysattr.h"
#include "access/tableam.h"
#include "catalog/heap.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_retention {

namespace {

// As errors call where the condition stands: set by each that is read.
constinit const char *asked_field = "applies_to";

bool find_subquery(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, SubLink)) return true;
    return raw_expression_tree_walker(node, tree_walker_fn(find_subquery), context);
}

// "customer_id.is_draft", as clock_starts has it: a name of a column where that of the table stands.
bool find_path(Node *node, void *context) {
    if (node == nullptr) return false;
    if (!IsA(node, ColumnRef)) return raw_expression_tree_walker(node, tree_walker_fn(find_path), context);
    const List *fields = reinterpret_cast<const ColumnRef *>(node)->fields;
    Relation rel = static_cast<Relation>(context);
    if (list_length(fields) < 2 || !IsA(lsecond(fields), String)) return false;
    const char *first = strVal(linitial(fields));
    if (strcmp(first, RelationGetRelationName(rel)) == 0 || get_attnum(RelationGetRelid(rel), first) == InvalidAttrNumber)
        return false;
    ereport(
        ERROR,
        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
         errmsg("condition in field \"%s\" follows path \"%s\"", asked_field, NameListToString(const_cast<List *>(fields))),
         errhint(
             "The condition may read only columns of the row itself: what another row decides must stand in one of them, too.")));
    return true;
}

bool is_named(Oid relid, const List *qualifiers) {
    const int n = list_length(qualifiers);
    if (strcmp(strVal(llast(qualifiers)), get_rel_name(relid)) != 0) return false;
    return n == 1 || strcmp(strVal(list_nth(qualifiers, n - 2)), get_namespace_name(get_rel_namespace(relid))) == 0;
}

// A column may be named with its table. Rows of a partition are asked the same, and there it has another name.
bool drop_qualifiers(Node *node, void *context) {
    if (node == nullptr) return false;
    if (!IsA(node, ColumnRef)) return raw_expression_tree_walker(node, tree_walker_fn(drop_qualifiers), context);
    auto *column = reinterpret_cast<ColumnRef *>(node);
    Relation rel = static_cast<Relation>(context);
    if (list_length(column->fields) < 2 || !IsA(llast(column->fields), String)) return false;
    List *tables =
        lcons_oid(RelationGetRelid(rel), rel->rd_rel->relispartition ? get_partition_ancestors(RelationGetRelid(rel)) : NIL);
    const List *qualifiers = list_truncate(list_copy(column->fields), list_length(column->fields) - 1);
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (is_named(lfirst_oid(cell), qualifiers)) column->fields = list_make1(llast(column->fields));
    return false;
}

bool is_star(const Node *node) {
    return IsA(node, ColumnRef) && IsA(llast(reinterpret_cast<const ColumnRef *>(node)->fields), A_Star);
}

// The text is read by itself, as PL/pgSQL reads an expression, so that nothing put around it can make another of it. That
// grammar also knows clauses that may follow: of those there must be none.
Node *raw_condition(const char *text) {
    List *parsed = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
    auto *select = list_length(parsed) == 1 ? linitial_node(RawStmt, parsed)->stmt : nullptr;
    if (select == nullptr || !IsA(select, SelectStmt)) return nullptr;
    auto *stmt = reinterpret_cast<SelectStmt *>(select);
    if (list_length(stmt->targetList) != 1 || !IsA(linitial(stmt->targetList), ResTarget)) return nullptr;
    auto *target = linitial_node(ResTarget, stmt->targetList);
    auto *expected = makeNode(SelectStmt);
    expected->targetList = stmt->targetList;
    expected->limitOption = stmt->limitOption;
    const bool nothing_else = equal(stmt, expected) && target->name == nullptr && target->indirection == NIL;
    return nothing_else && !is_star(target->val) ? target->val : nullptr;
}

[[noreturn]] void refuse_reading(const char *what, const char *hint) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("condition in field \"%s\" reads %s", asked_field, what),
                    errhint("%s", hint)));
    pg_unreachable();
}

// A row is read before it is stored: what is generated, and what the system adds, is not there yet, and its clock hangs on the condition.
void refuse_columns(Relation rel, Node *expr) {
    TupleDesc desc = RelationGetDescr(rel);
    Bitmapset *columns = nullptr;
    pull_varattnos(expr, 1, &columns);
    int member = -1;
    while ((member = bms_next_member(columns, member)) >= 0) {
        const int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number == 0) refuse_reading("the whole row", "Name the columns that it is about.");
        if (number < 0) {
            const FormData_pg_attribute *system = SystemAttributeDefinition(static_cast<AttrNumber>(number));
            refuse_reading(psprintf("system column \"%s\"", NameStr(system->attname)), "Use only columns of the table.");
        }
        Form_pg_attribute att = TupleDescAttr(desc, number - 1);
        if (att->attgenerated != '\0')
            refuse_reading(psprintf("generated column \"%s\"", NameStr(att->attname)),
                           "Use the columns that it is computed from.");
        if (number == clock_column(RelationGetRelid(rel)))
            refuse_reading(psprintf("clock column \"%s\"", NameStr(att->attname)), "Use only columns of the table.");
    }
}

bool is_users_function(Oid function, void *) { return function >= FirstNormalObjectId; }

// Types that are made without a function of their maker's.
bool is_users_type(Oid type) {
    const Oid element = get_element_type(type);
    if (OidIsValid(element)) return is_users_type(element);
    return type >= FirstNormalObjectId && get_typtype(type) != TYPTYPE_ENUM;
}

// Constraints of a domain, and what compares or converts the values of a type, may be anybody's functions.
bool is_of_users(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, CoerceToDomain) || check_functions_in_node(node, is_users_function, context)) return true;
    if (!IsA(node, List) && is_users_type(exprType(node))) return true;
    return expression_tree_walker(node, tree_walker_fn(is_of_users), context);
}

}  // namespace

int fix_reading() {
    const PgZone zone = default_zone();
    const char *const settings[][2] = {{"TimeZone", pg_get_timezone_name(zone.zone())},
                                       {"DateStyle", "ISO, MDY"},
                                       {"IntervalStyle", "postgres"},
                                       {"extra_float_digits", "1"},
                                       {"transform_null_equals", "off"},
                                       {"array_nulls", "on"},
                                       {"lc_monetary", "C"},
                                       {"standard_conforming_strings", "on"}};
    const int level = NewGUCNestLevel();
    for (const auto &setting : settings)
        (void) set_config_option(setting[0], setting[1], PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    return level;
}

void restore_reading(int level) { AtEOXact_GUC(false, level); }

namespace {

// Literals as they are read under every standard_conforming_strings: one with a backslash is written as an escape string.
char *with_escapes(const char *sql) {
    StringInfoData out;
    initStringInfo(&out);
    for (const char *at = sql; *at != '\0';) {
        const char quote = *at;
        if (quote != '\'' && quote != '"') {
            appendStringInfoChar(&out, *at++);
            continue;
        }
        const char *end = at + 1;
        while (*end != '\0' && (*end != quote || end[1] == quote)) end += *end == quote ? 2 : 1;
        const bool escapes = quote == '\'' && memchr(at, '\\', static_cast<size_t>(end - at)) != nullptr;
        if (escapes) appendStringInfoChar(&out, 'E');
        for (; at < end; ++at) {
            if (escapes && *at == '\\') appendStringInfoChar(&out, '\\');
            appendStringInfoChar(&out, *at);
        }
        if (*at != '\0') appendStringInfoChar(&out, *at++);
    }
    return out.data;
}

char *written(Node *cooked, List *names, bool forces_prefix) {
    const int level = fix_reading();
    char *text = with_escapes(deparse_expression(cooked, names, forces_prefix, false));
    restore_reading(level);
    return text;
}

Node *cook(Relation rel, const char *text) {
    Node *raw = raw_condition(text);
    if (raw == nullptr)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("field \"%s\" is not a single condition", asked_field)));
    if (find_subquery(raw, nullptr))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("condition in field \"%s\" has a subquery", asked_field),
                        errhint("The condition may read only columns of the row itself.")));
    (void) drop_qualifiers(raw, rel);
    (void) find_path(raw, rel);
    ParseState *state = make_parsestate(nullptr);
    ParseNamespaceItem *item = addRangeTableEntryForRelation(state, rel, AccessShareLock, nullptr, false, true);
    addNSItemToQuery(state, item, false, true, true);
    Node *expr = transformExpr(state, raw, EXPR_KIND_INDEX_PREDICATE);
    expr = coerce_to_boolean(state, expr, asked_field);
    assign_expr_collations(state, expr);
    free_parsestate(state);
    if (contain_mutable_functions(expr))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_OBJECT_DEFINITION), errmsg("condition in field \"%s\" is not immutable", asked_field),
                 errhint("Use only immutable functions and operators.")));
    refuse_columns(rel, expr);
    return expr;
}

}  // namespace

Node *cook_condition(Relation rel, const char *text, const char *field) {
    asked_field = field;
    const int level = fix_reading();
    Node *condition = cook(rel, text);
    restore_reading(level);
    return condition;
}

char *condition_text(Relation rel, const char *text, const char *alias, const char *field) {
    List *names = deparse_context_for(alias, RelationGetRelid(rel));
    return written(cook_condition(rel, text, field), names, true);
}

char *condition_text(Oid relid, Node *cooked) { return written(cooked, deparse_context_for(get_rel_name(relid), relid), false); }

bool runs_servers_code_alone(Node *condition) { return !is_of_users(condition, nullptr); }

bool condition_holds(ExprState *state, ExprContext *context, TupleTableSlot *slot, HeapTuple row) {
    ExecStoreHeapTuple(row, slot, false);
    context->ecxt_scantuple = slot;
    bool isnull = false;
    const Datum value = ExecEvalExprSwitchContext(state, context, &isnull);
    const bool holds = !isnull && DatumGetBool(value);
    context->ecxt_scantuple = nullptr;
    ResetExprContext(context);
    ExecClearTuple(slot);
    return holds;
}

bool condition_holds(ExprState *state, ExprContext *context, TupleDesc desc, HeapTuple row) {
    TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
    const bool holds = condition_holds(state, context, slot, row);
    ExecDropSingleTupleTableSlot(slot);
    return holds;
}

}  // namespace pg_retention
