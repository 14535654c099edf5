#include "schema/type_change.hpp"

#include <algorithm>

#include "pg/compat.hpp"

extern "C" {
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "utils/float.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// Casts that have a value for each, and, but where the clocks are changed, not the same for two. Times with and without a zone are among
// them: only those of the last day of their calendar fail, and dates after it, which is in the year 294276.
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
    F_TEXT_INET,
    F_TEXT_NAME,
    F_TEXT_CHAR,
    F_TIMESTAMP_DATE,
    F_TIMESTAMPTZ_DATE,
    F_TIMESTAMPTZ_TIMESTAMP,
    F_TIMESTAMP_TIMESTAMPTZ,
    F_TIMEZONE_TEXT_TIMESTAMP,
    F_TIMEZONE_TEXT_TIMESTAMPTZ,
};

// Assignments that fail where a value does not fit, and lose nothing of one that does.
constexpr Oid kFailing[] = {
    F_INT2_INT4, F_INT2_INT8, F_INT4_INT8, F_VARCHAR_VARCHAR_INT4_BOOL, F_BPCHAR_BPCHAR_INT4_BOOL, F_BIT_BIT_INT4_BOOL, F_VARBIT,
};

// The result is no longer than what it is made of, but for a few letters.
constexpr Oid kPlain[] = {
    F_LOWER_TEXT,
    F_UPPER_TEXT,
    F_BTRIM_TEXT,
    F_REVERSE_TEXT,
    F_MD5_TEXT,
    F_LENGTH_TEXT,
    F_CHAR_LENGTH_TEXT,
    F_DATE_TIMESTAMP,
    F_JSONB_OBJECT_FIELD,
    F_JSONB_OBJECT_FIELD_TEXT,
    F_TO_TSVECTOR_REGCONFIG_TEXT,
};

template <std::size_t N>
bool is_one_of(const Oid (&functions)[N], Oid function) {
    return std::find(functions, functions + N, function) != functions + N;
}

// A value that the server writes as text: each has its own, unless digits are left out, and none fails.
bool writes_text(const CoerceViaIO *cast) {
    const Oid type = getBaseType(exprType(reinterpret_cast<const Node *>(cast->arg)));
    const bool text = cast->resulttype == TEXTOID || cast->resulttype == VARCHAROID;
    if ((type == FLOAT4OID || type == FLOAT8OID) && extra_float_digits <= 0) return false;
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

// Of what the server writes of it; -1: no more is known.
int32 most_written(Oid type) {
    switch (type) {
        case BOOLOID: return 5;
        case INT2OID: return 6;
        case INT4OID: return 11;
        case INT8OID: return 20;
        case UUIDOID: return 36;
        default: return get_typtype(type) == TYPTYPE_ENUM ? NAMEDATALEN - 1 : -1;
    }
}

// Of a string; -1: no more is known than that it has one.
int32 most_characters(const Node *node) {
    const Oid type = getBaseType(exprType(node));
    const int32 modifier = exprTypmod(node);
    if ((type == VARCHAROID || type == BPCHAROID) && modifier >= VARHDRSZ) return modifier - VARHDRSZ;
    if (IsA(node, RelabelType))
        return most_characters(reinterpret_cast<const Node *>(reinterpret_cast<const RelabelType *>(node)->arg));
    if (IsA(node, CoerceViaIO))
        return most_written(
            getBaseType(exprType(reinterpret_cast<const Node *>(reinterpret_cast<const CoerceViaIO *>(node)->arg))));
    if (!IsA(node, FuncExpr)) return -1;
    const auto *call = reinterpret_cast<const FuncExpr *>(node);
    if (call->funcid == F_TEXT_BOOL) return most_written(BOOLOID);
    return call->funcid == F_TEXT_BPCHAR ? most_characters(static_cast<const Node *>(linitial(call->args))) : -1;
}

bool has_labels_of(Oid type, Oid other) {
    CatCList *labels = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(other));
    bool all = true;
    for (int i = 0; i < labels->n_members; ++i) {
        const auto *label = reinterpret_cast<Form_pg_enum>(GETSTRUCT(&labels->members[i]->tuple));
        all = all && SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(NameStr(label->enumlabel)));
    }
    ReleaseCatCacheList(labels);
    return all;
}

// An enum by way of its text, to one that has all its labels, as migrations change enums; null: it is another cast.
const Node *step_of_enum(const CoerceViaIO *cast) {
    const auto *text = reinterpret_cast<const Node *>(cast->arg);
    if (get_typtype(cast->resulttype) != TYPTYPE_ENUM || !IsA(text, CoerceViaIO)) return nullptr;
    const auto *value = reinterpret_cast<const Node *>(reinterpret_cast<const CoerceViaIO *>(text)->arg);
    const Oid type = exprType(value);
    return get_typtype(type) == TYPTYPE_ENUM && has_labels_of(cast->resulttype, type) ? value : nullptr;
}

