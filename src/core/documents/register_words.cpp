// The sentences of the register.
#include <cinttypes>
#include <cstdio>

#include "core/documents/register.hpp"
#include "core/documents/register_facts.hpp"

namespace pg_retention::core {

const char *sentence_of(Measure measure) noexcept {
    switch (measure) {
        case Measure::kHidden:
            return "Rows whose period is over are in no answer to a query, until they are deleted or anonymised";
        case Measure::kGuarded: return "What a law keeps is not deleted before its time";
        case Measure::kRevealed:
            return "Hidden rows are read by nobody but superusers and who has the right to set retention.reveal, each time on record, and what a law "
                   "keeps by the roles named with its policy";
        case Measure::kWithheld: return "Who acts for a purpose does not see persons who objected to it or do not consent";
        case Measure::kLedger: return "What is done to rows, policies and declarations is entered in a hash-chained ledger";
        case Measure::kErasedAgain:
            return "Erasures are remembered as hashes under a key outside the database, and done again after a restore";
        case Measure::kPseudonyms: return "The key of pseudonyms lies outside the database";
        case Measure::kEncrypted: return "The server offers encrypted connections (TLS)";
        case Measure::kChecksums: return "Pages of data carry checksums";
    }
    return nullptr;
}

const char *sentence_of(Missing missing) noexcept {
    switch (missing) {
        case Missing::kController: return "Nobody is named as the controller: write a row into retention.controller.";
        case Missing::kPurposes: return "No purpose is registered: see retention.purpose.";
        case Missing::kRecipients: return "No recipient is registered, nor a category of them: see retention.recipient.";
        case Missing::kPlaces: return "Where the server lies is not registered: see retention.location.";
        case Missing::kMeasures: return "The controller states no measures of his own: see measures in retention.controller.";
        case Missing::kKinds: return "Which rows are persons is not registered: see retention.subject_kind.";
        case Missing::kBypass: return "Plans do not come by the library, so that hidden rows may be seen: see retention.check().";
        case Missing::kPolicyPurpose: return "The policy names no purpose that is registered.";
        case Missing::kPolicyBasis: return "The policy has no legal basis that is understood, nor a purpose that has one.";
        case Missing::kPolicyMode: return "The policy is not enforced: nothing is hidden, deleted or anonymised by it.";
        case Missing::kPolicyReach: return "No row is the policy's, and nothing is done by it: see priority and applies_to.";
        case Missing::kPolicyOtherBasis: return "The policy has another legal basis than its purpose.";
        case Missing::kUncovered: return "Rows of the table that no condition of a policy takes have no time limit.";
        case Missing::kPurposePolicy: return "No policy is for the purpose: how long its data are kept is not said.";
        case Missing::kPurposeBasis: return "The legal basis of the purpose is not understood.";
        case Missing::kPurposeInterest: return "The purpose rests on a legitimate interest, and says none.";
        case Missing::kPurposeCategories: return "The purpose names no categories of data.";
        case Missing::kRecipientPurpose: return "The recipient has no purpose that is registered.";
        case Missing::kRecipientTransfer: return "The recipient is outside the EEA, and nothing allows the transfer.";
        case Missing::kPlaceTransfer: return "The location is outside the EEA, and nothing allows the transfer.";
        case Missing::kColumnPolicy: return "The column is personal, and no policy is for its table.";
        case Missing::kColumnPersons: return "The column is personal, and nothing leads from its table to persons.";
        case Missing::kUndeclaredColumn: return "The column is called as personal data are, and is not declared.";
        case Missing::kTarget:
            return "Requests are meant to be answered later than the law allows: see retention.request_target.";
        case Missing::kName: return "The name has bytes that are no characters of UTF-8.";
    }
    return nullptr;
}

Text text_of(const OwnRecordFacts &record, Age *age) noexcept {
    constexpr int64_t kDay = 24 * 60;
    if (goes_with_person(record.what)) return "as long as the person is there";
    if (record.minutes == 0) return "forever";
    if (record.minutes % kDay == 0) {
        Period period = {};
        period.days = static_cast<int32_t>(record.minutes / kDay);
        return {*age, format_period(period, *age, sizeof *age)};
    }
    const int n = snprintf(*age, sizeof *age, "%" PRId64 " minutes", record.minutes);
    return {*age, static_cast<size_t>(n)};
}

}  // namespace pg_retention::core
