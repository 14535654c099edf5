#pragma once
// A row that is about somebody else, too, or only mentions the person: it stays, without the person.
#include "subject/doom.hpp"

namespace pg_retention {

// Unsets the foreign keys that lead to the person, where they may be unset; anonymises the columns that concern the person
// alone; and takes what tells who the person is out of texts. Of rows of one leaf that share fate and policy, all of them together; returns in
// how many there was anything of the person. only_texts: what is left to do where that fails.
int64 take_out(const Subject &subject, const ReachedTable &table, const Doomed *rows, int n, List *text_columns, bool only_texts);
// The columns of a leaf in which a person may be named: text, and no key.
List *text_columns(const Model &model, Oid leaf, Oid relid);

}  // namespace pg_retention
