#pragma once
// What a statement adds to what was sent, by person and purpose; and the counters, in which it is decided whether it may.
#include "contact/said.hpp"

namespace pg_retention {

// SQLSTATEs of the refusals here.
constexpr int kCapSqlstate = MAKE_SQLSTATE('R', 'T', '0', '2', '0');
constexpr int kStoppedSqlstate = MAKE_SQLSTATE('R', 'T', '0', '2', '1');

// Of one kind. They are written in the order of the keys' bytes, so that two statements wait for each other and do not deadlock, and some at a
// time, so that many rows take no more memory than few.
struct Contacts {
    Oid relid;  // the table of the log
    const char *kind;
    List *purposes;
    bool recorded;  // they were sent before anybody counted: nothing is refused, and nothing counts twice
    TimestampTz now;
    MemoryContext context;
    SaidInOrder said;
    Said next;                      // without a key: there is no more
    const struct Portion *portion;  // that is being written
};

// One kind's, by a pass over rows that collects into it.
Contacts open_contacts(Oid relid, const char *kind, List *purposes, bool recorded);
void add_contact(Contacts *contacts, const Said &said);

// Writes what was collected, and ends it. Errors: RT020 where a cap stands against it, RT021 where the person objects or has not consented.
void write_contacts(Contacts *contacts);

}  // namespace pg_retention
