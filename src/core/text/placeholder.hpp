#pragma once
// Values that stand for nobody: what is typed where a form insists on an answer.
#include <string_view>

namespace pg_retention::core {

// No letter and no digit, zeros alone, or a word such as "n/a" or "ukjent"; of an e-mail address what stands before the @.
bool is_placeholder(std::string_view value) noexcept;

}  // namespace pg_retention::core
