#pragma once
// Rows of a table that lead to persons by a path, followed from what is read of them: some thousand at a time, or one.
#include "subject/model.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

// Where a row, of the path's table or of one below it, has what is read of it: the first columns of the path, or the person's key where the
// path is empty, and then what the path asks for besides.
struct Along {
    const Kind *kind;
    LinkPath path;
    int n;        // columns of the path, or of the key
    int n_given;  // what follows them
    const char *names[2 * kMaxKeys];
    Oid types[2 * kMaxKeys];   // without domains
    bool holds_key;            // what the row holds is the person's key, always written alike
    bool is_key_text;          // and each row of the kind is a person: nobody is to be asked
    int key_places[kMaxKeys];  // of the columns of the key among them
    struct {
        Datum value;
        FmgrInfo equal;
        Oid collation;
    } given[kMaxKeys];
};

// False: the path does not fit the schema, problem says why.
bool open_along(const Kind *kind, Oid relid, const char *path, Along *along, Problem *problem);

// Whether what it asks for besides is there.
bool is_given(Along *along, const Datum *values, const bool *nulls);

// Of one that holds the key: as text of a jsonb.
char *key_held(const Along &along, const Datum *values);

// The persons that these rows lead to, each table on the way read as its owner. columns[k][row]; the key lives until the consumer returns.
using PersonOfRow = void (*)(void *argument, int row, const char *key);
void for_each_person_along(const Along &along, const Datum *const *columns, const bool *const *nulls, int n_rows,
                           PersonOfRow consumer, void *argument);

// A key as the text of a jsonb.
char *canonical_key(const char *json);

}  // namespace pg_retention
