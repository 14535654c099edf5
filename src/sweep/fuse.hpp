#pragma once
// What holds a sweep back though rows are due: a share of the table that is out of proportion, which waits for retention.approve(),
// whoever paused the policy, and the hours when sweeps may run. One decision, asked before each batch and when turns are given.
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Policies whose rows no sweep takes now, as integers: retention.held_policy decides. SPI must be connected.
List *stopped_policies();
bool is_stopped(const List *stopped, int16_t policy_id);
// The same of one, asked before each batch: a pass may go on for long.
bool is_stopped_by_now(int16_t policy_id);

constexpr int64 kNoLimit = PG_INT64_MAX;
// How many rows of the policy's table, as it is now, may be taken in a day without approval; kNoLimit.
int64 most_a_day(const Policy &policy);

// How many rows of the policy the next batch may take; kNoLimit.
int64 rows_left(const Policy &policy);

// In the transaction of the batch that took them.
void count_taken(const Policy &policy, int64 rows);

// There are more than may be taken: the policy waits from now on. of_columns: rows of which columns are; 0: rows are, and are counted here.
void blow_fuse(const Policy &policy, int64 of_columns = 0);

}  // namespace pg_retention
