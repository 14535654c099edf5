#pragma once
// The notice of Articles 13 and 14: what is configured, in sentences that a person reads. A fact has one place, so that another policy is
// other sentences of that policy, and none besides.
#include "core/documents/document.hpp"
#include "core/documents/facts.hpp"
#include "core/documents/wording.hpp"

namespace pg_retention::core {

void write_notice(const Facts &facts, const Wordings &wordings, Document *document);

}  // namespace pg_retention::core
