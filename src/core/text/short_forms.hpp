#pragma once
// Names and streets cut short.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// The end of the occurrence at `at` of an address with the type of its street cut short or in another form: Storgt. 7 of Storgata 7,
// 12 Park Rd of 12 Park Road. 0 if there is none.
size_t match_street(std::string_view text, size_t at, std::string_view address) noexcept;

// Whether a word is the beginning of a longer name, as it is cut short: Kr, Chr of Kristian.
bool is_cut_short(std::string_view word, std::string_view name) noexcept;

// Whether a word is a short form of some name.
bool is_some_nickname(std::string_view word) noexcept;

// Whether people called this go by the short form: Lasse for Lars.
bool is_nickname(std::string_view word, std::string_view name) noexcept;

}  // namespace pg_retention::core
