#pragma once
// For which purposes a session acts: those that name a role whose privileges it has, and those that it narrows itself to.
#include "pg/during.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct ActingPurpose {
    const char *name;
    bool asks_consent;
};

// Whether any is registered: without one nothing is withheld from anybody.
bool has_purposes();

// Of ActingPurpose, in the memory context that is current; NIL, and nothing looked at, where there is none. Besides the user it is asked of
// the one whom the session acts as outside of functions that run as their owners. Error 42704 for a purpose that does not exist.
List *acting_purposes(Oid user);

// A superuser has every role's privileges, and is neither an accountant nor a marketer for that.
bool acts_as(Oid user, Oid role);

// While the extension asks for itself whether somebody may be written to: it answers by the same decision.
extern Dynamic<bool> acting_for_nobody;

void init_acting();

}  // namespace pg_retention
