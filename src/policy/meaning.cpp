#include "policy/meaning.hpp"

#include "schema/path.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
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

// Where in its text a part of a condition stands says nothing: of a table that is renamed all others stay what they are. In a node's text no
// value has a space that is not escaped.
void append_without_places(StringInfo out, const char *text) {
    constexpr char kPlace[] = " :location ";
    while (const char *at = strstr(text, kPlace)) {
        appendBinaryStringInfo(out, text, static_cast<int>(at - text));
        text = at + sizeof kPlace - 1;
        text += strspn(text, "-0123456789");
    }
    appendStringInfoString(out, text);
}

// What a function does, if it is not the server's: what that one calls in turn is not looked at.
bool append_body(Oid function, void *out) {
    if (function < FirstNormalObjectId) return false;
    HeapTuple row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(row)) return false;
    for (const AttrNumber column : {Anum_pg_proc_prosrc, Anum_pg_proc_probin, Anum_pg_proc_prosqlbody}) {
        bool isnull = false;
        const Datum value = SysCacheGetAttr(PROCOID, row, column, &isnull);
        appendStringInfo(static_cast<StringInfo>(out), " %s", isnull ? "" : TextDatumGetCString(value));
    }
    ReleaseSysCache(row);
    return false;
}

bool append_bodies(Node *node, void *out) {
    if (node == nullptr) return false;
    (void) check_functions_in_node(node, append_body, out);
    return expression_tree_walker(node, tree_walker_fn(append_bodies), out);
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
    append_without_places(&out, nodeToString(condition));
    (void) append_types(condition, &out);
    return out.data;
}

char *bodies_of(Node *condition) {
    StringInfoData out;
    initStringInfo(&out);
    (void) append_bodies(condition, &out);
    return out.data;
}

bool reads_column(Node *condition, Oid relid, const char *name) {
    const AttrNumber column = get_attnum(relid, name);
    Bitmapset *columns = nullptr;
    pull_varattnos(condition, 1, &columns);
    return column > 0 && bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns);
}

}  // namespace pg_retention
