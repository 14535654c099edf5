#include "subject/subject.hpp"

#include "core/text/telling.hpp"
#include "subject/called.hpp"
#include "subject/identity.hpp"
#include "pg/latest.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

char *from_table(Oid relid, const char *where) { return psprintf("FROM %s t WHERE %s", qualified_name(relid), where); }

// Adds what rows of a table hold in the columns that tell who the person is; from: "FROM ... WHERE ...".
void read_words_in(Subject *subject, Oid relid, const Bitmapset *columns, const char *from, const Parameters &parameters) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;)
        // Each once, by its letters: of many rows most may say the same.
        appendStringInfo(&sql, "%s(%s) COLLATE pg_catalog.\"C\"", sql.len == 0 ? "SELECT DISTINCT " : ", ",
                         word_in(*subject->model, relid, static_cast<AttrNumber>(c)));
    if (sql.len == 0) return;
    const SqlRows found = read_as(owner_of(relid), psprintf("%s %s", sql.data, from), parameters);
    for (const SqlRow row : found)
        for (int c = -1, i = 1; (c = bms_next_member(columns, c)) >= 0; ++i)
            subject->words = add_word(subject->words, *subject->model, relid, static_cast<AttrNumber>(c), row.text(i));
    found.free();
}

uint64 lock_rows(Oid relid, const char *where, Parameters *parameters) {
    AttrNumber key[kMaxKeys];
    const int n = primary_key(relid, key);
    const SqlRows locked = write_as(owner_of(relid),
                                    psprintf("SELECT 1 FROM %s t WHERE %s ORDER BY %s FOR UPDATE", qualified_name(relid), where,
                                             column_list(relid, key, n, "t.")),
                                    *parameters);
    locked.free();
    return locked.n;
}

bool same_keys(const KeySet &a, const KeySet &b) {
    bool same = a.n == b.n;
    for (int k = 0; same && a.n > 0 && k < a.n_columns; ++k) same = datumIsEqual(a.arrays[k], b.arrays[k], false, -1);
    return same;
}

struct Reached {
    const Kind *kind;
    Oid relid;
    const char *condition;  // null: none
    const char *onward;
    int n;
    AttrNumber columns[kMaxKeys];
    Equalities equalities;
    KeySet keys;
};

bool same_equalities(const Equalities &a, const Equalities &b, int n) {
    bool same = true;
    for (int k = 0; same && k < n; ++k)
        same = a.at[k].op == b.at[k].op && a.at[k].column_right == b.at[k].column_right && a.at[k].collation == b.at[k].collation;
    return same;
}

// The far columns are the kind's key, and by the foreign key as distinct as by themselves.
bool are_keys_of(const Kind &kind, const Step &step, const Equalities &equalities) {
    bool same = step.n == kind.n_keys && std::memcmp(step.far_columns, kind.keys, sizeof(AttrNumber) * step.n) == 0;
    for (int k = 0; same && k < step.n; ++k) same = distinguish_alike(equalities.at[k], own_equality(kind.relid, kind.keys[k]));
    return same;
}

