#include "schema/type_change.hpp"

#include <algorithm>

#include "pg/compat.hpp"

extern "C" {
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Casts that have a value for each, and, but where the clocks are changed, not the same for two. Times with and without a zone are among
// them: only those of the last day of their calendar fail.
constexpr Oid kWidening[] = {
    F_INT4_INT2,
    F_INT8_INT2,
    F_INT8_INT4,
    F_NUMERIC_INT2,
    F_NUMERIC_INT4,
    F_NUMERIC_INT8,
    F_FLOAT8_INT2,
    F_FLOAT8_INT4,
    F_FLOAT8_FLOAT4,
    F_TEXT_BPCHAR,
    F_TEXT_BOOL,
    F_TIMESTAMPTZ_TIMESTAMP,
    F_TIMESTAMP_TIMESTAMPTZ,
    F_TIMEZONE_TEXT_TIMESTAMP,
    F_TIMEZONE_TEXT_TIMESTAMPTZ,
};

// The result is no longer than what it is made of, but for a few letters.
constexpr Oid kPlain[] = {
    F_LOWER_TEXT,
    F_UPPER_TEXT,
    F_BTRIM_TEXT,
    F_DATE_TIMESTAMP,
    F_JSONB_OBJECT_FIELD,
    F_JSONB_OBJECT_FIELD_TEXT,
    F_TO_TSVECTOR_REGCONFIG_TEXT,
};

template <std::size_t N>
bool is_one_of(const Oid (&functions)[N], Oid function) {
    return std::find(functions, functions + N, function) != functions + N;
}

// A value that the server writes as text: each has its own, and none fails.
bool writes_text(const CoerceViaIO *cast) {
    const Oid type = exprType(reinterpret_cast<const Node *>(cast->arg));
    const bool text = cast->resulttype == TEXTOID || cast->resulttype == VARCHAROID;
    const char kind = get_typtype(type);
    return text && (kind == TYPTYPE_ENUM || (kind == TYPTYPE_BASE && type < FirstNormalObjectId && !type_is_array(type)));
}

// What a cast is of: a call's arguments but for constants, which are a zone, a key, a configuration. Null: there are more.
const Node *only_argument(const List *arguments) {
    const Node *found = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, arguments) {
        const auto *argument = static_cast<const Node *>(lfirst(cell));
        if (IsA(argument, Const)) continue;
        if (found != nullptr) return nullptr;
        found = argument;
    }
    return found;
}

bool passes_on(Oid function, bool only_casts) {
    return is_one_of(kWidening, function) || (!only_casts && is_one_of(kPlain, function));
}

// The next step on the way from the expression to its column; null: none that is known.
const Node *step(const Node *node, bool only_casts) {
    switch (nodeTag(node)) {
        case T_RelabelType: return reinterpret_cast<const Node *>(reinterpret_cast<const RelabelType *>(node)->arg);
        case T_CoerceToDomain: {
            const auto *coerce = reinterpret_cast<const CoerceToDomain *>(node);
            return has_constraints(coerce->resulttype) ? nullptr : reinterpret_cast<const Node *>(coerce->arg);
        }
        case T_CoerceViaIO: {
            const auto *cast = reinterpret_cast<const CoerceViaIO *>(node);
            return writes_text(cast) ? reinterpret_cast<const Node *>(cast->arg) : nullptr;
        }
        case T_FuncExpr: {
            const auto *call = reinterpret_cast<const FuncExpr *>(node);
            return passes_on(call->funcid, only_casts) ? only_argument(call->args) : nullptr;
        }
        case T_OpExpr: {
            const auto *operation = reinterpret_cast<const OpExpr *>(node);
            return passes_on(get_opcode(operation->opno), only_casts) ? only_argument(operation->args) : nullptr;
        }
        default: return nullptr;
    }
}

Node *plan_assignment(ParseState *state, Node *expression, Target target) {
    if (OidIsValid(target.type))
        expression = coerce_to_target_type(state, expression, exprType(expression), target.type, target.modifier,
                                           COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
    if (expression == nullptr) return nullptr;
    assign_expr_collations(state, expression);
    return reinterpret_cast<Node *>(expression_planner(reinterpret_cast<Expr *>(expression)));
}

// What the column becomes; null: the server says why it cannot.
Node *transformed(Relation rel, const ColumnDef *def, AttrNumber column) {
    Target target = {InvalidOid, -1};
    typenameTypeIdAndMod(nullptr, def->typeName, &target.type, &target.modifier);
    if (def->raw_default != nullptr) return cook_expression(rel, def->raw_default, EXPR_KIND_ALTER_COL_TRANSFORM, target);
    const FormData_pg_attribute *att = TupleDescAttr(RelationGetDescr(rel), column - 1);
    Var *var = makeVar(1, column, att->atttypid, att->atttypmod, att->attcollation, 0);
    return plan_assignment(make_parsestate(nullptr), reinterpret_cast<Node *>(var), target);
}

TypeChange change_to(const Node *expression, AttrNumber column, bool is_said) {
    bool stored = true;
    while (expression != nullptr && !IsA(expression, Var)) {
        stored = stored && (IsA(expression, RelabelType) || IsA(expression, CoerceToDomain));
        expression = step(expression, true);
    }
    if (expression == nullptr || reinterpret_cast<const Var *>(expression)->varattno != column)
        return is_said ? TypeChange::kReplaced : TypeChange::kTried;
    return stored ? TypeChange::kStored : TypeChange::kConverted;
}

}  // namespace

Node *cook_expression(Relation rel, const Node *raw, ParseExprKind kind, Target target) {
    ParseState *state = make_parsestate(nullptr);
    ParseNamespaceItem *item = addRangeTableEntryForRelation(state, rel, AccessShareLock, nullptr, false, true);
    addNSItemToQuery(state, item, false, true, true);
    return plan_assignment(state, transformExpr(state, static_cast<Node *>(copyObjectImpl(raw)), kind), target);
}

bool is_plain(const Node *expression) {
    while (expression != nullptr && !IsA(expression, Var)) expression = step(expression, false);
    return expression != nullptr && reinterpret_cast<const Var *>(expression)->varattno > 0;
}

TypeChange type_change(Oid relid, const AlterTableCmd *command) {
    const auto *def = castNode(ColumnDef, command->def);
    const AttrNumber column = get_attnum(relid, command->name);
    // Of a composite type it may be, whose tables change with it.
    Relation rel = relation_open(relid, AccessShareLock);
    const Node *expression = transformed(rel, def, column);
    relation_close(rel, NoLock);
    return change_to(expression, column, def->raw_default != nullptr);
}

}  // namespace pg_retention
