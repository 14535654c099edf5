#include "guard/detach.hpp"

#include "schema/extension.hpp"
#include "schema/foreign_key.hpp"
#include "schema/governed.hpp"
#include "schema/user_code.hpp"
#include "guard/hidden.hpp"
#include "pg/compat.hpp"
#include "policy/provision.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "catalog/pg_class.h"
#include "parser/parse_coerce.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// A user's function that the comparison would give hidden keys to.
bool is_users(Oid operation, Oid referring_type) {
    Oid left = InvalidOid, right = InvalidOid, cast = InvalidOid;
    op_input_types(operation, &left, &right);
    if (is_written_by_a_user(get_opcode(operation))) return true;
    const CoercionPathType path = find_coercion_pathway(right, referring_type, COERCION_EXPLICIT, &cast);
    return path == COERCION_PATH_FUNC && is_written_by_a_user(cast);
}

// The server finds the rest, and says more about it.
void append_hidden(StringInfo sql, const ForeignKey &key) {
    const bool referring = is_governed(key.referring), referred = is_governed(key.referred);
    if (referring || referred) appendStringInfoString(sql, " WHERE NOT (");
    if (referring) appendStringInfoString(sql, visible_text(key.referring, clock_text(key.referring, "fk")));
    if (referring && referred) appendStringInfoString(sql, " AND ");
    if (referred) appendStringInfoString(sql, visible_text(key.referred, clock_text(key.referred, "pk")));
    if (referring || referred) appendStringInfoChar(sql, ')');
}

void refuse_user_code(const ForeignKey &key) {
    for (int i = 0; i < key.n; ++i)
        if (is_users(key.operators[0][i], get_atttype(key.referring, key.referring_columns[i])))
            ereport(
                ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg(
                     "cannot detach a partition: a foreign key of table \"%s\" compares its keys with a function that a user wrote",
                     get_rel_name(key.referring)),
                 errhint("Give both sides of the key the same type.")));
}

char *reference_query(const ForeignKey &key) {
    StringInfoData sql;
    refuse_user_code(key);
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s%s fk JOIN %s pk ON ",
                     get_rel_relkind(key.referring) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ", qualified_name(key.referring),
                     qualified_name(key.referred));
    append_reference(&sql, key, "pk", "fk");
    append_hidden(&sql, key);
    return sql.data;
}

bool is_referenced(const ForeignKey &key) {
    SPI_connect();
    // With the rights of whoever gives the command, as the server asks it; only an owner's own row security is passed over.
    const bool referenced = run_as(GetUserId(), kAnyLatest, reference_query(key)).n > 0;
    SPI_finish();
    return referenced;
}

// Its own, or those of a table above it that leaves as well. What these would show is judged as a change of policies is.
bool keeps_policies(Oid relid, const List *leaving) {
    ListCell *cell = nullptr;
    if (has_policies(relid)) return true;
    foreach (cell, get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL)
        if (list_member_oid(leaving, lfirst_oid(cell)) && has_policies(lfirst_oid(cell))) return true;
    return false;
}

bool hides_rows(Oid relid) { return is_governed(relid) || has_governed_child(relid); }

}  // namespace

void refuse_referenced(const RangeVar *parent, const PartitionCmd *command) {
    const LOCKMODE mode = command->concurrent ? ShareUpdateExclusiveLock : AccessExclusiveLock;
    const Oid above = RangeVarGetRelid(parent, NoLock, true);
    const Oid partition = RangeVarGetRelid(command->name, NoLock, true);
    if (!OidIsValid(above) || !OidIsValid(partition) || !owns_table(above, GetUserId()) || !owns_table(partition, GetUserId()))
        return;
    LockRelationOid(above, mode);
    LockRelationOid(partition, mode);
    ListCell *cell = nullptr;
    foreach (cell, foreign_keys_of(partition)) {
        ForeignKey key = {};
        if (!load_foreign_key(lfirst_oid(cell), &key) || key.referred != partition || !key.inherited) continue;
        if (!hides_rows(key.referring) && !hides_rows(partition)) continue;
        LockRelationOid(key.referring, ShareLock);
        if (is_referenced(key))
            ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                            errmsg("removing partition \"%s\" violates foreign key constraint \"%s\"", get_rel_name(partition),
                                   get_constraint_name(lfirst_oid(cell)))));
    }
}

void refuse_to_leave(Oid partition) {
    List *leaving = find_all_inheritors(partition, AccessShareLock, nullptr);
    ListCell *cell = nullptr;
    foreach (cell, leaving)
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION && !keeps_policies(lfirst_oid(cell), leaving))
            refuse_unconfirmed(lfirst_oid(cell), "detach table");
}

}  // namespace pg_retention
