#include "subject/same_key.hpp"

#include "schema/own.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/attempt.hpp"

extern "C" {
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

bool is_deterministic(Oid collation) { return !OidIsValid(collation) || get_collation_isdeterministic(collation); }

// The operator class says that equal values are the same bytes.
bool is_equal_image(Oid type, Oid collation) {
    const Oid opclass = GetDefaultOpClass(type, BTREE_AM_OID);
    if (!OidIsValid(opclass)) return false;
    const Oid input = get_opclass_input_type(opclass);
    const Oid proc = get_opfamily_proc(get_opclass_family(opclass), input, input, BTEQUALIMAGE_PROC);
    return OidIsValid(proc) && DatumGetBool(OidFunctionCall1Coll(proc, collation, ObjectIdGetDatum(input)));
}

bool is_citext(Oid type) {
    const Oid extension = getExtensionOfObject(TypeRelationId, type);
    const char *name = OidIsValid(extension) ? get_extension_name(extension) : nullptr;
    return name != nullptr && strcmp(name, "citext") == 0;
}

// Null when none is known.
char *canonical(Oid relid, AttrNumber column) {
    const char *name = column_list(relid, &column, 1, "t.");
    const Oid type = getBaseType(get_atttype(relid, column));
    const Oid collation = own_equality(relid, column).collation;
    switch (type) {
        case NUMERICOID: return psprintf("pg_catalog.trim_scale(%s)", name);
        // Zero has two signs.
        case FLOAT4OID: return psprintf("%s OPERATOR(pg_catalog.+) '0'::pg_catalog.float4", name);
        case FLOAT8OID: return psprintf("%s OPERATOR(pg_catalog.+) '0'::pg_catalog.float8", name);
        // What pads it is cut off.
        case BPCHAROID: return is_deterministic(collation) ? psprintf("%s::pg_catalog.text", name) : nullptr;
        // A month and thirty days are equal; before 17 its operator class calls them the same bytes.
        case INTERVALOID: return nullptr;
        default: break;
    }
    if (is_citext(type)) return psprintf("pg_catalog.lower(%s::pg_catalog.text COLLATE pg_catalog.\"default\")", name);
    return is_equal_image(type, collation) ? pstrdup(name) : nullptr;
}

Datum value_of(Datum array, Oid type, int place) {
    Datum *values = nullptr;
    (void) elements_of(array, type, &values);
    return values[place];
}

// Whether a, of one key, is that key of b. With the rights of the table's owner: the function may be a user's.
bool is_same_key(const Kind &kind, const KeySet &a, const KeySet &b, int place = 0) {
    const ActingAs saved = act_as(owner_of(kind.relid), true);
    bool same = true;
    for (int i = 0; same && i < kind.n_keys; ++i) {
        const Equality equality = own_equality(kind.relid, kind.keys[i]);
        const Oid type = get_element_type(a.types[i]);
        same = DatumGetBool(OidFunctionCall2Coll(get_opcode(equality.op), equality.collation, value_of(a.arrays[i], type, 0),
                                                 value_of(b.arrays[i], type, place)));
    }
    leave(saved);
    return same;
}

// It was written when the kind had another key, or its values other names.
void warn_of_unread(const Kind &kind, int records) {
    ereport(
        WARNING,
        (errcode(ERRCODE_WARNING),
         errmsg_plural("%d record of kind \"%s\" has a key that cannot be read: whoever it is about is not told of it",
                       "%d records of kind \"%s\" have keys that cannot be read: whoever they are about is not told of them",
                       static_cast<unsigned long>(records), records, kind.name),
         errhint("Look for them in retention.statement, retention.restriction, retention.objection and retention.disclosure.")));
}

struct Pairs {
    List *kinds;  // char *
    List *keys;   // Jsonb *
};

void add_pair(Pairs *pairs, const Kind &kind, Datum key) {
    pairs->kinds = lappend(pairs->kinds, const_cast<char *>(kind.name));
    pairs->keys = lappend(pairs->keys, DatumGetPointer(key));
}

// The keys of the kind's rows that are the person, as they are written now.
void add_own_keys(Pairs *pairs, const Subject &subject, const Kind &kind) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s t WHERE ", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                     qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, subject.roots[kind.index], &parameters);
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    for (const SqlRow row : rows) add_pair(pairs, kind, DirectFunctionCall1(jsonb_in, CStringGetDatum(key_in(kind, row))));
    rows.free();
}

