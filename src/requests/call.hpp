#pragma once
// What every function about a person begins and ends with.
#include "ledger/words.hpp"
#include "subject/subject.hpp"

namespace pg_retention {

struct Call {
    Model *model;
    Subject *subject;
    int64 request_id;  // 0: none
};

// Connects to SPI, reads the model, and finds the person of arguments 0 (kind) and 1 (key); request: the argument with the
// request's number. Errors: 22004 when kind or key is null.
Call open_call(FunctionCallInfo fcinfo, int request, bool lock);

// Erasures and restrictions lock rows of several persons and depend on each other's: one at a time, until the transaction ends.
void begin_alone();

// Writes the call into the ledger and leaves SPI. The ledger's chain stays locked until the transaction ends.
void close_call(const Call &call, LedgerAction action, int64 rows, const char *more = nullptr);

// The same of a call that only reads: the entry waits for the end of the transaction, so that copies that are made at the same time do not
// wait for each other's being sent. It is there if the transaction commits, and only then.
void close_copy(const Call &call, LedgerAction action, int64 rows);

// An entry of the same call about the rows of one table.
void record_rows(const Call &call, LedgerAction action, Oid relid, int16_t policy_id, int64 rows, const char *more = nullptr);

// The detail of an entry, never data about a subject: "kind user, more, request 7". more: null when there is no more to say.
char *call_detail(const char *kind, const char *more, int64 request_id);

}  // namespace pg_retention
