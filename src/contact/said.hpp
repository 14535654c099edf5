#pragma once
// What rows say, put into the order of persons, purposes and times; more than work_mem holds is sorted on disk.
#include "contact/purpose.hpp"

struct Tuplesortstate;

namespace pg_retention {

// One message of one person. was: the row that is written said it before.
struct Said {
    const char *key;
    const Purpose *purpose;
    TimestampTz at;
    bool was;
};

struct SaidInOrder {
    List *purposes;
    Tuplesortstate *sort;
};

// purposes: as read_purposes has them.
SaidInOrder open_said(List *purposes);
void add_said(const SaidInOrder &all, const Said &said);
void sort_said(const SaidInOrder &all);  // when all is added

// In the order of the keys' bytes, the purposes' names, the times; of one time, what is now before what was. The key is allocated where the
// caller is. False: there is no more.
bool next_said(const SaidInOrder &all, Said *said);
void close_said(const SaidInOrder &all);

}  // namespace pg_retention
