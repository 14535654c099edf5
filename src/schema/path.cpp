#include "schema/path.hpp"

#include <initializer_list>

#include "schema/key_equality.hpp"
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

Oid table_of_constraint(Oid constraint) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid relid = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conrelid;
    ReleaseSysCache(tuple);
    return relid;
}

// The types of both columns, and the operators that compare each with itself.
KeyForm form_of_columns(HeapTuple tuple, const Hop &hop) {
    int n = 0;
    AttrNumber from[INDEX_MAX_KEYS], to[INDEX_MAX_KEYS];
    Oid across[INDEX_MAX_KEYS], referenced[INDEX_MAX_KEYS], referring[INDEX_MAX_KEYS];
    DeconstructFkConstraintRow(tuple, &n, from, to, across, referenced, referring, nullptr, nullptr);
    for (int i = 0; i < hop.n_keys; ++i) {
        if (!is_collected(get_atttype(hop.from_relid, hop.from[i])) || !is_collected(get_atttype(hop.to_relid, hop.to[i])))
            return KeyForm::kNotCollected;
        // Sets of values are made distinct by what the type's default operator class calls equal.
        if (!is_default_equality(referenced[i]) || !is_default_equality(referring[i])) return KeyForm::kOtherEquality;
    }
    return KeyForm::kFollowed;
}

// False: it is what a key of the table has beside itself for each partition it refers to.
bool read_constraint(Oid constraint, Hop *hop) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const bool own = !OidIsValid(form->conparentid) || table_of_constraint(form->conparentid) != form->conrelid;
    hop->constraint = constraint;
    hop->cascades_updates = form->confupdtype == FKCONSTR_ACTION_CASCADE;
    hop->sets_default = form->confdeltype == FKCONSTR_ACTION_SETDEFAULT || form->confupdtype == FKCONSTR_ACTION_SETDEFAULT;
    hop->form = hop->n_keys > kMaxKeys ? KeyForm::kTooWide
              : has_period(form)       ? KeyForm::kPeriod
              : !is_enforced(form)     ? KeyForm::kNotEnforced
                                       : form_of_columns(tuple, *hop);
    ReleaseSysCache(tuple);
    return own;
}

// The same key declared twice means the same, and one that is followed will do.
bool is_better(const Hop &hop, const Hop &than) {
    if (hop.n_keys != than.n_keys) return hop.n_keys < than.n_keys;
    if (hop.form == KeyForm::kTooWide) return false;
    const size_t size = sizeof(AttrNumber) * hop.n_keys;
    return hop.form == KeyForm::kFollowed && than.form != KeyForm::kFollowed && hop.to_relid == than.to_relid &&
           std::memcmp(hop.from, than.from, size) == 0 && std::memcmp(hop.to, than.to, size) == 0;
}

bool no_such_column(Oid relid, const char *name, const char *text, Problem *problem) {
    problem->sqlstate = ERRCODE_UNDEFINED_COLUMN;
    problem->message = psprintf("column \"%s\" in field \"clock_starts\" does not exist in table %s", name, get_rel_name(relid));
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

bool too_many_hops(const char *text, Problem *problem) {
    problem->sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
    problem->message = psprintf("path \"%s\" in field \"clock_starts\" has more than %d steps", text, kMaxHops);
    problem->hint = "Keep the date nearer to the rows, in a column of a table on the way.";
    return false;
}

bool starts_by(const StartType &type, const char *text, Problem *problem) {
    const bool time = type.type == DATEOID || type.type == TIMESTAMPOID || type.type == TIMESTAMPTZOID;
    const bool number = type.type == INT4OID || type.type == INT8OID || type.type == FLOAT8OID;
    if (type.unit == StartUnit::kNone ? time : number) return true;
    problem->sqlstate = ERRCODE_DATATYPE_MISMATCH;
    problem->message =
        psprintf("path \"%s\" in field \"clock_starts\" ends at a column of type %s", text, format_type_be(type.type));
    problem->hint = type.unit != StartUnit::kNone
                      ? "Numbers that count the time since 1970 are of type integer, bigint or double precision."
                  : number ? "Say what the number counts since 1970: seconds(...), milliseconds(...) or microseconds(...)."
                           : "A clock starts at a column of type date, timestamp or timestamp with time zone.";
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
        if (!has) continue;
        Hop candidate = {};
        candidate.from_relid = relid;
        candidate.to_relid = key->confrelid;
        candidate.n_keys = key->nkeys;
        for (int i = 0; i < Min(key->nkeys, kMaxKeys); ++i) {
            candidate.from[i] = key->conkey[i];
            candidate.to[i] = key->confkey[i];
            candidate.equal[i] = key->conpfeqop[i];
        }
        if (!read_constraint(key->conoid, &candidate) || (found && !is_better(candidate, *hop))) continue;
        *hop = candidate;
        found = true;
    }
    RelationClose(rel);
    return found;
}

