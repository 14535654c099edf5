// What protects data here: said where it is so.
#include "facts/reader.hpp"
#include "pg/settings.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention {

namespace {

struct Collected {
    std::span<core::MeasureFacts> all;
    size_t n;
    void add(core::Measure what, core::Texts names = {}) { all[n++] = {what, names}; }
};

// Names of the policies that are enforced, or of those of them that keep rows for the law.
core::Texts enforced_policies(const core::Facts &facts, bool with_floor) {
    const auto names = room_for<core::Text>(facts.policies.size());
    size_t n = 0;
    for (const core::PolicyFacts &policy : facts.policies)
        if (policy.mode == core::PolicyMode::kEnforce && (!with_floor || policy.must_keep_for != nullptr))
            names[n++] = policy.name;
    return names.first(n);
}

core::Texts names_found(const FactReader &reader, const char *sql) { return reader.texts_in(read_own(sql).first(), 1); }

// 0 stands for PUBLIC.
constexpr char kRevealing[] =
    "SELECT ARRAY(SELECT DISTINCT coalesce(r.rolname::text, 'PUBLIC') COLLATE \"C\" FROM pg_parameter_acl p "
    "CROSS JOIN LATERAL aclexplode(p.paracl) a LEFT JOIN pg_roles r ON r.oid = a.grantee "
    "WHERE p.parname = 'retention.reveal' AND a.privilege_type = 'SET' AND r.rolsuper IS NOT TRUE ORDER BY 1)";
constexpr char kWithholding[] =
    "SELECT ARRAY(SELECT name FROM retention.purpose WHERE roles <> '{}' ORDER BY name COLLATE \"C\")";

bool is_on(const char *setting) { return strcmp(GetConfigOption(setting, true, false), "on") == 0; }

bool has_pseudonyms(const core::Facts &facts) {
    for (const core::ColumnFacts &column : facts.columns)
        if (column.anonymiser == "pseudonymise") return true;
    return false;
}

}  // namespace

bool plans_are_seen() { return read_own("SELECT retention.hooks_in_place()").first().get<bool>(1); }

std::span<const core::MeasureFacts> read_measures(const FactReader &reader, const core::Facts &facts) {
    Collected found = {room_for<core::MeasureFacts>(core::kMeasureCount), 0};
    const core::Texts hiding = enforced_policies(facts, false), keeping = enforced_policies(facts, true);
    const core::Texts withholding = names_found(reader, kWithholding);
    const bool seen = plans_are_seen();
    if (seen && !hiding.empty()) found.add(core::Measure::kHidden, hiding);
    if (!keeping.empty()) found.add(core::Measure::kGuarded, keeping);
    if (seen) found.add(core::Measure::kRevealed, names_found(reader, kRevealing));
    if (seen && !withholding.empty()) found.add(core::Measure::kWithheld, withholding);
    if (read_own("SELECT FROM retention.ledger LIMIT 1").n > 0) found.add(core::Measure::kLedger);
    if (*settings::erasure_key_file != '\0') found.add(core::Measure::kErasedAgain);
    if (*settings::pseudonym_key_file != '\0' && has_pseudonyms(facts)) found.add(core::Measure::kPseudonyms);
    if (is_on("ssl")) found.add(core::Measure::kEncrypted);
    if (is_on("data_checksums")) found.add(core::Measure::kChecksums);
    return found.all.first(found.n);
}

}  // namespace pg_retention
