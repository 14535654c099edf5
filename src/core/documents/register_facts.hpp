#pragma once
// What the register asks of the facts, whichever form it is written in.
#include "core/documents/categories.hpp"

namespace pg_retention::core {

inline bool has(Texts texts, Text text) noexcept {
    for (const Text one : texts)
        if (one == text) return true;
    return false;
}

// Whether a policy that is for the purpose has rows about this kind of persons.
inline bool is_about(const Facts &facts, const PurposeFacts &purpose, const KindFacts &kind) noexcept {
    for (const PolicyFacts &policy : facts.policies)
        if (policy.purpose == purpose.name && has(policy.persons, kind.name)) return true;
    return false;
}

inline bool is_joint_controller(const RecipientFacts &recipient) noexcept { return recipient.role == "joint controller"; }

// How long the extension keeps records of its own, as text.
using Age = char[kPeriodText];
Text text_of(const OwnRecordFacts &record, Age *age) noexcept;

}  // namespace pg_retention::core
