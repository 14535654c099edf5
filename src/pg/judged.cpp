#include "pg/judged.hpp"

extern "C" {
#include "access/transam.h"
#include "access/xact.h"
}

namespace pg_retention {

namespace {

struct Change {
    TransactionId transaction;
    CommandId command;
};
constinit Change changes[2] = {};

Change *last_of(Judge judge) { return &changes[static_cast<size_t>(judge)]; }

}  // namespace

// The command is marked as one that writes: the next statement has another number.
void note_change_of(Judge judge) { *last_of(judge) = Change{GetTopTransactionId(), GetCurrentCommandId(true)}; }

bool has_changed_since(Judge judge, CommandId deleted) {
    const Change *change = last_of(judge);
    return TransactionIdIsValid(change->transaction) && change->transaction == GetTopTransactionIdIfAny() &&
           deleted <= change->command;
}

}  // namespace pg_retention