bool same_text(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

const KeySet *known(const Subject &subject, const Link &link, const Step &step, const Equalities &equalities,
                    const char *condition) {
    ListCell *cell = nullptr;
    foreach (cell, subject.reached) {
        auto *reached = static_cast<Reached *>(lfirst(cell));
        if (reached->kind == link.kind && reached->relid == step.far_relid && reached->n == step.n &&
            std::memcmp(reached->columns, step.far_columns, sizeof(AttrNumber) * step.n) == 0 &&
            same_equalities(reached->equalities, equalities, step.n) && strcmp(reached->onward, step.onward) == 0 &&
            same_text(reached->condition, condition))
            return &reached->keys;
    }
    return nullptr;
}

void append_and(StringInfo where, const char *condition) {
    if (condition != nullptr) appendStringInfo(where, " AND %s", condition);
}

KeySet far_keys(Subject *subject, const Link &link, int i);
KeySet repeated_keys(Subject *subject, const Link &link, int i);

// Which near rows of a step lead to the person: those whose columns hold one of the keys, and that meet the condition.
struct NearRows {
    const AttrNumber *columns;
    Equalities equalities;
    KeySet keys;
    const char *condition;  // null: none
};

NearRows near_rows(Subject *subject, const Link &link, int i) {
    const Step &step = link.path.steps[i];
    const KeySet keys = step.repeats ? repeated_keys(subject, link, i) : far_keys(subject, link, i);
    return NearRows{step.near_columns, finding_near(step), keys, near_condition(step)};
}

// Whether a row t that a step leads to leads on to the person. False: none does.
bool append_leads_on(Subject *subject, const Link &link, int i, StringInfo where, Parameters *parameters) {
    const Step &step = link.path.steps[i];
    if (i + 1 == link.path.n_steps) {
        const KeySet &roots = subject->roots[link.kind->index];
        append_key_condition(where, step.far_relid, link.kind->keys, roots, parameters);
        return roots.n > 0;
    }
    const NearRows rows = near_rows(subject, link, i + 1);
    append_key_condition(where, step.far_relid, rows.columns, rows.equalities, rows.keys, parameters);
    append_and(where, rows.condition);
    return rows.keys.n > 0;
}

// The same of a step that repeats: of the rows, too, that lead to such by as many more steps.
KeySet repeated_keys(Subject *subject, const Link &link, int i) {
    const Step &step = link.path.steps[i];
    const Oid relid = step.far_relid;
    StringInfoData where, sql;
    Parameters parameters = {};
    initStringInfo(&where);
    initStringInfo(&sql);
    if (!append_leads_on(subject, link, i, &where, &parameters)) return KeySet{};
    append_and(&where, far_condition(step));
    const char *far = column_list(relid, step.far_columns, step.n, "t.");
    StringInfoData names;
    initStringInfo(&names);
    for (int k = 0; k < step.n; ++k) appendStringInfo(&names, "%sv%d", k == 0 ? "" : ", ", k);
    appendStringInfo(
        &sql,
        "FROM %s t WHERE (%s) IN (WITH RECURSIVE r (%s) AS (SELECT %s FROM %s t WHERE %s UNION SELECT %s FROM r JOIN %s t ON ",
        qualified_name(relid), far, names.data, far, qualified_name(relid), where.data, far, qualified_name(relid));
    for (int k = 0; k < step.n; ++k) {
        appendStringInfoString(&sql, k == 0 ? "" : " AND ");
        append_equal(&sql, finding_near(step).at[k],
                     Operand{column_list(relid, &step.near_columns[k], 1, "t."), get_atttype(relid, step.near_columns[k])},
                     Operand{psprintf("r.v%d", k), get_atttype(relid, step.far_columns[k])});
    }
    append_and(&sql, near_condition(step));
    append_and(&sql, far_condition(step));
    appendStringInfo(&sql, ") SELECT %s FROM r)", names.data);
    append_and(&sql, far_condition(step));
    const auto read = [&] {
        return distinct_keys(relid, step.far_columns, step.n, finding_far(step), sql.data, &parameters, subject->lock);
    };
    KeySet keys = read();
    for (bool same = !subject->lock; !same && keys.n > 0;) {
        const KeySet before = keys;
        Parameters locked = {};
        resetStringInfo(&where);
        append_key_condition(&where, relid, step.far_columns, finding_far(step), keys, &locked);
        (void) lock_rows(relid, where.data, &locked);
        keys = read();
        same = same_keys(before, keys);
    }
    return keys;
}

// What the far rows of a step hold in its columns: the values that near rows are found by.
KeySet far_keys(Subject *subject, const Link &link, int i) {
    const Step &step = link.path.steps[i];
    const KeySet &roots = subject->roots[link.kind->index];
    const bool last = i + 1 == link.path.n_steps;
    const Equalities equalities = finding_far(step);
    const char *condition = far_condition(step);
    if (last && condition == nullptr && are_keys_of(*link.kind, step, equalities)) return roots;
    if (const KeySet *found = known(*subject, link, step, equalities, condition)) return *found;
    StringInfoData where;
    Parameters parameters = {};
    initStringInfo(&where);
    const bool any = append_leads_on(subject, link, i, &where, &parameters);
    append_and(&where, condition);
    auto *reached = static_cast<Reached *>(palloc0(sizeof(Reached)));
    *reached = Reached{link.kind, step.far_relid, condition, step.onward, step.n, {}, equalities, {}};
    std::memcpy(reached->columns, step.far_columns, sizeof reached->columns);
    if (any) {
        if (subject->lock) (void) lock_rows(step.far_relid, where.data, &parameters);
        reached->keys = distinct_keys(step.far_relid, step.far_columns, step.n, equalities,
                                      from_table(step.far_relid, where.data), &parameters, subject->lock);
    }
    subject->reached = lappend(subject->reached, reached);
    return reached->keys;
}

void read_words(Subject *subject, const Kind &kind) {
    const KeySet &roots = subject->roots[kind.index];
    if (roots.n == 0) return;
    StringInfoData where;
    Parameters parameters = {};
    initStringInfo(&where);
    append_key_condition(&where, kind.relid, kind.keys, roots, &parameters);
    read_words_in(subject, kind.relid, kind.words, from_table(kind.relid, where.data), parameters);
    ListCell *cell = nullptr;
    foreach (cell, kind.named_in) {
        const auto *naming = static_cast<const Naming *>(lfirst(cell));
        const Step &step = naming->link->path.steps[0];
        parameters = Parameters{};
        resetStringInfo(&where);
        const KeySet keys = far_keys(subject, *naming->link, 0);
        if (keys.n == 0) continue;
        append_key_condition(&where, step.near_relid, step.near_columns, finding_near(step), keys, &parameters);
        append_and(&where, near_condition(step));
        read_words_in(subject, step.near_relid, naming->words, from_table(step.near_relid, where.data), parameters);
    }
}

ReachedTable *table_in(List **tables, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, *tables)
        if (static_cast<ReachedTable *>(lfirst(cell))->relid == relid) return static_cast<ReachedTable *>(lfirst(cell));
    auto *table = static_cast<ReachedTable *>(palloc0(sizeof(ReachedTable)));
    table->relid = relid;
    *tables = lappend(*tables, table);
    return table;
}

}  // namespace

