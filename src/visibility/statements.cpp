// Statements during which the rules of reading differ: EXPLAIN ANALYZE and REFRESH.
#include "schema/extension.hpp"
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

// What to switch on for as long as the statement runs; null: nothing.
Dynamic<bool> *switch_for(const Command &command) {
    if (extension() == nullptr) return nullptr;
    switch (nodeTag(command.statement())) {
        case T_ExplainStmt: return analyzes(command.as<ExplainStmt>()) ? &explaining : nullptr;
        case T_RefreshMatViewStmt: return &refreshing;
        default: return nullptr;
    }
}

}  // namespace

void switch_rules(const Command &command) {
    Dynamic<bool> *which = switch_for(command);
    if (which == nullptr)
        proceed(command);
    else
        during(*which, true, [&] { proceed(command); });
}

}  // namespace pg_retention
