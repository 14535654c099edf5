#pragma once
// The register of processing activities (Article 30(1)), from what is configured.
#include "core/documents/document.hpp"
#include "core/documents/facts.hpp"

namespace pg_retention::core {

void write_register_json(const Facts &facts, Sink sink);
void write_register(const Facts &facts, Sink sink, DocumentForm form);

// What a measure and what a lack of something mean, in a sentence; of a measure its names follow.
const char *sentence_of(Measure measure) noexcept;
const char *sentence_of(Missing missing) noexcept;

}  // namespace pg_retention::core
