#pragma once
// Columns that the law protects: while a row must be kept, nobody writes anything else into them either (retention.policy.protects).
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/bitmapset.h"
}

namespace pg_retention {

// What is about to become of a column.
enum class ColumnChange : uint8_t {
    kValue,  // rows hold other values, each of which is asked about apart; or their values are read as what the law does not need
    kAllValues,   // rows hold other values, or none, and nothing else asks of them
    kUndeclared,  // values stay, and are personal no more
    kReading,     // values stay what they are, and are compared, or taken for something, in another way
};

// A column of a table or partition; or, where its number is invalid, any that has values of the type.
struct ColumnAsked {
    AttrNumber column;
    Oid type;
    ColumnChange change = ColumnChange::kAllValues;
};

// {*}: all but personal ones that the law does not need.
bool protects_all(const Policy &policy);

// Errors name the field and the column, and have a hint.
void check_protected(const Policy &policy);

// Of the table or partition, by its own numbers, which rows of the policy stand in. A generated column that is named brings along those that it
// is computed from: what it will hold is not known when they are written. SPI must be connected.
Bitmapset *protected_columns(const Policy &policy, Oid leaf);

// Those that are declared personal of the table, required by law or not, in this partition of it. SPI must be connected.
Bitmapset *personal_columns_in(Oid relid, Oid leaf);

// What is not said is none; whoever wants none says so. A notice, for a policy that has a floor.
void tell_of_unprotected(const Policy &policy);

// Error: one that the policy names is gone.
void require_protected(const Policy &policy);

// In policies of these tables. SPI must be connected, and policies may be written (own_policy_write).
void rename_protected(List *tables, const char *from, const char *to);

// Whether a column that one protects the other does not, or is rectified more easily.
bool protects_less(const Policy &before, const Policy &after);

}  // namespace pg_retention
