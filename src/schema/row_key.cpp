#include "schema/row_key.hpp"

#include "schema/key_equality.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

// detail may be null.
[[noreturn]] void wrong_columns(const RowKey &key, const char *detail) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("the key of table \"%s\" is (%s)", get_rel_name(key.relid), column_list(key.relid, key.columns, key.n, "")),
             detail == nullptr ? 0 : errdetail("%s", detail),
             key.n == 1 ? errhint("Give its value.") : errhint("Give a jsonb object with a value for each of these columns.")));
    pg_unreachable();
}

// These two take what is too long for them without a word.
bool is_cut(Oid type, Datum value, Oid output, const char *text) {
    return (type == CHAROID || type == NAMEOID) && strcmp(OidOutputFunctionCall(output, value), text) != 0;
}

// With the owner's rights: a type may have checks of its owner's that run as a value is read, as a range over a domain has.
void read_value(RowKey *key, int i, const char *text) {
    const Oid type = getBaseType(get_atttype(key->relid, key->columns[i]));
    Oid input = InvalidOid, parameter = InvalidOid, output = InvalidOid;
    bool varlena = false;
    getTypeInputInfo(type, &input, &parameter);
    getTypeOutputInfo(type, &output, &varlena);
    const ActingAs saved = act_as(owner_of(key->relid), true);
    key->values[i] = typed(type, OidInputFunctionCall(input, const_cast<char *>(text), parameter, -1));
    const bool cut = is_cut(type, key->values[i].datum, output, text);
    leave(saved);
    if (cut)
        ereport(ERROR, (errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
                        errmsg("the value is too long for a key of type %s", format_type_be(type)),
                        errhint("Column \"%s\" of table \"%s\" cuts it, and would name another row.",
                                get_attname(key->relid, key->columns[i], false), get_rel_name(key->relid))));
}

bool holds_json(const RowKey &key, int i) { return getBaseType(get_atttype(key.relid, key.columns[i])) == JSONBOID; }

// The text of a JSON value as the column's type reads it; null for JSON's null, which is a value where the column holds JSON.
const char *text_for(const RowKey &key, int i, Jsonb *json) {
    JsonbValue value;
    const bool scalar = JsonbExtractScalar(&json->root, &value);
    if (scalar && value.type == jbvNull && !holds_json(key, i)) return nullptr;
    if (scalar && value.type == jbvString && !holds_json(key, i)) return pnstrdup(value.val.string.val, value.val.string.len);
    return JsonbToCString(nullptr, &json->root, VARSIZE(json));
}

RowKey of_columns(Oid relid, const AttrNumber *columns, int n) {
    RowKey key = {};
    key.relid = relid;
    key.n = n;
    for (int i = 0; i < n; ++i) key.columns[i] = columns[i];
    return key;
}

bool has_column(const RowKey &key, const char *name) {
    for (int i = 0; i < key.n; ++i)
        if (strcmp(get_attname(key.relid, key.columns[i], false), name) == 0) return true;
    return false;
}

[[noreturn]] void refuse_extra_field(const RowKey &key, Jsonb *json) {
    JsonbValue value;
    JsonbIterator *iterator = JsonbIteratorInit(&json->root);
    for (JsonbIteratorToken token = WJB_KEY; token != WJB_DONE;) {
        token = JsonbIteratorNext(&iterator, &value, true);
        if (token != WJB_KEY) continue;
        const char *name = pnstrdup(value.val.string.val, value.val.string.len);
        if (!has_column(key, name)) wrong_columns(key, psprintf("Field \"%s\" is none of them.", name));
    }
    wrong_columns(key, nullptr);
}

void read_object(RowKey *key, Jsonb *json) {
    for (int i = 0; i < key->n; ++i) {
        const char *name = get_attname(key->relid, key->columns[i], false);
        JsonbValue value;
        if (getKeyJsonValueFromContainer(&json->root, name, static_cast<int>(strlen(name)), &value) == nullptr)
            wrong_columns(*key, psprintf("Column \"%s\" is missing.", name));
        const char *text = text_for(*key, i, JsonbValueToJsonb(&value));
        if (text == nullptr) wrong_columns(*key, psprintf("Column \"%s\" is null.", name));
        read_value(key, i, text);
    }
    if (static_cast<int>(JB_ROOT_COUNT(json)) != key->n) refuse_extra_field(*key, json);
}

void read_only_value(RowKey *key, Jsonb *json) {
    const char *text = text_for(*key, 0, json);
    if (text == nullptr) wrong_columns(*key, nullptr);
    read_value(key, 0, text);
}

// Not by the call's expression: a caller may have none.
Oid argument_type(FunctionCallInfo fcinfo, int argument) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
    const Oid type = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proargtypes.values[argument];
    ReleaseSysCache(tuple);
    return type;
}

}  // namespace

