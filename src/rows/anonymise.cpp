#include "rows/anonymise.hpp"

#include "personal/anonymiser.hpp"
#include "schema/front.hpp"
#include "schema/link_path.hpp"
#include "schema/own.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "personal/pseudonym.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

bool any_needs(List *columns, core::Need need) {
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (core::need_of(static_cast<const PersonalColumn *>(lfirst(cell))->anonymiser) == need) return true;
    return false;
}

bool begins_a_path(const Anonymisation &of, Oid constraint) {
    ListCell *cell = nullptr;
    foreach (cell, of.paths)
        if (static_cast<const Path *>(lfirst(cell))->hops[0].constraint == constraint) return true;
    return false;
}

void add_way_up(Anonymisation *out, const LinkPath &link) {
    auto *path = static_cast<Path *>(palloc0(sizeof(Path)));
    for (; path->n_hops < link.n_steps && !link.steps[path->n_hops].down; ++path->n_hops)
        path->hops[path->n_hops] = link.steps[path->n_hops].key;
    if (path->n_hops > 0) out->paths = lappend(out->paths, path);
}

// Those by which a row leads to persons, as far as they lead up: who ordered what a note is about need not be on the clock's path.
void add_linked_paths(Anonymisation *out) {
    for (const SqlRow row :
         read_own("SELECT l.path, k.relation FROM retention.subject_link l JOIN retention.subject_kind k USING (kind) "
                  "WHERE l.relation = $1 ORDER BY pg_catalog.length(l.path) DESC, l.path",
                  out->relid)) {
        LinkPath link = {};
        Problem problem = {};
        if (!resolve_link(out->relid, row.text(1), row.get<Oid>(2), &link, &problem)) continue;
        for (bool more = true; more; more = without_repeated(link, 0, &link)) add_way_up(out, link);
    }
}

// What else a row refers to.
void add_keys(Anonymisation *out) {
    Relation rel = table_open(out->relid, AccessShareLock);
    const AttrNumber n = RelationGetNumberOfAttributes(rel);
    table_close(rel, NoLock);
    for (AttrNumber column = 1; column <= n; ++column) {
        auto *path = static_cast<Path *>(palloc0(sizeof(Path)));
        if (!find_foreign_key(out->relid, column, &path->hops[0]) || path->hops[0].form != KeyForm::kFollowed ||
            begins_a_path(*out, path->hops[0].constraint))
            continue;
        path->n_hops = 1;
        out->paths = lappend(out->paths, path);
    }
}

// The paths that the clock starts by, those that lead to persons and to whatever the row refers to, and what is personal in the tables on them.
void add_paths(Anonymisation *out, List *starts) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, starts) {
        Problem problem = {};
        auto *path = static_cast<Path *>(palloc(sizeof(Path)));
        if (!resolve_path(out->relid, static_cast<char *>(lfirst(cell)), path, &problem) || path->n_hops == 0) continue;
        out->paths = lappend(out->paths, path);
    }
    add_linked_paths(out);
    add_keys(out);
    foreach (cell, out->paths) {
        const auto *path = static_cast<const Path *>(lfirst(cell));
        for (int h = 0; h < path->n_hops; ++h) tables = list_append_unique_oid(tables, path->hops[h].to_relid);
    }
    foreach (cell, tables) out->path_columns = list_concat(out->path_columns, personal_columns_of(lfirst_oid(cell)));
}

Datum text_array_with_nulls(Datum *values, bool *nulls, int n) {
    int dims[1] = {n}, bounds[1] = {1};
    return PointerGetDatum(construct_md_array(values, nulls, 1, dims, bounds, TEXTOID, -1, false, TYPALIGN_INT));
}

// A list of words as the text of an array: an array of arrays cannot be taken apart row by row.
Datum words_text(List *words) { return CStringGetTextDatum(OidOutputFunctionCall(F_ARRAY_OUT, text_array(words))); }

// Adds what the rows that the front has reached hold of persons.
void add_words_at(const Anonymisation &anonymisation, const Hop &hop, const Front &front, List **words) {
    const Oid relid = hop.to_relid;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row");
    List *read = NIL;
    ListCell *cell = nullptr;
    foreach (cell, anonymisation.path_columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        if (column->relid != relid || !tells_who(*column) || list_member_ptr(read, column)) continue;
        read = lappend(read, lfirst(cell));
        appendStringInfo(&sql, ", %s", text_of_column(*column, "t."));
    }
    if (read == NIL) return;
    append_front_join(&sql, relid, hop.to, key_equalities(hop, Side::kReferenced), front, &parameters);
    const SqlRows rows = read_as(owner_of(relid), sql.data, parameters);
    for (const SqlRow row : rows) {
        List **row_words = &words[row.get<int32>(1)];
        int place = 2;
        foreach (cell, read)
            *row_words = add_words_of(*row_words, *static_cast<const PersonalColumn *>(lfirst(cell)), row.text(place++));
    }
    rows.free();
}

