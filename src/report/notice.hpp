#pragma once
// What documents for persons need beside the facts.
#include "core/documents/wording.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

// Errors: 22004 when it is null, 22023 when there are no words in it.
core::Language language_argument(FunctionCallInfo fcinfo, int argument);

// Rows of retention.wording, in UTF-8. SPI must be connected.
core::Wordings read_wordings(core::Language language);

}  // namespace pg_retention
