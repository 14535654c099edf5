// Statements during which the rules of reading differ: EXPLAIN ANALYZE and REFRESH.
#include "catalog/extension.hpp"
#include "pg/compat.hpp"
#include "pg/command.hpp"
#include "visibility/binding.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "commands/defrem.h"
}

namespace pg_retention {

namespace {

bool analyzes(const ExplainStmt *explain) {
    ListCell *cell = nullptr;
    bool analyze = false;
    foreach (cell, explain->options) {
        auto *option = lfirst_node(DefElem, cell);
        if (strcmp(option->defname, "analyze") == 0) analyze = defGetBoolean(option);
    }
    return analyze;
}

// What such a statement switches. A statement inside another one, in a trigger or a function, gives back what it found.
struct Switch {
    void (*turn)(bool);
    bool on;
};
constinit Switch explaining = {set_explaining, false};
constinit Switch refreshing = {set_refreshing, false};

// What to switch on for as long as the statement runs; null: nothing.
Switch *switch_for(const Command &command) {
    if (extension() == nullptr) return nullptr;
    switch (nodeTag(command.statement())) {
        case T_ExplainStmt: return analyzes(command.as<ExplainStmt>()) ? &explaining : nullptr;
        case T_RefreshMatViewStmt: return &refreshing;
        default: return nullptr;
    }
}

void turn(Switch *which, bool on) {
    which->on = on;
    which->turn(on);
}

// Its own frame: nothing of the caller's lives across the setjmp.
[[gnu::noinline]] void run_switched(Switch *which, const Command &command) {
    const bool before = which->on;
    turn(which, true);
    PG_TRY();
    { proceed(command); }
    PG_FINALLY();
    { turn(which, before); }
    PG_END_TRY();
}

}  // namespace

void switch_rules(const Command &command) {
    Switch *which = switch_for(command);
    if (which == nullptr)
        proceed(command);
    else
        run_switched(which, command);
}

}  // namespace pg_retention
