#pragma once
// Functions that users wrote, where they must have less than those who run them.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/nodes.h"
}

namespace pg_retention {

// In any language but C and the server's own.
bool is_written_by_a_user(Oid function);
// One stands somewhere in the expression.
bool calls_users(Node *expression);

// While it is set, such a function is an error (42501): what runs is a command over rows that its caller may not read. Event triggers run
// as ever: the function manager's hooks lift it for each of them.
extern bool user_code_forbidden;
// Of such a function, itself included, while it runs; 0 when a command begins that forbids anew.
extern int calls_since_lifted;

// Sets the function manager's hooks.
void init_user_code();

}  // namespace pg_retention
