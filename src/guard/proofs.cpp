#include "guard/proofs.hpp"

#include "schema/indexes.hpp"
#include "pg/compat.hpp"
#include "schema/type_change.hpp"

extern "C" {
#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Of the table and of each one below it.
template <typename F>
bool all_of(Oid relid, F test) {
    ListCell *cell = nullptr;
    bool all = true;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        Relation rel = table_open(lfirst_oid(cell), AccessShareLock);
        all = all && test(rel);
        table_close(rel, NoLock);
    }
    return all;
}

Node *is_not_null(Relation rel, AttrNumber column) {
    const FormData_pg_attribute *att = TupleDescAttr(RelationGetDescr(rel), column - 1);
    auto *test = makeNode(NullTest);
    test->arg = reinterpret_cast<Expr *>(makeVar(1, column, att->atttypid, att->atttypmod, att->attcollation, 0));
    test->nulltesttype = IS_NOT_NULL;
    test->argisrow = false;
    test->location = -1;
    return reinterpret_cast<Node *>(test);
}

const char *name_of(const Node *element) {
    return IsA(element, String) ? strVal(element) : reinterpret_cast<const IndexElem *>(element)->name;
}

// As the columns' own: no other order, and no other collation.
bool is_ordinary(const Node *element) {
    if (IsA(element, String)) return true;
    const auto *index = reinterpret_cast<const IndexElem *>(element);
    return index->name != nullptr && index->opclass == NIL && index->collation == NIL;
}

bool has_column(Relation rel, AttrNumber column, const List *elements) {
    ListCell *cell = nullptr;
    foreach (cell, elements) {
        const auto *element = static_cast<const Node *>(lfirst(cell));
        if (is_ordinary(element) && get_attnum(RelationGetRelid(rel), name_of(element)) == column) return true;
    }
    return false;
}

bool is_usual(Relation rel, Relation index, int key) {
    const FormData_pg_attribute *att = TupleDescAttr(RelationGetDescr(rel), index->rd_index->indkey.values[key] - 1);
    const Oid usual = GetDefaultOpClass(att->atttypid, BTREE_AM_OID);
    return OidIsValid(usual) && index->rd_opfamily[key] == get_opclass_family(usual) &&
           index->rd_indcollation[key] == att->attcollation;
}

bool is_key_of(Relation rel, Relation index, const List *elements) {
    const FormData_pg_index *form = index->rd_index;
    if (form->indnkeyatts != list_length(elements) || !form->indisunique || !form->indisvalid || !form->indimmediate ||
        RelationGetIndexPredicate(index) != NIL)
        return false;
    for (int key = 0; key < form->indnkeyatts; ++key) {
        const AttrNumber column = form->indkey.values[key];
        if (column <= 0 || !has_column(rel, column, elements) || !is_usual(rel, index, key)) return false;
    }
    return true;
}

// By itself, or with the whole row.
bool reads(Node *expression, AttrNumber column) {
    Bitmapset *columns = nullptr;
    pull_varattnos(expression, 1, &columns);
    return bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns) ||
           bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
}

bool reads(Relation index, AttrNumber column) {
    for (int key = 0; key < index->rd_index->indnkeyatts; ++key)
        if (index->rd_index->indkey.values[key] == column) return true;
    return reads(reinterpret_cast<Node *>(RelationGetIndexExpressions(index)), column) ||
           reads(reinterpret_cast<Node *>(RelationGetIndexPredicate(index)), column);
}

struct Retyped {
    AttrNumber column;
    bool alike;   // values compare as before
    bool stored;  // and are the same to any function
};

bool is_of(const Node *node, AttrNumber column) {
    if (!IsA(node, Var)) return false;
    const AttrNumber read = reinterpret_cast<const Var *>(node)->varattno;
    return read == column || read == 0;
}

bool is_read_otherwise(Node *node, void *column);

// A comparison of the column, or whether it is null, says the same of a value that compares as before; whatever else reads it may not.
bool is_operand_otherwise(Node *node, void *column) {
    return !(IsA(node, Var) && reinterpret_cast<const Var *>(node)->varattno == *static_cast<AttrNumber *>(column)) &&
           is_read_otherwise(node, column);
}

bool is_any_otherwise(const List *arguments, void *column) {
    ListCell *cell = nullptr;
    foreach (cell, arguments)
        if (is_operand_otherwise(static_cast<Node *>(lfirst(cell)), column)) return true;
    return false;
}

