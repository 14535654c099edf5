#pragma once
// What a sweep does with one table or view under a limit of time, and what it remembers of a task that failed: why, who stands in the
// way, and when to try again. Others are not kept waiting.
#include "pg/attempt.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

// kTable: it is looked at which rows and partitions there are.
enum class Work : uint8_t { kTable, kRows, kColumns, kKnots, kPreparation, kView };

struct Task {
    Oid relid;
    int16_t policy_id;  // 0: of no policy
    Work work;
};

void init_tasks();  // before shared memory is made

// Which of the processes that sweep this database together this one is; 0, if nobody says so: the worker.
void work_as(int helper);

// Reads what failed before.
void read_blocked_tables(Engine *engine);

// Of a worker's pass. True: a process that swept this database was ended in the middle of a task, and which; each of them once.
bool find_cut_short(Task *cut_short);

// False: it failed, and its next attempt is not due.
bool is_due(const Engine *engine, const Task &task);

// Whether anything of the policy failed before and is not done with.
bool has_blocked(const Engine *engine, int16_t policy_id);

// In a step. Null when body succeeded: then the task is not blocked any more.
ErrorData *try_task(Engine *engine, const Task &task, AttemptBody body, void *argument, bool *timed_out);

template <typename F>
ErrorData *try_task(Engine *engine, const Task &task, F body, bool *timed_out) {
    return try_task(
        engine, task, [](void *f) { (*static_cast<F *>(f))(); }, &body, timed_out);
}

// In a step: records it, for the run and for the task.
void block_task(Engine *engine, const Task &task, const ErrorData *error);

// In a step. The message of the error, and who stands in the way: a trigger or function that ran, a session that locks the table, the
// table or view itself; with its owner.
char *reason_of(Oid relid, const ErrorData *error, bool timed_out);

// For a task that ended with its worker.
ErrorData cut_short_error();

}  // namespace pg_retention
