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

void add_link(const Model &model, const Doomed &row, const Link &link, Changes *changes) {
    if (link.role == LinkRole::kAccesses) return;
    // Columns of whoever lives here are those of who stays, too.
    if (!leads_to_the_living(row.others, &link)) changes->claimed = bms_union(changes->claimed, link.claimed);
    if (link.path.n_steps != 1 || link.path.steps[0].down || link.path.steps[0].repeats) return;
    const Step &step = link.path.steps[0];
    // What is declared of a key that the application keeps says what becomes of it; a foreign key can hold nothing else.
    const Bitmapset *declared = step.named == InvalidAttrNumber ? link.claimed : nullptr;
    changes->unset = bms_union(changes->unset, bms_difference(columns_to_unset(model, step), declared));
}

// By every link that leads from the row to the person.
Changes changes_of(const Model &model, const Doomed &row) {
    Changes changes = {};
    ListCell *cell = nullptr;
    add_link(model, row, *row.link, &changes);
    foreach (cell, row.others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->is_subject && other->link->path.n_steps > 0) add_link(model, row, *other->link, &changes);
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

// The text without the person; null when the person is not in it.
char *without(const core::Words &words, const char *text, bool json) {
    char *out = without_words(text, json, words, false);
    return strcmp(text, out) == 0 ? nullptr : out;
}

// Those that are not changed otherwise.
List *unchanged(List *columns, const Bitmapset *changed) {
    List *left = NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (!bms_is_member(static_cast<TextColumn *>(lfirst(cell))->declared, changed)) left = lappend(left, lfirst(cell));
    return left;
}

// Adds "column = $n" for each text that the person is in; $1 is the row. Says whether the condition holds for the row.
bool append_texts(const Subject &subject, const Doomed &row, List *columns, const char *condition, StringInfo set,
                  Parameters *parameters) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell *cell = nullptr;
    appendStringInfo(&sql, "SELECT %s", condition);
    foreach (cell, columns) appendStringInfo(&sql, ", t.%s::text", static_cast<TextColumn *>(lfirst(cell))->name);
    appendStringInfo(&sql, " FROM ONLY %s t WHERE t.ctid = $1", qualified_name(row.leaf));
    const SqlRows found = write_as(owner_of(row.leaf), sql.data, *parameters);
    if (found.n == 0) return true;
    const SqlRow held = found.first();
    const core::Words words = words_of(subject, words_of_others(subject, row.others));
    const auto holds = held.get_or(1, false);
    int place = 2;
    foreach (cell, columns) {
        const auto *column = static_cast<TextColumn *>(lfirst(cell));
        const char *before = held.text(place++);
        const char *after = before == nullptr ? nullptr : without(words, before, column->json);
        if (after == nullptr) continue;
        const int number = add_parameter(parameters, TEXTOID, CStringGetTextDatum(after));
        append_assignment(set, psprintf("%s = CAST($%d AS %s)", column->name, number, column->type));
    }
    found.free();
    return holds;
}

AnonymisingUpdate anonymise_claimed(const Subject &subject, const ReachedTable &table, const Doomed &row,
                                    const Bitmapset *claimed, Parameters *parameters) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(row.clock)));
    Anonymisation *anonymisation =
        anonymisation_of(table.relid, row.leaf, policy, Columns{false, names_of(table.relid, claimed)});
    anonymisation->words = subject.words;
    return anonymising_update(*anonymisation, &row.tid, 1, parameters);
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

bool take_out(const Subject &subject, const ReachedTable &table, const Doomed &row, List *text_columns, bool only_texts) {
    Changes changes = only_texts ? Changes{} : changes_of(*subject.model, row);
    // Nothing says yet what becomes of it: a later call has to find it.
    if (row.fate == Fate::kNotCovered) changes.unset = nullptr;
    MemoryContext context = CurrentMemoryContext;
    StringInfoData set;
    initStringInfo(&set);
    for (int c = -1; (c = bms_next_member(changes.unset, c)) >= 0;) {
        const auto column = static_cast<AttrNumber>(c);
        append_assignment(&set, psprintf("%s = NULL", column_list(table.relid, &column, 1, "")));
    }
    Parameters parameters = {};
    (void) add_parameter(&parameters, TIDOID, PointerGetDatum(&row.tid));
    const char *claimed =
        bms_is_empty(changes.claimed) ? nullptr : anonymised_condition(*subject.model, table.relid, changes.claimed);
    List *texts = unchanged(text_columns, bms_union(changes.unset, changes.claimed));
    AnonymisingUpdate update = {"", "", "t.ctid = $1"};
    if (!append_texts(subject, row, texts, claimed == nullptr ? "true" : claimed, &set, &parameters)) {
        update = anonymise_claimed(subject, table, row, changes.claimed, &parameters);
        append_assignment(&set, update.set);
    }
    MemoryContextSwitchTo(context);
    if (set.len == 0) return false;
    write_as(acting_owner(row.leaf, table.relid),
             psprintf("UPDATE ONLY %s t SET %s%s WHERE %s", qualified_name(row.leaf), set.data, update.from, update.where),
             parameters);
    return true;
}

}  // namespace pg_retention
