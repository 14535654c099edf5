#include "core/data/anonymiser.hpp"

#include "core/data/generalise.hpp"
#include "core/data/noise.hpp"
#include "core/text/token.hpp"
#include "core/data/truncate.hpp"
#include "core/data/vocabulary.hpp"

namespace pg_retention::core {

namespace {

bool is_number(Content content) noexcept { return content == Content::kWholeNumber || content == Content::kNumber; }
bool is_time(Content content) noexcept { return content == Content::kDate || content == Content::kInstant; }

bool suits(Anonymiser anonymiser, Content content) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull:
        case Anonymiser::kConstant:
        case Anonymiser::kFunction: return true;
        case Anonymiser::kRedact: return content == Content::kText || content == Content::kJson;
        case Anonymiser::kGeneralise:
            return content == Content::kText || is_number(content) || is_time(content) || content == Content::kNetwork ||
                   content == Content::kPoint;
        case Anonymiser::kNoise: return is_number(content) || is_time(content);
        case Anonymiser::kRandomToken: return content == Content::kText || content == Content::kUuid;
        case Anonymiser::kTruncate:
        case Anonymiser::kPseudonymise: return content == Content::kText;
    }
    return false;
}

template <typename T>
Result<bool> good_if(const Result<T> &parsed) noexcept {
    if (parsed.ok()) return true;
    return parsed.error();
}

Result<bool> check_argument(Anonymiser anonymiser, Content content, std::string_view argument) noexcept {
    switch (anonymiser) {
        case Anonymiser::kGeneralise:
            if (is_time(content)) return good_if(parse_span(argument));
            if (content == Content::kWholeNumber) return good_if(parse_whole_band(argument));
            if (content == Content::kNumber) return good_if(parse_band(argument));
            if (content == Content::kNetwork) return good_if(parse_prefix(argument));
            if (content == Content::kPoint) return good_if(parse_grid(argument));
            return good_if(parse_district(argument));
        case Anonymiser::kTruncate: return good_if(parse_length(argument));
        case Anonymiser::kNoise:
            if (is_time(content)) return good_if(parse_noise_days(argument));
            return good_if(parse_noise(argument));
        case Anonymiser::kRandomToken: return good_if(parse_token_choice(argument, TokenChoice{TokenForm::kText, 0}));
        case Anonymiser::kPseudonymise: return good_if(parse_pseudonym(argument));
        case Anonymiser::kFunction:
            if (argument.empty())
                return make_error(ErrorCode::kInvalidParameter, "Name the function, with its schema.",
                                  "anonymiser \"function\" needs an argument");
            return true;
        case Anonymiser::kNull:
        case Anonymiser::kConstant:
        case Anonymiser::kRedact:
            if (!argument.empty())
                return make_error(ErrorCode::kInvalidParameter, "Leave it out.", "anonymiser \"%s\" takes no argument",
                                  name_of(anonymiser));
            return true;
    }
    return false;
}

}  // namespace

Result<Anonymiser> parse_anonymiser(std::string_view word) noexcept {
    Anonymiser anonymiser = {};
    if (find_word(word, &anonymiser)) return anonymiser;
    return make_error(ErrorCode::kInvalidParameter, kAllWords<Anonymiser>.text, "there is no anonymiser \"%.*s\"",
                      static_cast<int>(word.size()), word.data());
}

Result<bool> check_anonymiser(Anonymiser anonymiser, Content content, std::string_view argument) noexcept {
    if (!suits(anonymiser, content))
        return make_error(ErrorCode::kInvalidParameter, "Use null, a constant or a function, or one that is made for the type.",
                          "anonymiser \"%s\" does not work on %s", name_of(anonymiser), name_of(content));
    return check_argument(anonymiser, content, argument);
}

bool may_give_null(Anonymiser anonymiser, Content content) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull: return true;
        case Anonymiser::kGeneralise: return content == Content::kText;
        case Anonymiser::kConstant:
        case Anonymiser::kRedact:
        case Anonymiser::kTruncate:
        case Anonymiser::kNoise:
        case Anonymiser::kRandomToken:
        case Anonymiser::kPseudonymise:
        case Anonymiser::kFunction: return false;
    }
    return true;
}

Difference difference_after(Anonymiser anonymiser) noexcept {
    switch (anonymiser) {
        case Anonymiser::kRandomToken:
        case Anonymiser::kFunction: return Difference::kMade;  // what a function gives is its author's word
        case Anonymiser::kNull: return Difference::kNulled;
        case Anonymiser::kPseudonymise: return Difference::kKept;
        case Anonymiser::kConstant:
        case Anonymiser::kRedact:
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate:
        case Anonymiser::kNoise: return Difference::kLost;
    }
    return Difference::kLost;
}

}  // namespace pg_retention::core
