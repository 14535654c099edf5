#include "facts/facts.hpp"

#include <algorithm>
#include <iterator>

#include "core/countries/eea.hpp"
#include "core/data/portable.hpp"
#include "core/documents/document.hpp"
#include "core/text/letters.hpp"
#include "facts/reader.hpp"
#include "policy/policy_check.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/guc.h"
}

namespace pg_retention {

namespace {

constexpr char kController[] =
    "SELECT name, contact, joint_controllers, representative, data_protection_officer, recipients, transfers, source, authority, "
    "automated_decisions, measures FROM retention.controller";

const core::ControllerFacts *read_controller(const FactReader &reader) {
    const SqlRows found = read_own(kController);
    if (found.n == 0) return nullptr;
    const SqlRow row = found.first();
    auto *controller = room_for<core::ControllerFacts>(1).data();
    controller->name = reader.text_in(row, 1);
    controller->contact = reader.text_in(row, 2);
    controller->joint_controllers = reader.texts_in(row, 3);
    controller->representative = reader.text_in(row, 4);
    controller->data_protection_officer = reader.text_in(row, 5);
    controller->recipients = reader.texts_in(row, 6);
    controller->transfers = reader.text_in(row, 7);
    controller->source = reader.text_in(row, 8);
    controller->authority = reader.text_in(row, 9);
    controller->automated_decisions = reader.text_in(row, 10);
    controller->measures = reader.texts_in(row, 11);
    return controller;
}

constexpr char kPurposes[] = "SELECT name, description, legal_basis, interest, obligation, consequence, source, "
                             "ARRAY(SELECT c FROM unnest(categories) c ORDER BY c COLLATE \"C\"), direct_marketing, caps "
                             "FROM retention.purpose ORDER BY name COLLATE \"C\"";

std::span<const core::PurposeFacts> read_purposes(const FactReader &reader) {
    const SqlRows found = read_own(kPurposes);
    const auto purposes = room_for<core::PurposeFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        core::PurposeFacts &purpose = purposes[i];
        purpose.name = reader.text_in(row, 1);
        purpose.description = reader.text_in(row, 2);
        purpose.legal_basis = reader.text_in(row, 3);
        purpose.interest = reader.text_in(row, 4);
        purpose.obligation = reader.text_in(row, 5);
        purpose.consequence = reader.text_in(row, 6);
        purpose.source = reader.text_in(row, 7);
        purpose.categories = reader.texts_in(row, 8);
        purpose.direct_marketing = row.get<bool>(9);
        purpose.caps = reader.texts_in(row, 10);
    }
    return purposes;
}

constexpr char kColumns[] =
    "SELECT c.relation::text, c.column_name::text, c.category, c.origin, c.anonymise, c.argument, c.keep_for, c.required_by_law, "
    "c.declared_by = 'type', r.verdict FROM retention.personal_columns c "
    "JOIN pg_attribute a ON a.attrelid = c.relation AND a.attname = c.column_name AND NOT a.attisdropped "
    "CROSS JOIN LATERAL retention.remains_of(c.anonymise, a.atttypid, coalesce(c.argument, ''), a.attgenerated <> '') r "
    "ORDER BY c.relation::text COLLATE \"C\", c.column_name";

std::span<const core::ColumnFacts> read_columns(const FactReader &reader) {
    const SqlRows found = read_own(kColumns);
    const auto columns = room_for<core::ColumnFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        core::ColumnFacts &column = columns[i];
        column.table = reader.text_in(row, 1);
        column.name = reader.text_in(row, 2);
        column.category = reader.text_in(row, 3);
        column.origin = reader.text_in(row, 4);
        column.anonymiser = reader.text_in(row, 5);
        column.argument = reader.text_in(row, 6);
        column.kept_for = period_in(row, 7);
        column.required_by_law = row.get<bool>(8);
        column.by_type = row.get<bool>(9);
        if (!core::find_word(std::string_view(row.text(10)), &column.verdict)) elog(ERROR, "unknown verdict of a column");
    }
    return columns;
}

// Those of a table stand together.
std::span<const core::ColumnFacts> columns_of(const core::Facts &facts, core::Text table) {
    size_t begin = 0;
    while (begin < facts.columns.size() && facts.columns[begin].table != table) ++begin;
    size_t end = begin;
    while (end < facts.columns.size() && facts.columns[end].table == table) ++end;
    return facts.columns.subspan(begin, end - begin);
}

