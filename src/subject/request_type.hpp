#pragma once
// What a person may ask for. Words: core/data/vocabulary.hpp.
#include "pg/postgres.hpp"

namespace pg_retention {

enum class RequestType : uint8_t {
    kAccess,         // Article 15
    kPortability,    // 20
    kRectification,  // 16
    kErasure,        // 17
    kRestriction,    // 18
    kObjection,      // 21
};

constexpr const char *name_of(RequestType type) noexcept {
    switch (type) {
        case RequestType::kAccess: return "access";
        case RequestType::kPortability: return "portability";
        case RequestType::kRectification: return "rectification";
        case RequestType::kErasure: return "erasure";
        case RequestType::kRestriction: return "restriction";
        case RequestType::kObjection: return "objection";
    }
    return nullptr;
}

}  // namespace pg_retention