bool is_read_otherwise(Node *node, void *column) {
    if (node == nullptr) return false;
    if (is_of(node, *static_cast<AttrNumber *>(column))) return true;
    if (IsA(node, NullTest))
        return is_operand_otherwise(reinterpret_cast<Node *>(reinterpret_cast<NullTest *>(node)->arg), column);
    if (IsA(node, OpExpr) && get_op_index_interpretation(reinterpret_cast<OpExpr *>(node)->opno) != NIL)
        return is_any_otherwise(reinterpret_cast<OpExpr *>(node)->args, column);
    if (IsA(node, ScalarArrayOpExpr) && get_op_index_interpretation(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno) != NIL)
        return is_any_otherwise(reinterpret_cast<ScalarArrayOpExpr *>(node)->args, column);
    return expression_tree_walker(node, tree_walker_fn(is_read_otherwise), column);
}

bool says_another(Node *condition, Retyped change) {
    if (!change.alike || contain_mutable_functions(condition)) return true;
    return !change.stored && is_read_otherwise(condition, &change.column);
}

bool is_checked_anew(Relation rel, const Retyped &change) {
    const TupleConstr *constraints = RelationGetDescr(rel)->constr;
    for (int i = 0; constraints != nullptr && i < constraints->num_check; ++i) {
        auto *condition = static_cast<Node *>(stringToNode(constraints->check[i].ccbin));
        if (constraints->check[i].ccvalid && reads(condition, change.column) && says_another(condition, change)) return true;
    }
    return false;
}

// A key, or what rows it is of.
bool is_keyed_anew(Relation index, Retyped change) {
    if (!index->rd_index->indisunique && !index->rd_index->indisexclusion) return false;
    if (!change.alike) return reads(index, change.column);
    return !change.stored && (is_read_otherwise(reinterpret_cast<Node *>(RelationGetIndexExpressions(index)), &change.column) ||
                              is_read_otherwise(reinterpret_cast<Node *>(RelationGetIndexPredicate(index)), &change.column));
}

bool is_compared_anew(Relation rel, const Retyped &change) {
    return is_checked_anew(rel, change) || any_index(rel, [&](Relation index) { return is_keyed_anew(index, change); });
}

Oid family_of(Oid type) {
    const Oid usual = GetDefaultOpClass(getBaseType(type), BTREE_AM_OID);
    return OidIsValid(usual) ? get_opclass_family(usual) : InvalidOid;
}

Retyped retyped(Relation rel, AttrNumber column, ColumnDef *def) {
    const FormData_pg_attribute *att = TupleDescAttr(RelationGetDescr(rel), column - 1);
    Oid type = InvalidOid;
    int32 modifier = -1;
    typenameTypeIdAndMod(nullptr, def->typeName, &type, &modifier);
    if (GetColumnDefCollation(nullptr, def, type) != att->attcollation) return {column, false, false};
    if (type == att->atttypid) return {column, true, true};
    // Two instants may have one local time, and two local times be one instant.
    const Oid base = getBaseType(type);
    const bool alike = base != TIMESTAMPOID && base != TIMESTAMPTZOID && OidIsValid(family_of(type)) &&
                       family_of(type) == family_of(att->atttypid);
    return {column, alike, alike && IsBinaryCoercible(att->atttypid, base)};
}

struct Names {
    const List *columns;
    bool only;  // whether others are looked for, or one of these
};

bool is_one(const ColumnRef *reference, const List *columns) {
    ListCell *cell = nullptr;
    if (list_length(reference->fields) != 1 || !IsA(linitial(reference->fields), String)) return false;
    foreach (cell, columns)
        if (strcmp(static_cast<const char *>(lfirst(cell)), strVal(linitial(reference->fields))) == 0) return true;
    return false;
}

bool find_reference(Node *node, void *context) {
    if (node == nullptr) return false;
    const auto *names = static_cast<const Names *>(context);
    if (IsA(node, ColumnRef)) return is_one(reinterpret_cast<const ColumnRef *>(node), names->columns) != names->only;
    return raw_expression_tree_walker(node, tree_walker_fn(find_reference), context);
}

const Constraint *constraint_of(const ColumnDef *def, ConstrType type) {
    ListCell *cell = nullptr;
    foreach (cell, def->constraints)
        if (lfirst_node(Constraint, cell)->contype == type) return lfirst_node(Constraint, cell);
    return nullptr;
}

bool is_new(Oid relid, const char *column) {
    return all_of(relid, [column](Relation rel) { return get_attnum(RelationGetRelid(rel), column) == InvalidAttrNumber; });
}

