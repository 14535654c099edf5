#include "policy/meaning.hpp"

#include "schema/path.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/sysattr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

// Of a type that is made of rows, their columns: whether a row is null, or equal to another, is asked of all of them.
void append_columns(StringInfo out, Oid type) {
    check_stack_depth();
    type = getBaseType(type);
    if (const Oid element = get_element_type(type); OidIsValid(element)) return append_columns(out, element);
    if (const Oid range = get_multirange_range(type); OidIsValid(range)) type = range;
    if (const Oid bound = get_range_subtype(type); OidIsValid(bound)) return append_columns(out, bound);
    if (!OidIsValid(get_typ_typrelid(type))) return;
    TupleDesc desc = lookup_rowtype_tupdesc_copy(type, -1);
    appendStringInfo(out, " %u(", type);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped) continue;
        appendStringInfo(out, " %d:%u:%d:%u", att->attnum, att->atttypid, att->atttypmod, att->attcollation);
        append_columns(out, att->atttypid);
    }
    appendStringInfoChar(out, ')');
}

bool append_types(Node *node, void *out) {
    if (node == nullptr) return false;
    if (!IsA(node, List) && !IsA(node, CaseWhen)) append_columns(static_cast<StringInfo>(out), exprType(node));
    return expression_tree_walker(node, tree_walker_fn(append_types), out);
}

// Which constraint leads from one table to the next is of no account.
void append_path(StringInfo out, const Path &path) {
    for (int h = 0; h < path.n_hops; ++h) {
        appendStringInfo(out, " %u", path.hops[h].from_relid);
        for (int k = 0; k < path.hops[h].n_keys; ++k) appendStringInfo(out, " %d=%d", path.hops[h].from[k], path.hops[h].to[k]);
    }
    appendStringInfo(out, " %u %d %d;", path.relid, path.column, static_cast<int>(path.type.unit));
}

}  // namespace

char *meaning_of(const Policy &policy, Node *condition) {
    StringInfoData out;
    initStringInfo(&out);
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path = {};
        Problem problem = {};
        if (resolve_path(policy.relid, policy.starts[k], &path, &problem)) append_path(&out, path);
    }
    if (condition == nullptr) return out.data;
    appendStringInfoString(&out, nodeToString(condition));
    (void) append_types(condition, &out);
    return out.data;
}

bool reads_column(Node *condition, Oid relid, const char *name) {
    const AttrNumber column = get_attnum(relid, name);
    Bitmapset *columns = nullptr;
    pull_varattnos(condition, 1, &columns);
    return column > 0 && bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns);
}

}  // namespace pg_retention
