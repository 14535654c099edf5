#include "core/documents/register.hpp"

#include "core/documents/register_facts.hpp"

namespace pg_retention::core {

namespace {

// Texts one after the other within a block, with something between them.
struct Series {
    Document *out;
    bool any = false;
    void add(Text text) {
        if (any) out->text(", ");
        out->text(text);
        any = true;
    }
};

void put_texts(Document *out, Texts texts) {
    Series series = {out};
    for (const Text text : texts) series.add(text);
}

void put_period(Document *out, const Period &period) {
    char buf[kPeriodText];
    out->text({buf, format_period(period, buf, sizeof buf)});
}

void cell(Document *out, Text text) {
    out->begin_cell();
    out->text(text);
    out->end_cell();
}

void cell(Document *out, Texts texts) {
    out->begin_cell();
    put_texts(out, texts);
    out->end_cell();
}

// A cell that is written in pieces.
template <typename F>
void cell_of(Document *out, F write) {
    out->begin_cell();
    write();
    out->end_cell();
}

// A section that is a table with a row for each, or a sentence that says that there are none.
template <typename T, typename F>
void write_table(Document *out, Text heading, Texts head, std::span<const T> facts, Text none, F write) {
    out->heading(2, heading);
    if (facts.empty()) return out->paragraph(none);
    out->begin_table(head);
    for (const T &one : facts) {
        out->begin_row();
        write(one);
        out->end_row();
    }
    out->end_table();
}

void named_item(Document *out, Text name, Text text) {
    if (!is_given(text)) return;
    out->begin_item();
    out->text(name);
    out->text(": ");
    out->text(text);
    out->end_item();
}

void write_controller(Document *out, const Facts &facts) {
    const ControllerFacts *controller = facts.controller;
    out->heading(2, "Controller");
    if (controller == nullptr) return out->paragraph("Not named.");
    out->begin_list();
    named_item(out, "Controller", controller->name);
    named_item(out, "Contact", controller->contact);
    for (const Text joint : controller->joint_controllers) named_item(out, "Joint controller", joint);
    for (const RecipientFacts &recipient : facts.recipients)
        if (is_joint_controller(recipient)) named_item(out, "Joint controller", recipient.name);
    named_item(out, "Representative", controller->representative);
    named_item(out, "Data protection officer", controller->data_protection_officer);
    out->end_list();
}

void write_purposes(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Purpose", "Persons", "Data", "Recipients", "Policies", "Legal basis"};
    write_table(out, "Purposes", kHead, facts.purposes, "None is registered.", [&](const PurposeFacts &purpose) {
        cell_of(out, [&] {
            out->text(purpose.name);
            if (is_given(purpose.description)) out->text(": "), out->text(purpose.description);
        });
        cell_of(out, [&] {
            Series series = {out};
            for (const KindFacts &kind : facts.kinds)
                if (is_about(facts, purpose, kind)) series.add(kind.name);
        });
        cell(out, purpose.categories);
        cell_of(out, [&] {
            Series series = {out};
            for (const RecipientFacts &recipient : facts.recipients)
                if (has(recipient.purposes, purpose.name)) series.add(recipient.name);
        });
        cell_of(out, [&] {
            Series series = {out};
            for (const PolicyFacts &policy : facts.policies)
                if (policy.purpose == purpose.name) series.add(policy.name);
        });
        cell_of(out, [&] {
            out->text(purpose.legal_basis);
            if (is_given(purpose.interest)) out->text(": "), out->text(purpose.interest);
        });
    });
}

// Each table once, whatever ways lead from it.
void put_tables(Document *out, const KindFacts &kind) {
    Series series = {out};
    Text last;
    for (const LinkFacts &link : kind.links) {
        if (link.table != last) series.add(link.table);
        last = link.table;
    }
}

void write_kinds(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Persons", "Table", "Which rows", "Tables whose rows lead to them"};
    write_table(out, "Categories of persons", kHead, facts.kinds, "None is registered.", [&](const KindFacts &kind) {
        cell(out, kind.name);
        cell(out, kind.table);
        cell(out, is_given(kind.condition) ? kind.condition : Text("all"));
        cell_of(out, [&] { put_tables(out, kind); });
    });
}

void write_categories(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Category", "Table", "Column", "Origin", "Anonymised by", "Required by law"};
    out->heading(2, "Categories of data");
    if (facts.columns.empty()) return out->paragraph("None is declared.");
    out->begin_table(kHead);
    for_each_category(facts.columns, [&](Text category) {
        for (const ColumnFacts &column : facts.columns) {
            if (column.category != category) continue;
            const Text cells[] = {category,      column.table,      column.name,
                                  column.origin, column.anonymiser, column.required_by_law ? "yes" : ""};
            out->row(cells);
        }
    });
    out->end_table();
}

void write_recipients(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Recipient", "Role", "Purposes", "Country", "Contact", "From", "Until"};
    const Texts stated = facts.controller == nullptr ? Texts() : facts.controller->recipients;
    write_table(out, "Recipients", kHead, facts.recipients,
                stated.empty() ? "None is registered." : "None is registered by name.", [&](const RecipientFacts &recipient) {
                    cell(out, recipient.name);
                    cell(out, recipient.role);
                    cell(out, recipient.purposes);
                    cell(out, recipient.country);
                    cell(out, recipient.contact);
                    cell(out, recipient.since);
                    cell(out, recipient.until);
                });
    if (stated.empty()) return;
    out->begin_list();
    for (const Text text : stated) out->item(text);
    out->end_list();
}

void transfer_item(Document *out, Text to, Text country, Text basis, Text transfer) {
    out->begin_item();
    out->text(to);
    out->text(", ");
    out->text(country);
    out->text(": ");
    out->text(is_given(basis) ? basis : Text("nothing allows it"));
    if (is_given(transfer)) out->text(", "), out->text(transfer);
    out->end_item();
}

bool has_transfers(const Facts &facts) {
    for (const RecipientFacts &recipient : facts.recipients)
        if (!recipient.in_eea) return true;
    for (const PlaceFacts &place : facts.places)
        if (!place.in_eea) return true;
    return facts.controller != nullptr && is_given(facts.controller->transfers);
}

void write_transfers(Document *out, const Facts &facts) {
    out->heading(2, "Transfers out of the European Economic Area");
    if (!has_transfers(facts)) return out->paragraph("None is registered.");
    out->begin_list();
    for (const RecipientFacts &one : facts.recipients)
        if (!one.in_eea) transfer_item(out, one.name, one.country, one.transfer_basis, one.transfer);
    for (const PlaceFacts &one : facts.places)
        if (!one.in_eea) transfer_item(out, one.name, one.country, one.transfer_basis, one.transfer);
    if (facts.controller != nullptr && is_given(facts.controller->transfers)) out->item(facts.controller->transfers);
    out->end_list();
}

void write_places(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Location", "Kind", "Country", "Provider", "Under own control", "Note"};
    write_table(out, "Where data lie", kHead, facts.places, "Nothing is registered.", [&](const PlaceFacts &place) {
        cell(out, place.name);
        cell(out, place.kind);
        cell(out, place.country);
        cell(out, is_given(place.provider) ? place.provider : Text("the controller"));
        cell(out, place.own_control ? "yes" : "no");
        cell(out, place.note);
    });
}

void put_start(Document *out, const PolicyFacts &policy) {
    if (policy.starts.size() > 1) out->text(policy.all_starts ? "the latest, once all are set, of " : "the earliest of ");
    put_texts(out, policy.starts);
}

// What the period is taken from stands by it where it is no law that requires it.
void put_kept(Document *out, const PolicyFacts &policy) {
    put_period(out, policy.keep_for);
    if (policy.must_keep_for != nullptr || !is_given(policy.reference)) return;
    out->text(" (");
    out->text(policy.reference);
    out->text(")");
}

void put_floor(Document *out, const PolicyFacts &policy) {
    if (policy.must_keep_for == nullptr) return;
    put_period(out, *policy.must_keep_for);
    if (is_given(policy.reference)) out->text(", "), out->text(policy.reference);
    if (policy.readers.empty()) return;
    out->text("; read by ");
    put_texts(out, policy.readers);
}

void write_policies(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Policy", "Rows",           "Data", "From", "Kept", "Then hidden, and still stored",
                              "Then",   "Required by law"};
    write_table(out, "Time limits", kHead, facts.policies, "None is set.", [&](const PolicyFacts &policy) {
        cell_of(out, [&] {
            out->text(policy.name);
            if (policy.mode != PolicyMode::kEnforce)
                out->text(policy.mode == PolicyMode::kOff ? " (switched off)" : " (only observed)");
            if (is_given(policy.unreached)) out->text(" (no row reaches it)");
        });
        cell_of(out, [&] {
            out->text(policy.table);
            if (is_given(policy.condition)) out->text(" where "), out->text(policy.condition);
        });
        cell_of(out, [&] {
            Series series = {out};
            for_each_category(policy.columns, [&](Text category) { series.add(category); });
        });
        cell_of(out, [&] { put_start(out, policy); });
        cell_of(out, [&] { put_kept(out, policy); });
        cell_of(out, [&] {
            if (is_zero(policy.quarantine_for)) return;
            put_period(out, policy.quarantine_for);
        });
        cell(out, policy.deletes ? "deleted" : "anonymised");
        cell_of(out, [&] { put_floor(out, policy); });
    });
}

bool has_column_periods(const Facts &facts) {
    for (const PolicyFacts &policy : facts.policies)
        for (const ColumnFacts &column : policy.columns)
            if (column.kept_for != nullptr) return true;
    return false;
}

void write_column_periods(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Policy", "Table", "Column", "Category", "Kept"};
    if (!has_column_periods(facts)) return;
    out->heading(3, "Columns that go before their rows");
    out->begin_table(kHead);
    for (const PolicyFacts &policy : facts.policies) {
        for (const ColumnFacts &column : policy.columns) {
            if (column.kept_for == nullptr) continue;
            out->begin_row();
            cell(out, policy.name);
            cell(out, column.table);
            cell(out, column.name);
            cell(out, column.category);
            cell_of(out, [&] { put_period(out, *column.kept_for); });
            out->end_row();
        }
    }
    out->end_table();
}

void write_own_records(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"Records", "Kept"};
    out->heading(3, "Records of this database about persons");
    out->begin_table(kHead);
    for (const OwnRecordFacts &record : facts.own_records) {
        Age age;
        const Text cells[] = {name_of(record.what), text_of(record, &age)};
        out->row(cells);
    }
    out->end_table();
}

