#pragma once
// One person: the rows that are the person, in whatever tables, and the tables whose rows lead there.
#include "subject/keys.hpp"
#include "subject/texts.hpp"

namespace pg_retention {

struct Subject {
    const Model *model;
    const Kind *kind;  // as asked for
    KeySet key;
    KeySet *roots;          // per kind: the rows that are this person; rows of other kinds that share an identifying value are
    List *words;            // char *: what tells who the person is
    WordArray own;          // the same, when the subject is open
    List *reached;          // key sets on the way, so that paths with a common end follow it once
    struct Called *called;  // what rows of one identifying value call a person; see called.cpp
    bool lock;              // rows on the way are locked, and read in a new snapshot
};

// A link's rows: those whose columns hold one of the keys.
struct Condition {
    const Link *link;
    int n;
    AttrNumber columns[kMaxKeys];
    Equalities equalities;
    KeySet keys;
    const char *besides;  // what they hold besides: "t.a = 'x'"; null: nothing
};

// A table and how its rows were reached. A row belongs to the first condition it meets.
struct ReachedTable {
    Oid relid;
    List *conditions;  // of Condition
    int depth;         // more than that of each table on the way from it
};

// Error P0002 when there is no such person. With lock the person's rows are locked first.
Subject *open_subject(const Model &model, const Kind &kind, const KeySet &key, bool lock);

// The same without what tells who the person is, for who asks only which rows are.
Subject *find_human(const Model &model, const Kind &kind, const KeySet &key);

// Tables in the order of the model's links, without those that no row can be in.
List *reach_tables(Subject *subject);

// So that each comes before those that its rows lead to persons by, whoever these are: what is cut or gone there leads nowhere.
void sort_deepest_first(const Model &model, List *tables);

// Whether a row of the table, t, meets the condition.
void append_condition(StringInfo sql, Oid relid, const Condition &condition, Parameters *parameters);

// "FROM table t WHERE ...": the rows that meet this condition of the table and none before it. Partitions are included (there is no ONLY).
void append_rows_of(StringInfo sql, const ReachedTable &table, int condition, Parameters *parameters);

// How many those are.
int64 count_rows(const ReachedTable &table, int condition);

// What tells who the person is, to be taken out of texts.
core::Words words_of(const Subject &subject, const WordArray &keep = {});

bool is_own_word(const Subject &subject, const char *word);

// SQL for what add_word is given of a row t of a person.
char *word_in(const Model &model, Oid relid, AttrNumber column);

// Adds what a column of a person holds to the words that tell who it is, if it does.
List *add_word(List *words, const Model &model, Oid relid, AttrNumber column, const char *word);

// The key as JSON, as asked for.
char *key_json(const Subject &subject);

}  // namespace pg_retention
