#pragma once
// What core writes, as text of PostgreSQL's.
#include "core/documents/document.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_retention {

inline core::Sink sink_into(StringInfo out) {
    return {out, [](void *to, std::string_view bytes) {
                appendBinaryStringInfo(static_cast<StringInfo>(to), bytes.data(), static_cast<int>(bytes.size()));
            }};
}

}  // namespace pg_retention
