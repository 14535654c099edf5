#pragma once
// Keys that the schema does not say, as names, types and values suggest: for proposals alone.
#include "schema/path.hpp"
#include "subject/model.hpp"

namespace pg_retention {

struct Guess {
    Hop key;
    int64 looked_at;  // values that a sample of the referring rows holds
    int64 found;      // of them there are so many to refer to; nearly all
};

// Of Guess. Reads a sample of the tables that a column of theirs could refer from, as their owners. SPI must be connected.
List *guess_keys(const Model &model);

}  // namespace pg_retention
