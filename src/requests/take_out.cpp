#include "requests/take_out.hpp"

#include "personal/anonymiser.hpp"
#include "policy/policy_cache.hpp"
#include "policy/rights.hpp"
#include "pg/names.hpp"
#include "schema/foreign_key.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "rows/anonymise.hpp"
#include "subject/texts.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

bool is_in_key(Oid relid, AttrNumber column) {
    AttrNumber key[kMaxKeys];
    const int n = primary_key(relid, key);
    for (int i = 0; i < n; ++i)
        if (key[i] == column) return true;
    return false;
}

bool may_be_unset(Oid relid, AttrNumber column) {
    Relation rel = table_open(relid, AccessShareLock);
    const Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);
    const bool nullable = !att->attnotnull && att->attgenerated == '\0';
    table_close(rel, NoLock);
    return nullable && !is_in_key(relid, column);
}

bool is_near(const Step &step, AttrNumber column) {
    for (int k = 0; k < step.n; ++k)
        if (step.near_columns[k] == column) return true;
    return false;
}

// Of those that links follow. The same columns once more, with another type beside them, lead to nobody else.
bool is_in_another_logical_key(const Model &model, const Step &step, AttrNumber column) {
    ListCell *cell = nullptr;
    foreach (cell, list_concat_copy(model.links, model.same)) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        for (int i = 0; i < link->path.n_steps; ++i) {
            const Step &other = link->path.steps[i];
            if (other.named != InvalidAttrNumber || other.key.from_relid != step.near_relid) continue;
            bool same = other.n == step.n, has = false;
            for (int k = 0; k < other.n; ++k) {
                same = same && is_near(step, other.key.from[k]);
                has = has || other.key.from[k] == column;
            }
            if (has && !same) return true;
        }
    }
    return false;
}

bool is_in_another_key(const Model &model, const Step &step, AttrNumber column) {
    ListCell *cell = nullptr;
    if (is_in_another_logical_key(model, step, column)) return true;
    foreach (cell, foreign_keys_of(step.near_relid)) {
        ForeignKey key = {};
        if (!load_foreign_key(lfirst_oid(cell), &key) || key.referring != step.near_relid ||
            lfirst_oid(cell) == step.key.constraint)
            continue;
        // The same key once more leads to nobody else.
        bool same = key.n == step.n;
        for (int i = 0; same && i < key.n; ++i) same = is_near(step, key.referring_columns[i]);
        for (int i = 0; !same && i < key.n; ++i)
            if (key.referring_columns[i] == column) return true;
    }
    return false;
}

// One column that is unset cuts the row off. What belongs to other keys, too (a tenant), stays where another column will do.
Bitmapset *columns_to_unset(const Model &model, const Step &step) {
    Bitmapset *all = nullptr, *own = nullptr;
    for (int k = 0; k < step.n; ++k) {
        if (!may_be_unset(step.near_relid, step.near_columns[k])) continue;
        all = bms_add_member(all, step.near_columns[k]);
        if (!is_in_another_key(model, step, step.near_columns[k])) own = bms_add_member(own, step.near_columns[k]);
    }
    return own != nullptr ? own : all;
}

struct Changes {
    Bitmapset *unset;    // foreign keys
    Bitmapset *claimed;  // columns that concern the person alone
};

// What unsetting cuts off, by link: it is asked of the catalogs.
struct Unset {
    const Link *link;
    Bitmapset *columns;
};

const Bitmapset *unset_of(const Model &model, List **known, const Link &link) {
    ListCell *cell = nullptr;
    foreach (cell, *known)
        if (static_cast<const Unset *>(lfirst(cell))->link == &link) return static_cast<const Unset *>(lfirst(cell))->columns;
    const Step &step = link.path.steps[0];
    // What is declared of a key that the application keeps says what becomes of it; a foreign key can hold nothing else.
    const Bitmapset *declared = step.named == InvalidAttrNumber ? link.claimed : nullptr;
    auto *one = static_cast<Unset *>(palloc(sizeof(Unset)));
    *one = Unset{&link, bms_difference(columns_to_unset(model, step), declared)};
    *known = lappend(*known, one);
    return one->columns;
}

