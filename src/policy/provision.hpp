#pragma once
// What a policy needs in the schema: the clock column and the triggers, on its table and on the tables of its paths.
#include "policy/policy_cache.hpp"
#include "schema/path.hpp"

namespace pg_retention {

// Adds what is missing, idempotently. Clock column: metadata only; rows that are there are the policy's, not started. Where there is one with
// the numbers of another database, its rows are to be stamped.
void provide(const Policy &policy, const Path *paths, int n_paths);

// Then its numbers are those of this database.
void adopt_clock(Oid relid);

// A table that was made like a governed one: what is written there has no policy, and nobody would ever stamp it.
void follow_copied(Oid relid);

// Whether a policy is for just this table, whatever its mode.
bool has_policies(Oid relid);

// Removes triggers nobody needs any more, and the clock column with what hangs on it.
void withdraw(Oid relid, const Path *paths, int n_paths);

// Whether what guards rows against being deleted stands on the relation itself.
bool has_guard(Oid relid);

// Each table of the tree that rows stand in has a trigger against TRUNCATE as long as a policy stands for it.
void keep_truncate_guards(Oid relid);

// Before a table becomes a partition: it will have its parent's triggers, and so none of its own, nor may its partitions.
void make_way(Oid parent, Oid partition);

// When it is none any more: what a table needs for policies of its own, and for the paths through it.
void stand_alone(Oid relid, bool has_policies);

// No block written yet, partitions included: ready as soon as the index stands.
bool is_empty(Oid relid);
void provide_index(Oid relid);

// Whether a valid index on the clock stands on the relation itself; invalid: the leftover of a build that was cut short. May be null.
bool find_clock_index(Oid relid, Oid *invalid);
bool is_indexed(Oid relid);

// An index stands in the schema of its table: error 42501 where the owner of one of these tables may not create it there.
void require_index_rights(Oid relid);

// The extension's triggers fire under every session_replication_role. pg_restore --disable-triggers leaves them as
// ordinary ones behind.
void restore_triggers();

// One of them, on one table.
void fire_always(Oid relid, const char *trigger);

// Whether changes of the table are followed down a path: it has the trigger that was put there when a policy was written.
bool follows_path(Oid relid);

// Whether a path of a policy that has been checked runs through the table, or one above the partition.
bool is_followed(Oid relid);

// Drops path triggers on tables that are on no policy's path.
void drop_idle_path_triggers();

}  // namespace pg_retention
