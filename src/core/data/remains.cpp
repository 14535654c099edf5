#include "core/data/remains.hpp"

#include "core/data/generalise.hpp"
#include "core/text/token.hpp"

namespace pg_retention::core {

namespace {

constexpr Remains nothing(const char *leaves) noexcept {
    return Remains{Verdict::kAnonymised, Risk::kNo, Risk::kNo, Risk::kNo, leaves};
}

constexpr Remains pseudonym(const char *leaves) noexcept {
    return Remains{Verdict::kPseudonymised, Risk::kYes, Risk::kYes, Risk::kYes, leaves};
}

// What is left of it may still do all three.
constexpr Remains something(const char *leaves) noexcept {
    return Remains{Verdict::kDepends, Risk::kYes, Risk::kYes, Risk::kYes, leaves};
}

const char *span_left(std::string_view argument) noexcept {
    const Result<Span> span = parse_span(argument);
    switch (span.ok() ? span.value() : Span::kYear) {
        case Span::kMonth: return "the month: depends on how many rows share it, and with what else they have";
        case Span::kYear: return "the year: depends on how many rows share it, and with what else they have";
        case Span::kDecade: return "the decade: depends on how many rows share it, and with what else they have";
    }
    return nullptr;
}

const char *generalised(Content content, std::string_view argument) noexcept {
    switch (content) {
        case Content::kDate:
        case Content::kInstant: return span_left(argument);
        case Content::kWholeNumber:
        case Content::kNumber: return "a band of numbers: depends on how wide it is, and on how many rows share it";
        case Content::kNetwork: return "the network: depends on how many bits are kept; a small one may be one household";
        case Content::kPoint: return "a square of the grid: depends on its side; a small one may be one house";
        case Content::kText:
        case Content::kJson:
        case Content::kUuid:
        case Content::kOther: return "the postal district: depends on how many rows share it, and with what else they have";
    }
    return nullptr;
}

bool names_domain(std::string_view argument) noexcept {
    const Result<PseudonymChoice> choice = parse_pseudonym(argument);
    return choice.ok() && !choice.value().domain.empty();
}

}  // namespace

Remains remains_of(Anonymiser anonymiser, Content content, std::string_view argument) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull: return nothing("nothing: the value is NULL");
        case Anonymiser::kConstant: return nothing("one value, the same in every row");
        case Anonymiser::kRandomToken: return nothing("a random value of its own in each row, which nobody else has");
        case Anonymiser::kPseudonymise:
            return pseudonym(
                names_domain(argument)
                    ? "a keyed hash, the same for one value in all columns of its domain: who has the key can tell whose it is"
                    : "a keyed hash, the same for one value in all rows: who has the key can tell whose it is");
        case Anonymiser::kRedact:
            return something("the text without what is known to tell who somebody is: depends on what else it tells");
        case Anonymiser::kGeneralise: return something(generalised(content, argument));
        case Anonymiser::kTruncate:
            return something("the first characters: depends on how many are kept, and on how many rows begin with them");
        case Anonymiser::kNoise:
            return something("a value near the one before: depends on how far it is moved, and on how rare the value is");
        case Anonymiser::kFunction:
            return Remains{Verdict::kDepends, Risk::kUnknown, Risk::kUnknown, Risk::kUnknown,
                           "what the function returns: depends on it, and nobody but its author knows"};
    }
    return something("a value");
}

Remains remains_of_generated() noexcept {
    return Remains{Verdict::kDepends, Risk::kUnknown, Risk::kUnknown, Risk::kUnknown,
                   "what is computed from other columns: depends on what these leave"};
}

}  // namespace pg_retention::core