List *added(const AlterTableStmt *alter, Oid relid, bool for_keys) {
    List *columns = NIL;
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_AddColumn || command->def == nullptr) continue;
        auto *def = castNode(ColumnDef, command->def);
        const Constraint *value = constraint_of(def, CONSTR_DEFAULT);
        if (constraint_of(def, CONSTR_GENERATED) != nullptr || !is_new(relid, def->colname)) continue;
        if (!for_keys || value == nullptr || !is_constant(value->raw_expr)) columns = lappend(columns, def->colname);
    }
    return columns;
}

// A CHECK or a key has the column, or it is NOT NULL.
bool has_constraint(Relation rel, AttrNumber column) {
    return TupleDescAttr(RelationGetDescr(rel), column - 1)->attnotnull || is_compared_anew(rel, {column, false, false});
}

}  // namespace

bool proves_not_null(Oid relid, const char *column) {
    return all_of(relid, [column](Relation rel) {
        const AttrNumber number = get_attnum(RelationGetRelid(rel), column);
        return number > 0 && PartConstraintImpliedByRelConstraint(rel, list_make1(is_not_null(rel, number)));
    });
}

// Made ready as the server makes a partition's constraint ready that it hopes to find implied.
bool proves_check(Oid relid, const Node *raw) {
    return all_of(relid, [raw](Relation rel) {
        Node *condition = cook_expression(rel, raw, EXPR_KIND_CHECK_CONSTRAINT, {BOOLOID, -1});
        if (condition == nullptr || contain_mutable_functions(condition)) return false;
        condition = reinterpret_cast<Node *>(canonicalize_qual(reinterpret_cast<Expr *>(condition), true));
        return PartConstraintImpliedByRelConstraint(rel, make_ands_implicit(reinterpret_cast<Expr *>(condition)));
    });
}

bool proves_unique(Oid relid, const List *elements) {
    Relation rel = table_open(relid, AccessShareLock);
    const bool found = any_index(rel, [&](Relation index) { return is_key_of(rel, index, elements); });
    table_close(rel, NoLock);
    return found;
}

bool proves_keys_of(Oid parent, Oid partition) {
    Relation rel = table_open(parent, AccessShareLock);
    const bool missing = any_index(rel, [&](Relation index) {
        if (index->rd_index->indisexclusion) return true;
        List *columns = NIL;
        bool ordinary = !index->rd_index->indnullsnotdistinct;
        for (int key = 0; key < index->rd_index->indnkeyatts; ++key) {
            const AttrNumber column = index->rd_index->indkey.values[key];
            ordinary = ordinary && column > 0 && is_usual(rel, index, key);
            if (column > 0) columns = lappend(columns, makeString(get_attname(parent, column, false)));
        }
        return index->rd_index->indisunique && !(ordinary && proves_unique(partition, columns));
    });
    table_close(rel, NoLock);
    return !missing;
}

bool compares_anew(Oid relid, const AlterTableCmd *command) {
    return !all_of(relid, [command](Relation rel) {
        const AttrNumber column = get_attnum(RelationGetRelid(rel), command->name);
        return column <= 0 || !is_compared_anew(rel, retyped(rel, column, castNode(ColumnDef, command->def)));
    });
}

bool is_constrained(Oid relid, AttrNumber column) {
    const char *name = get_attname(relid, column, false);
    return !all_of(relid, [name](Relation rel) {
        const AttrNumber number = get_attnum(RelationGetRelid(rel), name);
        return number <= 0 || !has_constraint(rel, number);
    });
}

bool is_constant(const Node *raw) {
    while (IsA(raw, TypeCast)) raw = reinterpret_cast<const TypeCast *>(raw)->arg;
    return IsA(raw, A_Const);
}

List *added_columns(const AlterTableStmt *alter, Oid relid) { return added(alter, relid, false); }

List *added_key_columns(const AlterTableStmt *alter, Oid relid) { return added(alter, relid, true); }

bool reads_only(const Node *raw, const List *columns) {
    Names names = {columns, true};
    return !find_reference(const_cast<Node *>(raw), &names);
}

bool reads_added(const Node *raw, const AlterTableStmt *alter) {
    Names names = {NIL, false};
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AddColumn)
            names.columns = lappend(const_cast<List *>(names.columns), castNode(ColumnDef, command->def)->colname);
    }
    return find_reference(const_cast<Node *>(raw), &names);
}

}  // namespace pg_retention
