#pragma once
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

// The roles that policies name are kept: DROP ROLE of one is refused, like that of a role which has privileges on a table, or its
// number, which goes on standing in the policy, could become that of another role.
namespace pg_retention {

// After policies were written: the roles that they name now, and no others. A number that is no role's is passed over, for an
// older database may have one; in the policy that was written it is an error (42704). 0: none was.
void keep_roles_of_legal_access(int16_t written);

// The same of any column of the extension's own tables that names roles, all of which are these now.
void keep_roles(Oid table, const char *column, List *roles);
bool is_role(Oid role);

}  // namespace pg_retention