// And those of records that name one of these rows in another writing. Returns how many could not be read.
int add_equal_keys(Pairs *pairs, const Subject &subject, const Kind &kind, const char *from) {
    const KeySet &roots = subject.roots[kind.index];
    const SqlRows rows =
        read_own(psprintf("SELECT DISTINCT r.key FROM %s r WHERE r.kind = $1 AND r.key IS NOT NULL", from), kind.name);
    int unread = 0;
    for (const SqlRow row : rows) {
        bool same = false;
        const Datum json = row.detoasted(1);
        const auto compare = [&] {
            const KeySet one = set_of_records(kind, &json, 1);
            for (int i = 0; i < roots.n && !same; ++i) same = is_same_key(kind, one, roots, i);
        };
        if (attempt(compare) != nullptr) ++unread;
        if (same) add_pair(pairs, kind, json);
    }
    rows.free();
    return unread;
}

Datum json_array(Datum *keys, int n) { return array_of(keys, n, JSONBOID); }

}  // namespace

char *canonical_keys(const Kind &kind, bool warns) {
    StringInfoData list;
    initStringInfo(&list);
    for (int i = 0; i < kind.n_keys; ++i) {
        const char *key = canonical(kind.relid, kind.keys[i]);
        if (key == nullptr && !warns) return nullptr;
        if (key == nullptr) {
            ereport(WARNING, (errcode(ERRCODE_WARNING),
                              errmsg("erasures of kind \"%s\" cannot be repeated after the restore of a backup", kind.name),
                              errdetail("Equal values of key column \"%s\" may be written differently there.",
                                        get_attname(kind.relid, kind.keys[i], false)),
                              errhint("Give the kind a key of another type in retention.subject_kind.")));
            return nullptr;
        }
        appendStringInfo(&list, "%s%s", i == 0 ? "" : ", ", key);
    }
    return list.data;
}

bool is_written_by_settings(Oid type) {
    switch (getBaseType(type)) {
        case BOOLOID:
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID:
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
        case NAMEOID:
        case UUIDOID:
        case JSONBOID:
        // As JSON these are of one style, and have their time zone with them.
        case DATEOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID: return false;
        default: return true;
    }
}

bool is_always_written_alike(const Kind &kind) {
    for (int i = 0; i < kind.n_keys; ++i) {
        const Oid type = getBaseType(get_atttype(kind.relid, kind.keys[i]));
        // A moment is written in the zone of the session, and what pads a text is written, too.
        if (is_written_by_settings(type) || type == TIMESTAMPTZOID || type == BPCHAROID ||
            !is_equal_image(type, own_equality(kind.relid, kind.keys[i]).collation))
            return false;
    }
    return true;
}

int fix_writing() {
    constexpr const char *kSettings[][2] = {{"TimeZone", "UTC"},
                                            {"DateStyle", "ISO"},
                                            {"IntervalStyle", "postgres"},
                                            {"extra_float_digits", "1"},
                                            {"bytea_output", "hex"},
                                            {"search_path", "pg_catalog, pg_temp"},
                                            {"quote_all_identifiers", "off"}};
    const int level = NewGUCNestLevel();
    for (const auto &setting : kSettings)
        (void) set_config_option(setting[0], setting[1], PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    return level;
}

void restore_writing(int level) { AtEOXact_GUC(false, level); }

Recorded recorded_of(const Subject &subject, const char *from) {
    Pairs pairs = {};
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (subject.roots[kind->index].n == 0) continue;
        add_own_keys(&pairs, subject, *kind);
        const int unread = from == nullptr || is_always_written_alike(*kind) ? 0 : add_equal_keys(&pairs, subject, *kind, from);
        if (unread > 0) warn_of_unread(*kind, unread);
    }
    auto *keys = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(pairs.keys) + 1)));
    int n = 0;
    foreach (cell, pairs.keys) keys[n++] = PointerGetDatum(lfirst(cell));
    return Recorded{text_array(pairs.kinds), json_array(keys, n)};
}

Datum recorded_keys(const Subject &subject, const char *key_json) {
    const Kind &kind = *subject.kind;
    if (is_always_written_alike(kind)) {
        Datum key = DirectFunctionCall1(jsonb_in, CStringGetDatum(key_json));
        return json_array(&key, 1);
    }
    const SqlRows rows = read_own(
        "SELECT key FROM retention.statement WHERE kind = $1 UNION SELECT key FROM retention.restriction WHERE kind = $1 "
        "UNION SELECT key::jsonb FROM retention.contact_count WHERE kind = $1",
        kind.name);
    auto *found = static_cast<Datum *>(palloc(sizeof(Datum) * (rows.n + 1)));
    int n_found = 0, unread = 0;
    for (const SqlRow row : rows) {
        bool same = false;
        const Datum json = row.datum(1);
        if (attempt([&] { same = is_same_key(kind, set_of_records(kind, &json, 1), subject.key); }) != nullptr) ++unread;
        if (same) found[n_found++] = json;
    }
    const Datum keys = json_array(found, n_found);
    rows.free();
    if (unread > 0) warn_of_unread(kind, unread);
    return keys;
}

}  // namespace pg_retention
