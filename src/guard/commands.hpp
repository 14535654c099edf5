#pragma once
// What is done about each kind of utility statement and each maintenance function. The tables in commands.cpp, and those in forms.cpp for
// what ALTER TABLE and CREATE INDEX can say, are the one place that decides; docs/commands.md is made from them, and
// test/lint/check-commands holds them against the server's headers.
#include "pg/command.hpp"
#include "pg/session_purpose.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

enum class Verdict : uint8_t {
    kUnknown,    // nobody has judged it: refused without reveal
    kQuery,      // planned, or no statement by itself
    kEveryday,   // applications send it all the time; it reads no table by itself
    kPasses,     // evaluates nothing over stored rows; what it runs is governed by itself
    kGuarded,    // checked or followed for another reason, which is said
    kEvaluates,  // over hidden rows: without user code and parallel workers, and errors say nothing of values
    kRefused,    // over hidden rows: some forms are refused, since their result tells; the others as kEvaluates
    kReveal,     // of a form: over hidden rows it takes retention.reveal, the right to read
    kConfirm,    // of a form: over hidden rows it takes retention.confirm_drop, the right to destroy
};

Verdict verdict_of(const Node *statement);

// The command needs no look from anybody. Applications send SET all the time; guarded are SET TRANSACTION, and what would widen a session's purpose.
inline bool passes(const Node *statement) {
    if (resets_session_purpose(statement)) return false;
    if (IsA(statement, VariableSetStmt)) return reinterpret_cast<const VariableSetStmt *>(statement)->kind != VAR_SET_MULTI;
    const Verdict verdict = verdict_of(statement);
    return verdict == Verdict::kEveryday || verdict == Verdict::kPasses;
}

// A function that takes a relation by its number. Those that maintain or check an index by evaluating what it is made of are
// refused; the others evaluate nothing.
struct Function {
    const char *name;
    Verdict verdict;
    Oid am;           // of the indexes that it evaluates
    bool by_anybody;  // it does not ask who owns the table
    const char *why;
};
const Function *refused_function(Oid function);  // null: it is none

// Error 0A000 for a statement of a kind that is not in the table, where the extension is installed, without reveal.
void refuse_unknown(const Command &command);

}  // namespace pg_retention
