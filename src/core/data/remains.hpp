#pragma once
// What an anonymiser leaves of a value, by the three questions of the Article 29 Working Party's Opinion 05/2014 (WP216): whether somebody can
// still be singled out, records of one person linked, or something of a person inferred. One decision for views, checks and documents.
#include <cstdint>
#include <string_view>

#include "core/data/anonymiser.hpp"

namespace pg_retention::core {

enum class Verdict : uint8_t {
    kAnonymised,     // nothing of the value is left
    kPseudonymised,  // it stays personal data
    kDepends,        // on the argument, on what stands in the column, or on who wrote the function
};
constexpr const char *name_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::kAnonymised: return "anonymised";
        case Verdict::kPseudonymised: return "pseudonymised";
        case Verdict::kDepends: return "depends";
    }
    return nullptr;
}

enum class Risk : uint8_t { kNo, kYes, kUnknown };

struct Remains {
    Verdict verdict;
    Risk singles_out;
    Risk links;
    Risk lets_infer;
    const char *leaves;  // a sentence without its full stop
};

// An argument that the anonymiser cannot read is taken for none.
Remains remains_of(Anonymiser anonymiser, Content content, std::string_view argument) noexcept;

// Of a column that is computed from others: no anonymiser writes it.
Remains remains_of_generated() noexcept;

}  // namespace pg_retention::core
