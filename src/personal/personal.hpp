#pragma once
// The personal columns of tables: what each holds, and what becomes of it.
#include "core/data/anonymiser.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct PersonalColumn {
    Oid relid;
    AttrNumber column;
    const char *name;
    const char *category;
    core::Anonymiser anonymiser;
    const char *constant;  // of anonymiser "constant", else null
    const char *argument;  // empty: none
    bool has_period;       // of its own
    bool derived;
    bool required_by_law;
    bool is_free_text;
    Oid written_for;  // who owned the table when it was declared
};

// Of one table, by name, or of some; a list of PersonalColumn, those that exist. SPI must be connected.
List *personal_columns_of(Oid relid);
List *personal_columns_in(List *relids);

const PersonalColumn *find_personal_column(List *columns, Oid relid, AttrNumber column);  // null: it is not personal

// What a column holds that is not in retention.personal_column: as its type says, or else a name that is that of one category. Null: nobody knows.
const char *category_without_declaration(Oid type, const char *name);

// Whether what the column holds tells who a person is: what is said about a person names others, too, and a yes is nobody's.
bool tells_who(const PersonalColumn &column);

bool has_word(List *words, const char *word);

// What it holds as text, for a statement; a date as in 1987-06-15 whatever the session's style is.
char *text_of_column(const PersonalColumn &column, const char *prefix);

// Adds such a text to words of persons, unless it says who nobody is; of a date also the other ways in which it is written, of a name also
// each of its parts.
List *add_word(List *words, const char *word);
List *add_words_of(List *words, const PersonalColumn &column, const char *value);

}  // namespace pg_retention
