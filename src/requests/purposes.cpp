// What stands in retention.purpose stays fit for what refers to it.
#include "pg/guard.hpp"
#include "policy/legal_access.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "visibility/persons.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// What refers to the purpose; null: nothing does.
char *user_of_purpose(const char *name) {
    const SqlRows rows = own(
        "SELECT pg_catalog.format('policy \"%s\"', p.name) FROM retention.policy p WHERE p.purpose = $1 "
        "UNION ALL SELECT pg_catalog.format('objection %s', o.objection_id) FROM retention.objection o WHERE o.purpose = $1 "
        "UNION ALL SELECT pg_catalog.format('consent %s', c.consent_id) FROM retention.consent c WHERE c.purpose = $1 LIMIT 1",
        name);
    char *user = rows.n == 0 ? nullptr : rows.first().text(1);
    rows.free();
    return user;
}

void require_roles(HeapTuple row, TupleDesc desc) {
    bool isnull = false;
    Datum *roles = nullptr;
    bool *nulls = nullptr;
    const Datum array = heap_getattr(row, SPI_fnumber(desc, "roles"), desc, &isnull);
    const int n = isnull ? 0 : elements_of(array, REGROLEOID, &roles, &nulls);
    for (int i = 0; i < n; ++i) {
        if (nulls[i]) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("field \"roles\" has a null element")));
        if (!is_role(DatumGetObjectId(roles[i])))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("role with OID %u in field \"roles\" of purpose \"%s\" does not exist",
                                   DatumGetObjectId(roles[i]), SPI_getvalue(row, desc, 1)),
                            errhint("A later role could get the number: take it out.")));
    }
}

void require_same_name(const TriggerData *data, TupleDesc desc) {
    const char *name = SPI_getvalue(data->tg_trigtuple, desc, 1);
    if (strcmp(name, SPI_getvalue(data->tg_newtuple, desc, 1)) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("purpose \"%s\" keeps its name", name),
                        errhint("What was recorded about it names it. Write another one.")));
}

void require_unused(const char *name) {
    connect_spi();
    if (const char *user = user_of_purpose(name))
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST), errmsg("purpose \"%s\" is still needed", name),
                        errdetail("It is that of %s.", user)));
    SPI_finish();
}

Datum keep_purpose(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        require_unused(SPI_getvalue(data->tg_trigtuple, desc, 1));
        return PointerGetDatum(data->tg_trigtuple);
    }
    const bool updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    HeapTuple written = updates ? data->tg_newtuple : data->tg_trigtuple;
    if (updates) require_same_name(data, desc);
    require_roles(written, desc);
    return PointerGetDatum(written);
}

// Those that purposes name now.
List *roles_of_purposes() {
    List *roles = NIL;
    connect_spi();
    const SqlRows rows = own("SELECT DISTINCT r::pg_catalog.oid FROM retention.purpose p, pg_catalog.unnest(p.roles) r "
                             "WHERE EXISTS (SELECT FROM pg_catalog.pg_roles a WHERE a.oid = r)");
    for (const SqlRow row : rows) roles = lappend_oid(roles, row.get<Oid>(1));
    SPI_finish();
    return roles;
}

// Two who write purposes at once would each miss what the other names.
void follow_purposes(Oid table) {
    LockDatabaseObject(RelationRelationId, table, static_cast<uint16>(get_attnum(table, "roles")), ExclusiveLock);
    keep_roles(table, "roles", roles_of_purposes());
    tell_persons_changed();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_keep_purpose) {
    return pg_retention::keep_purpose(reinterpret_cast<const TriggerData *>(fcinfo->context));
}

RETENTION_FUNCTION(pg_retention_follow_purposes) {
    pg_retention::follow_purposes(RelationGetRelid(reinterpret_cast<const TriggerData *>(fcinfo->context)->tg_relation));
    return static_cast<Datum>(0);
}
