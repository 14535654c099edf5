#include "schema/governed.hpp"

#include "schema/extension.hpp"

extern "C" {
#include "nodes/makefuncs.h"
}

namespace pg_retention {

bool is_governed(Oid relid) { return clock_column(relid) != InvalidAttrNumber; }

bool may_matter(Oid relid) { return !is_plain_relation(relid); }

Node *clock_of(Oid relid, Index rti) {
    Var *clock = makeVar(static_cast<int>(rti), clock_column(relid), extension()->clock_type, -1, InvalidOid, 0);
    return reinterpret_cast<Node *>(clock);
}

const char *clock_text(Oid relid, const char *name) { return psprintf("%s.%s", name, clock_name(relid)); }

bool is_clock_of(const Node *expression, Index rti) {
    return IsA(expression, Var) && reinterpret_cast<const Var *>(expression)->varno == static_cast<int>(rti);
}

}  // namespace pg_retention
