#include "core/documents/json.hpp"
#include "core/documents/register.hpp"
#include "core/documents/register_facts.hpp"

namespace pg_retention::core {

namespace {

void write_controller(Json *json, const Facts &facts) {
    const ControllerFacts *controller = facts.controller;
    json->key("controller");
    if (controller == nullptr) return json->null();
    json->begin_object();
    json->field("name", controller->name);
    json->field("contact", controller->contact);
    json->key("joint_controllers");
    json->begin_list();
    for (const Text joint : controller->joint_controllers) json->text(joint);
    for (const RecipientFacts &recipient : facts.recipients)
        if (is_joint_controller(recipient)) json->text(recipient.name);
    json->end_list();
    json->field("representative", controller->representative);
    json->field("data_protection_officer", controller->data_protection_officer);
    json->end_object();
}

// The legal basis is none of Article 30's, and is there for whoever asks for it beside.
void write_purpose(Json *json, const Facts &facts, const PurposeFacts &purpose) {
    json->begin_object();
    json->field("purpose", purpose.name);
    json->field("description", purpose.description);
    json->key("persons");
    json->begin_list();
    for (const KindFacts &kind : facts.kinds)
        if (is_about(facts, purpose, kind)) json->text(kind.name);
    json->end_list();
    json->field("categories", purpose.categories);
    json->key("recipients");
    json->begin_list();
    for (const RecipientFacts &recipient : facts.recipients)
        if (has(recipient.purposes, purpose.name)) json->text(recipient.name);
    json->end_list();
    json->key("policies");
    json->begin_list();
    for (const PolicyFacts &policy : facts.policies)
        if (policy.purpose == purpose.name) json->text(policy.name);
    json->end_list();
    json->field_is("direct_marketing", purpose.direct_marketing);
    json->field("caps", purpose.caps);
    json->field("legal_basis", purpose.legal_basis);
    json->field("interest", purpose.interest);
    json->end_object();
}

void write_kind(Json *json, const KindFacts &kind) {
    json->begin_object();
    json->field("kind", kind.name);
    json->field("table", kind.table);
    json->field("condition", kind.condition);
    json->field("identifying", kind.identifying);
    json->key("tables");
    json->begin_list();
    for (const LinkFacts &link : kind.links) {
        json->begin_object();
        json->field("table", link.table);
        json->field("by", link.path);
        json->field("role", link.role);
        json->end_object();
    }
    json->end_list();
    json->end_object();
}

void write_column(Json *json, const ColumnFacts &column) {
    json->begin_object();
    json->field("table", column.table);
    json->field("column", column.name);
    json->field("declared_by", column.by_type ? "type" : "declaration");
    json->field("origin", column.origin);
    json->field("kept_for", column.kept_for);
    json->field("anonymised", column.anonymiser);
    json->field_is("required_by_law", column.required_by_law);
    json->end_object();
}

void write_category(Json *json, const Facts &facts, Text category) {
    json->begin_object();
    json->field("category", category);
    json->key("columns");
    json->begin_list();
    for (const ColumnFacts &column : facts.columns)
        if (column.category == category) write_column(json, column);
    json->end_list();
    json->end_object();
}

void write_recipient(Json *json, const RecipientFacts &recipient) {
    json->begin_object();
    json->field("recipient", recipient.name);
    json->field("role", recipient.role);
    json->field("purposes", recipient.purposes);
    json->field("country", recipient.country);
    json->field("contact", recipient.contact);
    json->field("since", recipient.since);
    json->field("until", recipient.until);
    json->end_object();
}

void write_transfer(Json *json, Text to, Text country, Text basis, Text transfer) {
    json->begin_object();
    json->field("to", to);
    json->field("country", country);
    json->field("basis", basis);
    json->field("transfer", transfer);
    json->end_object();
}

void write_transfers(Json *json, const Facts &facts) {
    json->key("transfers");
    json->begin_lines('[');
    for (const RecipientFacts &recipient : facts.recipients)
        if (!recipient.in_eea)
            write_transfer(json, recipient.name, recipient.country, recipient.transfer_basis, recipient.transfer);
    for (const PlaceFacts &place : facts.places)
        if (!place.in_eea) write_transfer(json, place.name, place.country, place.transfer_basis, place.transfer);
    json->end_lines(']');
    json->field("transfers_stated", facts.controller == nullptr ? Text() : facts.controller->transfers);
}

void write_place(Json *json, const PlaceFacts &place) {
    json->begin_object();
    json->field("location", place.name);
    json->field("kind", place.kind);
    json->field("country", place.country);
    json->field("provider", place.provider);
    json->field_is("own_control", place.own_control);
    json->field("note", place.note);
    json->end_object();
}

void write_policy(Json *json, const PolicyFacts &policy) {
    json->begin_object();
    json->field("policy", policy.name);
    json->field("table", policy.table);
    json->field("condition", policy.condition);
    json->field("purpose", policy.purpose);
    json->field("persons", policy.persons);
    json->key("categories");
    json->begin_list();
    for_each_category(policy.columns, [&](Text category) { json->text(category); });
    json->end_list();
    json->field("from", policy.starts);
    json->field("from_the", policy.all_starts ? "latest, once all are set" : "earliest");
    json->field("kept_for", &policy.keep_for);
    json->field("quarantined_for", &policy.quarantine_for);
    json->field("then", policy.deletes ? "deleted" : "anonymised");
    json->field("while_referenced", !policy.deletes ? Text() : policy.anonymises_if_referenced ? "anonymised" : "kept");
    json->field("required_for", policy.must_keep_for);
    json->field("reference", policy.reference);
    json->field("read_by", policy.readers);
    json->key("columns");
    json->begin_list();
    for (const ColumnFacts &column : policy.columns) {
        if (column.kept_for == nullptr) continue;
        json->begin_object();
        json->field("column", column.name);
        json->field("kept_for", column.kept_for);
        json->end_object();
    }
    json->end_list();
    json->field("time_zone", policy.zone);
    json->field("mode", name_of(policy.mode));
    json->field("legal_basis", policy.legal_basis);
    json->end_object();
}

void write_measure(Json *json, const MeasureFacts &measure) {
    json->begin_object();
    json->field("measure", name_of(measure.what));
    json->field("says", sentence_of(measure.what));
    json->field("names", measure.names);
    json->end_object();
}

void write_missing(Json *json, const MissingFacts &missing) {
    json->begin_object();
    json->field("missing", name_of(missing.what));
    json->field("name", missing.name);
    json->field("detail", missing.detail);
    json->field("says", sentence_of(missing.what));
    json->end_object();
}

// A list, an element a line.
template <typename T, typename F>
void write_lines(Json *json, Text key, std::span<const T> facts, F write) {
    json->key(key);
    json->begin_lines('[');
    for (const T &one : facts) write(one);
    json->end_lines(']');
}

}  // namespace

void write_register_json(const Facts &facts, Sink sink) {
    Json json(sink);
    const ControllerFacts *controller = facts.controller;
    json.begin_lines('{');
    json.field("document", "register of processing activities, Article 30(1)");
    write_controller(&json, facts);
    write_lines(&json, "purposes", facts.purposes, [&](const PurposeFacts &one) { write_purpose(&json, facts, one); });
    write_lines(&json, "persons", facts.kinds, [&](const KindFacts &one) { write_kind(&json, one); });
    json.key("data");
    json.begin_lines('[');
    for_each_category(facts.columns, [&](Text category) { write_category(&json, facts, category); });
    json.end_lines(']');
    write_lines(&json, "recipients", facts.recipients, [&](const RecipientFacts &one) { write_recipient(&json, one); });
    json.field("recipients_stated", controller == nullptr ? Texts() : controller->recipients);
    write_transfers(&json, facts);
    write_lines(&json, "locations", facts.places, [&](const PlaceFacts &one) { write_place(&json, one); });
    write_lines(&json, "time_limits", facts.policies, [&](const PolicyFacts &one) { write_policy(&json, one); });
    write_lines(&json, "own_records", facts.own_records, [&](const OwnRecordFacts &one) {
        Age age;
        json.begin_object();
        json.field("records", name_of(one.what));
        json.field("kept_for", text_of(one, &age));
        json.end_object();
    });
    write_lines(&json, "security", facts.measures, [&](const MeasureFacts &one) { write_measure(&json, one); });
    json.field("security_stated", controller == nullptr ? Texts() : controller->measures);
    write_lines(&json, "not_classified", facts.missing, [&](const MissingFacts &one) { write_missing(&json, one); });
    json.end_lines('}');
}

}  // namespace pg_retention::core
