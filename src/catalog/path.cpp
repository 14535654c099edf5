#include "catalog/path.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

bool is_root_constraint(Oid constraint) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return false;
    const bool root = !OidIsValid(reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conparentid);
    ReleaseSysCache(tuple);
    return root;
}

bool no_such_column(Oid relid, const char *name, const char *text, Problem *problem) {
    problem->sqlstate = ERRCODE_UNDEFINED_COLUMN;
    problem->message = psprintf("column \"%s\" in field \"clock_starts\" does not exist in table %s", name,
                                get_rel_name(relid));
    problem->hint = psprintf("Path \"%s\": name a column, or foreign key columns joined by dots to a column.", text);
    return false;
}

// The row itself is read before what is generated has its value, and a column that is not stored has none in any trigger.
bool has_no_value_yet(Oid relid, AttrNumber column, bool own_row) {
    const char generated = get_attgenerated(relid, column);
    return own_row ? generated != '\0' : generated == ATTRIBUTE_GENERATED_VIRTUAL;
}

bool generated_column(Oid relid, AttrNumber column, const char *text, Problem *problem) {
    problem->sqlstate = ERRCODE_FEATURE_NOT_SUPPORTED;
    problem->message = psprintf("column \"%s\" in field \"clock_starts\" is generated in table %s",
                                get_attname(relid, column, false), get_rel_name(relid));
    problem->hint = psprintf("Path \"%s\": a clock starts by columns that are written.", text);
    return false;
}

}  // namespace

bool find_foreign_key(Oid relid, AttrNumber column, Hop *hop) {
    // Without a lock: the catalogs are read, and whoever changes one table must not wait for another.
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return false;
    ListCell *cell = nullptr;
    bool found = false;
    // A copy: the list goes when the table's description is read anew.
    foreach (cell, copyObject(RelationGetFKeyList(rel))) {
        auto *key = static_cast<ForeignKeyCacheInfo *>(lfirst(cell));
        bool has = false;
        for (int i = 0; i < key->nkeys; ++i) has = has || key->conkey[i] == column;
        if (!has || key->nkeys > kMaxKeys) continue;
        // On a partition the inherited one.
        if (!rel->rd_rel->relispartition && !is_root_constraint(key->conoid)) continue;
        if (found && key->nkeys >= hop->n_keys) continue;
        found = true;
        hop->from_relid = relid;
        hop->to_relid = key->confrelid;
        hop->n_keys = key->nkeys;
        for (int i = 0; i < key->nkeys; ++i) {
            hop->from[i] = key->conkey[i];
            hop->to[i] = key->confkey[i];
        }
    }
    RelationClose(rel);
    return found;
}

bool resolve_path(Oid relid, const char *text, Path *path, Problem *problem) {
    List *names = qualified_names(text);
    *path = Path{};
    Oid at = relid;
    for (int i = 0; i < list_length(names); ++i) {
        const char *name = strVal(list_nth(names, i));
        const AttrNumber column = get_attnum(at, name);
        if (column <= 0) return no_such_column(at, name, text, problem);
        if (has_no_value_yet(at, column, i == 0)) return generated_column(at, column, text, problem);
        if (i == list_length(names) - 1) {
            path->relid = at;
            path->column = column;
            path->type = getBaseType(get_atttype(at, column));
            break;
        }
        if (path->n_hops == kMaxHops || !find_foreign_key(at, column, &path->hops[path->n_hops])) {
            problem->sqlstate = ERRCODE_INVALID_FOREIGN_KEY;
            problem->message = psprintf("column \"%s\" in field \"clock_starts\" is not a foreign key of table %s",
                                        name, get_rel_name(at));
            problem->hint = psprintf("Path \"%s\" can be followed through foreign keys only.", text);
            return false;
        }
        at = path->hops[path->n_hops++].to_relid;
    }
    if (path->type == DATEOID || path->type == TIMESTAMPOID || path->type == TIMESTAMPTZOID) return true;
    problem->sqlstate = ERRCODE_DATATYPE_MISMATCH;
    problem->message = psprintf("path \"%s\" in field \"clock_starts\" ends at a column of type %s", text,
                                format_type_be(path->type));
    problem->hint = "A clock starts at a column of type date, timestamp or timestamp with time zone.";
    return false;
}

bool path_reads(const Path &path, Oid relid, AttrNumber column) {
    if (path.relid == relid && path.column == column) return true;
    for (int i = 0; i < path.n_hops; ++i) {
        const Hop &hop = path.hops[i];
        for (int k = 0; k < hop.n_keys; ++k)
            if ((hop.from_relid == relid && hop.from[k] == column) || (hop.to_relid == relid && hop.to[k] == column))
                return true;
    }
    return false;
}

}  // namespace pg_retention
