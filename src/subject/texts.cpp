#include "subject/texts.hpp"

#include "core/text/redact_json.hpp"
#include "subject/json.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

char *room(size_t size) { return static_cast<char *>(palloc_extended(size + 1, MCXT_ALLOC_HUGE)); }

}  // namespace

bool holds_json(Oid type) {
    const Oid base = getBaseType(type);
    return base == JSONOID || base == JSONBOID;
}

bool holds_words(Oid type) {
    char category = 0;
    bool preferred = false;
    const Oid base = getBaseType(type);
    get_type_category_preferred(base, &category, &preferred);
    return holds_json(base) || needs_to_jsonb(base) || category == TYPCATEGORY_STRING || base == XMLOID ||
           (category == TYPCATEGORY_USER && base >= FirstNormalObjectId);
}

WordArray taken_apart(List *words) {
    WordArray array = {static_cast<core::Word *>(palloc(sizeof(core::Word) * (list_length(words) + 1))), 0};
    ListCell *cell = nullptr;
    foreach (cell, words) new (&array.words[array.n++]) core::Word(static_cast<char *>(lfirst(cell)));
    return array;
}

char *without_words(std::string_view text, bool json, const core::Words &words, bool free_text) {
    char *scratch = json ? room(core::redacted_json_scratch(text.size())) : nullptr;
    char *out = room(json ? core::redacted_json_room(text.size()) : core::redacted_room(text.size()));
    const size_t n = json ? core::redact_json(text, words, free_text, scratch, out) : core::redact(text, words, free_text, out);
    out[n] = '\0';
    if (json) pfree(scratch);
    // What it might have needed is several times the text.
    return static_cast<char *>(repalloc_huge(out, n + 1));
}

bool holds_any(std::string_view text, bool json, const core::Words &words) {
    if (!json && !core::is_redacted(text, words, false)) return false;
    char *out = without_words(text, json, words, false);
    const bool other = text != out;
    pfree(out);
    return other;
}

}  // namespace pg_retention
