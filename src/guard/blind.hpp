#pragma once
// The way a command runs over rows that its caller may not read.
#include "pg/postgres.hpp"

namespace pg_retention {

// Nothing a user wrote runs, no parallel worker is started (the prohibition is this process's), and no message but an error gets
// to the client: the server's functions put values into notices and warnings, too.
struct Sight {
    bool forbidden;
    int workers;
    int messages;
};
// forbid: false where nothing a user wrote can be given such a row, and other tables' functions must run.
Sight close_eyes(bool forbid);
void open_eyes(const Sight &before);

// Whether an error of this kind cannot show a value of a row: it says why a command was not begun or was ended from outside.
bool shows_no_value(int sqlstate);

// In a handler: raises the error anew, without what could show a value. The context is one of the caller's.
[[noreturn]] void raise_blindly(MemoryContext context);

// Its own frame: nothing of the caller's lives across the setjmp.
template <typename F>
[[gnu::noinline]] void run_blindly(F body, bool forbid = true) {
    MemoryContext context = CurrentMemoryContext;
    const Sight before = close_eyes(forbid);
    PG_TRY();
    { body(); }
    PG_CATCH();
    {
        open_eyes(before);
        raise_blindly(context);
    }
    PG_END_TRY();
    open_eyes(before);
}

}  // namespace pg_retention