void add_link(const Model &model, const Doomed &row, const Link &link, List **known, Changes *changes) {
    if (link.role == LinkRole::kAccesses) return;
    // Columns of whoever lives here are those of who stays, too.
    if (!leads_to_the_living(row.others, &link)) changes->claimed = bms_union(changes->claimed, link.claimed);
    if (link.path.n_steps != 1 || link.path.steps[0].down || link.path.steps[0].repeats) return;
    changes->unset = bms_union(changes->unset, unset_of(model, known, link));
}

// By every link that leads from the row to the person.
Changes changes_of(const Model &model, const Doomed &row, List **known) {
    Changes changes = {};
    ListCell *cell = nullptr;
    add_link(model, row, *row.link, known, &changes);
    foreach (cell, row.others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->is_subject && other->link->path.n_steps > 0) add_link(model, row, *other->link, known, &changes);
    }
    changes.claimed = bms_difference(changes.claimed, changes.unset);
    return changes;
}

List *names_of(Oid relid, const Bitmapset *columns) {
    List *names = NIL;
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;)
        names = lappend(names, get_attname(relid, static_cast<AttrNumber>(c), false));
    return names;
}

void append_assignment(StringInfo set, const char *assignment) {
    appendStringInfo(set, "%s%s", set->len > 0 ? ", " : "", assignment);
}

struct TextColumn {
    const char *name;  // quoted
    const char *type;  // with its length, which a cast cuts down to
    bool json;
    AttrNumber declared;  // in the table that is reached
};

// Those that are not changed otherwise.
List *unchanged(List *columns, const Bitmapset *changed) {
    List *left = NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (!bms_is_member(static_cast<TextColumn *>(lfirst(cell))->declared, changed)) left = lappend(left, lfirst(cell));
    return left;
}

// Rows that the same links lead to the person from.
struct Kindred {
    Changes changes;
    List *texts;  // of TextColumn: those that are not changed otherwise
    List *rows;   // of const Doomed
};

// What becomes of one row: its texts as they will be, by place; null where the person is not in one.
struct Without {
    ItemPointerData tid;
    char **texts;
};

// Rows to which the same columns are assigned.
struct Assignment {
    const Kindred *kindred;
    bool anonymises;   // the columns that concern the person alone
    Bitmapset *texts;  // by place
    List *rows;        // of Without
};

struct TakingOut {
    const Subject *subject;
    const ReachedTable *table;
    const Doomed *first;  // stands for all where they are alike: by leaf and policy
    List *assignments;
    size_t held;  // bytes of texts that wait to be written
    int64 done;
};

int by_tid(const ListCell *a, const ListCell *b) {
    return ItemPointerCompare(const_cast<ItemPointer>(&static_cast<const Doomed *>(lfirst(a))->tid),
                              const_cast<ItemPointer>(&static_cast<const Doomed *>(lfirst(b))->tid));
}

const Doomed *row_at(List *rows, const ItemPointerData &tid) {
    int from = 0;
    for (int to = list_length(rows); from < to;) {
        const int middle = (from + to) / 2;
        const auto *row = static_cast<const Doomed *>(list_nth(rows, middle));
        const int order = ItemPointerCompare(const_cast<ItemPointer>(&row->tid), const_cast<ItemPointer>(&tid));
        if (order == 0) return row;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    elog(ERROR, "a row was read that was not asked for");
    pg_unreachable();
}

AnonymisingUpdate anonymise_claimed(const TakingOut &out, const Kindred &kindred, const ItemPointerData *tids, int n,
                                    Parameters *parameters) {
    const Oid relid = out.table->relid;
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(out.first->clock)));
    Anonymisation *anonymisation =
        anonymisation_of(relid, out.first->leaf, policy, Columns{false, names_of(relid, kindred.changes.claimed), NIL});
    anonymisation->words = out.subject->words;
    return anonymising_update(*anonymisation, tids, n, parameters);
}