namespace {

// The element of one of the index's vectors of OIDs that is about this column.
Oid of_column(HeapTuple index, AttrNumber vector, int column) {
    bool isnull = false;
    const Datum values = SysCacheGetAttr(INDEXRELID, index, vector, &isnull);
    return reinterpret_cast<oidvector *>(DatumGetPointer(values))->values[column];
}

Oid equality_of(Oid opclass) {
    const Oid type = get_opclass_input_type(opclass);
    return get_opcode(get_opfamily_member(get_opclass_family(opclass), type, type, BTEqualStrategyNumber));
}

// An index may tell values apart that are equal for the column: under another collation than a nondeterministic one, or by another equality.
bool tells_as_columns_do(Relation rel, HeapTuple tuple) {
    const auto *index = reinterpret_cast<const FormData_pg_index *>(GETSTRUCT(tuple));
    for (int i = 0; i < index->indnkeyatts; ++i) {
        const AttrNumber column = index->indkey.values[i];
        if (column <= 0) continue;
        const Oid collation = TupleDescAttr(RelationGetDescr(rel), column - 1)->attcollation;
        const Oid type = getBaseType(TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid);
        if (OidIsValid(collation) && !get_collation_isdeterministic(collation) &&
            collation != of_column(tuple, Anum_pg_index_indcollation, i))
            return false;
        if (equality_of(of_column(tuple, Anum_pg_index_indclass, i)) !=
            get_opcode(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr))
            return false;
    }
    return true;
}

// Calls f with each index that says of its columns that no two rows hold the same: unique, whole and checked at once. Without a lock: whoever
// changes two of the tables at once must not meet another in the middle.
template <typename F>
void for_each_unique_index(Relation rel, F f) {
    ListCell *cell = nullptr;
    foreach (cell, RelationGetIndexList(rel)) {
        HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
        if (!HeapTupleIsValid(tuple)) continue;
        const auto *index = reinterpret_cast<const FormData_pg_index *>(GETSTRUCT(tuple));
        const bool whole = heap_attisnull(tuple, Anum_pg_index_indpred, nullptr) && tells_as_columns_do(rel, tuple);
        if (index->indisunique && index->indimmediate && index->indisvalid && whole) f(*index);
        ReleaseSysCache(tuple);
    }
}

bool has_no_null(Relation rel, const FormData_pg_index &index) {
    for (int i = 0; i < index.indnkeyatts; ++i)
        if (index.indkey.values[i] <= 0 || !is_never_null(RelationGetDescr(rel), index.indkey.values[i] - 1)) return false;
    return true;
}

}  // namespace

Oid naming_index(Relation rel) {
    const Oid primary = primary_key_index(rel), identity = RelationGetReplicaIndex(rel);
    Oid found = InvalidOid;
    int columns = 0;
    if (OidIsValid(primary)) return primary;
    for_each_unique_index(rel, [&](const FormData_pg_index &index) {
        const bool narrower = !OidIsValid(found) || (found != identity && index.indnkeyatts < columns);
        if (!has_no_null(rel, index) || !(index.indexrelid == identity || narrower)) return;
        found = index.indexrelid;
        columns = index.indnkeyatts;
    });
    return found;
}

int primary_key(Oid relid, AttrNumber *columns) {
    Relation rel = table_open(relid, AccessShareLock);
    const Oid index_oid = naming_index(rel);
    if (!OidIsValid(index_oid))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" has no primary key", get_rel_name(relid)),
                        errhint("Rows are named by their primary key, or by a unique index over NOT NULL columns: add one.")));
    Relation index = index_open(index_oid, AccessShareLock);
    const int n = IndexRelationGetNumberOfKeyAttributes(index);
    if (n > kMaxKeys)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the key of table \"%s\" has more than %d columns", get_rel_name(relid), kMaxKeys)));
    for (int i = 0; i < n; ++i) columns[i] = index->rd_index->indkey.values[i];
    index_close(index, AccessShareLock);
    table_close(rel, AccessShareLock);
    return n;
}

bool is_unique_in(Oid relid, const AttrNumber *columns, int n) {
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return false;
    bool unique = false;
    for_each_unique_index(rel, [&](const FormData_pg_index &index) {
        bool covered = true;
        for (int i = 0; covered && i < index.indnkeyatts; ++i) {
            bool named = false;
            for (int k = 0; k < n; ++k) named = named || columns[k] == index.indkey.values[i];
            covered = named;
        }
        unique = unique || covered;
    });
    RelationClose(rel);
    return unique;
}

RowKey key_argument(Oid relid, const AttrNumber *columns, int n, FunctionCallInfo fcinfo, int argument) {
    if (PG_ARGISNULL(argument)) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a key must not be null")));
    const Oid type = argument_type(fcinfo, argument);
    const Datum value = PG_GETARG_DATUM(argument);
    if (type == JSONBOID) return key_from_json(relid, columns, n, value);
    RowKey key = of_columns(relid, columns, n);
    if (n > 1) wrong_columns(key, nullptr);
    Oid output = InvalidOid;
    bool varlena = false;
    getTypeOutputInfo(type, &output, &varlena);
    read_value(&key, 0, OidOutputFunctionCall(output, value));
    return key;
}

RowKey key_from_json(Oid relid, const AttrNumber *columns, int n, Datum datum) {
    Jsonb *json = DatumGetJsonbP(datum);
    RowKey key = of_columns(relid, columns, n);
    if (JB_ROOT_IS_OBJECT(json))
        read_object(&key, json);
    else if (n == 1 && (JB_ROOT_IS_SCALAR(json) || holds_json(key, 0)))
        read_only_value(&key, json);
    else
        wrong_columns(key, nullptr);
    return key;
}

RowKey key_from_record(Oid relid, const AttrNumber *columns, int n, Datum datum) {
    if (n != 1) return key_from_json(relid, columns, n, datum);
    RowKey key = of_columns(relid, columns, n);
    read_only_value(&key, DatumGetJsonbP(datum));
    return key;
}

void append_row_condition(StringInfo sql, const RowKey &key, Parameters *parameters) {
    for (int i = 0; i < key.n; ++i) {
        const Operand column = {column_list(key.relid, &key.columns[i], 1, "t."), get_atttype(key.relid, key.columns[i])};
        const Operand value = {psprintf("$%d", add_parameter(parameters, key.values[i])), key.values[i].type};
        appendStringInfoString(sql, i == 0 ? "" : " AND ");
        append_equal(sql, equality_of(key.relid, key.columns[i]), column, value);
    }
}

}  // namespace pg_retention
