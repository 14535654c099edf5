#include "schema/toast.hpp"

#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

Oid toast_of(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid toast = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltoastrelid;
    ReleaseSysCache(tuple);
    return toast;
}

// Those of the server's own catalogs depend on nothing.
bool is_statistics_toast(Oid relid) {
    return relid == toast_of(StatisticRelationId) || relid == toast_of(StatisticExtDataRelationId);
}

}  // namespace

bool is_toast_of_governed(Oid relid) {
    if (get_rel_relkind(relid) != RELKIND_TOASTVALUE || extension() == nullptr) return false;
    if (is_statistics_toast(relid)) return true;
    Relation depend = table_open(DependRelationId, AccessShareLock);
    ScanKeyData key[2];
    ScanKeyInit(&key[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
    ScanKeyInit(&key[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(depend, DependDependerIndexId, true, nullptr, 2, key);
    bool found = false;
    for (HeapTuple tuple; !found && HeapTupleIsValid(tuple = systable_getnext(scan));) {
        const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        found = row->refclassid == RelationRelationId && row->deptype == DEPENDENCY_INTERNAL && is_governed(row->refobjid);
    }
    systable_endscan(scan);
    table_close(depend, AccessShareLock);
    return found;
}

void refuse_toast(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot read table \"%s\": it holds long values of rows that a retention policy may hide",
                           get_rel_name(relid)),
                    errhint("Read the table it belongs to, or set retention.reveal as a role that may.")));
}

}  // namespace pg_retention
