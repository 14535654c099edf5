#pragma once
// The rows about a person, table by table, as JSON in which other persons are not to be seen (Article 15(4)).
#include "core/time/clock.hpp"
#include "subject/subject.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

struct FoundRow {
    Oid relid;
    const Link *link;
    core::Clock clock;  // of an ungoverned table: kNoClock
    const char *key;    // JSON
    const char *data;   // JSON object
};

// What the rows are written for.
struct RowChoice {
    bool by_key;    // in the order of the key
    bool portable;  // only what Article 20 covers: portable policies, no derived column, "about"
    bool as_csv;    // data is a CSV line
};

using RowConsumer = void (*)(void *argument, const FoundRow &row);

// Reads in portions, in constant memory. What the consumer is given lives until it returns.
void for_each_row(Subject *subject, const ReachedTable &table, const RowChoice &choice, RowConsumer consumer, void *argument);

template <typename F>
void for_each_row(Subject *subject, const ReachedTable &table, const RowChoice &choice, F consume) {
    for_each_row(
        subject, table, choice, [](void *f, const FoundRow &row) { (*static_cast<F *>(f))(row); }, &consume);
}

// The columns that for_each_row writes, comma-separated.
char *csv_header(const Subject &subject, const ReachedTable &table);

}  // namespace pg_retention
