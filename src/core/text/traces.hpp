#pragma once
// What leads to a person without being a number of theirs. Each function gives the end of what begins at `at`, and 0 if nothing does.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// IPv4 and IPv6, but for versions, masks and what only means oneself.
size_t match_network_address(std::string_view text, size_t at) noexcept;
// False: no address in the text begins with a letter or a colon.
bool may_hold_ipv6(std::string_view text) noexcept;

// Registration plates of Norway, Sweden and Denmark.
size_t match_plate(std::string_view text, size_t at) noexcept;

// @name of a social medium.
size_t match_handle(std::string_view text, size_t at) noexcept;

// Latitude and longitude.
size_t match_coordinates(std::string_view text, size_t at) noexcept;

// The address of a page, with or without its scheme.
struct Page {
    size_t end = 0;  // 0: none
    size_t path = 0;
    bool profile = false;  // of a person on a social medium
};
Page page_at(std::string_view text, size_t at) noexcept;
bool may_hold_page(std::string_view text) noexcept;

}  // namespace pg_retention::core
