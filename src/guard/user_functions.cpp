#include "guard/user_functions.hpp"

#include "schema/extension.hpp"
#include "schema/indexes.hpp"
#include "schema/user_code.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/amapi.h"
#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

Oid first_of(const Oid *functions, int n) {
    for (int i = 0; i < n; ++i)
        if (OidIsValid(functions[i]) && is_written_by_a_user(functions[i])) return functions[i];
    return InvalidOid;
}

Oid of_columns(TupleDesc desc) {
    Oid found = InvalidOid;
    for (int i = 0; i < desc->natts && !OidIsValid(found); ++i)
        if (!TupleDescAttr(desc, i)->attisdropped) found = user_function_of_type(TupleDescAttr(desc, i)->atttypid);
    return found;
}

Oid of_row_type(Oid type) {
    TupleDesc desc = lookup_rowtype_tupdesc(type, -1);
    const Oid found = of_columns(desc);
    ReleaseTupleDesc(desc);
    return found;
}

Oid of_range(const TypeCacheEntry *range) {
    const Oid functions[] = {range->rng_cmp_proc_finfo.fn_oid, range->rng_canonical_finfo.fn_oid,
                             range->rng_subdiff_finfo.fn_oid};
    const Oid found = first_of(functions, lengthof(functions));
    return OidIsValid(found) ? found : user_function_of_type(range->rngelemtype->type_id);
}

constexpr int kWanted = TYPECACHE_EQ_OPR_FINFO | TYPECACHE_CMP_PROC | TYPECACHE_HASH_PROC | TYPECACHE_RANGE_INFO |
                        TYPECACHE_MULTIRANGE_INFO | TYPECACHE_DOMAIN_BASE_INFO;

bool is_summary(Oid am) { return am == BRIN_AM_OID || am == GIN_AM_OID; }

Oid of_support(Relation index) {
    const int n = index->rd_indam->amsupport;
    return n == 0 ? InvalidOid : first_of(index->rd_support, n * IndexRelationGetNumberOfKeyAttributes(index));
}

Oid user_function_of_indexes(Oid relid, bool only_summaries) {
    Relation table = table_open(relid, AccessShareLock);
    List *indexes = RelationGetIndexList(table);
    table_close(table, NoLock);
    ListCell *cell = nullptr;
    foreach (cell, indexes) {
        const Oid found = user_function_of_index(lfirst_oid(cell), only_summaries);
        if (OidIsValid(found)) return found;
    }
    return InvalidOid;
}

}  // namespace

Oid user_function_of_type(Oid type) {
    check_stack_depth();
    const TypeCacheEntry *entry = lookup_type_cache(type, kWanted);
    if (entry->typtype == TYPTYPE_DOMAIN) return user_function_of_type(entry->domainBaseType);
    if (entry->rngtype != nullptr) return of_range(entry->rngtype);
    if (entry->rngelemtype != nullptr) return of_range(entry);
    const Oid element = get_element_type(type);
    if (OidIsValid(element)) return user_function_of_type(element);
    if (entry->typtype == TYPTYPE_COMPOSITE) return of_row_type(type);
    const Oid functions[] = {entry->cmp_proc, entry->hash_proc, entry->eq_opr_finfo.fn_oid};
    return first_of(functions, lengthof(functions));
}

Oid user_function_of_index(Oid oid, bool only_summary) {
    Relation index = index_open(oid, AccessShareLock);
    if (only_summary && !is_summary(index->rd_rel->relam)) {
        index_close(index, AccessShareLock);
        return InvalidOid;
    }
    Oid found = of_support(index);
    if (!OidIsValid(found)) found = of_columns(RelationGetDescr(index));
    // What is stored may be of another type than the column.
    Relation table = table_open(index->rd_index->indrelid, AccessShareLock);
    for (int i = 0; i < index->rd_index->indnkeyatts && !OidIsValid(found); ++i) {
        const AttrNumber column = index->rd_index->indkey.values[i];
        if (column > 0) found = user_function_of_type(TupleDescAttr(RelationGetDescr(table), column - 1)->atttypid);
    }
    table_close(table, AccessShareLock);
    index_close(index, AccessShareLock);
    return found;
}

bool evaluates(Relation index) {
    if (RelationGetIndexExpressions(index) != NIL) return true;
    // The extension's own index on the clock has a condition, too.
    const AttrNumber clock = clock_column(index->rd_index->indrelid);
    Bitmapset *columns = nullptr;
    pull_varattnos(reinterpret_cast<Node *>(RelationGetIndexPredicate(index)), 1, &columns);
    if (clock != InvalidAttrNumber) columns = bms_del_member(columns, clock - FirstLowInvalidHeapAttributeNumber);
    return !bms_is_empty(columns) || OidIsValid(user_function_of_index(RelationGetRelid(index)));
}

Oid user_function_below(Oid relid, bool only_summaries) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid found = user_function_of_indexes(lfirst_oid(cell), only_summaries);
        if (OidIsValid(found)) return found;
    }
    return InvalidOid;
}

bool index_below_evaluates(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        Relation table = table_open(lfirst_oid(cell), AccessShareLock);
        const bool found = any_index(table, evaluates);
        table_close(table, NoLock);
        if (found) return true;
    }
    return false;
}

void refuse_user_function(Oid function) {
    if (OidIsValid(function))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("function %s cannot run on rows that are hidden by a retention policy", get_func_name(function)),
                        errhint("Set retention.reveal as a role that may.")));
}

}  // namespace pg_retention
