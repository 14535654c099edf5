#pragma once
// On what ground a request may be refused: provisions of the GDPR, by what was asked for.
#include "core/data/vocabulary.hpp"
#include "subject/request_type.hpp"

namespace pg_retention {

struct Ground {
    const char *provision;
    const char *why;
    uint8_t types;  // bits of RequestType
};

constexpr uint8_t bit_of(RequestType type) noexcept { return static_cast<uint8_t>(1U << static_cast<uint8_t>(type)); }
inline constexpr uint8_t kAnyType = (1U << core::count_of<RequestType>()) - 1;

inline constexpr Ground kGrounds[] = {
    {"12(2)", "the person cannot be identified", kAnyType},
    {"12(5)", "manifestly unfounded or excessive", kAnyType},
    {"15(4)", "the rights of others", bit_of(RequestType::kAccess)},
    {"16", "the data are accurate and complete", bit_of(RequestType::kRectification)},
    {"17(1)", "no ground for erasure applies", bit_of(RequestType::kErasure)},
    {"17(3)(a)", "freedom of expression and information", bit_of(RequestType::kErasure)},
    {"17(3)(b)", "a legal obligation or public task", bit_of(RequestType::kErasure)},
    {"17(3)(c)", "public health", bit_of(RequestType::kErasure)},
    {"17(3)(d)", "archiving, research or statistics", bit_of(RequestType::kErasure)},
    {"17(3)(e)", "legal claims", bit_of(RequestType::kErasure)},
    {"18(1)", "no ground for restriction applies", bit_of(RequestType::kRestriction)},
    {"20(1)", "neither consent nor contract, or not provided", bit_of(RequestType::kPortability)},
    {"20(3)", "a public task", bit_of(RequestType::kPortability)},
    {"20(4)", "the rights of others", bit_of(RequestType::kPortability)},
    {"21(1)", "compelling grounds, or legal claims", bit_of(RequestType::kObjection)},
    {"21(6)", "research or statistics in the public interest", bit_of(RequestType::kObjection)},
    {"23", "a restriction by national law", kAnyType},
    {"89", "a derogation by national law for research, statistics or archiving",
     static_cast<uint8_t>(kAnyType & ~bit_of(RequestType::kErasure))},
};

}  // namespace pg_retention
