#pragma once
// Who is named in records: the role that had logged in, whatever role it has taken on since.
#include "pg/postgres.hpp"

extern "C" {
#include "miscadmin.h"
}

namespace pg_retention {

inline const char *session_role() { return GetUserNameFromId(GetSessionUserId(), false); }

}  // namespace pg_retention
