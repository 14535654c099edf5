#pragma once
// Which rows are one human: those that share an identifying value.
#include "subject/subject.hpp"

namespace pg_retention {

struct IdentifyingValue {
    const char *category;
    const char *scope;  // what the kind's columns of that name hold; null: the kind has none, and the value counts everywhere
    char *value;        // as it stands in the row
    char *form;         // as it is compared
};

struct IdentifyingRow {
    const Kind *kind;
    char *key;     // JSON
    char *names;   // null: none are known
    List *values;  // of IdentifyingValue: those that stand for somebody
};

// A kind's rows among those of the person.
List *identifying_rows(const Subject &subject, const Kind &kind);

// What all rows that are the person are known by, to be given to shares_identity.
List *identities_of(const Subject &subject);
// Whether a row of the kind, or of a table below it, that need not be stored is one of the humans whom these identities are of.
bool shares_identity(const Model &model, const Kind &kind, const SqlValue &row, List *identities);

// Widens the roots to the rows of every kind that share an identifying value with them, or that a link of role "same" joins, until no more
// are found. own: the rows of the subject's kind, which are read already.
void identify(Subject *subject, List *own);

// Error 21000 where more rows than retention.max_identity_rows were joined, or rows with different names, unless
// retention.confirm_identity says that they are one human. The client, but not the log, is told by which values.
void check_identity(const Subject &subject);

// A column that is not declared has a category only where its name is that of one: a number is something else in each table.
const char *category_of(const Model &model, const Kind &kind, AttrNumber column);

// SQL for a row t of the kind: an identifying column as text, null where an anonymiser left it; the names in it, with blanks between (null:
// the kind has none); what the columns of the scope hold, null where one of them is.
char *identifying_value(const Model &model, const Kind &kind, AttrNumber column);
char *names_in(const Model &model, const Kind &kind);
char *scope_of(const Kind &kind);

}  // namespace pg_retention
