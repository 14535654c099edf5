#pragma once
// Values of keys are compared as the server compares them: a foreign key's with the key's own operators, a table's own with the
// equality of the column's type; never by what "=" happens to mean to their types under some search_path, or as text.
#include "schema/path.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_retention {

// How rows are found by a column and a value.
struct Equality {
    Oid op;
    bool column_right;  // the operator takes the value on its left
    Oid collation;      // invalid: none
};

struct Equalities {
    Equality at[kMaxKeys];
};

// Which columns of a foreign key rows are looked for by.
enum class Side : uint8_t { kReferenced, kReferring };

Equality key_equality(const Hop &hop, int k, Side column);
Equalities key_equalities(const Hop &hop, Side columns);

// By what a column could be compared with one that it refers to, no foreign key being there: the operator of both types, or of text where one
// of them is text and the other a number, a UUID or an enum. False: by none.
bool logical_equality(Oid from_relid, AttrNumber from, Oid to_relid, AttrNumber to, Oid *op);

// For a cast that leaves a value as it is.
const char *type_name(Oid type);

// smallint, integer, bigint.
bool is_integer(Oid type);

// That of the column's type; no operator when it has none, which no column of a key is without.
Equality equality_of(Oid relid, AttrNumber column);
// The same for sets of keys. Error 0A000 when the type has no equality or is not collected.
Equality own_equality(Oid relid, AttrNumber column);
Equalities own_equalities(Oid relid, const AttrNumber *columns, int n);

// False: values that the operator calls equal need not be so to the default operator class of its type.
bool is_default_equality(Oid op);

// False: the type has no arrays, or unnest() would take its values apart, too.
bool is_collected(Oid type);

struct Operand {
    const char *text;
    Oid type;
};

// Both tell values of the column apart alike: of one set of them made distinct by either, none is missing for the other.
bool distinguish_alike(const Equality &a, const Equality &b);

// "t.a OPERATOR(s.=) $1::s.type COLLATE c"
void append_equal(StringInfo sql, const Equality &equality, const Operand &column, const Operand &value);

// "t.a OPERATOR(s.=) ANY ($1)"; type is that of the elements. The column must not be on the right.
void append_equal_any(StringInfo sql, const Equality &equality, const Operand &column, const Operand &array);

// The value that such a column hands on, as the operator takes it: what is distinct then is what the operator tells apart.
// Returns its type.
Oid append_key_value(StringInfo sql, const Equality &equality, const Operand &column);

}  // namespace pg_retention
