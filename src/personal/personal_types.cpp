#include "personal/personal_types.hpp"

#include "schema/extension.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/invalidation.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

struct Category {
    const char *type;
    const char *category;
};
constexpr Category kCategories[] = {
    {"person_name", "name"},       {"username", "username"},       {"email", "email"},         {"phone", "phone"},
    {"postal_address", "address"}, {"national_id", "national id"}, {"free_text", "free text"}, {"personal_text", "other"},
    {"birth_date", "birth date"},  {"ip_address", "ip address"},   {"geo_point", "location"},
};

List *add(List *types, Oid oid, const char *category, int32 modifier) {
    if (!OidIsValid(oid)) return types;
    auto *type = static_cast<PersonalType *>(palloc(sizeof(PersonalType)));
    *type = PersonalType{oid, category, modifier};
    return lappend(types, type);
}

// A domain's own modifier, or that of what it is over.
int32 modifier_of(Oid domain, int32 inherited) {
    HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));
    if (!HeapTupleIsValid(tuple)) return inherited;
    const int32 own = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typtypmod;
    ReleaseSysCache(tuple);
    return own == -1 ? inherited : own;
}

// What is made of the type: its array, domains over it.
List *add_made_of(List *types, Relation depend, const PersonalType &type) {
    SysScanDesc scan = scan_dependents(depend, type.oid);
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
        const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (row->classid == TypeRelationId) types = add(types, row->objid, type.category, modifier_of(row->objid, type.modifier));
    }
    systable_endscan(scan);
    return types;
}

List *with_made_of(List *types) {
    Relation depend = table_open(DependRelationId, AccessShareLock);
    // The list grows under way; nothing is made of itself.
    for (int i = 0; i < list_length(types); ++i)
        types = add_made_of(types, depend, *static_cast<PersonalType *>(list_nth(types, i)));
    table_close(depend, AccessShareLock);
    return types;
}

List *named_types() {
    List *types = NIL;
    for (const Category &own : kCategories)
        types =
            add(types,
                GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(own.type), ObjectIdGetDatum(extension()->schema)),
                own.category, -1);
    return types;
}

}  // namespace

bool is_defined_personal(Oid type) {
    ListCell *cell = nullptr;
    foreach (cell, named_types())
        if (static_cast<const PersonalType *>(lfirst(cell))->oid == type) return true;
    return false;
}

SysScanDesc scan_dependents(Relation depend, Oid type) {
    ScanKeyData key[2];
    ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(TypeRelationId));
    ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(type));
    return systable_beginscan(depend, DependReferenceIndexId, true, nullptr, 2, key);
}

List *personal_types() { return with_made_of(named_types()); }

bool is_personal(Oid type) {
    ListCell *cell = nullptr;
    foreach (cell, personal_types())
        if (static_cast<const PersonalType *>(lfirst(cell))->oid == type) return true;
    return false;
}

namespace {

List *look_for_tables() {
    List *tables = NIL;
    ListCell *cell = nullptr;
    List *types = personal_types();
    Relation depend = table_open(DependRelationId, AccessShareLock);
    foreach (cell, types) {
        SysScanDesc scan = scan_dependents(depend, static_cast<const PersonalType *>(lfirst(cell))->oid);
        for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
            const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
            if (row->classid != RelationRelationId || row->objsubid == 0) continue;
            const char kind = get_rel_relkind(row->objid);
            if ((kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE) && !get_rel_relispartition(row->objid))
                tables = list_append_unique_oid(tables, row->objid);
        }
        systable_endscan(scan);
    }
    table_close(depend, AccessShareLock);
    return tables;
}

// Each copy asks for them. A table cannot begin or cease to have such a column without being invalidated.
constinit List *known_tables = NIL;
constinit bool are_known = false;
// An answer that was under way when anything came is not noted.
constinit uint64_t relation_changes = 0;

void forget_tables(Datum, Oid) {
    are_known = false;
    ++relation_changes;
}

}  // namespace

List *tables_with_personal_types() {
    if (are_known) return list_copy(known_tables);
    const uint64_t before = relation_changes;
    List *tables = look_for_tables();
    if (relation_changes != before) return tables;
    MemoryContext context = MemoryContextSwitchTo(TopMemoryContext);
    list_free(known_tables);
    known_tables = NIL;
    known_tables = list_copy(tables);
    MemoryContextSwitchTo(context);
    are_known = true;
    return tables;
}

void init_personal_types() { watch_relations(forget_tables); }

List *own_types() {
    return with_made_of(add(add(named_types(), extension()->clock_type, nullptr, -1), extension()->period_type, nullptr, -1));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_personal_types) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    if (pg_retention::extension() == nullptr) return static_cast<Datum>(0);
    ListCell *cell = nullptr;
    foreach (cell, pg_retention::personal_types()) {
        const auto *type = static_cast<const pg_retention::PersonalType *>(lfirst(cell));
        Datum values[3] = {ObjectIdGetDatum(type->oid), CStringGetTextDatum(type->category), Int32GetDatum(type->modifier)};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}