// What of the column's period is told with the policy; null: it is gone no earlier than its row.
const core::Period *told_period(const Policy &policy, const core::ColumnFacts &column) {
    const PgZone zone = policy.zone();
    const core::Terms terms = core::column_terms(policy.terms, *column.kept_for, column.required_by_law);
    const bool earlier = is_so_of_any_start(policy, [&](core::Start start) {
        return core::deadlines(start, terms, zone).due_from < core::deadlines(start, policy.terms, zone).due_from;
    });
    if (!earlier) return nullptr;
    const bool waits = terms.has_floor && is_so_of_any_start(policy, [&](core::Start start) {
                           const core::Deadlines deadlines = core::deadlines(start, terms, zone);
                           return deadlines.hidden_from < deadlines.released_from;
                       });
    if (!waits) return column.kept_for;
    auto *period = room_for<core::Period>(1).data();
    *period = policy.terms.must_keep_for;
    return period;
}

// A partition has the columns that its table declares, and no sweep takes them earlier by a policy of the partition's own.
std::span<const core::ColumnFacts> columns_of(const core::Facts &facts, core::Text table, const Policy &policy, bool is_own) {
    const std::span<const core::ColumnFacts> declared = columns_of(facts, table);
    const auto columns = room_for<core::ColumnFacts>(declared.size());
    std::copy(declared.begin(), declared.end(), columns.begin());
    for (core::ColumnFacts &column : columns)
        if (column.kept_for != nullptr) column.kept_for = is_own ? told_period(policy, column) : nullptr;
    return columns;
}

bool floor_outlasts(const Policy &policy) {
    const PgZone zone = policy.zone();
    core::Terms free = policy.terms;
    free.has_floor = false;
    return policy.terms.has_floor && is_so_of_any_start(policy, [&](core::Start start) {
               return core::deadlines(start, free, zone).due_from < core::deadlines(start, policy.terms, zone).released_from;
           });
}

core::PolicyMode mode_named(const char *word) {
    return strcmp(word, "enforce") == 0 ? core::PolicyMode::kEnforce
         : strcmp(word, "observe") == 0 ? core::PolicyMode::kObserve
                                        : core::PolicyMode::kOff;
}

// Rows that a person may only see (accesses) are no data about that person.
constexpr char kPolicies[] =
    "SELECT p.name, p.relation::text, p.applies_to, p.purpose, p.legal_basis, p.reference, p.timezone, p.clock_starts, "
    "p.starts_when = 'all', p.keep_for, p.quarantine_for, p.must_keep_for, p.action = 'delete', p.if_referenced = 'anonymise', p.mode, "
    "ARRAY(SELECT r.rolname::text FROM unnest(p.legal_access) a JOIN pg_roles r ON r.oid = a ORDER BY r.rolname), "
    "ARRAY(SELECT k.kind FROM (SELECT k.kind FROM retention.subject_kind k WHERE k.relation IN (p.relation, pg_partition_root(p.relation)) UNION "
    "SELECT l.kind FROM retention.subject_link l WHERE l.relation IN (p.relation, pg_partition_root(p.relation)) AND l.role <> 'accesses') k ORDER BY k.kind COLLATE \"C\"), p.relation, p.policy_id, "
    "coalesce(pg_partition_root(p.relation), p.relation)::regclass::text "
    "FROM retention.policy p JOIN pg_class c ON c.oid = p.relation ORDER BY p.name COLLATE \"C\"";

std::span<const core::PolicyFacts> read_policies(const FactReader &reader, const core::Facts &facts, bool with_reach) {
    const SqlRows found = read_own(kPolicies);
    const auto policies = room_for<core::PolicyFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        core::PolicyFacts &policy = policies[i];
        policy.name = reader.text_in(row, 1);
        policy.table = reader.text_in(row, 2);
        policy.condition = reader.text_in(row, 3);
        policy.purpose = reader.text_in(row, 4);
        policy.legal_basis = reader.text_in(row, 5);
        policy.reference = reader.text_in(row, 6);
        policy.zone = reader.text_in(row, 7);
        policy.starts = reader.texts_in(row, 8);
        policy.all_starts = row.get<bool>(9);
        policy.keep_for = row.get<core::Period>(10);
        policy.quarantine_for = row.get<core::Period>(11);
        policy.must_keep_for = period_in(row, 12);
        policy.deletes = row.get<bool>(13);
        policy.anonymises_if_referenced = row.get<bool>(14);
        policy.mode = mode_named(row.text(15));
        policy.readers = reader.texts_in(row, 16);
        policy.persons = reader.texts_in(row, 17);
        policy.relation = row.get<Oid>(18);
        const core::Text root = reader.text_in(row, 20);
        const Policy *known = policy_by_id(row.get<int16>(19));
        if (known == nullptr) elog(ERROR, "unknown policy \"%s\"", row.text(1));
        policy.columns = columns_of(facts, root, *known, root == policy.table);
        policy.floor_outlasts = floor_outlasts(*known);
        if (with_reach && policy.mode != core::PolicyMode::kOff) policy.unreached = reader.text_in(why_out_of_reach(*known));
    }
    return policies;
}

