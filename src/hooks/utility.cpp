// The one hook for utility commands. What guard/commands.cpp says of a kind of statement decides whether anybody is asked.
#include "hooks/hooks.hpp"

#include "policy/follow_ddl.hpp"
#include "guard/commands.hpp"
#include "guard/own_objects.hpp"
#include "guard/own_triggers.hpp"
#include "guard/owner_commands.hpp"
#include "guard/whole_copy.hpp"
#include "ledger/written.hpp"
#include "pg/command.hpp"
#include "pg/guard.hpp"
#include "pg/session_purpose.hpp"
#include "requests/retyped_keys.hpp"
#include "visibility/visibility.hpp"

namespace pg_retention {

namespace {

constinit ProcessUtility_hook_type previous = nullptr;

void run_command(const Command &command) {
    previous(command.planned, command.text, command.read_only, command.context, command.params, command.env, command.dest,
             command.done);
}

// From the outside in: each runs around those after it.
constexpr Watcher kWatchers[] = {
    refuse_unknown,        // a statement that nobody has judged
    keep_session_purpose,  // a session is not for less than it was
    keep_own_objects,      // what the condition is found by stays
    watch_owner_command,   // no evaluation over hidden rows
    watch_whole_copy,      // nothing is copied in part and taken for the whole
    keep_triggers,         // ours fire always
    follow_retyped_keys,   // records of persons follow keys of another type
    follow_command,        // policies follow the schema
    note_copy,             // what a dump brings is on record there
    switch_rules,          // EXPLAIN ANALYZE, REFRESH, DETACH
    scrub_command,         // error details that show a row
    rewrite_copy,          // COPY reads through a plan
    run_command,
};

// Its own frame: most commands need none.
[[gnu::noinline]] void watch(const Command &command) {
    guarded([&] { proceed(command); });
}

void utility(PlannedStmt *planned, const char *text, bool read_only, ProcessUtilityContext context, ParamListInfo params,
             QueryEnvironment *env, DestReceiver *dest, QueryCompletion *done) {
    if (passes(planned->utilityStmt))
        previous(planned, text, read_only, context, params, env, dest, done);
    else
        watch(Command{planned, text, read_only, context, params, env, dest, done, kWatchers});
}

}  // namespace

void init_utility() {
    previous = ProcessUtility_hook != nullptr ? ProcessUtility_hook : standard_ProcessUtility;
    ProcessUtility_hook = utility;
}

}  // namespace pg_retention
