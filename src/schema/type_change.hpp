#pragma once
// Expressions of a command over the rows of a table, read as the server reads them, and what they make of a value.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
#include "parser/parse_node.h"
#include "utils/rel.h"
}

namespace pg_retention {

struct Target {
    Oid type;  // InvalidOid: as it comes
    int32 modifier;
};

// Ready to be evaluated over rows of the relation, and assigned to the target. What is wrong with it is an error, as the server would raise it;
// null: it cannot be assigned. The raw one stays as it was.
Node *cook_expression(Relation rel, const Node *raw, ParseExprKind kind, Target target);

// Fails on no value, and neither chooses rows nor writes anything of a user's choice beside them: columns, by themselves, or under casts that
// have a value for each, and functions such as lower(). So neither an error nor the size of what is made of it tells of a row.
bool is_plain(const Node *expression);

enum class TypeChange : uint8_t {
    kStored,     // each value stays as it is stored: text of more characters, numbers of more digits, another name
    kConverted,  // each value has its own in the new type, and none fails
    kTried,      // a value may fail
    kCut,        // or lose a part of it in silence: digits, a time, whatever is not known
    kReplaced,   // USING: what becomes of a value is the command's to say
};

// Of ALTER COLUMN ... TYPE. The table has the column.
TypeChange type_change(Oid relid, const AlterTableCmd *command);

}  // namespace pg_retention
