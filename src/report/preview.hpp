#pragma once
// What retention.preview() is made of.
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/execnodes.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

// What is known of a policy's rows.
enum class Known : uint8_t {
    kNothing,  // they have no clocks
    kAbout,    // they are being stamped
    kExactly,
};

struct Preview {
    const ReturnSetInfo *result;
    const Policy *policy;   // as it would be in force from now on
    const Policy *now;      // as it is
    core::Cutoffs cutoffs;  // whether it was put in force long ago or not
    Known known;
    List *leaves;    // with clocks
    int64 due;       // what was decided about rows included
    int64 released;  // of them, kept by law until now
    int64 held;      // would be due, but for a legal hold on all rows of the policy or table
    List *taken;     // of them, those of policies in force: count_taken_over()
};

constexpr int64 kNotCounted = -1;

// item and detail may be null.
void put(const Preview &preview, const char *part, const char *item, int64 rows, const char *detail);

// Rows that a policy in force has, which it would take from that if it were in force, too: adds them to what is due, and tells them.
void count_taken_over(Preview *preview);
void preview_taken_over(const Preview &preview);

// What goes or changes with rows that are due, or keeps them, by foreign keys.
void preview_references(const Preview &preview);

// Time and WAL.
void preview_costs(const Preview &preview);

// What stands against it.
void preview_problems(const Preview &preview);

}  // namespace pg_retention
