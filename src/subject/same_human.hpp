#pragma once
// Who is the same human stays as it is while a legal hold is on a person: whom it reaches is asked each time.
#include "pg/postgres.hpp"

namespace pg_retention {

// Error RT003 while a hold on a person of the kind stands; null: of any kind. SPI must be connected.
void refuse_under_hold_on_person(const char *kind = nullptr);

// Whether values of an identifying column count with those of other columns when it has the second name, for nobody declared it.
bool is_taken_otherwise(Oid relid, const char *from, const char *to);

// A superuser brings a dump before retention.resume(), with holds and what they are found by in any order.
bool is_from_dump();

}  // namespace pg_retention
