#include "clock/lost_key.hpp"

#include "pg/security.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
}

namespace pg_retention {

namespace {

// False, too, where the default is another one each time, or cannot be told without asking: then nothing is known against it.
bool is_other_than_default(Relation rel, AttrNumber column, Datum value) {
    Node *expression = build_column_default(rel, column);
    if (expression == nullptr) return true;
    expression = eval_const_expressions(nullptr, expression);
    if (!IsA(expression, Const)) return false;
    const auto *constant = reinterpret_cast<const Const *>(expression);
    return constant->constisnull || !datum_image_eq(value, constant->constvalue, constant->constbyval, constant->constlen);
}

}  // namespace

bool is_set_to_default(const Hop &hop, const AttrNumber *columns, TupleDesc desc, HeapTuple before, HeapTuple after) {
    if (!hop.sets_default || !hop.cascades_updates) return hop.sets_default;
    if (columns == nullptr) columns = hop.from;
    const ActingAs saved = act_as(owner_of(hop.from_relid), true);
    Relation rel = table_open(hop.from_relid, AccessShareLock);
    bool is_default = true;
    for (int k = 0; k < hop.n_keys && is_default; ++k) {
        bool was_null = false, is_null = false;
        const Datum was = heap_getattr(before, columns[k], desc, &was_null);
        const Datum is = heap_getattr(after, columns[k], desc, &is_null);
        Form_pg_attribute att = TupleDescAttr(desc, columns[k] - 1);
        const bool same = !was_null && !is_null && datum_image_eq(was, is, att->attbyval, att->attlen);
        if (!same && !is_null) is_default = !is_other_than_default(rel, hop.from[k], is);
    }
    table_close(rel, AccessShareLock);
    leave(saved);
    return is_default;
}

}  // namespace pg_retention
