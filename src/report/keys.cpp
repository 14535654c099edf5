#include "report/keys.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/row_key.hpp"
#include "subject/keys.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

KeyColumns key_columns_of(Oid relid) {
    KeyColumns key = {};
    Relation rel = table_open(relid, AccessShareLock);
    if (OidIsValid(naming_index(rel))) key.n = primary_key(relid, key.columns);
    table_close(rel, AccessShareLock);
    return key;
}

const char *key_list(Oid relid, const KeyColumns &key) {
    return key.n == 0 ? "NULL" : column_list(relid, key.columns, key.n, "t.");
}

char *key_json(Oid relid, const KeyColumns &key, const SqlRow &row, int first) {
    if (key.n == 0) return nullptr;
    int places[kMaxKeys];
    StringInfoData json;
    initStringInfo(&json);
    for (int i = 0; i < key.n; ++i) places[i] = first + i;
    append_key_json(&json, relid, key.columns, key.n, row.tuple, row.desc, places);
    return json.data;
}

Hop hop_of(const ForeignKey &key) {
    Hop hop = {};
    hop.from_relid = key.referring;
    hop.to_relid = key.referred;
    hop.n_keys = key.n;
    std::copy(key.referring_columns, key.referring_columns + key.n, hop.from);
    std::copy(key.referred_columns, key.referred_columns + key.n, hop.to);
    std::copy(key.operators[0], key.operators[0] + key.n, hop.equal);
    return hop;
}

bool may_read(Oid relid) {
    return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK && !is_bound_by_row_security(relid);
}

SqlRows shown_to_caller(Oid relid, long limit, const char *columns, const char *condition, const SqlValue &from,
                        const SqlValue &until) {
    const How how = {PlanKind::kOnce, Sees::kCaller, limit, false};
    const char *only = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ";
    // Governed like any query of his: what his row security reads and runs sees no row that he does not.
    const ActingAs saved = act_as(GetUserId(), false);
    const SqlRows rows = run_governed(
        how, psprintf("SELECT %s FROM %s%s t WHERE %s", columns, only, qualified_name(relid), condition), from, until);
    leave(saved);
    return rows;
}

}  // namespace pg_retention
