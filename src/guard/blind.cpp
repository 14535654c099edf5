#include "guard/blind.hpp"

#include "schema/user_code.hpp"
#include "pg/compat.hpp"
#include "pg/during.hpp"
#include "pg/notices.hpp"

extern "C" {
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// Whole classes: connection, transaction state, rollback, resources, intervention. And what the law, or a hold, refuses, or an
// event trigger, which is the only code of a user's that runs.
constexpr int kClasses[] = {
    ERRCODE_CONNECTION_EXCEPTION,   ERRCODE_INVALID_TRANSACTION_STATE, ERRCODE_TRANSACTION_ROLLBACK,
    ERRCODE_INSUFFICIENT_RESOURCES, ERRCODE_OPERATOR_INTERVENTION,     MAKE_SQLSTATE('R', 'T', '0', '0', '0'),
    ERRCODE_PLPGSQL_ERROR,
};

// Raised from the catalogs, before a row is read. Evaluated functions that raise them for a value of theirs, such as a cast to
// regclass, are not immutable, and only immutable ones stand in what commands evaluate over rows. Not among them: 42601 (a
// tsquery, a jsonpath), and 0A000 (date_trunc names its unit) but from those who read nothing else than catalogs.
constexpr int kCodes[] = {
    ERRCODE_INSUFFICIENT_PRIVILEGE,
    ERRCODE_LOCK_NOT_AVAILABLE,
    ERRCODE_OBJECT_IN_USE,
    ERRCODE_UNDEFINED_TABLE,
    ERRCODE_UNDEFINED_COLUMN,
    ERRCODE_UNDEFINED_OBJECT,
    ERRCODE_UNDEFINED_FUNCTION,
    ERRCODE_DUPLICATE_TABLE,
    ERRCODE_DUPLICATE_OBJECT,
    ERRCODE_DUPLICATE_COLUMN,
    ERRCODE_WRONG_OBJECT_TYPE,
    ERRCODE_INVALID_TABLE_DEFINITION,
    ERRCODE_INVALID_OBJECT_DEFINITION,
    ERRCODE_DATATYPE_MISMATCH,
    ERRCODE_INVALID_FOREIGN_KEY,
    ERRCODE_INVALID_COLUMN_REFERENCE,
    ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST,
    ERRCODE_UNDEFINED_SCHEMA,
};

// What commands say that they cannot do: alter a column that a view, a policy or a generated column reads, for example.
constexpr const char *kOfCommands[] = {"tablecmds.c", "indexcmds.c", "typecmds.c", "statscmds.c", "cluster.c", "parse_utilcmd.c"};

bool is_of_command(const ErrorData &error) {
    if (error.sqlerrcode != ERRCODE_FEATURE_NOT_SUPPORTED || error.filename == nullptr) return false;
    for (const char *one : kOfCommands)
        if (strcmp(error.filename, one) == 0) return true;
    return false;
}

}  // namespace

// The settings' variables themselves: a command that commits on its way would undo what was set for a transaction.
void with_closed_eyes(bool forbid, void (*body)(void *), void *argument) {
    const auto silently = [=] { during(&client_min_messages, Max(client_min_messages, ERROR), [=] { body(argument); }); };
    const auto quietly = [=] { during(level_of_caller, level_asked_for(), silently); };
    const auto alone = [=] { during(&max_parallel_maintenance_workers, 0, quietly); };
    during(&user_code_forbidden, forbid || user_code_forbidden, [=] { during(&calls_since_lifted, 0, alone); });
}

bool shows_no_value(int sqlstate) {
    for (const int one : kClasses)
        if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(one)) return true;
    for (const int one : kCodes)
        if (sqlstate == one) return true;
    return false;
}

void raise_blindly(MemoryContext context) {
    const int category = ERRCODE_TO_CATEGORY(geterrcode());
    // What was asked for and is not there says how long a value is.
    if (shows_no_value(geterrcode()) && category != ERRCODE_INSUFFICIENT_RESOURCES) PG_RE_THROW();
    MemoryContextSwitchTo(context);
    ErrorData *error = CopyErrorData();
    if (is_of_command(*error)) PG_RE_THROW();
    FlushErrorState();
    // A violated constraint's message names the constraint; values stand in the detail.
    if (category != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION && category != ERRCODE_INSUFFICIENT_RESOURCES)
        error->message = pstrdup("the command failed, and its error could show rows that are hidden by a retention policy");
    error->hint = pstrdup("Set retention.reveal as a role that may.");
    error->detail = error->detail_log = error->context = error->internalquery = error->backtrace = nullptr;
    error->cursorpos = error->internalpos = 0;
    ReThrowError(error);
}

}  // namespace pg_retention