// The texts that are assigned, as x.t0, ... beside x.tid.
void append_texts(const Assignment &of, Datum tids, StringInfo set, StringInfo from, Parameters *parameters) {
    StringInfoData names;
    ListCell *cell = nullptr;
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * list_length(of.rows)));
    initStringInfo(&names);
    appendStringInfo(from, "%s ROWS FROM (unnest($%d)", from->len == 0 ? " FROM" : ",",
                     add_parameter(parameters, TIDARRAYOID, tids));
    for (int place = -1; (place = bms_next_member(of.texts, place)) >= 0;) {
        const auto *column = static_cast<const TextColumn *>(list_nth(of.kindred->texts, place));
        foreach (cell, of.rows)
            values[foreach_current_index(cell)] = CStringGetTextDatum(static_cast<const Without *>(lfirst(cell))->texts[place]);
        appendStringInfo(from, ", unnest($%d)",
                         add_parameter(parameters, TEXTARRAYOID, array_of(values, list_length(of.rows), TEXTOID)));
        appendStringInfo(&names, ", t%d", place);
        append_assignment(set, psprintf("%s = CAST(x.t%d AS %s)", column->name, place, column->type));
    }
    appendStringInfo(from, ") AS x (tid%s)", names.data);
}

void write(TakingOut *out, const Assignment &of) {
    const int n = list_length(of.rows);
    const Oid relid = out->table->relid, leaf = out->first->leaf;
    Parameters parameters = {};
    StringInfoData set, from;
    ListCell *cell = nullptr;
    auto *rows = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * n));
    foreach (cell, of.rows) rows[foreach_current_index(cell)] = static_cast<const Without *>(lfirst(cell))->tid;
    const Datum tids = tid_array(rows, n);
    initStringInfo(&set);
    initStringInfo(&from);
    for (int c = -1; (c = bms_next_member(of.kindred->changes.unset, c)) >= 0;) {
        const auto column = static_cast<AttrNumber>(c);
        append_assignment(&set, psprintf("%s = NULL", column_list(relid, &column, 1, "")));
    }
    AnonymisingUpdate update = {"", "", ""};
    if (of.anonymises) update = anonymise_claimed(*out, *of.kindred, rows, n, &parameters);
    if (of.anonymises) append_assignment(&set, update.set);
    appendStringInfoString(&from, update.from);
    const char *where = update.where;
    if (!bms_is_empty(of.texts)) {
        append_texts(of, tids, &set, &from, &parameters);
        where = psprintf("%s%st.ctid = x.tid", where, of.anonymises ? " AND " : "");
    } else if (!of.anonymises) {
        where = psprintf("t.ctid = ANY ($%d)", add_parameter(&parameters, TIDARRAYOID, tids));
    }
    // Not by the statistics: they would have a table that is not large read from end to end for each portion.
    constexpr int kFew = 100;
    const SqlRows done =
        run_as(acting_owner(leaf, relid), n > kFew ? kGeneric : kKeptWriting,
               psprintf("UPDATE ONLY %s t SET %s%s WHERE %s", qualified_name(leaf), set.data, from.data, where), parameters);
    if (done.n < static_cast<uint64>(n))
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table suppressed the action")));
    out->done += n;
}

void write_all(TakingOut *out) {
    ListCell *cell = nullptr;
    foreach (cell, out->assignments) write(out, *static_cast<const Assignment *>(lfirst(cell)));
    out->assignments = NIL;
    out->held = 0;
}

Assignment *assignment_of(TakingOut *out, const Kindred *kindred, bool anonymises, Bitmapset *texts) {
    ListCell *cell = nullptr;
    foreach (cell, out->assignments) {
        auto *one = static_cast<Assignment *>(lfirst(cell));
        if (one->kindred == kindred && one->anonymises == anonymises && bms_equal(one->texts, texts)) return one;
    }
    auto *one = static_cast<Assignment *>(palloc(sizeof(Assignment)));
    *one = Assignment{kindred, anonymises, texts, NIL};
    out->assignments = lappend(out->assignments, one);
    return one;
}

// Column 1 is the row's ctid, 2 whether what concerns the person alone is anonymised already, then come the texts.
void look_at(TakingOut *out, const Kindred *kindred, const SqlRow &held) {
    const auto tid = held.get<ItemPointerData>(1);
    const core::Words words = words_of(*out->subject, words_of_others(*out->subject, row_at(kindred->rows, tid)->others));
    auto *row = static_cast<Without *>(palloc(sizeof(Without)));
    *row = Without{tid, static_cast<char **>(palloc0(sizeof(char *) * (list_length(kindred->texts) + 1)))};
    Bitmapset *texts = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, kindred->texts) {
        const bool json = static_cast<const TextColumn *>(lfirst(cell))->json;
        const int place = foreach_current_index(cell);
        char *before = held.text(place + 3);
        if (before == nullptr) continue;
        // Read once, for of those who have a part in a text most are named in it.
        char *after = without_words(before, json, words, false);
        if (strcmp(before, after) != 0) {
            row->texts[place] = after;
            texts = bms_add_member(texts, place);
            out->held += strlen(after);
        } else {
            pfree(after);
        }
        pfree(before);
    }
    const bool anonymises = !held.get_or(2, false);
    if (bms_is_empty(kindred->changes.unset) && !anonymises && bms_is_empty(texts)) return;
    Assignment *assignment = assignment_of(out, kindred, anonymises, texts);
    assignment->rows = lappend(assignment->rows, row);
}

