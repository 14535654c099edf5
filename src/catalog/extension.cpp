#include "catalog/extension.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "catalog/namespace.h"
#include "commands/extension.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

enum class Known : uint8_t { kNo, kAbsent, kPresent };

constinit Known known = Known::kNo;
constinit ExtensionObjects objects = {};

void forget(Datum, int, uint32) { known = Known::kNo; }

Oid function_of_clock(const char *name) {
    List *qualified = list_make2(makeString(pstrdup("retention")), makeString(pstrdup(name)));
    const Oid types[1] = {objects.clock_type};
    return LookupFuncName(qualified, 1, types, true);
}

Oid type_named(const char *name) {
    return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name), ObjectIdGetDatum(objects.schema));
}

void look_up() {
    objects = ExtensionObjects{};
    known = Known::kAbsent;
    if (!OidIsValid(get_extension_oid("pg_retention", true))) return;
    objects.schema = get_namespace_oid("retention", true);
    if (!OidIsValid(objects.schema)) return;
    objects.clock_type = type_named("clock");
    objects.period_type = type_named("period");
    objects.policy_table = get_relname_relid("policy", objects.schema);
    if (!OidIsValid(objects.clock_type) || !OidIsValid(objects.policy_table)) return;
    objects.visible_function = function_of_clock("visible");
    objects.conflict_function = function_of_clock("conflict_visible");
    if (OidIsValid(objects.visible_function) && OidIsValid(objects.conflict_function)) known = Known::kPresent;
}

}  // namespace

const ExtensionObjects *extension() {
    if (!IsTransactionState() || !OidIsValid(MyDatabaseId)) return nullptr;
    if (known == Known::kNo) look_up();
    return known == Known::kPresent ? &objects : nullptr;
}

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

void init_extension_cache() {
    CacheRegisterSyscacheCallback(NAMESPACEOID, forget, 0);
    CacheRegisterSyscacheCallback(PROCOID, forget, 0);
    CacheRegisterSyscacheCallback(TYPEOID, forget, 0);
}

}  // namespace pg_retention
