#pragma once
// What an erasure in the name of a request did, written down as it is done, and put into words for who asks: without the person, and without
// the data that are gone.
#include "core/documents/document.hpp"
#include "core/documents/language.hpp"
#include "requests/erase.hpp"

namespace pg_retention {

// Enters what an erasure did in the ledger and, where it was made for a request, there, in the same transaction.
void record_erasure(const Call &call, const Erased &erased);

// facts: JSON of retention.erasure_facts.
void write_certificate(core::Document *document, core::Language language, const char *facts);

}  // namespace pg_retention