void write_measures(Document *out, const Facts &facts) {
    const Texts stated = facts.controller == nullptr ? Texts() : facts.controller->measures;
    out->heading(2, "Security");
    if (facts.measures.empty() && stated.empty()) return out->paragraph("Nothing is known.");
    out->begin_list();
    for (const MeasureFacts &measure : facts.measures) {
        out->begin_item();
        out->text(sentence_of(measure.what));
        if (!measure.names.empty()) out->text(": "), put_texts(out, measure.names);
        out->text(".");
        out->end_item();
    }
    for (const Text text : stated) out->item(text);
    out->end_list();
}

void write_missing(Document *out, const Facts &facts) {
    constexpr Text kHead[] = {"What", "Name", "Detail"};
    write_table(out, "Not classified", kHead, facts.missing, "Nothing is missing that the database could tell.",
                [&](const MissingFacts &missing) {
                    cell(out, sentence_of(missing.what));
                    cell(out, missing.name);
                    cell(out, missing.detail);
                });
}

}  // namespace

void write_register(const Facts &facts, Sink sink, DocumentForm form) {
    Document document(sink, form);
    Document *out = &document;
    out->begin("en", "Register of processing activities");
    out->paragraph(
        "Article 30(1) of the General Data Protection Regulation. Written by the database from what it is configured to do.");
    write_controller(out, facts);
    write_purposes(out, facts);
    write_kinds(out, facts);
    write_categories(out, facts);
    write_recipients(out, facts);
    write_transfers(out, facts);
    write_places(out, facts);
    write_policies(out, facts);
    write_column_periods(out, facts);
    write_own_records(out, facts);
    write_measures(out, facts);
    write_missing(out, facts);
    out->end();
}

}  // namespace pg_retention::core
