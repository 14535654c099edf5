#include "requests/document.hpp"

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/time.hpp"
#include "subject/json.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// As Articles 15(1)(e) and (f) list them.
constexpr char kRights[] =
    "[\"rectification (Article 16)\", \"erasure (Article 17)\", \"restriction of processing (Article 18)\", "
    "\"data portability (Article 20)\", \"objection (Article 21)\", \"complaint to the supervisory authority (Article 77)\"]";

void append_field(StringInfo out, const char *name, const char *text) {
    appendStringInfo(out, ", \"%s\": ", name);
    append_json_text(out, text);
}

const char *period_text(const core::Period &period) {
    char *text = static_cast<char *>(palloc(core::kPeriodText));
    core::format_period(period, text, core::kPeriodText);
    return text;
}

// The categories of the table's personal columns, each once.
void append_categories(StringInfo out, const Model &model, Oid relid) {
    List *seen = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    appendStringInfoString(out, "[");
    foreach (cell, model.personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        bool known = column->relid != relid;
        foreach (inner, seen) known = known || strcmp(static_cast<char *>(lfirst(inner)), column->category) == 0;
        if (known) continue;
        if (seen != NIL) appendStringInfoString(out, ", ");
        append_json_text(out, column->category);
        seen = lappend(seen, const_cast<char *>(column->category));
    }
    appendStringInfoString(out, "]");
}

// Those with a period of their own, which ends before their row's does.
void append_column_periods(StringInfo out, const Model &model, Oid relid) {
    bool any = false;
    ListCell *cell = nullptr;
    foreach (cell, model.personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        any = any || (column->relid == relid && column->has_period);
    }
    if (!any) return;
    const SqlRows found =
        read_own("SELECT column_name, keep_for FROM retention.personal_columns WHERE relation = $1 AND keep_for IS NOT NULL "
                 "ORDER BY column_name",
                 relid);
    bool first = true;
    appendStringInfoString(out, ", \"columns\": [");
    for (const SqlRow row : found) {
        appendStringInfoString(out, first ? "{\"column\": " : ", {\"column\": ");
        append_json_text(out, row.text(1));
        append_field(out, "kept_for", period_text(row.get<core::Period>(2)));
        appendStringInfoChar(out, '}');
        first = false;
    }
    found.free();
    appendStringInfoChar(out, ']');
}

bool is_reached(List *tables, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (static_cast<const ReachedTable *>(lfirst(cell))->relid == relid) return true;
    return false;
}

void append_policy(StringInfo out, const Model &model, const Policy &policy) {
    appendStringInfoString(out, "{\"table\": ");
    append_json_text(out, qualified_name(policy.relid));
    append_field(out, "policy", policy.name);
    append_field(out, "purpose", policy.purpose);
    append_field(out, "legal_basis", policy.legal_basis);
    append_field(out, "reference", policy.reference);
    appendStringInfoString(out, ", \"categories\": ");
    append_categories(out, model, policy.relid);
    append_field(out, "kept_for", period_text(policy.terms.keep_for));
    append_field(out, "quarantined_for", period_text(policy.terms.quarantine_for));
    append_field(out, "required_for", policy.terms.has_floor ? period_text(policy.terms.must_keep_for) : nullptr);
    append_field(out, "then", past_of(policy.action));
    append_column_periods(out, model, policy.relid);
    appendStringInfoChar(out, '}');
}

}  // namespace

void append_controller(StringInfo out) {
    const SqlRows found =
        read_own("SELECT name, contact, data_protection_officer, to_json(recipients)::text, transfers, source, authority, "
                 "automated_decisions FROM retention.controller");
    auto value = [&found](int column) { return found.n == 0 ? nullptr : found.first().text(column); };
    appendStringInfoString(out, "\"controller\": {\"name\": ");
    append_json_text(out, value(1));
    append_field(out, "contact", value(2));
    append_field(out, "data_protection_officer", value(3));
    appendStringInfo(out, "}, \"recipients\": %s", found.n == 0 ? "[]" : value(4));
    append_field(out, "transfers", value(5));
    append_field(out, "source", value(6));
    append_field(out, "authority", value(7));
    append_field(out, "automated_decisions", value(8));
    appendStringInfo(out, ", \"rights\": %s", kRights);
    found.free();
}

void append_processing(StringInfo out, const Model &model, List *tables) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    bool first = true;
    appendStringInfoString(out, "\"processing\": [");
    for (int i = 0; i < count; ++i) {
        if (!is_reached(tables, policy[i].relid)) continue;
        if (!first) appendStringInfoString(out, ", ");
        first = false;
        append_policy(out, model, policy[i]);
    }
    appendStringInfoString(out, "]");
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
