#pragma once
// Partitions that were attached with rows in them. What their clocks say was true elsewhere, if at all, so until they are stamped their rows
// are hidden where a policy hides, and what must be kept is judged by what their clocks should be. Stood below one that is attached, a
// partition counts as attached, too.
#include "policy/policy_cache.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Asked for each row of a statement and each partition of a plan: nearly always answered from memory.
bool awaits_stamps(Oid relid);

// Whether that is because it was attached as a partition, not because its clocks are another database's.
bool came_attached(Oid relid);

// Whether clocks may still say what another policy, start or zone made of them, or a partition of theirs: nothing is deleted by those.
bool is_being_stamped(Oid relid);

// The second of these alone: rows of the table, or of one it is a partition of, are to be stamped. Answered without a look at the table.
bool is_unstamped(Oid relid);

// Of those that await stamps, those that the relation consists of: itself, or its partitions.
List *unstamped_tables(Oid relid);

// Has the rows stamped before anybody goes by their clocks: until then they are hidden and kept as their policies would do it to the oldest.
void plan_stamping(Oid relid);

// A table, and those it is a partition of.
List *with_ancestors(Oid relid);
bool is_part_of(Oid relid, Oid table);
// The last of these.
Oid topmost(Oid relid);

// Whether a policy stands for the table, or for one it is a partition of: whatever is written there is stamped.
bool is_managed(Oid relid);
// And one that was checked: before that a restore is not done with the table.
bool is_checked(Oid relid);

// And one by which the rows that are there have been stamped. Before that, and where none stands, a clock may name a policy that is gone: a
// table that comes back after its policies went with it has such clocks, and where they have started nobody knows what of.
bool is_settled(Oid relid);

// Policies of any mode but off that stand for a table: its own, and those of the tables it is a partition of.
List *standing_policies(Oid relid);  // of const Policy

// Whether a policy by this number stands for the table, or one it is a partition of, and is switched off.
bool is_switched_off(Oid relid, int16_t policy_id);

// The first that keeps rows and is enforced, or will be when they are stamped; null: none.
const Policy *standing_floor(Oid relid);

// A floor cannot stand where a crash takes the rows, of the table or of its partitions. Error 55000. mandatory: the policy's name.
void require_logged(Oid relid, const char *mandatory);
// The same, before a command that would make a table so.
void keep_logged(const Node *statement);

// Before and after a command that attaches or detaches a partition: it may have policies of its own, whose triggers make way for those of
// the parent and come back, its rows are stamped anew, and none is shown or released by that.
void make_way_for_attached(const Node *statement);
void follow_attached(const Node *statement);

// CREATE TABLE ... (LIKE ...), asked before the command, which forgets it; and what becomes of the table's default clock then.
bool makes_copy(const Node *statement);
void follow_copy(const Node *statement);

// Its row in retention.preparation is gone: from the end of the transaction its clocks are true.
void attached_is_stamped(Oid relid);

void init_attached();

}  // namespace pg_retention
