#pragma once
// A request of a person: when it is due, how far it is, and whether a call may be made in its name.
#include "core/time/holidays.hpp"
#include "ledger/words.hpp"
#include "pg/sql.hpp"
#include "pg/timezone.hpp"
#include "subject/request_type.hpp"
#include "subject/same_key.hpp"

namespace pg_retention {

struct Request {
    int64 id;
    RequestType type;
    const char *kind;  // null: nobody knows whose it is, or not any more
    bool erased;
    TimestampTz received;
    pg_tz *zone;
    const char *country;
    core::Period target;
    bool identity_asked;
    bool identity_verified;
    bool extended;
    bool done;
    bool answered;
    bool refused;
    bool closed;
    TimestampTz ended;      // of one that was answered or refused
    core::Day due_applied;  // the same
};

// For a SELECT list, and what such a row holds.
#define RETENTION_REQUEST_COLUMNS                                                                                            \
    "request_id, type, kind, erased_at IS NOT NULL, received_at, timezone, country, target, identity_asked_at IS NOT NULL, " \
    "identity_verified_at IS NOT NULL, extended_at IS NOT NULL, done_at IS NOT NULL, answered_at, refused_at, closed_at IS " \
    "NOT NULL, due_applied"
Request read_request(const SqlRow &row);

// Locks it. Error P0002 when there is none.
Request lock_request(int64 id);
// The same without a lock, for who only reads.
Request find_request(int64 id);

// Error 55000 naming the state of one that was answered, refused or closed.
void require_waiting(const Request &request);

struct RequestTerms {
    core::Day first;   // the last day of one month
    core::Day legal;   // the last day on which it may be answered; of one that was answered or refused, as it was then
    core::Day target;  // kNoDay: there is none
    core::Day due;
    core::Day today;
    const char *state;
};

// holidays: of the request's country.
RequestTerms terms_of(const Request &request, const core::Holidays &holidays);

// Before a call is made in the name of a request: there is one, it waits for an answer, asks for that, and is about this human. Locks it.
// Errors: P0002, 55000, 22023.
void check_request(const Subject &subject, int64 id, LedgerAction asked);

// The call was made. What only serves meanwhile, as a restriction while an erasure is looked into, does not do what was asked.
void mark_done(int64 id, LedgerAction asked);

// Those of this human, by whatever rows that is: bigint[].
Datum requests_of(const Recorded &recorded);

// The person of these (bigint[]) is erased: number, type, dates and who did what stay.
void forget_requests(Datum requests);

// To whoever listens on channel pg_retention, when the transaction commits: "request opened 17".
void notify_of_request(const char *step, int64 id);

}  // namespace pg_retention
