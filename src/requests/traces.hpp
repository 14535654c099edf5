#pragma once
// What tells who an erased person was, and the columns of all tables, linked or not, in which it is looked for afterwards.
#include "subject/subject.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

// What is looked for: identifying values, and what personal columns hold whose category tells who somebody is. Not a name of one word, which
// thousands have.
struct Traces {
    List *values;  // char *: as they stand, and in the forms that indexes have
    List *forms;   // char *: as they are compared
};

// To be read before anything is done. tables: those that are reached.
Traces traces_of(const Subject &subject, List *tables);

// The form in which values are compared. Palloc'ed.
char *form_of_trace(const char *value);

// What retention.may_be_among is given: a value that it says no of has none of the forms.
bytea *hints_of(const Traces &traces);

// The declared and identifying columns of one table or partition.
struct Place {
    Oid leaf;
    Oid relid;      // what they are declared of
    List *columns;  // numbers in the leaf
};

List *places_to_look(const Model &model);  // of Place
List *columns_to_look(const Model &model, Oid relid, Oid leaf);
Place place_with(const Place &place, List *columns);

// "SELECT ... FROM ONLY leaf t WHERE ", of which for_each_value reads rows.
char *query_of(const Model &model, const Place &place);
// "(retention.may_be_among(t.a, $1) OR ...)": rows that may have one of the forms.
char *may_have_trace(const Place &place, int parameter);

// The values of a column, of arrays their elements.
List *values_in(const SqlRow &row, int column);

// A row that an erasure keeps, by law or by a hold, is named by its answer.
bool is_kept(const SqlRow &row);
bool leads_to_somebody(const SqlRow &row);
ItemPointerData place_of(const SqlRow &row);

// What was found in one column.
struct Sighted {
    Oid leaf;
    AttrNumber column;
    bool others;  // rows of other persons, or that lead to some
    int64 rows;
    List *samples;  // ItemPointerData *: where the first ones stand
};

void add_found(List **found, MemoryContext context, const Place &place, int column, const SqlRow &row);
void save_found(int64 verification, const Sighted &found);

// Calls body(column, form) with each value, until it says that the column's is found; a row that is kept has none.
template <typename F>
void for_each_value(const Place &place, const SqlRow &row, F body) {
    if (is_kept(row)) return;
    for (int i = 0; i < list_length(place.columns); ++i) {
        ListCell *cell = nullptr;
        foreach (cell, values_in(row, i)) {
            const char *form = form_of_trace(static_cast<char *>(lfirst(cell)));
            if (body(i, form)) break;
        }
    }
}

}  // namespace pg_retention
