#pragma once
// What becomes of a personal column, as SQL: the one place where a declaration turns into what an UPDATE assigns.
#include "schema/path.hpp"
#include "personal/personal.hpp"

namespace pg_retention {

// What a type that is no domain holds.
core::Content content_of(Oid base);

// Checks that the anonymiser works on a column of this type with the argument that was given; a function must take and return
// the type and be one that the owner may execute. False: problem says why.
bool check_anonymiser(const PersonalColumn &column, Oid owner, Problem *problem);

// An expression of the column's type and length, for rows of the table or of its partition `leaf`, which go by the name t.
// words: an expression for what "redact" takes out of the row beside what identifies anybody. pseudonym: one for the
// pseudonym of the column's value. Errors: a declaration that does not fit the schema (55000), naming the column.
char *anonymised_value(const PersonalColumn &column, Oid leaf, const char *words, const char *pseudonym);

// One that stands for all that anonymising gives; null: what it gives depends on the value.
char *sample_value(const PersonalColumn &column, Oid leaf);

// Whether it can give NULL where there was a value.
bool may_give_null(const PersonalColumn &column);

// The room for pseudonyms in the column, in characters.
size_t pseudonym_room(const PersonalColumn &column, Oid leaf);
// In which a value has one pseudonym; empty: none is named, or the column has no pseudonyms.
std::string_view pseudonym_domain(const PersonalColumn &column);

// "t.phone IS NULL": whether the column of a row t is as anonymising leaves it. Where that cannot be told from the value: only
// when there is none.
char *is_anonymised(const PersonalColumn &column);

// The same the other way round: false where the value cannot be one that anonymising leaves, or none; true where that cannot be told.
char *may_be_anonymised(const PersonalColumn &column);

// The type of a column with its length, to be read under any search_path.
char *column_type_name(Oid relid, AttrNumber column);

}  // namespace pg_retention
