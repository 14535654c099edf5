#pragma once
// Columns that words may stand in, and their texts without them: the same for copies, for what is taken out, and for what is looked for
// afterwards.
#include "core/text/redact.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// A string, JSON, XML, what is put together of such (arrays, rows), or a type of an extension: they hold text in some form.
bool holds_words(Oid type);
bool holds_json(Oid type);

// Words taken apart; palloc'ed.
struct WordArray {
    core::Word *words;
    size_t n;
};
// words: of char *, which must outlive it.
WordArray taken_apart(List *words);

// The text, or JSON, with the words taken out; with free_text whatever looks like a person's data, too. Palloc'ed.
char *without_words(std::string_view text, bool json, const core::Words &words, bool free_text);
// Whether that would be another text.
bool holds_any(std::string_view text, bool json, const core::Words &words);

}  // namespace pg_retention
