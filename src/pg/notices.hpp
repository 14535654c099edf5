#pragma once
// What the extension has to say while a command runs without a word of what it evaluates.
#include "pg/during.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention {

// client_min_messages as it was before it was raised; -1: it was not.
extern Dynamic<int> level_of_caller;

// What it would be without that.
inline int level_asked_for() { return level_of_caller < 0 ? client_min_messages : static_cast<int>(level_of_caller); }

// Runs body, which is to evaluate nothing over rows, with the messages that whoever gave the command asked for.
template <typename F>
void say(F body) {
    during(&client_min_messages, level_asked_for(), body);
}

}  // namespace pg_retention