void read_rows(TakingOut *out, Kindred *kindred) {
    constexpr size_t kMostHeld = 4 * 1024 * 1024;
    const Changes &changes = kindred->changes;
    const char *claimed =
        bms_is_empty(changes.claimed) ? nullptr : anonymised_condition(*out->subject->model, out->table->relid, changes.claimed);
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * list_length(kindred->rows)));
    StringInfoData sql;
    ListCell *cell = nullptr;
    list_sort(kindred->rows, by_tid);
    foreach (cell, kindred->rows) tids[foreach_current_index(cell)] = static_cast<const Doomed *>(lfirst(cell))->tid;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.ctid, %s", claimed == nullptr ? "true" : claimed);
    foreach (cell, kindred->texts) appendStringInfo(&sql, ", t.%s::text", static_cast<TextColumn *>(lfirst(cell))->name);
    appendStringInfo(&sql, " FROM ONLY %s t WHERE t.ctid = ANY ($1)", qualified_name(out->first->leaf));
    const SqlRows found =
        write_as(owner_of(out->first->leaf), sql.data, typed(TIDARRAYOID, tid_array(tids, list_length(kindred->rows))));
    for (const SqlRow row : found) {
        look_at(out, kindred, row);
        if (out->held > kMostHeld) write_all(out);
    }
    found.free();
}

Kindred *kindred_of(List **all, const Changes &changes, List *columns) {
    ListCell *cell = nullptr;
    foreach (cell, *all) {
        auto *one = static_cast<Kindred *>(lfirst(cell));
        if (bms_equal(one->changes.unset, changes.unset) && bms_equal(one->changes.claimed, changes.claimed)) return one;
    }
    auto *one = static_cast<Kindred *>(palloc(sizeof(Kindred)));
    *one = Kindred{changes, unchanged(columns, bms_union(changes.unset, changes.claimed)), NIL};
    *all = lappend(*all, one);
    return one;
}

}  // namespace

List *text_columns(const Model &model, Oid leaf, Oid relid) {
    List *columns = NIL;
    const Bitmapset *logical = logical_key_columns(model, relid);
    Relation rel = table_open(leaf, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != '\0' || !holds_words(att->atttypid)) continue;
        const AttrNumber declared = get_attnum(relid, NameStr(att->attname));
        Hop hop = {};
        if (is_in_key(relid, declared) || find_foreign_key(relid, declared, &hop) || bms_is_member(declared, logical)) continue;
        auto *column = static_cast<TextColumn *>(palloc(sizeof(TextColumn)));
        *column = TextColumn{pstrdup(quote_identifier(NameStr(att->attname))), column_type_name(leaf, att->attnum),
                             holds_json(att->atttypid), declared};
        columns = lappend(columns, column);
    }
    table_close(rel, NoLock);
    return columns;
}

int64 take_out(const Subject &subject, const ReachedTable &table, const Doomed *rows, int n, List *text_columns,
               bool only_texts) {
    MemoryContext context = CurrentMemoryContext;
    TakingOut out = {&subject, &table, rows, NIL, 0, 0};
    List *all = NIL, *known = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < n; ++i) {
        Changes changes = only_texts ? Changes{} : changes_of(*subject.model, rows[i], &known);
        // Nothing says yet what becomes of it: a later call has to find it.
        if (rows[i].fate == Fate::kNotCovered) changes.unset = nullptr;
        Kindred *kindred = kindred_of(&all, changes, text_columns);
        kindred->rows = lappend(kindred->rows, const_cast<Doomed *>(&rows[i]));
    }
    foreach (cell, all) read_rows(&out, static_cast<Kindred *>(lfirst(cell)));
    write_all(&out);
    MemoryContextSwitchTo(context);
    return out.done;
}

}  // namespace pg_retention
