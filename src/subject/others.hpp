#pragma once
// Other persons in the rows about one: who they are, so that what tells it can be taken out.
#include "subject/subject.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace pg_retention {

// What tells who another person is, taken apart when it is first asked for.
struct Telling {
    WordArray hidden;  // what a copy must not show
    WordArray kept;    // what stays where the person is taken out
};

// Of one row and one link.
struct Other {
    int row;  // place in the portion
    const Link *link;
    bool is_subject;   // leads to the person the rows are about
    bool is_erased;    // anonymised, or to be once the law lets it go
    List *words;       // char *: what tells who the other person is
    Telling *telling;  // of them; the same for all rows that lead there
};

// The links through which rows reached by this one may lead to somebody else.
List *links_elsewhere(const Subject &subject, const Link &reached_by);

// The columns that these links begin with, each with a comma before it: what find_others reads from the rows.
void append_leads(StringInfo sql, List *links);

// Whom the rows of the last result lead to, as lists of Other by row; place is that of the first column of append_leads.
List **find_others(const Subject &subject, List *links, const SPITupleTable *rows, int n_rows, int place);

bool leads_to_subject(List *others, const Link *link);

// What tells who they are, but for what tells who the person is, too: a name that both share gives nobody away.
WordArray words_to_hide(const Subject &subject, List *others);

// What tells who they are, and stays in texts that the person is taken out of though it be like a word of the person with a letter changed:
// Karin beside Karim. Not what the person is named in.
WordArray words_of_others(const Subject &subject, List *others);

// Somebody else who is not erased yet.
bool is_alive(const Other &other);

// Whether one of those is reached by this link.
bool leads_to_the_living(List *others, const Link *link);

}  // namespace pg_retention
