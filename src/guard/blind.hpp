#pragma once
// The way a command runs over rows that its caller may not read.
#include "pg/postgres.hpp"

namespace pg_retention {

// Whether an error of this kind cannot show a value of a row: it says why a command was not begun or was ended from outside.
bool shows_no_value(int sqlstate);

// In a handler: raises the error anew, without what could show a value. The context is one of the caller's.
[[noreturn]] void raise_blindly(MemoryContext context);

// Runs body where nothing a user wrote runs, no parallel worker is started (the prohibition is this process's), and no message but an error
// gets to the client: the server's functions put values into notices and warnings, too.
void with_closed_eyes(bool forbid, void (*body)(void *), void *argument);

// forbid: false where nothing a user wrote can be given such a row, and other tables' functions must run.
// Its own frame: nothing of the caller's lives across the setjmp.
template <typename F>
[[gnu::noinline]] void run_blindly(F body, bool forbid = true) {
    MemoryContext context = CurrentMemoryContext;
    PG_TRY();
    {
        with_closed_eyes(
            forbid, [](void *f) { (*static_cast<F *>(f))(); }, &body);
    }
    PG_CATCH();
    { raise_blindly(context); }
    PG_END_TRY();
}

}  // namespace pg_retention
