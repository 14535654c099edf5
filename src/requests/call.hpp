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

// Connects to SPI, reads the model, and finds the person of the arguments kind (the number of this one) and key (the next one). Errors: 22004
// when one is null.
Call find_person(FunctionCallInfo fcinfo, int kind, bool lock);

// The same of arguments 0 and 1, and the person must be one.
Call open_call(FunctionCallInfo fcinfo, bool lock);
// request: the argument with the number of a request, which has to call for this, and is locked (requests/request.hpp).
Call open_call(FunctionCallInfo fcinfo, int request, LedgerAction asked, bool lock);

// Erasures and restrictions lock rows of several persons and depend on each other's: one at a time, until the transaction ends.
void begin_alone();
// The same, and what others did while we waited is seen from here on: whether a row may be freed depends on everybody's. The snapshot is the
// caller's to pop.
void begin_alone_in_new_snapshot();

// One of a list of tables in an answer. rows: -1 where nobody has counted them; why: null where there is nothing to say.
void append_table(StringInfo out, Oid relid, int64 rows, const char *why);

// Writes the call into the ledger, marks its request as done, and leaves SPI. The ledger's chain stays locked until the transaction ends.
void close_call(const Call &call, LedgerAction action, int64 rows, const char *more = nullptr);

// The same of a call whose entries are written: the last step. done: what was asked was done.
void end_call(const Call &call, LedgerAction action, bool done = true);

// The same of a call that only reads: the entry waits for the end of the transaction, so that copies that are made at the same time do not
// wait for each other's being sent. It is there if the transaction commits, and only then.
void close_copy(const Call &call, LedgerAction action, int64 rows);

// An entry of the same call about the rows of one table.
void record_rows(const Call &call, LedgerAction action, Oid relid, int16_t policy_id, int64 rows, const char *more = nullptr);

// The detail of an entry, never data about a subject: "kind user, more, request 7". more: null when there is no more to say.
char *call_detail(const char *kind, const char *more, int64 request_id);

}  // namespace pg_retention