constexpr char kKinds[] =
    "SELECT k.kind, k.relation::text, k.applies_to, ARRAY(SELECT i::text FROM unnest(k.identifying) i ORDER BY i) "
    "FROM retention.subject_kind k JOIN pg_class c ON c.oid = k.relation ORDER BY k.kind COLLATE \"C\"";
constexpr char kLinks[] =
    "SELECT l.relation::text, l.path, l.role FROM retention.subject_link l JOIN pg_class c ON c.oid = l.relation WHERE l.kind = $1 "
    "ORDER BY l.relation::text COLLATE \"C\", l.path COLLATE \"C\"";

std::span<const core::LinkFacts> read_links(const FactReader &reader, const char *kind) {
    const SqlRows found = read_own(kLinks, kind);
    const auto links = room_for<core::LinkFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i)
        links[i] = {reader.text_in(found[i], 1), reader.text_in(found[i], 2), reader.text_in(found[i], 3)};
    return links;
}

std::span<const core::KindFacts> read_kinds(const FactReader &reader) {
    const SqlRows found = read_own(kKinds);
    const auto kinds = room_for<core::KindFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        kinds[i] = {reader.text_in(row, 1), reader.text_in(row, 2), reader.text_in(row, 3), reader.texts_in(row, 4),
                    read_links(reader, row.text(1))};
    }
    return kinds;
}

constexpr char kRecipients[] =
    "SELECT name, role, ARRAY(SELECT p FROM unnest(purposes) p ORDER BY p COLLATE \"C\"), country, transfer_basis, transfer, contact, "
    "to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
    "coalesce(since > $1, false), coalesce(until <= $1, false) FROM retention.recipient ORDER BY name COLLATE \"C\"";

std::span<const core::RecipientFacts> read_recipients(const FactReader &reader) {
    const SqlRows found = read_own(kRecipients, at(retention_now()));
    const auto recipients = room_for<core::RecipientFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        core::RecipientFacts &recipient = recipients[i];
        recipient.name = reader.text_in(row, 1);
        recipient.role = reader.text_in(row, 2);
        recipient.purposes = reader.texts_in(row, 3);
        recipient.country = reader.text_in(row, 4);
        recipient.transfer_basis = reader.text_in(row, 5);
        recipient.transfer = reader.text_in(row, 6);
        recipient.contact = reader.text_in(row, 7);
        recipient.since = reader.text_in(row, 8);
        recipient.until = reader.text_in(row, 9);
        recipient.later = row.get<bool>(10);
        recipient.ended = row.get<bool>(11);
        recipient.in_eea = core::is_in_eea(recipient.country);
    }
    return recipients;
}

constexpr char kPlaces[] =
    "SELECT name, kind, country, provider, transfer_basis, transfer, note, own_control FROM retention.location "
    "ORDER BY name COLLATE \"C\"";

std::span<const core::PlaceFacts> read_places(const FactReader &reader) {
    const SqlRows found = read_own(kPlaces);
    const auto places = room_for<core::PlaceFacts>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        const SqlRow row = found[i];
        core::PlaceFacts &place = places[i];
        place.name = reader.text_in(row, 1);
        place.kind = reader.text_in(row, 2);
        place.country = reader.text_in(row, 3);
        place.provider = reader.text_in(row, 4);
        place.transfer_basis = reader.text_in(row, 5);
        place.transfer = reader.text_in(row, 6);
        place.note = reader.text_in(row, 7);
        place.own_control = row.get<bool>(8);
        place.in_eea = core::is_in_eea(place.country);
    }
    return places;
}

// Consents are asked for where something rests on them.
bool asks_for_consent(const core::Facts &facts) {
    return std::any_of(facts.purposes.begin(), facts.purposes.end(),
                       [](const core::PurposeFacts &purpose) { return core::is_consent_basis(purpose.legal_basis); }) ||
           std::any_of(facts.policies.begin(), facts.policies.end(),
                       [](const core::PolicyFacts &policy) { return core::is_consent_basis(policy.legal_basis); });
}

