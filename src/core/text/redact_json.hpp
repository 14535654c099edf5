#pragma once
// Takes persons out of JSON: what strings and names of fields say is redacted, however it is escaped; all else stays as it is.
#include "core/text/redact.hpp"

namespace pg_retention::core {

// A number that has to go becomes a string.
constexpr size_t redacted_json_room(size_t length) noexcept { return redacted_room(length) + length + 2; }
constexpr size_t redacted_json_scratch(size_t length) noexcept { return redacted_room(length) + length; }

// json is valid JSON. Writes at most redacted_json_room(json.size()) bytes and returns how many; scratch has
// redacted_json_scratch(json.size()).
size_t redact_json(std::string_view json, const Words &words, bool identifiers, char *scratch, char *out) noexcept;

}  // namespace pg_retention::core
