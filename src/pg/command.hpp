#pragma once
// A utility command on its way through those who watch commands.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/plannodes.h"
#include "tcop/utility.h"
}

namespace pg_retention {

struct Command;

// Does what there is to do about the command and proceeds with it: once, more than once with another statement, or with an error.
using Watcher = void (*)(const Command &);

struct Command {
    PlannedStmt *planned;
    const char *text;
    bool read_only;
    ProcessUtilityContext context;
    ParamListInfo params;
    QueryEnvironment *env;
    DestReceiver *dest;
    QueryCompletion *done;
    const Watcher *next;  // of a table whose last entry runs the command

    const Node *statement() const { return planned->utilityStmt; }
    template <typename T>
    const T *as() const {
        return reinterpret_cast<const T *>(planned->utilityStmt);
    }
};

// The rest of the watchers, and then the command itself.
inline void proceed(const Command &command) {
    Command rest = command;
    ++rest.next;
    (*command.next)(rest);
}

}  // namespace pg_retention
