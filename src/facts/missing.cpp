// What is not classified, or stands against what a document would say.
#include <algorithm>

#include "core/data/portable.hpp"
#include "core/documents/document.hpp"
#include "core/text/telling.hpp"
#include "facts/reader.hpp"
#include "pg/settings.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

namespace pg_retention {

namespace {

struct Collected {
    core::MissingFacts *all;
    size_t n;
    size_t room;
    void add(core::Missing what, core::Text name = {}, core::Text detail = {}) {
        if (n == room) {
            room *= 2;
            all = static_cast<core::MissingFacts *>(repalloc_huge(all, sizeof(core::MissingFacts) * room));
        }
        all[n++] = {what, name, detail};
    }
};

void look_at_whole(const core::Facts &facts, Collected *found) {
    if (facts.controller == nullptr) found->add(core::Missing::kController);
    if (facts.purposes.empty()) found->add(core::Missing::kPurposes);
    if (facts.recipients.empty() && (facts.controller == nullptr || facts.controller->recipients.empty()))
        found->add(core::Missing::kRecipients);
    if (std::none_of(facts.places.begin(), facts.places.end(),
                     [](const core::PlaceFacts &place) { return place.kind == "server"; }))
        found->add(core::Missing::kPlaces);
    if (facts.controller != nullptr && facts.controller->measures.empty()) found->add(core::Missing::kMeasures);
    if (facts.kinds.empty()) found->add(core::Missing::kKinds);
    if (!plans_are_seen()) found->add(core::Missing::kBypass);
    if (const core::Result<core::Period> target = core::parse_period(settings::request_target);
        target.ok() && !core::is_forever(target.value()) && facts.answered_within == nullptr)
        found->add(core::Missing::kTarget, {}, settings::request_target);
}

void look_at(const core::Facts &facts, const core::PolicyFacts &policy, Collected *found) {
    if (policy.mode != core::PolicyMode::kEnforce) found->add(core::Missing::kPolicyMode, policy.name, name_of(policy.mode));
    if (core::is_given(policy.unreached)) found->add(core::Missing::kPolicyReach, policy.name, policy.unreached);
    const core::PurposeFacts *purpose = core::purpose_named(facts, policy.purpose);
    if (purpose != nullptr && core::is_given(policy.legal_basis) && core::is_known_basis(policy.legal_basis) &&
        core::is_known_basis(purpose->legal_basis) &&
        core::basis_letter(policy.legal_basis) != core::basis_letter(purpose->legal_basis))
        found->add(core::Missing::kPolicyOtherBasis, policy.name, purpose->legal_basis);
    if (purpose == nullptr) found->add(core::Missing::kPolicyPurpose, policy.name, policy.purpose);
    if (!core::is_given(policy.legal_basis) && purpose == nullptr)
        found->add(core::Missing::kPolicyBasis, policy.name);
    else if (core::is_given(policy.legal_basis) && !core::is_known_basis(policy.legal_basis))
        found->add(core::Missing::kPolicyBasis, policy.name, policy.legal_basis);
}

void look_at(const core::Facts &facts, const core::PurposeFacts &purpose, Collected *found) {
    if (std::none_of(facts.policies.begin(), facts.policies.end(),
                     [&](const core::PolicyFacts &p) { return p.purpose == purpose.name; }))
        found->add(core::Missing::kPurposePolicy, purpose.name);
    if (!core::is_known_basis(purpose.legal_basis)) found->add(core::Missing::kPurposeBasis, purpose.name, purpose.legal_basis);
    if (core::is_interest_basis(purpose.legal_basis) && !core::is_given(purpose.interest))
        found->add(core::Missing::kPurposeInterest, purpose.name);
    if (purpose.categories.empty()) found->add(core::Missing::kPurposeCategories, purpose.name);
}

void look_at(const core::Facts &facts, const core::RecipientFacts &recipient, Collected *found) {
    if (recipient.purposes.empty()) found->add(core::Missing::kRecipientPurpose, recipient.name);
    for (const core::Text purpose : recipient.purposes)
        if (core::purpose_named(facts, purpose) == nullptr) found->add(core::Missing::kRecipientPurpose, recipient.name, purpose);
    if (!recipient.in_eea && !core::is_given(recipient.transfer_basis))
        found->add(core::Missing::kRecipientTransfer, recipient.name, recipient.country);
}

// Tables whose policies all have conditions.
constexpr char kUncovered[] =
    "SELECT p.relation::text FROM retention.policy p JOIN pg_class c ON c.oid = p.relation WHERE p.mode <> 'off' AND NOT EXISTS ("
    "SELECT FROM retention.policy w WHERE w.mode <> 'off' AND w.applies_to IS NULL AND (w.relation = p.relation "
    "OR w.relation IN (SELECT a.relid FROM pg_partition_ancestors(p.relation) a))) GROUP BY p.relation ORDER BY p.relation::text COLLATE \"C\"";

// In an SQL_ASCII database names may be of any bytes.
void look_at_name(core::Text name, Collected *found) {
    if (name.find(core::kReplacement) != core::Text::npos) found->add(core::Missing::kName, name);
}

void look_at_names(const core::Facts &facts, Collected *found) {
    for (const core::PurposeFacts &one : facts.purposes) look_at_name(one.name, found);
    for (const core::PolicyFacts &one : facts.policies) look_at_name(one.name, found);
    for (const core::KindFacts &one : facts.kinds) look_at_name(one.name, found);
    for (const core::RecipientFacts &one : facts.recipients) look_at_name(one.name, found);
    for (const core::PlaceFacts &one : facts.places) look_at_name(one.name, found);
}

// Of the view only what these kinds need is asked.
void look_at_columns(const FactReader &reader, Collected *found) {
    for (const SqlRow row : read_own("SELECT object FROM retention.gaps WHERE kind = 'personal column without a policy' "
                                     "ORDER BY object COLLATE \"C\""))
        found->add(core::Missing::kColumnPolicy, reader.text_in(row, 1));
    for (const SqlRow row : read_own("SELECT object FROM retention.gaps WHERE kind = 'personal column that no link reaches' "
                                     "ORDER BY object COLLATE \"C\""))
        found->add(core::Missing::kColumnPersons, reader.text_in(row, 1));
}

// Of tables that are nobody's extension's. Partitions are part of their table; a temporary table ends with its session.
constexpr char kUndeclared[] =
    "SELECT c.oid::regclass::text, a.attname::text, format('%s.%I', c.oid::regclass, a.attname) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid <> 'boolean'::regtype "
    "WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition AND n.oid <> $1 "
    "AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') "
    "ORDER BY c.oid::regclass::text COLLATE \"C\", a.attname";

bool is_declared(const core::Facts &facts, core::Text table, core::Text column) {
    return std::any_of(facts.columns.begin(), facts.columns.end(),
                       [&](const core::ColumnFacts &one) { return one.name == column && one.table == table; });
}

void look_at_undeclared(const FactReader &reader, const core::Facts &facts, Collected *found) {
    for (const SqlRow row : read_own(kUndeclared, extension()->schema)) {
        const core::Text category = core::likely_category_of_name(row.text(2));
        if (!category.empty() && !is_declared(facts, reader.text_in(row, 1), reader.text_in(row, 2)))
            found->add(core::Missing::kUndeclaredColumn, reader.text_in(row, 3), category);
    }
}

}  // namespace

std::span<const core::MissingFacts> read_missing(const FactReader &reader, const core::Facts &facts) {
    Collected found = {room_for<core::MissingFacts>(63).data(), 0, 64};
    look_at_whole(facts, &found);
    for (const core::PolicyFacts &policy : facts.policies) look_at(facts, policy, &found);
    for (const core::PurposeFacts &purpose : facts.purposes) look_at(facts, purpose, &found);
    for (const core::RecipientFacts &recipient : facts.recipients) look_at(facts, recipient, &found);
    for (const core::PlaceFacts &place : facts.places)
        if (!place.in_eea && !core::is_given(place.transfer_basis))
            found.add(core::Missing::kPlaceTransfer, place.name, place.country);
    for (const SqlRow row : read_own(kUncovered)) found.add(core::Missing::kUncovered, reader.text_in(row, 1));
    look_at_names(facts, &found);
    look_at_columns(reader, &found);
    look_at_undeclared(reader, facts, &found);
    std::stable_sort(found.all, found.all + found.n,
                     [](const core::MissingFacts &a, const core::MissingFacts &b) { return a.what < b.what; });
    return {found.all, found.n};
}

}  // namespace pg_retention
