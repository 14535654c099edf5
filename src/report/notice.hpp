#pragma once
// What documents for persons need beside the facts.
#include "core/documents/wording.hpp"

namespace pg_retention {

// Rows of retention.wording, in UTF-8. SPI must be connected.
core::Wordings read_wordings(core::Language language);

}  // namespace pg_retention
