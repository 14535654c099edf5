#pragma once
// Arguments that name a language in which people are told things.
#include "core/documents/language.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

// Errors: 22004 when it is null, 22023 when there are no words in it.
core::Language language_argument(FunctionCallInfo fcinfo, int argument);

}  // namespace pg_retention