std::span<const core::OwnRecordFacts> read_own_records(const core::Facts &facts) {
    const auto records = room_for<core::OwnRecordFacts>(core::count_of<core::OwnRecord>());
    size_t n = 0;
    records[n++] = {core::OwnRecord::kRequests, settings::request_age};
    records[n++] = {core::OwnRecord::kDisclosures, settings::disclosure_age};
    records[n++] = {core::OwnRecord::kStandingObjections, 0};
    if (asks_for_consent(facts)) records[n++] = {core::OwnRecord::kConsents, 0};
    if (*settings::erasure_key_file != '\0') {
        records[n++] = {core::OwnRecord::kObjections, settings::objection_age};
        records[n++] = {core::OwnRecord::kErasures, settings::backup_age};
    }
    return records.first(n);
}

// Nothing where it is no earlier than the law's deadline.
const core::Period *read_target() {
    const core::Result<core::Period> target = core::parse_period(settings::request_target);
    constexpr core::Period kLegal = {1, 0, 0, 0, 0, 0, 0};
    if (!target.ok() || core::is_forever(target.value()) || core::compare(target.value(), kLegal) > 0) return nullptr;
    auto *period = room_for<core::Period>(1).data();
    *period = target.value();
    return period;
}

}  // namespace

// Bytes that are no characters, by the sign for that.
static core::Text with_replacements(core::Text bytes) {
    StringInfoData text;
    initStringInfo(&text);
    for (size_t at = 0; at < bytes.size();) {
        const core::Letter letter = core::letter_at(bytes, at);
        const core::Text shown = letter.code == core::kNoLetter ? core::kReplacement : bytes.substr(at, letter.size);
        appendBinaryStringInfo(&text, shown.data(), static_cast<int>(shown.size()));
        at += letter.size;
    }
    return {text.data, static_cast<size_t>(text.len)};
}

core::Text FactReader::text_in(const char *found) const {
    if (found == nullptr) return {};
    const auto n = static_cast<int>(strlen(found));
    // An SQL_ASCII database takes any bytes.
    if (encoding == PG_UTF8 && GetDatabaseEncoding() == PG_SQL_ASCII && !pg_verify_mbstr(PG_UTF8, found, n, true))
        return with_replacements({found, static_cast<size_t>(n)});
    return pg_server_to_any(found, n, encoding);
}

core::Texts FactReader::texts_in(const SqlRow &row, int column) const {
    if (row.is_null(column)) return {};
    Datum *values = nullptr;
    bool *nulls = nullptr;
    const int n = elements_of(row.datum(column), TEXTOID, &values, &nulls);
    const auto found = room_for<core::Text>(static_cast<uint64>(n));
    size_t given = 0;
    for (int i = 0; i < n; ++i)
        if (!nulls[i]) found[given++] = text_in(TextDatumGetCString(values[i]));
    return found.first(given);
}

const core::Period *period_in(const SqlRow &row, int column) {
    if (row.is_null(column)) return nullptr;
    auto *period = room_for<core::Period>(1).data();
    *period = row.get<core::Period>(column);
    return period;
}

const core::ControllerFacts *read_controller(int encoding) { return read_controller(FactReader{encoding}); }

// A setting of the session must not quote what needs none.
static int begin_plain_names() {
    const int nest_level = NewGUCNestLevel();
    (void) set_config_option("quote_all_identifiers", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    return nest_level;
}

// with_reach: each policy is held against the others.
static core::Facts read_configuration(int encoding, bool with_reach) {
    const FactReader reader = {encoding};
    const int plain = begin_plain_names();
    core::Facts facts = {};
    facts.controller = read_controller(reader);
    facts.purposes = read_purposes(reader);
    facts.columns = read_columns(reader);
    facts.policies = read_policies(reader, facts, with_reach);
    facts.kinds = read_kinds(reader);
    facts.recipients = read_recipients(reader);
    facts.places = read_places(reader);
    facts.own_records = read_own_records(facts);
    facts.answered_within = read_target();
    AtEOXact_GUC(false, plain);
    return facts;
}

core::Facts read_configuration(int encoding) { return read_configuration(encoding, false); }

core::Facts read_facts(int encoding) {
    core::Facts facts = read_configuration(encoding, true);
    const int plain = begin_plain_names();
    facts.measures = read_measures({encoding}, facts);
    facts.missing = read_missing({encoding}, facts);
    AtEOXact_GUC(false, plain);
    return facts;
}

}  // namespace pg_retention
