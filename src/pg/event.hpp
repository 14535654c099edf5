#pragma once
// What listeners of channel pg_retention hear when the transaction commits: the kind of thing, what became of it, and its name or number.
#include "pg/postgres.hpp"

extern "C" {
#include "commands/async.h"
#include "mb/pg_wchar.h"
}

namespace pg_retention {

// A name is cut where the server would refuse it, and stays on one line.
inline void tell_listeners(const char *event) {
    constexpr int kMost = 7900;
    char *told = pnstrdup(event, static_cast<Size>(pg_mbcliplen(event, static_cast<int>(strlen(event)), kMost)));
    for (char *c = told; *c != '\0'; ++c)
        if (*c == '\n' || *c == '\r') *c = ' ';
    Async_Notify("pg_retention", told);
}

}  // namespace pg_retention