[[noreturn]] static void no_such_subject(const Kind &kind) {
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("there is no such subject of kind \"%s\"", kind.name),
                    errhint("retention.find_subject looks for a person by an identifying value.")));
    pg_unreachable();
}

namespace {

// A unique index says nothing of the tables that inherit: a row of theirs may hold the key of somebody else.
[[noreturn]] void held_twice(const Kind &kind) {
    ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION), errmsg("a key of kind \"%s\" is held by several rows", kind.name),
                    errdetail("Tables inherit from \"%s\", and its keys are not unique in them.", get_rel_name(kind.relid)),
                    errhint("Give the rows of the tables that inherit keys of their own.")));
}

// The rows that are the person, as they are now.
void find_rows(Subject *subject) {
    for (int i = 0; i < list_length(subject->model->kinds); ++i) subject->roots[i] = KeySet{};
    subject->roots[subject->kind->index] = subject->key;
    List *own = identifying_rows(*subject, *subject->kind);
    if (own == NIL) no_such_subject(*subject->kind);
    if (list_length(own) > subject->key.n)
        held_twice(*subject->kind);  // a restriction that ends asks for several persons at once
    identify(subject, own);
}

void lock_persons(const Subject &subject) {
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (subject.roots[kind->index].n == 0) continue;
        StringInfoData where;
        Parameters parameters = {};
        initStringInfo(&where);
        append_key_condition(&where, kind->relid, kind->keys, subject.roots[kind->index], &parameters);
        const uint64 n = lock_rows(kind->relid, where.data, &parameters);
        if (n > static_cast<uint64>(subject.roots[kind->index].n)) held_twice(*kind);
    }
}

// Somebody else may have erased the person while we waited, or made another of a row: who the person is is asked again until what is locked is
// what was found.
void find_and_lock(Subject *subject) {
    const int n = list_length(subject->model->kinds);
    for (bool same = false; !same;) {
        KeySet *before = subject->roots;
        lock_persons(*subject);
        subject->roots = static_cast<KeySet *>(palloc0(sizeof(KeySet) * (n + 1)));
        seeing_what_was_done([&] { find_rows(subject); });
        same = true;
        for (int i = 0; i < n; ++i) same = same && same_keys(before[i], subject->roots[i]);
    }
}

void read_all_words(Subject *subject) {
    ListCell *cell = nullptr;
    foreach (cell, subject->model->kinds) read_words(subject, *static_cast<Kind *>(lfirst(cell)));
}

}  // namespace

static Subject *new_subject(const Model &model, const Kind &kind, const KeySet &key, bool lock) {
    auto *subject = static_cast<Subject *>(palloc0(sizeof(Subject)));
    subject->model = &model;
    subject->kind = &kind;
    subject->key = key;
    subject->lock = lock;
    subject->called = new_called();
    subject->roots = static_cast<KeySet *>(palloc0(sizeof(KeySet) * (list_length(model.kinds) + 1)));
    find_rows(subject);
    return subject;
}

Subject *find_human(const Model &model, const Kind &kind, const KeySet &key) { return new_subject(model, kind, key, false); }

Subject *open_subject(const Model &model, const Kind &kind, const KeySet &key, bool lock) {
    Subject *subject = new_subject(model, kind, key, lock);
    if (lock) find_and_lock(subject);
    if (lock)
        seeing_what_was_done([&] { read_all_words(subject); });
    else
        read_all_words(subject);
    subject->own = taken_apart(subject->words);
    return subject;
}

