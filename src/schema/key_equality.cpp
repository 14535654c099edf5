#include "schema/key_equality.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/stratnum.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

Oid collation_of(Oid relid, AttrNumber column) {
    Oid type = InvalidOid, collation = InvalidOid;
    int32 modifier = -1;
    get_atttypetypmodcoll(relid, column, &type, &modifier, &collation);
    return collation;
}

// The server's checks compare under the collation of the referenced column. Under deterministic ones the same values are
// equal, and then that of the column that is looked for has the index.
Oid collation_of_key(const Hop &hop, int k, Side column) {
    const Oid referenced = collation_of(hop.to_relid, hop.to[k]);
    const Oid referring = collation_of(hop.from_relid, hop.from[k]);
    if (!OidIsValid(referenced)) return referring;
    const bool alike =
        OidIsValid(referring) && get_collation_isdeterministic(referenced) && get_collation_isdeterministic(referring);
    return column == Side::kReferring && alike ? referring : referenced;
}

bool is_text(Oid op) { return op == TextEqualOperator; }
// Whatever the session's settings.
bool has_one_text(Oid type) { return is_integer(type) || type == UUIDOID || get_typtype(type) == TYPTYPE_ENUM; }

struct Operator {
    const char *name;  // OPERATOR(schema.name)
    Oid left;
    Oid right;
};

Operator operator_named(Oid op) {
    HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(op));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator %u", op);
    const auto form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    const Operator found = {
        psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name_or_temp(form->oprnamespace)), NameStr(form->oprname)),
        form->oprleft, form->oprright};
    ReleaseSysCache(tuple);
    return found;
}

// What an operator that takes many types takes is the type of the value.
Oid taken_as(const Operand &operand, Oid declared) {
    return IsPolymorphicType(declared) || declared == RECORDOID ? getBaseType(operand.type) : declared;
}

void append_operand(StringInfo sql, const Operand &operand, Oid declared, const char *array) {
    const Oid type = taken_as(operand, declared);
    appendStringInfoString(sql, operand.text);
    if (type != operand.type) appendStringInfo(sql, "::%s%s", type_name(type), array);
}

void append_collation(StringInfo sql, const Equality &equality, Oid type) {
    if (!OidIsValid(equality.collation) || !type_is_collatable(type)) return;
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(equality.collation));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for collation %u", equality.collation);
    const auto form = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    appendStringInfo(sql, " COLLATE %s",
                     quote_qualified_identifier(get_namespace_name_or_temp(form->collnamespace), NameStr(form->collname)));
    ReleaseSysCache(tuple);
}

}  // namespace

// By the name in the catalog: "character" would be character(1), and a cast to it cuts.
const char *type_name(Oid type) {
    HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    const auto form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const char *name =
        pstrdup(quote_qualified_identifier(get_namespace_name_or_temp(form->typnamespace), NameStr(form->typname)));
    ReleaseSysCache(tuple);
    return name;
}

Equality key_equality(const Hop &hop, int k, Side column) {
    Equality equality = {hop.equal[k], column == Side::kReferring, collation_of_key(hop, k, column)};
    const Oid commuted = equality.column_right ? get_commutator(equality.op) : InvalidOid;
    if (OidIsValid(commuted)) equality = Equality{commuted, false, equality.collation};
    return equality;
}

Equalities key_equalities(const Hop &hop, Side columns) {
    Equalities equalities = {};
    for (int k = 0; k < hop.n_keys; ++k) equalities.at[k] = key_equality(hop, k, columns);
    return equalities;
}

bool is_integer(Oid type) { return type == INT2OID || type == INT4OID || type == INT8OID; }

bool logical_equality(Oid from_relid, AttrNumber from, Oid to_relid, AttrNumber to, Oid *op) {
    const Oid referring = getBaseType(get_atttype(from_relid, from)), referred = getBaseType(get_atttype(to_relid, to));
    if (!is_collected(referring) || !is_collected(referred)) return false;
    const TypeCacheEntry *type = lookup_type_cache(referred, TYPECACHE_EQ_OPR | TYPECACHE_BTREE_OPFAMILY);
    const Oid own = lookup_type_cache(referring, TYPECACHE_EQ_OPR)->eq_opr;
    *op = type->eq_opr;
    if (OidIsValid(*op) && own == *op && (referring == referred || is_text(*op))) return true;
    *op = OidIsValid(type->btree_opf) ? get_opfamily_member(type->btree_opf, referred, referring, BTEqualStrategyNumber)
                                      : InvalidOid;
    // The server would have to collect values of one type as those of another.
    if (is_integer(referring) && is_integer(referred) && OidIsValid(*op)) return true;
    *op = TextEqualOperator;
    return (is_text(own) && has_one_text(referred)) || (is_text(type->eq_opr) && has_one_text(referring));
}

Equality equality_of(Oid relid, AttrNumber column) {
    const Oid type = getBaseType(get_atttype(relid, column));
    return Equality{lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr, false, collation_of(relid, column)};
}

Equality own_equality(Oid relid, AttrNumber column) {
    const Oid type = getBaseType(get_atttype(relid, column));
    const Equality equality = equality_of(relid, column);
    if (!OidIsValid(equality.op) || !is_collected(type))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("column \"%s\" of table \"%s\" is of type %s, which cannot be a key here",
                               get_attname(relid, column, false), get_rel_name(relid), format_type_be(type)),
                        errhint("Arrays, composite types and types without an equality are not collected in sets of keys.")));
    return equality;
}

Equalities own_equalities(Oid relid, const AttrNumber *columns, int n) {
    Equalities equalities = {};
    for (int k = 0; k < n; ++k) equalities.at[k] = own_equality(relid, columns[k]);
    return equalities;
}

bool is_collected(Oid type) {
    const Oid base = getBaseType(type);
    return OidIsValid(get_array_type(base)) && get_typtype(base) != TYPTYPE_COMPOSITE;
}

bool is_default_equality(Oid op) {
    const Oid type = operator_named(op).left;
    if (IsPolymorphicType(type) || type == RECORDOID) return true;
    return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr == op;
}

bool distinguish_alike(const Equality &a, const Equality &b) {
    const Operator x = operator_named(a.op), y = operator_named(b.op);
    return (a.column_right ? x.right : x.left) == (b.column_right ? y.right : y.left) && a.collation == b.collation;
}

void append_equal(StringInfo sql, const Equality &equality, const Operand &column, const Operand &value) {
    const Operator op = operator_named(equality.op);
    const Operand &left = equality.column_right ? value : column;
    const Operand &right = equality.column_right ? column : value;
    append_operand(sql, left, op.left, "");
    appendStringInfo(sql, " %s ", op.name);
    append_operand(sql, right, op.right, "");
    append_collation(sql, equality, taken_as(right, op.right));
}

void append_equal_any(StringInfo sql, const Equality &equality, const Operand &column, const Operand &array) {
    const Operator op = operator_named(equality.op);
    append_operand(sql, column, op.left, "");
    appendStringInfo(sql, " %s ANY (", op.name);
    append_operand(sql, array, op.right, "[]");
    append_collation(sql, equality, taken_as(array, op.right));
    appendStringInfoChar(sql, ')');
}

Oid append_key_value(StringInfo sql, const Equality &equality, const Operand &column) {
    const Operator op = operator_named(equality.op);
    const Oid declared = equality.column_right ? op.right : op.left;
    append_operand(sql, column, declared, "");
    append_collation(sql, equality, taken_as(column, declared));
    return taken_as(column, declared);
}

}  // namespace pg_retention
