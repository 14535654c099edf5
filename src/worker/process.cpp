#include "worker/process.hpp"

#include "pg/compat.hpp"
#include "pg/time_limit.hpp"

extern "C" {
#include "access/xact.h"
#include "postmaster/interrupt.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

namespace pg_retention {

static void cancel(SIGNAL_ARGS) { ask_to_cancel(); }

void handle_signals() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGINT, cancel);
    pqsignal(SIGTERM, die);
}

// What a database or role may have set for everybody must not decide what a sweep does.
void pin_settings() {
    struct {
        const char *name, *value;
    } const pinned[] = {{"search_path", "pg_catalog, pg_temp"},
                        {"session_replication_role", "origin"},
                        {"default_transaction_isolation", "read committed"},
                        {"default_transaction_read_only", "off"},
                        {"default_transaction_deferrable", "off"},
                        {"row_security", "on"},
                        {"statement_timeout", "0"},
                        {"idle_in_transaction_session_timeout", "0"}};
    for (const auto &setting : pinned) SetConfigOption(setting.name, setting.value, PGC_SUSET, PGC_S_OVERRIDE);
    lift_transaction_timeout();
}

void leave_transaction(MemoryContext context) {
    HOLD_INTERRUPTS();
    AbortOutOfAnyTransaction();
    RESUME_INTERRUPTS();
    MemoryContextSwitchTo(context);
}

}  // namespace pg_retention
