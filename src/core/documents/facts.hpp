#pragma once
// What is configured, as documents for people are written from it: the register of processing, the privacy notice, what an export says
// beside the data. Nothing here differs between two databases that are configured alike: no numbers of policies, no times of now.
// A text without characters and without an address (data() is null) is one that was not given; lists are ordered by the bytes of names.
#include <cstdint>
#include <span>
#include <string_view>

#include "core/data/remains.hpp"
#include "core/data/vocabulary.hpp"
#include "core/time/period.hpp"

namespace pg_retention::core {

using Text = std::string_view;
using Texts = std::span<const Text>;

inline bool is_given(Text text) noexcept { return !text.empty(); }

// A personal column, declared or by its type.
struct ColumnFacts {
    Text table;     // with its schema, quoted where needed, as each table here
    Text name;      // as it is, as each name here
    Text category;  // name, email, ...
    Text origin;    // provided, observed, derived
    Text anonymiser;
    Text argument;
    const Period *kept_for;  // from the start of its row's clock, as it is declared; null: as long as the row
    Verdict verdict;         // what its anonymiser leaves
    bool required_by_law;    // an erasure leaves it until the row is released
    bool by_type;            // its type says that it is personal, and no declaration
};

enum class PolicyMode : uint8_t { kOff, kObserve, kEnforce };
constexpr const char *name_of(PolicyMode mode) noexcept {
    switch (mode) {
        case PolicyMode::kOff: return "off";
        case PolicyMode::kObserve: return "observe";
        case PolicyMode::kEnforce: return "enforce";
    }
    return nullptr;
}

struct PolicyFacts {
    Text name;
    Text table;
    Text condition;  // which of its rows; not given: all
    Text purpose;
    Text legal_basis;
    Text reference;  // the law, or what else the period is taken from
    Text zone;
    Texts starts;     // paths, as they are written, in the order in which they are
    bool all_starts;  // the latest of them counts, once all are set; else the earliest
    Period keep_for;
    Period quarantine_for;        // is_zero(): none
    const Period *must_keep_for;  // null: no law keeps the rows
    bool deletes;                 // else the rows are anonymised, and stay
    bool anonymises_if_referenced;
    PolicyMode mode;  // nothing is hidden, kept or done but by what enforces
    Texts readers;    // roles that read what the law keeps while it is hidden from others
    Texts persons;    // kinds of persons that the rows are data about
    // Those of its rows. A period that waits for the law is here the law's, and one that is no shorter than the row's is none.
    std::span<const ColumnFacts> columns;
    Text unreached;       // why no row is its; not given: some may be
    bool floor_outlasts;  // what the law keeps is kept when its quarantine is over, too
    uint32_t relation;    // the table's number in this database, by which it is known there; never written
};

struct PurposeFacts {
    Text name;
    Text description;  // what is done with the data, in a sentence
    Text legal_basis;
    Text interest;
    Text obligation;   // statutory, contractual, voluntary; not given: it was not said
    Text consequence;  // of not providing the data
    Text source;       // of data that the person did not provide
    Texts categories;
    bool direct_marketing;
    Texts caps;  // in the order in which they are written
};

struct RecipientFacts {
    Text name;
    Text role;  // processor, joint controller, controller
    Texts purposes;
    Text country;
    Text transfer_basis;  // adequacy, safeguard, derogation
    Text transfer;
    Text contact;
    Text since;  // as in 2026-01-31T00:00:00Z: nothing is disclosed to it before
    Text until;  // nor from then on
    bool later;  // that is still to begin; with the next one the only things here that change as time passes
    bool ended;  // that is over by now
    bool in_eea;
};

struct PlaceFacts {
    Text name;
    Text kind;  // server, backup, ...
    Text country;
    Text provider;  // not given: the controller's own
    Text transfer_basis;
    Text transfer;
    Text note;
    bool own_control;
    bool in_eea;
};

struct ControllerFacts {
    Text name;
    Text contact;
    Texts joint_controllers;
    Text representative;
    Text data_protection_officer;
    Texts recipients;  // categories of them that are not registered one by one
    Text transfers;
    Text source;
    Text authority;
    Text automated_decisions;
    Texts measures;  // of security, that the controller states himself
};

// By which the rows of a table lead to persons.
struct LinkFacts {
    Text table;
    Text path;
    Text role;  // about, accesses, deleted_with, mentioned, same
};

struct KindFacts {
    Text name;
    Text table;
    Text condition;  // which of its rows are persons; not given: all
    Texts identifying;
    std::span<const LinkFacts> links;
};

// What the extension itself keeps of persons, and for how long after which event.
enum class OwnRecord : uint8_t { kRequests, kObjections, kDisclosures, kErasures, kStandingObjections, kConsents };
constexpr const char *name_of(OwnRecord record) noexcept {
    switch (record) {
        case OwnRecord::kRequests: return "requests, after they were closed";
        case OwnRecord::kObjections: return "objections, after their persons were erased";
        case OwnRecord::kDisclosures: return "disclosures, after they were made";
        case OwnRecord::kErasures: return "erasures, as keyed hashes";
        case OwnRecord::kStandingObjections: return "objections, before their persons are erased";
        case OwnRecord::kConsents: return "consents, given and withdrawn";
    }
    return nullptr;
}
// Without a key for keyed hashes neither erasures nor objections of erased persons are remembered, and neither is here.
struct OwnRecordFacts {
    OwnRecord what;
    int64_t minutes;  // 0: for ever, or as long as the person is there
};
constexpr bool goes_with_person(OwnRecord record) noexcept {
    return record == OwnRecord::kStandingObjections || record == OwnRecord::kConsents;
}

// What the server and this database do that protects data. Said where it is so, and not otherwise.
enum class Measure : uint8_t {
    kHidden,       // rows whose period is over are in no query's answer; names: the policies that are enforced
    kGuarded,      // what the law keeps is not deleted before; names: of these the policies with such a period
    kRevealed,     // who may read hidden rows; names: roles, none but superusers where there is none
    kWithheld,     // who acts for a purpose does not see who objected or does not consent; names: the purposes
    kLedger,       // what is done is entered in a hash-chained ledger
    kErasedAgain,  // erasures are done again after a restore
    kPseudonyms,   // the key of pseudonyms lies outside the database
    kEncrypted,    // connections can be encrypted
    kChecksums,    // of data pages
};
constexpr const char *name_of(Measure measure) noexcept {
    switch (measure) {
        case Measure::kHidden: return "hidden";
        case Measure::kGuarded: return "kept by law";
        case Measure::kLedger: return "ledger";
        case Measure::kRevealed: return "reveal";
        case Measure::kWithheld: return "withheld";
        case Measure::kErasedAgain: return "erased again";
        case Measure::kPseudonyms: return "pseudonyms";
        case Measure::kEncrypted: return "encryption";
        case Measure::kChecksums: return "checksums";
    }
    return nullptr;
}
inline constexpr uint64_t kMeasureCount = count_of<Measure>();
struct MeasureFacts {
    Measure what;
    Texts names;  // as said above; of others none
};

// What is not classified, or stands against what a document says.
enum class Missing : uint8_t {
    kController,         // there is none
    kPurposes,           // there are none
    kRecipients,         // there are none, registered or named
    kPlaces,             // there is none of kind server
    kMeasures,           // the controller states none
    kKinds,              // nothing says who the persons are
    kBypass,             // plans do not come by the library, so that hidden rows may be seen: see retention.check()
    kPolicyPurpose,      // name: the policy; no purpose, or (detail) one that is not registered
    kPolicyBasis,        // name: the policy; no legal basis, its own or of its purpose, or (detail) one that is not understood
    kPolicyMode,         // name: the policy; detail: its mode, by which nothing is done
    kPolicyReach,        // name: the policy; detail: why no row is its
    kPolicyOtherBasis,   // name: the policy; detail: the basis of its purpose, which is another than its own
    kUncovered,          // name: the table; its policies have conditions, and no policy is for its other rows
    kPurposePolicy,      // name: the purpose that no policy names
    kPurposeBasis,       // name: the purpose; detail: the basis that is not understood
    kPurposeInterest,    // name: the purpose; its basis is legitimate interest, and none is said
    kPurposeCategories,  // name: the purpose; it says of no category that it uses it
    kRecipientPurpose,   // name: the recipient; none, or (detail) one that is not registered
    kRecipientTransfer,  // name: the recipient; detail: the country outside the EEA
    kPlaceTransfer,      // name: the place; detail: the country outside the EEA
    kColumnPolicy,       // name: table.column, personal, for which no policy is
    kColumnPersons,      // name: table.column, personal, from which nothing leads to persons
    kUndeclaredColumn,   // name: table.column, called as personal data are; detail: their category
    kTarget,             // detail: the time in which requests are meant to be answered, which is longer than the legal one
    kName,               // name: it has bytes that are no characters, which are replaced here
};
constexpr const char *name_of(Missing missing) noexcept {
    switch (missing) {
        case Missing::kController: return "controller";
        case Missing::kPurposes: return "purposes";
        case Missing::kRecipients: return "recipients";
        case Missing::kPlaces: return "locations";
        case Missing::kMeasures: return "organisational measures";
        case Missing::kKinds: return "kinds of persons";
        case Missing::kBypass: return "hooks";
        case Missing::kPolicyPurpose: return "purpose of a policy";
        case Missing::kPolicyBasis: return "legal basis of a policy";
        case Missing::kPolicyMode: return "policy that is not enforced";
        case Missing::kPolicyReach: return "rows of a policy";
        case Missing::kPolicyOtherBasis: return "one legal basis of a policy and its purpose";
        case Missing::kUncovered: return "policy for the other rows of a table";
        case Missing::kPurposePolicy: return "policy for a purpose";
        case Missing::kPurposeBasis: return "legal basis of a purpose";
        case Missing::kPurposeInterest: return "interest pursued";
        case Missing::kPurposeCategories: return "categories of a purpose";
        case Missing::kRecipientPurpose: return "purpose of a recipient";
        case Missing::kRecipientTransfer: return "basis of a transfer to a recipient";
        case Missing::kPlaceTransfer: return "basis of a transfer to a location";
        case Missing::kColumnPolicy: return "policy for a personal column";
        case Missing::kColumnPersons: return "link from a personal column to persons";
        case Missing::kUndeclaredColumn: return "declaration of a column";
        case Missing::kTarget: return "time in which requests are answered";
        case Missing::kName: return "characters of a name";
    }
    return nullptr;
}
struct MissingFacts {
    Missing what;
    Text name;
    Text detail;
};

struct Facts {
    const ControllerFacts *controller;  // null: there is none
    std::span<const PurposeFacts> purposes;
    std::span<const PolicyFacts> policies;  // of any mode
    std::span<const ColumnFacts> columns;   // all that are personal, by table and name
    std::span<const KindFacts> kinds;
    std::span<const RecipientFacts> recipients;
    std::span<const PlaceFacts> places;
    std::span<const OwnRecordFacts> own_records;
    std::span<const MeasureFacts> measures;
    const Period *answered_within;  // what the controller means to keep within the legal deadline; null: nothing
    std::span<const MissingFacts> missing;
};

// Null: there is none.
inline const PurposeFacts *purpose_named(const Facts &facts, Text name) noexcept {
    for (const PurposeFacts &purpose : facts.purposes)
        if (purpose.name == name) return &purpose;
    return nullptr;
}

}  // namespace pg_retention::core
