#include "schema/extension.hpp"

#include "schema/governed.hpp"
#include "schema/numbering.hpp"
#include "pg/compat.hpp"
#include "pg/invalidation.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "storage/lmgr.h"
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

// What the planner asks of every table of every statement, governed or not. Holds while nothing at all has been invalidated,
// which is told together with what is kept in the relcache.
struct Traits {
    Oid relid;
    AttrNumber clock;
    int32 modifier;  // of its type
    bool has_children;
    bool plain;
    uint64_t known_at;
};
constexpr Oid kPlaces = 256;
constinit Traits traits[kPlaces] = {};
constinit uint64_t told = 1;

void forget_objects(Datum, SysCacheId, uint32) {
    ++changes;
    ++told;
}
void forget_relation(Datum, Oid relid) {
    ++told;
    if (relid == InvalidOid || relid == objects.policy_table) ++changes;
}

// Not by name resolution: that would ask the user for rights on the schema.
template <typename... Types>
Oid function_of(const ExtensionObjects &in, const char *name, Types... of) {
    const Oid types[] = {static_cast<Oid>(of)...};
    return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
                           PointerGetDatum(buildoidvector(types, sizeof...(of))), ObjectIdGetDatum(in.schema));
}

Oid type_named(const ExtensionObjects &in, const char *name) {
    return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name), ObjectIdGetDatum(in.schema));
}

bool find_objects(ExtensionObjects *out) {
    if (!OidIsValid(get_extension_oid("pg_retention", true))) return false;
    out->schema = get_namespace_oid("retention", true);
    if (!OidIsValid(out->schema)) return false;
    out->clock_type = type_named(*out, "clock");
    out->period_type = type_named(*out, "period");
    out->policy_table = get_relname_relid("policy", out->schema);
    if (!OidIsValid(out->clock_type) || !OidIsValid(out->policy_table)) return false;
    out->visible_function = function_of(*out, "visible", out->clock_type);
    out->person_function = function_of(*out, "person_visible", out->clock_type, OIDOID, INT2VECTOROID, ANYOID);
    out->person_conflict_function = function_of(*out, "person_conflict_visible", out->clock_type, OIDOID, INT2VECTOROID, ANYOID);
    out->unstamped_function = function_of(*out, "unstamped_visible", out->clock_type, INT2OID);
    out->conflict_function = function_of(*out, "conflict_visible", out->clock_type);
    out->unknown_function = function_of(*out, "unknown_visible", out->clock_type);
    out->unmanaged_function = function_of(*out, "unmanaged_visible", out->clock_type);
    out->number = read_number(out->schema);
    out->statistics_function = function_of(*out, "statistics_visible", OIDOID);
    out->statistics_ext_function = function_of(*out, "extended_statistics_visible", OIDOID);
    return OidIsValid(out->person_function) && OidIsValid(out->person_conflict_function) && OidIsValid(out->visible_function) &&
           OidIsValid(out->unstamped_function) && OidIsValid(out->unknown_function) && OidIsValid(out->unmanaged_function) &&
           OidIsValid(out->conflict_function) && OidIsValid(out->statistics_function) && OidIsValid(out->statistics_ext_function);
}

// Rare, and large: not to be a part of what is asked all the time.
[[gnu::noinline]] void look_up() {
    const uint64_t before = changes;
    ExtensionObjects found = {};
    const bool complete = find_objects(&found);
    objects = found;
    present = complete;
    known_at = before;
}

// Null when there is no such relation.
[[gnu::noinline]] const Traits *read_traits(Oid relid, Traits *place) {
    const uint64_t before = told;
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return nullptr;
    *place = Traits{relid, InvalidAttrNumber, -1, rel->rd_rel->relkind == RELKIND_RELATION && rel->rd_rel->relhassubclass, false,
                    before};
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts && place->clock == InvalidAttrNumber; ++i)
        if (TupleDescAttr(desc, i)->atttypid == objects.clock_type && !TupleDescAttr(desc, i)->attisdropped)
            place->clock = static_cast<AttrNumber>(i + 1);
    if (place->clock != InvalidAttrNumber) place->modifier = TupleDescAttr(desc, place->clock - 1)->atttypmod;
    place->plain = place->clock == InvalidAttrNumber && !place->has_children && rel->rd_rel->relkind != RELKIND_TOASTVALUE &&
                   relid != StatisticRelationId && relid != StatisticExtDataRelationId;
    RelationClose(rel);
    return place;
}

const Traits *traits_of(Oid relid) {
    if (extension() == nullptr) return nullptr;
    Traits *place = &traits[relid % kPlaces];
    return place->relid == relid && place->known_at == told ? place : read_traits(relid, place);
}

}  // namespace

const ExtensionObjects *extension() {
    if (!IsTransactionState() || !OidIsValid(MyDatabaseId)) return nullptr;
    if (known_at != changes) look_up();
    return present ? &objects : nullptr;
}

bool hold_extension() {
    const Oid oid = get_extension_oid("pg_retention", true);
    if (!OidIsValid(oid)) return false;
    LockDatabaseObject(ExtensionRelationId, oid, 0, AccessShareLock);
    return extension() != nullptr;
}

bool is_policy_table(Oid relid) {
    // Asked at the start of every execution: what is known for sure is answered from memory alone.
    if (known_at == changes && relid != objects.policy_table) return false;
    return extension() != nullptr && relid == objects.policy_table;
}

Oid extension_owner() { return owner_of(extension()->policy_table); }

AttrNumber clock_column(Oid relid) {
    const Traits *of = traits_of(relid);
    return of == nullptr ? InvalidAttrNumber : of->clock;
}

bool has_foreign_clock(Oid relid) {
    const Traits *of = traits_of(relid);
    return of != nullptr && of->clock != InvalidAttrNumber && (objects.number == 0 || of->modifier != objects.number);
}

bool is_plain_relation(Oid relid) {
    // Asked several times in every statement: what is known is answered from memory alone.
    const Traits *place = &traits[relid % kPlaces];
    if (place->relid == relid && place->known_at == told) return place->plain;
    place = traits_of(relid);
    return place == nullptr || place->plain;
}

bool has_governed_child(Oid relid) {
    const Traits *of = traits_of(relid);
    if (of == nullptr || !of->has_children) return false;
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr))
        if (is_governed(lfirst_oid(cell))) return true;
    return false;
}

const char *clock_name(Oid relid) { return quote_identifier(get_attname(relid, clock_column(relid), false)); }

uint64_t schema_changes() { return told; }

void init_extension_cache() {
    for (const auto cache : {NAMESPACEOID, PROCOID, TYPEOID}) watch_catalog(cache, forget_objects);
    watch_relations(forget_relation);
}

}  // namespace pg_retention
