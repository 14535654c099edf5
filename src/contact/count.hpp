#pragma once
// What a statement adds to what was sent, by person and purpose; and the counters, in which it is decided whether it may.
#include "contact/purpose.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace pg_retention {

// SQLSTATEs of the refusals here.
constexpr int kCapSqlstate = MAKE_SQLSTATE('R', 'T', '0', '2', '0');
constexpr int kStoppedSqlstate = MAKE_SQLSTATE('R', 'T', '0', '2', '1');

// Of one kind. Keys are collected and written in the order of their bytes, so that two statements wait for each other and do not deadlock. Of
// more of them than have room the first ones are collected, and the caller reads his rows again.
struct Contacts {
    Oid relid;  // the table of the log
    const char *kind;
    List *purposes;
    bool recorded;  // they were sent before anybody counted: nothing is refused, and nothing counts twice
    TimestampTz now;
    MemoryContext context;
    HTAB *entries;
    const char *after;  // keys beyond this one; null: from the first
    const char *until;  // up to this one; null: to the last
};

// One kind's, by a pass over rows that collects into it.
Contacts open_contacts(Oid relid, const char *kind, List *purposes, bool recorded);

// What a row says. was: the row that is written said it before.
void add_contact(Contacts *contacts, const char *key, const Purpose *purpose, TimestampTz at, bool was);

// Writes what was collected. Errors: RT020 where a cap stands against it, RT021 where the person objects or has not consented. True: there
// are more, to be collected in another pass.
bool write_contacts(Contacts *contacts);

}  // namespace pg_retention
