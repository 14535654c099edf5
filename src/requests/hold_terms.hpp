#pragma once
// What a caller of retention.place_hold asks for, read and checked.
#include "policy/holds.hpp"
#include "subject/subject.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

struct HoldTerms {
    const char *name;
    const char *reason;
    const char *ground;
    HoldScope scope;
    int16_t policy_id;
    Oid relid;     // of kTable, kRow and kCondition
    Oid governed;  // of kPolicy: its table
    const char *kind;
    Datum key;         // jsonb; 0: none
    Subject *subject;  // of kSubject
    const char *condition;
    const char *owner;
    Datum readers;  // regrole[]
    Datum review_on;
};

// with_key: the fourth argument is a key, of a row or a person. Errors: 22004, 22023, 42704, P0002, 55000, and those of conditions and keys; nothing is held then.
HoldTerms read_hold_terms(FunctionCallInfo fcinfo, bool with_key);

// Error 22023 when the day of a review never comes, or is always over.
void require_finite(Datum day);

// Error 22023 when it says nothing.
const char *reason_of_hold(FunctionCallInfo fcinfo, int argument);

}  // namespace pg_retention
