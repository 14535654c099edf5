#include "personal/own_columns.hpp"

#include "schema/extension.hpp"
#include "personal/personal_types.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/user.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

OwnColumn *own_column(Oid relid, AttrNumber number, const PersonalType &type) {
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(number));
    if (!HeapTupleIsValid(tuple)) return nullptr;
    const auto *att = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    OwnColumn *column = nullptr;
    if (!att->attisdropped && att->atttypid == type.oid) {
        column = static_cast<OwnColumn *>(palloc0(sizeof(OwnColumn)));
        *column = OwnColumn{relid,
                            number,
                            type.oid,
                            type.category != nullptr,
                            pstrdup(NameStr(att->attname)),
                            qualified_name(relid),
                            format_type_with_typemod(att->atttypid, att->atttypmod)};
    }
    ReleaseSysCache(tuple);
    return column;
}

bool is_table(Oid relid) {
    const char kind = get_rel_relkind(relid);
    return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_FOREIGN_TABLE ||
           kind == RELKIND_COMPOSITE_TYPE;
}

List *add_columns(List *columns, Relation depend, const PersonalType &type) {
    SysScanDesc scan = scan_dependents(depend, type.oid);
    for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));) {
        const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (row->classid != RelationRelationId || row->objsubid <= 0 || !is_table(row->objid)) continue;
        if (get_rel_namespace(row->objid) == extension()->schema) continue;
        OwnColumn *column = own_column(row->objid, static_cast<AttrNumber>(row->objsubid), type);
        if (column != nullptr) columns = lappend(columns, column);
    }
    systable_endscan(scan);
    return columns;
}

// The extension goes with its schema and with its owner's belongings, too.
bool may_drop_extension(const PlannedStmt *planned) {
    if (IsA(planned->utilityStmt, DropOwnedStmt))
        return reinterpret_cast<const DropOwnedStmt *>(planned->utilityStmt)->behavior == DROP_CASCADE;
    if (!IsA(planned->utilityStmt, DropStmt)) return false;
    const auto *drop = reinterpret_cast<const DropStmt *>(planned->utilityStmt);
    return drop->behavior == DROP_CASCADE && (drop->removeType == OBJECT_EXTENSION || drop->removeType == OBJECT_SCHEMA);
}

Oid owner_of_schema(Oid schema) {
    HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple))->nspowner;
    ReleaseSysCache(tuple);
    return owner;
}

// The statement names the table, as it were: by its schema, or by its owner.
bool goes_itself(const PlannedStmt *planned, Oid relid) {
    const Oid schema = get_rel_namespace(relid);
    if (IsA(planned->utilityStmt, DropOwnedStmt)) {
        List *roles = roleSpecsToIds(reinterpret_cast<const DropOwnedStmt *>(planned->utilityStmt)->roles);
        return list_member_oid(roles, owner_of(relid)) || list_member_oid(roles, owner_of_schema(schema));
    }
    const auto *drop = reinterpret_cast<const DropStmt *>(planned->utilityStmt);
    if (drop->removeType != OBJECT_SCHEMA) return false;
    ListCell *cell = nullptr;
    foreach (cell, drop->objects)
        if (get_namespace_oid(strVal(lfirst(cell)), true) == schema) return true;
    return false;
}

// A clock does not come back, but what it stood for is said again with the policy: one may want to lose it.
bool may_be_lost(const OwnColumn &column) { return column.type == extension()->clock_type && settings::confirm_drop; }

const char *hint_for(const OwnColumn &column) {
    if (column.personal)
        return "SELECT retention.release_types() turns such columns into text, date, inet and point. The ledger goes with the "
               "extension: SELECT retention.export_ledger() first.";
    if (strcmp(column.type_name, "retention.clock") == 0 || strncmp(column.type_name, "retention.clock(", 16) == 0)
        return "Drop the policies first: clocks go with them. Or set retention.confirm_drop = on. The ledger goes with the "
               "extension: SELECT retention.export_ledger() first.";
    return "Alter the type of the column first.";
}

}  // namespace

List *columns_of_types(List *types) {
    List *columns = NIL;
    ListCell *cell = nullptr;
    Relation depend = table_open(DependRelationId, AccessShareLock);
    foreach (cell, types) columns = add_columns(columns, depend, *static_cast<const PersonalType *>(lfirst(cell)));
    table_close(depend, AccessShareLock);
    return columns;
}

List *columns_at_risk(const PlannedStmt *planned) {
    if (!may_drop_extension(planned) || extension() == nullptr) return NIL;
    List *columns = NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns_of_types(own_types())) {
        auto *column = static_cast<OwnColumn *>(lfirst(cell));
        if (!goes_itself(planned, column->relid) && !may_be_lost(*column)) columns = lappend(columns, column);
    }
    return columns;
}

void require_columns(List *before) {
    if (before == NIL || OidIsValid(get_extension_oid("pg_retention", true))) return;
    const auto *column = static_cast<const OwnColumn *>(linitial(before));
    ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                    errmsg("cannot drop extension pg_retention because column \"%s\" of table %s has type %s", column->name,
                           column->table, column->type_name),
                    errhint("%s", hint_for(*column))));
}

}  // namespace pg_retention