// The modifier that a value is made to have; -1: none that is known.
int32 modifier_of(const FuncExpr *call) {
    const auto *modifier = list_length(call->args) < 2 ? nullptr : static_cast<const Node *>(lsecond(call->args));
    if (modifier == nullptr || !IsA(modifier, Const) || reinterpret_cast<const Const *>(modifier)->constisnull) return -1;
    return DatumGetInt32(reinterpret_cast<const Const *>(modifier)->constvalue);
}

// Takes no more room than null does.
bool is_empty_text(const Node *node) {
    if (!IsA(node, Const)) return false;
    const auto *constant = reinterpret_cast<const Const *>(node);
    const bool text = constant->consttype == TEXTOID || constant->consttype == VARCHAROID;
    return text && !constant->constisnull && VARSIZE_ANY_EXHDR(DatumGetPointer(constant->constvalue)) == 0;
}

// COALESCE of a text and an empty one, with which searches are written; null: it is another.
const Node *step_of_coalesce(const CoalesceExpr *coalesce) {
    if (list_length(coalesce->args) != 2 || !is_empty_text(static_cast<const Node *>(lsecond(coalesce->args)))) return nullptr;
    return static_cast<const Node *>(linitial(coalesce->args));
}

// A length that each value has room in. Those of char(n) are filled up to it; others would lose the spaces they end with.
bool has_room(const FuncExpr *call) {
    const bool fills = call->funcid == F_BPCHAR_BPCHAR_INT4_BOOL;
    if (call->funcid != F_VARCHAR_VARCHAR_INT4_BOOL && !fills) return false;
    const auto *value = static_cast<const Node *>(linitial(call->args));
    if (fills && (!IsA(value, Var) || getBaseType(exprType(value)) != BPCHAROID)) return false;
    const int32 most = most_characters(value);
    return most >= 0 && most <= modifier_of(call) - VARHDRSZ;
}

// Digits before the point fail where there is no room for them, those behind it are rounded.
bool keeps_scale(const FuncExpr *call) {
    const auto scale = [](int32 modifier) { return (((modifier - VARHDRSZ) & 0x7ff) ^ 1024) - 1024; };
    const int32 from = exprTypmod(static_cast<const Node *>(linitial(call->args)));
    const int32 to = modifier_of(call);
    return call->funcid == F_NUMERIC_NUMERIC_INT4 && from >= VARHDRSZ && to >= VARHDRSZ && scale(from) <= scale(to);
}

// Each element by itself.
template <typename F>
const Node *step_of_elements(const ArrayCoerceExpr *cast, F next) {
    const auto *element = reinterpret_cast<const Node *>(cast->elemexpr);
    while (element != nullptr && !IsA(element, CaseTestExpr)) element = next(element);
    return element == nullptr ? nullptr : reinterpret_cast<const Node *>(cast->arg);
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
            return writes_text(cast) ? reinterpret_cast<const Node *>(cast->arg) : step_of_enum(cast);
        }
        case T_ArrayCoerceExpr:
            return step_of_elements(reinterpret_cast<const ArrayCoerceExpr *>(node),
                                    [only_casts](const Node *element) { return step(element, only_casts); });
        case T_CoalesceExpr: return only_casts ? nullptr : step_of_coalesce(reinterpret_cast<const CoalesceExpr *>(node));
        case T_FuncExpr: {
            const auto *call = reinterpret_cast<const FuncExpr *>(node);
            return passes_on(call->funcid, only_casts) || (only_casts && has_room(call)) ? only_argument(call->args) : nullptr;
        }
        case T_OpExpr: {
            const auto *operation = reinterpret_cast<const OpExpr *>(node);
            return passes_on(get_opcode(operation->opno), only_casts) ? only_argument(operation->args) : nullptr;
        }
        default: return nullptr;
    }
}

// Of an assignment; null: a value might lose something.
const Node *step_that_may_fail(const Node *node) {
    const Node *sure = step(node, true);
    if (sure != nullptr) return sure;
    switch (nodeTag(node)) {
        case T_CoerceToDomain: return reinterpret_cast<const Node *>(reinterpret_cast<const CoerceToDomain *>(node)->arg);
        case T_ArrayCoerceExpr: return step_of_elements(reinterpret_cast<const ArrayCoerceExpr *>(node), step_that_may_fail);
        case T_FuncExpr: {
            const auto *call = reinterpret_cast<const FuncExpr *>(node);
            return is_one_of(kFailing, call->funcid) || keeps_scale(call) ? only_argument(call->args) : nullptr;
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
    bool stored = true, tried = false;
    // It cannot be assigned, and the server says why.
    if (expression == nullptr) return is_said ? TypeChange::kReplaced : TypeChange::kTried;
    while (expression != nullptr && !IsA(expression, Var)) {
        stored = stored && (IsA(expression, RelabelType) || IsA(expression, CoerceToDomain));
        const Node *next = step(expression, true);
        if (next == nullptr && !is_said) {
            tried = true;
            next = step_that_may_fail(expression);
        }
        expression = next;
    }
    if (expression == nullptr || reinterpret_cast<const Var *>(expression)->varattno != column)
        return is_said ? TypeChange::kReplaced : TypeChange::kCut;
    if (tried) return TypeChange::kTried;
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
