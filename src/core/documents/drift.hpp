#pragma once
// Where a published notice and the configuration disagree: what the notice says otherwise, what it promises that nothing keeps, and what the
// database keeps that it does not mention.
#include "core/documents/facts.hpp"
#include "core/documents/published.hpp"
#include "core/documents/wording.hpp"

namespace pg_retention::core {

enum class DriftFact : uint8_t {
    kPeriod,       // how long something is kept, or in quarantine
    kCountedFrom,  // from when
    kAction,       // deleted or anonymised
    kLaw,
    kCap,
    kArticle,
    kRight,
    kAnswer,  // when a request is answered
    kCountry,
    kControl,  // who decides about a place
    kAuthority,
    kController,
    kOfficer,
    kRecipient,
    kPlace,
    kCategory,
    kPurpose,
    kPolicy,
    kBasis,
    kDecisions,  // automated ones
    kSentence,   // one that cannot be read
};
constexpr const char *name_of(DriftFact fact) noexcept {
    switch (fact) {
        case DriftFact::kPeriod: return "period";
        case DriftFact::kCountedFrom: return "counted from";
        case DriftFact::kAction: return "action";
        case DriftFact::kLaw: return "law";
        case DriftFact::kCap: return "cap";
        case DriftFact::kArticle: return "article";
        case DriftFact::kRight: return "right";
        case DriftFact::kAnswer: return "answer";
        case DriftFact::kCountry: return "country";
        case DriftFact::kControl: return "control";
        case DriftFact::kAuthority: return "authority";
        case DriftFact::kController: return "controller";
        case DriftFact::kOfficer: return "officer";
        case DriftFact::kRecipient: return "recipient";
        case DriftFact::kPlace: return "place";
        case DriftFact::kCategory: return "category";
        case DriftFact::kPurpose: return "purpose";
        case DriftFact::kPolicy: return "policy";
        case DriftFact::kBasis: return "basis";
        case DriftFact::kDecisions: return "automated decisions";
        case DriftFact::kSentence: return "sentence";
    }
    return nullptr;
}

struct Finding {
    DriftFact fact;
    std::string_view object;      // which policy, purpose, ...; empty: none in particular
    std::string_view configured;  // empty: nothing is
    std::string_view stated;      // empty: nothing is
    std::string_view sentence;    // of the notice; empty: there is none
    std::string_view why;
};
struct FindingSink {
    void *to;
    void (*take)(void *to, const Finding &finding);
};

// What is seen of each policy and purpose while the notice is read. The caller has room for it, all zero.
struct PolicySeen {
    Tokens::Places places;  // what ties the sentence to it
    bool tied;              // the sentence is about it
    bool named;             // some sentence is
    bool period;            // its period is stated, or another one in its stead
    bool quarantine;
    bool columns;
    bool law;
    bool action;
};
struct PurposeSeen {
    Tokens::Places places;
    bool tied;
    bool named;
    uint64_t caps;  // by their places in the list
};
struct DriftRoom {
    std::span<PolicySeen> policies;
    std::span<PurposeSeen> purposes;
    void (*rest)();  // called between sentences: whoever waits may give up
};

// plain: what plain_text() made of the notice.
void find_drift(const Facts &facts, const Wordings &wordings, std::string_view plain, const DriftRoom &room, FindingSink sink);

}  // namespace pg_retention::core
