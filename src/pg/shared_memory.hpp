#pragma once
// Memory that all processes of the server share. There is one pair of hooks for all parts of it.

#include "pg/postgres.hpp"

extern "C" {
#include "storage/lwlock.h"
}

namespace pg_retention {

struct SharedPart {
    const char *name;
    Size size;
    bool has_lock;
    // In each process that attaches it. fresh: zeroed, and nobody else has it yet. lock: null when it has none.
    void (*attach)(void *memory, LWLock *lock, bool fresh);
};

// Only while the server loads the library; the part's name and function must outlive that.
void share_memory(const SharedPart &part);

}  // namespace pg_retention
