#pragma once
// Other persons in the rows about one: who they are, so that what tells it can be taken out.
#include "subject/subject.hpp"

namespace pg_retention {

// Of one row and one link.
struct Other {
    int row;            // place in the portion
    const Link *link;
    bool is_subject;    // leads to the person the rows are about
    List *words;        // char *: what tells who the other person is
};

// A link through which a row may lead to somebody else.
bool may_lead_elsewhere(const Link &link, const Link &reached_by);

// The persons that rows lead to through a link: columns[k][row] are the values of the link's first near columns (or of the
// key, when the row itself is a person), nulls where there is none.
List *persons_beyond(const Subject &subject, const Link &link, const Datum *const *columns, const bool *const *nulls, int n_rows);

}  // namespace pg_retention
