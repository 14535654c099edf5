#include "catalog/extension.hpp"

#include "catalog/governed.hpp"
#include "pg/compat.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constinit ExtensionObjects objects = {};
constinit bool present = false;
// What was looked up holds while no change has come since the look-up began. An error on the way leaves it unknown:
// a look-up that failed half-way must not read as "not installed", for then nothing would be hidden.
constinit uint64_t changes = 1;
constinit uint64_t known_at = 0;

void forget(Datum, SysCacheId, uint32) { ++changes; }
void forget_relation(Datum, Oid relid) {
    if (relid == InvalidOid || relid == objects.policy_table) ++changes;
}

// Not by name resolution: that would ask the user for rights on the schema.
Oid function_of(const ExtensionObjects &in, const char *name, Oid type) {
    const Oid types[1] = {type};
    return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
                           PointerGetDatum(buildoidvector(types, 1)), ObjectIdGetDatum(in.schema));
}

Oid type_named(const ExtensionObjects &in, const char *name) {
    return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name), ObjectIdGetDatum(in.schema));
}

bool find(ExtensionObjects *out) {
    if (!OidIsValid(get_extension_oid("pg_retention", true))) return false;
    out->schema = get_namespace_oid("retention", true);
    if (!OidIsValid(out->schema)) return false;
    out->clock_type = type_named(*out, "clock");
    out->period_type = type_named(*out, "period");
    out->policy_table = get_relname_relid("policy", out->schema);
    if (!OidIsValid(out->clock_type) || !OidIsValid(out->policy_table)) return false;
    out->visible_function = function_of(*out, "visible", out->clock_type);
    out->conflict_function = function_of(*out, "conflict_visible", out->clock_type);
    out->statistics_function = function_of(*out, "statistics_visible", OIDOID);
    out->statistics_ext_function = function_of(*out, "extended_statistics_visible", OIDOID);
    return OidIsValid(out->visible_function) && OidIsValid(out->conflict_function) && OidIsValid(out->statistics_function) &&
           OidIsValid(out->statistics_ext_function);
}

void look_up() {
    const uint64_t before = changes;
    ExtensionObjects found = {};
    const bool complete = find(&found);
    objects = found;
    present = complete;
    known_at = before;
}

}  // namespace

const ExtensionObjects *extension() {
    if (!IsTransactionState() || !OidIsValid(MyDatabaseId)) return nullptr;
    if (known_at != changes) look_up();
    return present ? &objects : nullptr;
}

Oid extension_owner() { return owner_of(extension()->policy_table); }

AttrNumber clock_column(Oid relid) {
    if (extension() == nullptr) return InvalidAttrNumber;
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return InvalidAttrNumber;
    AttrNumber found = InvalidAttrNumber;
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts && found == InvalidAttrNumber; ++i)
        if (TupleDescAttr(desc, i)->atttypid == objects.clock_type && !TupleDescAttr(desc, i)->attisdropped)
            found = static_cast<AttrNumber>(i + 1);
    RelationClose(rel);
    return found;
}

bool has_governed_child(Oid relid) {
    ListCell *cell = nullptr;
    if (get_rel_relkind(relid) != RELKIND_RELATION || !has_subclass(relid)) return false;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr))
        if (is_governed(lfirst_oid(cell))) return true;
    return false;
}

const char *clock_name(Oid relid) { return quote_identifier(get_attname(relid, clock_column(relid), false)); }

void init_extension_cache() {
    CacheRegisterSyscacheCallback(NAMESPACEOID, forget, 0);
    CacheRegisterSyscacheCallback(PROCOID, forget, 0);
    CacheRegisterSyscacheCallback(TYPEOID, forget, 0);
    CacheRegisterRelcacheCallback(forget_relation, 0);
}

}  // namespace pg_retention
