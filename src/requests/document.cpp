#include "requests/document.hpp"

#include <algorithm>

#include "core/documents/categories.hpp"
#include "core/documents/json.hpp"
#include "facts/facts.hpp"
#include "policy/policy_cache.hpp"
#include "pg/sink.hpp"
#include "pg/time.hpp"
#include "subject/json.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace pg_retention {

namespace {

void append_field(StringInfo out, const char *name, const char *text) {
    appendStringInfo(out, ", \"%s\": ", name);
    append_json_text(out, text);
}

// As Articles 15(1)(e) and (f) list them.
constexpr core::Text kRights[] = {
    "rectification (Article 16)",    "erasure (Article 17)",   "restriction of processing (Article 18)",
    "data portability (Article 20)", "objection (Article 21)", "complaint to the supervisory authority (Article 77)"};

// Those with a period of their own, which ends before their row's does.
void write_column_periods(core::Json *json, const core::PolicyFacts &policy) {
    if (std::none_of(policy.columns.begin(), policy.columns.end(),
                     [](const core::ColumnFacts &column) { return column.kept_for != nullptr; }))
        return;
    json->key("columns");
    json->begin_list();
    for (const core::ColumnFacts &column : policy.columns) {
        if (column.kept_for == nullptr) continue;
        json->begin_object();
        json->field("column", column.name);
        json->field("kept_for", column.kept_for);
        json->end_object();
    }
    json->end_list();
}

bool is_reached(List *tables, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (static_cast<const ReachedTable *>(lfirst(cell))->relid == relid) return true;
    return false;
}

void write_policy(core::Json *json, const core::Facts &facts, const core::PolicyFacts &policy) {
    const core::PurposeFacts *purpose = core::purpose_named(facts, policy.purpose);
    json->begin_object();
    json->field("table", policy.table);
    json->field("policy", policy.name);
    json->field("purpose", policy.purpose);
    json->field("legal_basis", policy.legal_basis);
    json->field("interest", purpose == nullptr ? core::Text() : purpose->interest);
    json->field("reference", policy.reference);
    json->key("categories");
    json->begin_list();
    core::for_each_category(policy.columns, [json](core::Text category) { json->text(category); });
    json->end_list();
    json->field("kept_for", &policy.keep_for);
    json->field("quarantined_for", &policy.quarantine_for);
    json->field("required_for", policy.must_keep_for);
    json->field("required_by", policy.must_keep_for == nullptr ? core::Text() : policy.reference);
    json->field("then", past_of(policy.deletes ? PolicyAction::kDelete : PolicyAction::kAnonymise));
    json->field_is("enforced", policy.mode == core::PolicyMode::kEnforce);
    write_column_periods(json, policy);
    json->end_object();
}

}  // namespace

void append_controller(StringInfo out) {
    constexpr core::ControllerFacts kNobody = {};
    const core::ControllerFacts *found = read_controller(GetDatabaseEncoding());
    const core::ControllerFacts &controller = found == nullptr ? kNobody : *found;
    core::Json json(sink_into(out));
    json.key("controller");
    json.begin_object();
    json.field("name", controller.name);
    json.field("contact", controller.contact);
    json.field("joint_controllers", controller.joint_controllers);
    json.field("representative", controller.representative);
    json.field("data_protection_officer", controller.data_protection_officer);
    json.end_object();
    json.field("recipients", controller.recipients);
    json.field("transfers", controller.transfers);
    json.field("source", controller.source);
    json.field("authority", controller.authority);
    json.field("automated_decisions", controller.automated_decisions);
    json.field("rights", core::Texts(kRights));
}

void append_processing(StringInfo out, List *tables) {
    const core::Facts facts = read_configuration(GetDatabaseEncoding());
    core::Json json(sink_into(out));
    json.key("processing");
    json.begin_list();
    for (const core::PolicyFacts &policy : facts.policies)
        if (is_reached(tables, policy.relation)) write_policy(&json, facts, policy);
    json.end_list();
}

void append_subject(StringInfo out, const Subject &subject) {
    appendStringInfoString(out, "\"subject\": {\"kind\": ");
    append_json_text(out, subject.kind->name);
    appendStringInfo(out, ", \"key\": %s}", key_json(subject));
}

Lifetime lifetime_of(core::Clock clock) {
    Lifetime life = {nullptr, core::kNever, core::kNever, core::kAlways, nullptr};
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    const TimestampTz now = retention_now();
    if (policy != nullptr || core::flags_of(clock) != 0) life.state = state_text(clock, now);
    if (policy == nullptr) return life;
    const bool started = core::is_started(clock);
    if (started) {
        const core::Deadlines deadlines = core::deadlines(core::start_of(clock), policy->terms, policy->zone());
        life.hidden_from = deadlines.hidden_from;
        life.gone_from = deadlines.due_from;
        life.required_until = deadlines.released_from;
    }
    if (!policy->terms.has_floor || (started && life.required_until <= now)) return life;
    life.law = policy->reference != nullptr ? policy->reference : policy->name;
    if (!started) life.required_until = core::kNever;
    return life;
}

void append_lifetime(StringInfo out, core::Clock clock) {
    const Lifetime life = lifetime_of(clock);
    if (life.state == nullptr) return;
    append_field(out, "state", life.state);
    appendStringInfoString(out, ", \"hidden_from\": ");
    append_json_time(out, life.hidden_from);
    appendStringInfoString(out, ", \"gone_from\": ");
    append_json_time(out, life.gone_from);
    if (life.law == nullptr) return;
    appendStringInfoString(out, ", \"required_until\": ");
    append_json_time(out, life.required_until);
    append_field(out, "law", life.law);
}

}  // namespace pg_retention