void follow_path(const Anonymisation &anonymisation, const Path &path, Front front, List **words) {
    for (int h = 0; h < path.n_hops && front.n > 0; ++h) {
        const Hop &hop = path.hops[h];
        add_words_at(anonymisation, hop, front, words);
        if (h + 1 < path.n_hops)
            front = next_front(hop.to_relid, hop.to, key_equalities(hop, Side::kReferenced), path.hops[h + 1].from,
                               path.hops[h + 1].n_keys, front, given_condition(hop.to_relid, path.hops[h + 1].given));
    }
}

// What was read of the rows: of each its id, then what the columns of `personal` hold as text, then the keys that paths begin with.
struct RowsRead {
    int n;
    SPITupleTable *rows;
};

Datum read_value(const RowsRead &read, int row, int place, bool *isnull) {
    return SPI_getbinval(read.rows->vals[row], read.rows->tupdesc, place, isnull);
}

RowsRead read_rows(const Anonymisation &anonymisation, Datum tids) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT t.ctid");
    ListCell *cell = nullptr;
    foreach (cell, anonymisation.personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        const bool needed = tells_who(*column) || core::need_of(column->anonymiser) == core::Need::kKey;
        appendStringInfo(&sql, ", %s", needed ? text_of_column(*column, "t.") : "NULL");
    }
    foreach (cell, anonymisation.paths) {
        const Hop &hop = static_cast<const Path *>(lfirst(cell))->hops[0];
        const char *condition = given_condition(anonymisation.relid, hop.given);
        for (int k = 0; k < hop.n_keys; ++k)
            appendStringInfo(&sql, ", CASE WHEN %s THEN %s END", condition == nullptr ? "true" : condition,
                             column_list(anonymisation.relid, &hop.from[k], 1, "t."));
    }
    appendStringInfo(&sql, " FROM ONLY %s t WHERE t.ctid = ANY ($1)", qualified_name(anonymisation.leaf));
    const SqlRows rows = write_as(owner_of(anonymisation.leaf), sql.data, typed(TIDARRAYOID, tids));
    return RowsRead{static_cast<int>(rows.n), rows.table};
}

// A partition's rows are read by the names that the columns have in its table.
Front front_of(const Anonymisation &anonymisation, const Path &path, const RowsRead &read, int place) {
    const Hop &hop = path.hops[0];
    Datum *values[kMaxKeys];
    bool *nulls[kMaxKeys];
    for (int k = 0; k < hop.n_keys; ++k) {
        values[k] = static_cast<Datum *>(palloc(sizeof(Datum) * (read.n + 1)));
        nulls[k] = static_cast<bool *>(palloc(sizeof(bool) * (read.n + 1)));
        for (int row = 0; row < read.n; ++row) values[k][row] = read_value(read, row, place + k, &nulls[k][row]);
    }
    return first_front(anonymisation.relid, hop.from, hop.n_keys, values, nulls, read.n);
}

// The words of each row, as arrays in text form.
Datum words_of_rows(const Anonymisation &anonymisation, const RowsRead &read) {
    auto **words = static_cast<List **>(palloc0(sizeof(List *) * (read.n + 1)));
    ListCell *cell = nullptr;
    int place = 2;
    foreach (cell, anonymisation.personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        for (int row = 0; row < read.n && tells_who(*column); ++row)
            words[row] = add_words_of(words[row], *column, SPI_getvalue(read.rows->vals[row], read.rows->tupdesc, place));
        ++place;
    }
    foreach (cell, anonymisation.paths) {
        const auto *path = static_cast<const Path *>(lfirst(cell));
        follow_path(anonymisation, *path, front_of(anonymisation, *path, read, place), words);
        place += path->hops[0].n_keys;
    }
    auto *texts = static_cast<Datum *>(palloc(sizeof(Datum) * (read.n + 1)));
    for (int row = 0; row < read.n; ++row) {
        foreach (cell, anonymisation.words) words[row] = add_word(words[row], static_cast<char *>(lfirst(cell)));
        texts[row] = words_text(words[row]);
    }
    return text_array_with_nulls(texts, nullptr, read.n);
}

// The pseudonyms of what the column at this place holds.
Datum pseudonyms_of_rows(const Anonymisation &anonymisation, const PersonalColumn &column, const SecretKey &key,
                         const RowsRead &read, int place) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (read.n + 1)));
    auto *nulls = static_cast<bool *>(palloc0(sizeof(bool) * (read.n + 1)));
    const size_t digits = pseudonym_room(column, anonymisation.leaf);
    const std::string_view domain = pseudonym_domain(column);
    for (int row = 0; row < read.n; ++row) {
        const Datum value = read_value(read, row, place, &nulls[row]);
        if (nulls[row]) continue;
        text *held = DatumGetTextPP(value);
        values[row] = PointerGetDatum(pseudonym_of(key, domain, {VARDATA_ANY(held), VARSIZE_ANY_EXHDR(held)}, digits));
    }
    return text_array_with_nulls(values, nulls, read.n);
}