List *reach_tables(Subject *subject) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, subject->model->links) {
        auto *link = static_cast<Link *>(lfirst(cell));
        if (subject->roots[link->kind->index].n == 0) continue;
        auto *condition = static_cast<Condition *>(palloc0(sizeof(Condition)));
        condition->link = link;
        const Kind &kind = *link->kind;
        const bool own = link->path.n_steps == 0;
        const NearRows rows =
            own ? NearRows{kind.keys, own_equalities(link->relid, kind.keys, kind.n_keys), subject->roots[kind.index], nullptr}
                : near_rows(subject, *link, 0);
        if (rows.keys.n == 0) continue;
        condition->n = rows.keys.n_columns;
        std::memcpy(condition->columns, rows.columns, sizeof(AttrNumber) * condition->n);
        condition->equalities = rows.equalities;
        condition->keys = rows.keys;
        condition->besides = rows.condition;
        ReachedTable *table = table_in(&tables, link->relid);
        table->conditions = lappend(table->conditions, condition);
    }
    return tables;
}

namespace {

// Whether it was raised. Where ways lead in a circle no order is right.
bool raise_depth(const Model &model, List *tables, ReachedTable *table) {
    const int before = table->depth;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, model.links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        const LinkPath &path = link->path;
        for (int i = 0; link->relid == table->relid && i < path.n_steps; ++i)
            foreach (inner, tables) {
                const auto *other = static_cast<const ReachedTable *>(lfirst(inner));
                if (other != table && other->relid == path.steps[i].far_relid) table->depth = Max(table->depth, other->depth + 1);
            }
    }
    return table->depth != before;
}

int deepest_first(const ListCell *a, const ListCell *b) {
    const auto *x = static_cast<const ReachedTable *>(lfirst(a));
    const auto *y = static_cast<const ReachedTable *>(lfirst(b));
    const int order = y->depth - x->depth;
    return order != 0 ? order : (x->relid < y->relid ? -1 : x->relid > y->relid);
}

}  // namespace

void sort_deepest_first(const Model &model, List *tables) {
    ListCell *cell = nullptr;
    bool raised = true;
    for (int rounds = list_length(tables); raised && rounds > 0; --rounds) {
        raised = false;
        foreach (cell, tables) raised = raise_depth(model, tables, static_cast<ReachedTable *>(lfirst(cell))) || raised;
    }
    list_sort(tables, deepest_first);
}

void append_condition(StringInfo sql, Oid relid, const Condition &condition, Parameters *parameters) {
    append_key_condition(sql, relid, condition.columns, condition.equalities, condition.keys, parameters);
    append_and(sql, condition.besides);
}

void append_rows_of(StringInfo sql, const ReachedTable &table, int condition, Parameters *parameters) {
    appendStringInfo(sql, " FROM %s t WHERE ", qualified_name(table.relid));
    const auto *own = static_cast<const Condition *>(list_nth(table.conditions, condition));
    append_condition(sql, table.relid, *own, parameters);
    for (int i = 0; i < condition; ++i) {
        const auto *earlier = static_cast<const Condition *>(list_nth(table.conditions, i));
        appendStringInfoString(sql, " AND (");
        append_condition(sql, table.relid, *earlier, parameters);
        appendStringInfoString(sql, ") IS NOT TRUE");
    }
}

int64 count_rows(const ReachedTable &table, int condition) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT count(*)");
    append_rows_of(&sql, table, condition, &parameters);
    const SqlRows found = read_as(owner_of(table.relid), sql.data, parameters);
    const auto rows = found.first().get<int64>(1);
    found.free();
    return rows;
}

static bool is_identifying(const Kind &kind, AttrNumber column) {
    for (int i = 0; i < kind.n_identifying; ++i)
        if (kind.identifying[i] == column) return true;
    return false;
}

char *word_in(const Model &model, Oid relid, AttrNumber column) {
    const PersonalColumn *personal = personal_column(model, relid, column);
    return personal != nullptr ? text_of_column(*personal, "t.") : psprintf("%s::text", column_list(relid, &column, 1, "t."));
}

List *add_word(List *words, const Model &model, Oid relid, AttrNumber column, const char *word) {
    const PersonalColumn *personal = personal_column(model, relid, column);
    const Kind *kind = kind_of_table(model, relid);
    if (personal != nullptr && (kind == nullptr || !is_identifying(*kind, column))) return add_words_of(words, *personal, word);
    return word == nullptr || core::is_placeholder(word) ? words : add_word(words, word);
}

core::Words words_of(const Subject &subject, const WordArray &keep) {
    return core::Words{subject.own.words, subject.own.n, keep.words, keep.n};
}

bool is_own_word(const Subject &subject, const char *word) { return has_word(subject.words, word); }

char *key_json(const Subject &subject) {
    StringInfoData sql;
    Parameters parameters = {};
    const Kind &kind = *subject.kind;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s t WHERE ", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                     qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, subject.key, &parameters);
    const SqlRows found = read_as(owner_of(kind.relid), sql.data, parameters);
    char *key = key_in(kind, found.first());
    found.free();
    return key;
}

}  // namespace pg_retention
