#pragma once
// What a table of persons has, so that the extension's records of a person go and move with the row (requests/follow_rows).
#include "pg/postgres.hpp"

namespace pg_retention {

// For the table of a kind and what is below it. Not where PostgreSQL could not collect the rows of foreign partitions: retention.gaps tells.
void provide_person_triggers(Oid relid);

// Whether a trigger is one of these: there is one of each name, and what another one did would be done twice.
bool is_person_trigger(const char *name);

// From tables that are those of persons no more.
void withdraw_person_triggers();

}  // namespace pg_retention
