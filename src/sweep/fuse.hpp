#pragma once
// What holds a sweep back though rows are due: a share of the table that is out of proportion, which waits for retention.approve(),
// whoever paused the policy, and the hours when sweeps may run. One decision, asked before each batch and when turns are given.
#include "ledger/consequences.hpp"
#include "policy/policy_cache.hpp"
#include "sweep/engine.hpp"

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

// How many rows of the policy the next batch may take, kNoLimit; approved: some of them, and with these what goes along.
struct Allowed {
    int64 rows;
    bool approved;
};
Allowed allowed_of(const Policy &policy);
inline int64 rows_left(const Policy &policy) { return allowed_of(policy).rows; }

// The same of rows that lose columns: kNoLimit also where they are approved.
int64 columns_left(const Policy &policy);

// The same, for who only looks.
int64 rows_left_now(const Policy &policy);

// Within an act, after it: whether the rows of other tables that went along may. Where not, the act is to be undone, and *beyond is what was too much.
bool may_go_along(const Account &account, bool approved, Consequence *beyond);
// Of an account of a policy's rows: error where rows of a policy go along that is held, or waits for warnings (55006).
void refuse_held(Account *account, int16_t policy_id);

// In the transaction of the batch that took them.
void count_taken(const Policy &policy, int64 rows);

// There are more than may be taken: the policy waits from now on. of_columns: rows of which columns are; 0: rows are, and are counted here.
void blow_fuse(const Policy &policy, int64 of_columns = 0);
void blow_fuse(const Policy &policy, const Consequence &beyond);

// At the end of a pass that had time for all: approvals of what is not due any more end, and so do fuses that nothing waits for.
void settle_fuses(Engine *engine);

}  // namespace pg_retention
