#pragma once
// Whose text is whose. What a row of a configuration table says is done with the rights of the tables that it names: only who owns
// them all, or a superuser, writes such a row, changes or removes it. And what he wrote runs for him, not for who owns the table later.
#include "policy/policy_cache.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace pg_retention {

// The decision, for every write to every configuration table: 42501 unless the current user owns the table, is a superuser, or owns
// the configuration itself. where: how the row names it. A table that is gone is nobody's.
void require_ownership(Oid relid, const char *where, const char *hint);

// Of the tables of one row of retention.policy: its own and those on its paths.
void require_policy_tables(HeapTuple row, TupleDesc desc);

// Whether applies_to was written, or confirmed, for the role that owns the table now. Until then it is not run: a row that is
// written is taken to be one of those that it has, a row that is there keeps the policy it has, and no sweep acts.
bool is_confirmed(const Policy &policy);

// The role to act as on rows of a partition: its owner, if the owner of the table, whose triggers and declarations run there,
// has that role's rights; otherwise an error (42501).
Oid acting_owner(Oid leaf, Oid table);

// Refuses (42501) a schema in which the path of a policy leads to a table that is neither the current user's nor one that
// the path was written for.
void require_path_tables(const Policy &policy);

}  // namespace pg_retention
