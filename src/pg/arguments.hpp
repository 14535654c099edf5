#pragma once
// Arguments of SQL functions that act: NULL is a mistake of the caller's, and must not pass for something that was done.
#include "pg/postgres.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

// Error 22004: the argument, which errors call so, is null.
inline void require_argument(FunctionCallInfo fcinfo, int argument, const char *what) {
    if (PG_ARGISNULL(argument))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", what),
                        errhint("Nothing was done. Whatever the argument was taken from has no value there.")));
}

}  // namespace pg_retention
