#pragma once
// The European Economic Area: a transfer of personal data to a country that is not in it needs a basis of its own (GDPR Articles 44 to 49).
#include <string_view>

namespace pg_retention::core {

// By the two letters of ISO 3166. What has letters of its own beside its state's (SJ, GL, AX, RE) is none of the thirty states: written by those it
// needs a basis, and a part of the Union is written by its state's.
bool is_in_eea(std::string_view country) noexcept;

}  // namespace pg_retention::core
