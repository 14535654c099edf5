#pragma once
// Which values and columns tell who somebody is: not what is typed where a form insists on an answer, nor what is said about a person.
#include <string_view>

namespace pg_retention::core {

// No letter and no digit, zeros alone, or a word such as "n/a" or "ukjent"; of an e-mail address what stands before the @.
bool is_placeholder(std::string_view value) noexcept;

// Whether a value says something about a person rather than who it is: one word of letters, or several without a capital, such as "active" or
// "in progress". What a category promises to tell who somebody is (a name) is not asked.
bool is_common_word(std::string_view value) noexcept;

// Categories whose values tell who somebody is whatever they look like: those of the personal types.
bool is_telling_category(std::string_view category) noexcept;

// The category that the name of a column gives away, such as "mail" or "E_Mail"; empty: none.
std::string_view category_of_name(std::string_view column) noexcept;

// The same, and what is less sure to be a person's, to ask whether it is: "first_name", "adresse", "birth_date".
std::string_view likely_category_of_name(std::string_view column) noexcept;

}  // namespace pg_retention::core
