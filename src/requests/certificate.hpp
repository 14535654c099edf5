#pragma once
// What an erasure in the name of a request did, written down as it is done, and put into words for who asks: without the person, and without
// the data that are gone.
#include "core/documents/document.hpp"
#include "core/documents/language.hpp"
#include "requests/erase.hpp"

namespace pg_retention {

// Behind the entry in the ledger, in the same transaction.
void record_outcome(int64 request_id, const Erased &erased);

// facts: JSON of retention.erasure_facts.
void write_certificate(core::Document *document, core::Language language, const char *facts);

}  // namespace pg_retention
