#include "schema/foreign_key.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
}

namespace pg_retention {

bool load_foreign_key(Oid constraint, ForeignKey *key) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto *form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const bool found = form->contype == CONSTRAINT_FOREIGN;
    if (found) {
        key->referring = form->conrelid;
        key->referred = form->confrelid;
        key->period = has_period(form);
        key->keeps = form->confdeltype == FKCONSTR_ACTION_NOACTION || form->confdeltype == FKCONSTR_ACTION_RESTRICT;
        key->cascades = form->confdeltype == FKCONSTR_ACTION_CASCADE;
        key->inherited = OidIsValid(form->conparentid);
        DeconstructFkConstraintRow(tuple, &key->n, key->referring_columns, key->referred_columns, key->operators[0],
                                   key->operators[1], key->operators[2], nullptr, nullptr);
    }
    ReleaseSysCache(tuple);
    return found;
}

void append_reference(StringInfo sql, const ForeignKey &key, const char *referred, const char *referring) {
    for (int i = 0; i < key.n; ++i) {
        if (i > 0) appendStringInfoString(sql, " AND ");
        generate_operator_clause(
            sql, psprintf("%s.%s", referred, quote_identifier(get_attname(key.referred, key.referred_columns[i], false))),
            get_atttype(key.referred, key.referred_columns[i]), key.operators[0][i],
            psprintf("%s.%s", referring, quote_identifier(get_attname(key.referring, key.referring_columns[i], false))),
            get_atttype(key.referring, key.referring_columns[i]));
    }
}

List *foreign_keys_of(Oid relid) {
    List *keys = NIL;
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return NIL;
    ListCell *cell = nullptr;
    foreach (cell, RelationGetFKeyList(rel)) keys = lappend_oid(keys, lfirst_node(ForeignKeyCacheInfo, cell)->conoid);
    for (int i = 0; rel->trigdesc != nullptr && i < rel->trigdesc->numtriggers; ++i) {
        const Trigger &trigger = rel->trigdesc->triggers[i];
        if (OidIsValid(trigger.tgconstraint) && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK)
            keys = list_append_unique_oid(keys, trigger.tgconstraint);
    }
    RelationClose(rel);
    return keys;
}

}  // namespace pg_retention
