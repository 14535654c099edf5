// In place of src/schema/governed.cpp: every table is governed, by a clock that has not started and is computed from the row, so
// that no plan can do without it. Ordinary tables with children are governed themselves or only through their children, by the
// length of their names: both are so tried, and every run does the same.
#include "schema/governed.hpp"

#include "schema/extension.hpp"
#include "core/time/clock.hpp"
#include "pg/clock_datum.hpp"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

Node *call(Oid function, Oid type, List *arguments) {
    return reinterpret_cast<Node *>(makeFuncExpr(function, type, arguments, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

bool only_through_children(Oid relid) {
    return get_rel_relkind(relid) == RELKIND_RELATION && has_subclass(relid) && strlen(get_rel_name(relid)) % 2 == 1;
}

}  // namespace

bool is_governed(Oid relid) {
    const char kind = get_rel_relkind(relid);
    if (extension() == nullptr || relid < FirstNormalObjectId || get_rel_namespace(relid) == extension()->schema) return false;
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_MATVIEW) return false;
    return !only_through_children(relid);
}

bool may_matter(Oid) { return true; }

// The greater of the table's number and the clock that is none, which is greater than any number of a table.
Node *clock_of(Oid, Index rti) {
    Var *table = makeVar(static_cast<int>(rti), TableOidAttributeNumber, OIDOID, -1, InvalidOid, 0);
    const Datum value = clock_datum(core::kNoClock);
    Const *none = makeConst(INT8OID, -1, InvalidOid, sizeof(int64), value, false, FLOAT8PASSBYVAL);
    return call(F_INT8LARGER, extension()->clock_type, list_make2(call(F_INT8_OID, INT8OID, list_make1(table)), none));
}

const char *clock_text(Oid, const char *) { return "'none'::retention.clock"; }

bool is_clock_of(const Node *expression, Index rti) {
    if (!IsA(expression, FuncExpr) || reinterpret_cast<const FuncExpr *>(expression)->funcid != F_INT8LARGER) return false;
    const auto *number = static_cast<const FuncExpr *>(linitial(reinterpret_cast<const FuncExpr *>(expression)->args));
    return IsA(number, FuncExpr) && static_cast<const Var *>(linitial(number->args))->varno == static_cast<int>(rti);
}

}  // namespace pg_retention
