#include "policy/legal_access.hpp"

#include <algorithm>

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_shdepend.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constexpr char kColumn[] = "legal_access";

// Of the column, as the server's catalog of dependencies has them.
List *recorded(Oid table, AttrNumber column) {
    List *roles = NIL;
    ScanKeyData keys[4];
    ScanKeyInit(&keys[0], Anum_pg_shdepend_dbid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(MyDatabaseId));
    ScanKeyInit(&keys[1], Anum_pg_shdepend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(RelationRelationId));
    ScanKeyInit(&keys[2], Anum_pg_shdepend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
    ScanKeyInit(&keys[3], Anum_pg_shdepend_objsubid, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(column));
    Relation rel = table_open(SharedDependRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(rel, SharedDependDependerIndexId, true, nullptr, 4, keys);
    while (HeapTuple tuple = systable_getnext(scan)) {
        const auto *row = reinterpret_cast<Form_pg_shdepend>(GETSTRUCT(tuple));
        if (row->refclassid == AuthIdRelationId && row->deptype == SHARED_DEPENDENCY_ACL)
            roles = list_append_unique_oid(roles, row->refobjid);
    }
    systable_endscan(scan);
    table_close(rel, AccessShareLock);
    return roles;
}

// Whoever was granted something on the column is recorded there, too.
List *grantees(Oid table, AttrNumber column) {
    List *roles = NIL;
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(column));
    if (!HeapTupleIsValid(tuple)) return NIL;
    bool isnull = false;
    const Datum acl = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &isnull);
    Oid *members = nullptr;
    const int n = isnull ? 0 : aclmembers(DatumGetAclPCopy(acl), &members);
    for (int i = 0; i < n; ++i) roles = list_append_unique_oid(roles, members[i]);
    ReleaseSysCache(tuple);
    return roles;
}

List *named(int16_t written) {
    List *roles = NIL;
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        for (int k = 0; k < policy[i].n_legal_access; ++k) {
            const Oid role = policy[i].legal_access[k];
            if (is_role(role))
                roles = list_append_unique_oid(roles, role);
            else if (policy[i].id == written)
                ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                                errmsg("role with OID %u in field \"legal_access\" of policy \"%s\" does not exist", role,
                                       policy[i].name),
                                errhint("A later role could get the number: take it out.")));
        }
    return roles;
}

Oid *sorted(List *roles) {
    auto *out = static_cast<Oid *>(palloc(sizeof(Oid) * (list_length(roles) + 1)));
    for (int i = 0; i < list_length(roles); ++i) out[i] = list_nth_oid(roles, i);
    std::sort(out, out + list_length(roles));
    return out;
}

}  // namespace

bool is_role(Oid role) { return SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)); }

void keep_roles(Oid table, const char *name, List *roles) {
    const AttrNumber column = get_attnum(table, name);
    List *before = recorded(table, column);
    List *now = list_concat_unique_oid(roles, grantees(table, column));
    updateAclDependencies(RelationRelationId, table, column, InvalidOid, list_length(before), sorted(before), list_length(now),
                          sorted(now));
}

void keep_roles_of_legal_access(int16_t written) {
    const Oid table = extension()->policy_table;
    // Two who write policies at once would each miss what the other names.
    LockDatabaseObject(RelationRelationId, table, static_cast<uint16>(get_attnum(table, kColumn)), ExclusiveLock);
    keep_roles(table, kColumn, named(written));
}

}  // namespace pg_retention
