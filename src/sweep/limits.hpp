#pragma once
// How fast the sweep of a policy may go: rows and WAL a second, and how far standbys may be behind (retention.policy_pace). What a step has taken
// is owed as time before the next one. In a transaction block nothing waits, for its locks would be held meanwhile.
#include "sweep/engine.hpp"

namespace pg_retention {

// Of the policy, by what is committed now. SPI must be connected.
Limits limits_of(int16_t policy_id);

// Its turn begins; and ends.
void begin_pace(Engine *engine, int16_t policy_id, const Limits &limits);
void end_pace(Engine *engine);

bool is_limited(const Engine &engine);
// Most rows that one batch may take.
int64 most_at_once(const Limits &limits);
// Whether that much WAL is as much as one batch may write.
bool is_enough_wal(const Limits &limits, uint64 bytes);

// What was done so far, by this process.
struct Spent {
    int64 rows;
    uint64 wal;
};
Spent spent_so_far(const Engine &engine);

// Between steps. Waits until the next one may begin; false: the turn is over before that.
bool wait_for_pace(Engine *engine);
// Without waiting.
bool may_begin_at_once(Engine *engine);
// After a step that began with so much.
void owe_for(const Engine &engine, const Spent &before);

}  // namespace pg_retention
