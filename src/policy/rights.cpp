#include "policy/rights.hpp"

#include "schema/extension.hpp"
#include "schema/path.hpp"
#include "policy/provision.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr char kOnPath[] = "The policy puts a trigger on each table of its paths.";

void require_tables_on_path(Oid relid, const char *text) {
    Path path;
    Problem problem = {};
    // A path that leads nowhere names no table; the checks of the policy say so.
    if (!resolve_path(relid, text, &path, &problem)) return;
    for (int h = 0; h < path.n_hops; ++h)
        require_ownership(path.hops[h].to_relid, psprintf("on path \"%s\" in field \"clock_starts\"", text), kOnPath);
}

}  // namespace

void require_ownership(Oid relid, const char *where, const char *hint) {
    const Oid user = GetUserId();
    // Who owns the configuration can switch this check off.
    if (get_rel_name(relid) == nullptr || owns_table(relid, user) || user == extension_owner()) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of table %s %s", get_rel_name(relid), where),
                    errhint("%s", hint)));
}

void require_policy_tables(HeapTuple row, TupleDesc desc) {
    bool isnull = false;
    const Oid relid = DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull));
    if (isnull || get_rel_name(relid) == nullptr) return;
    require_ownership(relid, "in field \"relation\"", "A policy is written by the owner of its table or by a superuser.");
    Datum *texts = nullptr;
    bool *nulls = nullptr;
    const Datum starts = heap_getattr(row, SPI_fnumber(desc, "clock_starts"), desc, &isnull);
    if (isnull) return;
    const int n = elements_of(starts, TEXTOID, &texts, &nulls);
    for (int i = 0; i < n; ++i)
        if (!nulls[i]) require_tables_on_path(relid, TextDatumGetCString(texts[i]));
}

bool is_confirmed(const Policy &policy) { return policy.applies_to == nullptr || policy.written_for == owner_of(policy.relid); }

Oid acting_owner(Oid leaf, Oid table) {
    const Oid owner = owner_of(leaf);
    if (leaf != table && !has_privs_of_role(owner_of(table), owner))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("partition \"%s\" belongs to a role whose rights the owner of table \"%s\" does not have",
                               get_rel_name(leaf), get_rel_name(table)),
                        errhint("Give it to the owner of the table, whose triggers fire for its rows.")));
    return owner;
}

void require_path_tables(const Policy &policy) {
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[k], &path, &problem)) continue;
        for (int h = 0; h < path.n_hops; ++h)
            if (!follows_path(path.hops[h].to_relid))
                require_ownership(path.hops[h].to_relid,
                                  psprintf("on path \"%s\" of policy \"%s\"", policy.starts[k], policy.name),
                                  "The path was not written for it. Let it lead where it led, or write the policy anew.");
    }
}

}  // namespace pg_retention

// Of the tables that a DBA fills, rows are checked one by one.
RETENTION_FUNCTION(pg_retention_refuse_truncate) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot truncate retention.%s", RelationGetRelationName(data->tg_relation)),
                    errhint("DELETE asks for each row whether it may go.")));
}