// What is computed for each row here: w.words and w.p1, ..., beside w.tid.
struct Computed {
    StringInfoData from;   // " FROM ROWS FROM (unnest($1), unnest($2), ...) AS w (tid"
    StringInfoData names;  // ", words, p1"
};

void add_computed(Computed *computed, const char *name, Oid array_type, Datum array, Parameters *parameters) {
    appendStringInfo(&computed->from, "%sunnest($%d)", computed->names.len == 0 ? " FROM ROWS FROM (" : ", ",
                     add_parameter(parameters, array_type, array));
    appendStringInfo(&computed->names, "%s%s", computed->names.len == 0 ? "" : ", ", name);
}

const char *pseudonym_name(const PersonalColumn &column) { return psprintf("p%d", column.column); }

const char *compute(const Anonymisation &anonymisation, const ItemPointerData *rows, int n, Parameters *parameters) {
    const RowsRead read = read_rows(anonymisation, tid_array(rows, n));
    auto *found = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (read.n + 1)));
    for (int row = 0; row < read.n; ++row) {
        bool isnull = false;
        found[row] = *reinterpret_cast<ItemPointer>(DatumGetPointer(read_value(read, row, 1, &isnull)));
    }
    Computed computed = {};
    initStringInfo(&computed.from);
    initStringInfo(&computed.names);
    add_computed(&computed, "tid", TIDARRAYOID, tid_array(found, read.n), parameters);
    if (any_needs(anonymisation.columns, core::Need::kWords))
        add_computed(&computed, "words", TEXTARRAYOID, words_of_rows(anonymisation, read), parameters);
    if (any_needs(anonymisation.columns, core::Need::kKey)) {
        const SecretKey key = read_pseudonym_key();
        ListCell *cell = nullptr;
        int place = 2;
        foreach (cell, anonymisation.personal) {
            const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
            if (core::need_of(column->anonymiser) == core::Need::kKey && list_member_ptr(anonymisation.columns, column))
                add_computed(&computed, pseudonym_name(*column), TEXTARRAYOID,
                             pseudonyms_of_rows(anonymisation, *column, key, read, place), parameters);
            ++place;
        }
    }
    SPI_freetuptable(read.rows);
    appendStringInfo(&computed.from, ") AS w (%s)", computed.names.data);
    return computed.from.data;
}

}  // namespace

Datum tid_array(const ItemPointerData *rows, int n) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    for (int i = 0; i < n; ++i) values[i] = PointerGetDatum(const_cast<ItemPointerData *>(&rows[i]));
    return array_of(values, n, TIDOID);
}

Anonymisation *anonymisation_of(Oid relid, Oid leaf, const Policy *policy, const Columns &columns) {
    auto *out = static_cast<Anonymisation *>(palloc0(sizeof(Anonymisation)));
    // A copy: reading what is personal may renew the policies.
    List *starts = NIL;
    for (int i = 0; policy != nullptr && i < policy->n_starts; ++i) starts = lappend(starts, pstrdup(policy->starts[i]));
    out->relid = relid;
    out->leaf = leaf;
    out->personal = columns.known != NIL ? columns.known : personal_columns_of(relid);
    ListCell *cell = nullptr;
    foreach (cell, out->personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        const bool wanted = columns.only == NIL || has_word(columns.only, column->name);
        // It follows the columns that it is computed from, and cannot be written.
        if (get_attgenerated(leaf, get_attnum(leaf, column->name)) != '\0') continue;
        if (wanted && !(columns.without_required && column->required_by_law)) out->columns = lappend(out->columns, lfirst(cell));
    }
    if (out->columns == NIL) return nullptr;
    if (any_needs(out->columns, core::Need::kWords)) add_paths(out, starts);
    return out;
}

AnonymisingUpdate anonymising_update(const Anonymisation &anonymisation, const ItemPointerData *rows, int n,
                                     Parameters *parameters) {
    AnonymisingUpdate update = {};
    const bool computes =
        any_needs(anonymisation.columns, core::Need::kWords) || any_needs(anonymisation.columns, core::Need::kKey);
    if (computes) {
        update.from = compute(anonymisation, rows, n, parameters);
        update.where = "t.ctid = w.tid";
    } else {
        update.from = "";
        update.where = psprintf("t.ctid = ANY ($%d)", add_parameter(parameters, TIDARRAYOID, tid_array(rows, n)));
    }
    StringInfoData set;
    initStringInfo(&set);
    ListCell *cell = nullptr;
    foreach (cell, anonymisation.columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        appendStringInfo(
            &set, "%s%s = %s", set.len > 0 ? ", " : "", quote_identifier(column->name),
            anonymised_value(*column, anonymisation.leaf, "CAST(w.words AS text[])", psprintf("w.%s", pseudonym_name(*column))));
    }
    update.set = set.data;
    return update;
}

}  // namespace pg_retention