bool is_not_followed(const Hop &hop, Problem *problem) {
    const char *reason = nullptr, *hint = nullptr;
    switch (hop.form) {
        case KeyForm::kFollowed: return false;
        case KeyForm::kNotEnforced:
            reason = "is not enforced";
            hint = "What it refers to may be missing, and come and go unseen: ALTER CONSTRAINT ... ENFORCED first.";
            break;
        case KeyForm::kPeriod:
            reason = "compares periods";
            hint = "A row refers to several rows at once by it: refer to one row by a foreign key without PERIOD.";
            break;
        case KeyForm::kNotCollected:
            reason = "has a column of an array or composite type";
            hint = "Values of such types are not collected in sets of keys: refer by a key of another type.";
            break;
        case KeyForm::kOtherEquality:
            reason = "compares by another equality than that of its type";
            hint = "Refer to columns whose unique index has the default operator class.";
            break;
        case KeyForm::kTooWide:
            reason = "has more than 8 columns";
            hint = "Refer by a key of fewer columns.";
            static_assert(kMaxKeys == 8);
    }
    problem->sqlstate = ERRCODE_FEATURE_NOT_SUPPORTED;
    problem->message = psprintf("foreign key \"%s\" of table %s %s and cannot be followed", get_constraint_name(hop.constraint),
                                get_rel_name(hop.from_relid), reason);
    problem->hint = hint;
    return true;
}

bool sets_default(const Path &path) {
    for (int h = 0; h < path.n_hops; ++h)
        if (path.hops[h].sets_default) return true;
    return false;
}

const char *name_of(StartUnit unit) {
    switch (unit) {
        case StartUnit::kNone: return nullptr;
        case StartUnit::kSeconds: return "seconds";
        case StartUnit::kMilliseconds: return "milliseconds";
        case StartUnit::kMicroseconds: return "microseconds";
    }
    return nullptr;
}

const char *without_unit(const char *text, StartUnit *unit) {
    const size_t n = strlen(text);
    for (const StartUnit each : {StartUnit::kSeconds, StartUnit::kMilliseconds, StartUnit::kMicroseconds}) {
        const size_t name = strlen(name_of(each));
        if (n < name + 2 || strncmp(text, name_of(each), name) != 0 || text[n - 1] != ')') continue;
        const size_t open = name + strspn(text + name, " ");
        if (text[open] != '(') continue;
        *unit = each;
        return pnstrdup(text + open + 1, n - open - 2);
    }
    *unit = StartUnit::kNone;
    return text;
}

bool resolve_path(Oid relid, const char *text, Path *path, Problem *problem) {
    *path = Path{};
    List *names = qualified_names(without_unit(text, &path->type.unit));
    Oid at = relid;
    for (int i = 0; i < list_length(names); ++i) {
        const char *name = strVal(list_nth(names, i));
        const AttrNumber column = get_attnum(at, name);
        if (column <= 0) return no_such_column(at, name, text, problem);
        if (has_no_value_yet(at, column, i == 0)) return generated_column(at, column, text, problem);
        if (i == list_length(names) - 1) {
            path->relid = at;
            path->column = column;
            path->type.type = getBaseType(get_atttype(at, column));
            break;
        }
        if (path->n_hops == kMaxHops) return too_many_hops(text, problem);
        if (!find_foreign_key(at, column, &path->hops[path->n_hops])) {
            problem->sqlstate = ERRCODE_INVALID_FOREIGN_KEY;
            problem->message =
                psprintf("column \"%s\" in field \"clock_starts\" is not a foreign key of table %s", name, get_rel_name(at));
            problem->hint = psprintf("Path \"%s\" can be followed through foreign keys only.", text);
            return false;
        }
        if (is_not_followed(path->hops[path->n_hops], problem)) return false;
        at = path->hops[path->n_hops++].to_relid;
    }
    return starts_by(path->type, text, problem);
}

bool path_reads(const Path &path, Oid relid, AttrNumber column) {
    if (path.relid == relid && path.column == column) return true;
    for (int i = 0; i < path.n_hops; ++i) {
        const Hop &hop = path.hops[i];
        for (int k = 0; k < hop.n_keys; ++k)
            if ((hop.from_relid == relid && hop.from[k] == column) || (hop.to_relid == relid && hop.to[k] == column)) return true;
    }
    return false;
}

bool is_same_way(const Path &a, const Path &b) {
    if (a.n_hops != b.n_hops || a.relid != b.relid || a.column != b.column || a.type.unit != b.type.unit) return false;
    for (int h = 0; h < a.n_hops; ++h) {
        const Hop &x = a.hops[h], &y = b.hops[h];
        if (x.from_relid != y.from_relid || x.to_relid != y.to_relid || x.n_keys != y.n_keys) return false;
        for (int k = 0; k < x.n_keys; ++k)
            if (x.from[k] != y.from[k] || x.to[k] != y.to[k]) return false;
    }
    return true;
}

}  // namespace pg_retention
