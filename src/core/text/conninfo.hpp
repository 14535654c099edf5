#pragma once
// Connection strings of libpq: where they lead, and nothing else of what they hold.
#include <string_view>

namespace pg_retention::core {

// The hosts of "host=a,b password=x" or "postgresql://user:secret@a:5432,b/db?x=y", in lower case, joined by commas; without hosts their addresses
// (hostaddr), or else the service. Empty: this machine, or a text that is none. What cannot be read is never given out. room: for as many bytes as
// the string has; what is returned stands there.
std::string_view conninfo_host(std::string_view conninfo, char *room) noexcept;

}  // namespace pg_retention::core
