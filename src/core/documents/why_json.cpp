// Why rows are still there, as JSON.
#include "core/data/vocabulary.hpp"
#include "core/documents/json.hpp"
#include "core/documents/why.hpp"

namespace pg_retention::core {

namespace {

// Two digits from the end on, and so back.
void put_two(char *to, int64_t number) noexcept {
    to[0] = static_cast<char>('0' + number / 10 % 10);
    to[1] = static_cast<char>('0' + number % 10);
}

// "2030-12-31T23:00:00Z", to the second.
void write_instant(Json *json, Micros at) {
    Micros day = at / kMicrosPerDay;
    if (at % kMicrosPerDay < 0) --day;
    const Date date = date_of(static_cast<Day>(day) + kEpochDay);
    const int64_t second = (at - day * kMicrosPerDay) / kMicrosPerSecond;
    char text[] = "0000-00-00T00:00:00Z";
    put_two(text, date.year / 100), put_two(text + 2, date.year), put_two(text + 5, date.month), put_two(text + 8, date.day);
    put_two(text + 11, second / 3600), put_two(text + 14, second / 60 % 60), put_two(text + 17, second % 60);
    json->text({text, sizeof text - 1});
}

void field(Json *json, std::string_view name, const Moment &moment) {
    json->key(name);
    if (!comes(moment)) return json->null();
    json->begin_object();
    json->key("instant");
    if (moment.is_day)
        json->null();
    else
        write_instant(json, moment.at);
    json->field("local", moment.local);
    json->end_object();
}

void field(Json *json, std::string_view name, int64_t number) { json->key(name), json->number(number); }

void field_raw(Json *json, std::string_view name, Text value) {
    json->key(name);
    is_given(value) ? json->raw(value) : json->null();
}

template <typename T, typename Write>
void list(Json *json, std::string_view name, std::span<const T> all, const Write &write) {
    json->key(name);
    json->begin_list();
    for (const T &one : all) {
        json->begin_object();
        write(one);
        json->end_object();
    }
    json->end_list();
}

void write_flags(Json *json, const RowFacts &row) {
    struct Flag {
        uint8_t flag;
        std::string_view word;
    };
    constexpr Flag kFlags[] = {{kHeld, "held"},        {kRestricted, "restricted"}, {kAnonymised, "anonymised"},
                               {kKept, "kept"},        {kAwaiting, "awaiting"},     {kLate, "late"},
                               {kOrphaned, "orphaned"}};
    json->key("flags");
    json->begin_list();
    for (const Flag &flag : kFlags)
        if (has_flag(row, flag.flag)) json->text(flag.word);
    json->end_list();
}

void write_terms(Json *json, const RowFacts &row) {
    const RowTerms *terms = row.terms;
    json->key("policy");
    if (terms == nullptr) return json->null();
    json->begin_object();
    json->field("name", terms->name);
    field(json, "number", terms->number);
    json->field("timezone", terms->timezone);
    json->field_is("acts", terms->acts);
    json->field("action", terms->deletes ? "delete" : "anonymise");
    json->field("if_referenced", terms->anonymises_if_referenced ? "anonymise" : "block");
    json->field("starts_when", terms->starts_all ? "all" : "any");
    json->field("keep_for", &terms->keep_for);
    json->field("quarantine_for", &terms->quarantine_for);
    json->field("must_keep_for", terms->must_keep_for);
    json->key("reference");
    if (is_given(terms->reference))
        json->text(terms->reference);
    else
        json->null();
    json->end_object();
}

void write_dates(Json *json, const RowFacts &row) {
    field(json, "start", row.start);
    field(json, "hidden_from", row.hidden);
    field(json, "due_from", row.due);
    field(json, "released_from", row.released);
    json->field_is("mandatory", row.is_mandatory);
    field(json, "goes_from", row.goes);
}

void write_blocked(Json *json, const BlockedRow *blocked) {
    json->key("blocked");
    if (blocked == nullptr) return json->null();
    json->begin_object();
    json->field("cause", blocked->cause);
    field(json, "attempts", blocked->attempts);
    json->field_is("columns_only", blocked->columns_only);
    field(json, "since", blocked->since);
    field(json, "again", blocked->again);
    json->end_object();
}

void write_coming(Json *json, const RowFacts &row) {
    json->key("will_happen");
    json->begin_list();
    Coming next = {};
    for (size_t i = 0; coming(row, i, &next); ++i) {
        json->begin_object();
        json->field("what", name_of(next.event));
        if (next.event == Event::kColumn) json->field("column", next.column);
        field(json, "from", next.at);
        json->end_object();
    }
    json->end_list();
    json->key("would_change_it");
    json->begin_list();
    for (size_t i = 0; i < count_of<Change>(); ++i)
        if (would_change(row, static_cast<Change>(i))) json->text(name_of(static_cast<Change>(i)));
    json->end_list();
}

void write_what_governs(Json *json, const RowFacts &row) {
    list(json, "policies", row.policies, [json](const StandingPolicy &policy) {
        json->field("name", policy.name);
        field(json, "number", policy.number);
        field(json, "priority", policy.priority);
        json->field("standing", name_of(policy.standing));
    });
    list(json, "starts", row.starts, [json](const RowStart &start) {
        json->field("path", start.path);
        json->field("table", start.table);
        json->field("column", start.column);
        json->field("way", name_of(start.end));
        field(json, "at", start.at);
        json->field_is("counts", start.counts);
    });
}

void write_what_keeps(Json *json, const RowFacts &row) {
    list(json, "holds", row.holds, [json](const RowHold &hold) {
        field(json, "number", hold.number);
        json->field("name", hold.name);
        json->field("ground", hold.ground);
        field(json, "since", hold.since);
        json->field("review", hold.review);
        json->field_is("overdue", hold.is_overdue);
    });
    list(json, "restrictions", row.restrictions, [json](const RowRestriction &restriction) {
        field(json, "number", restriction.number);
        field(json, "since", restriction.since);
    });
    list(json, "references", row.references, [json](const RowReference &reference) {
        json->field("table", reference.table);
        json->field("key", reference.key);
        json->key("rows");
        reference.rows < 0 ? json->null() : json->number(reference.rows);
        json->field_is("goes_along", reference.goes_along);
    });
    list(json, "held_up", row.holdups, [json](const RowHoldup &holdup) {
        json->field("what", name_of(holdup.what));
        json->key("detail");
        is_given(holdup.detail) ? json->text(holdup.detail) : json->null();
        field(json, "at", holdup.until);
    });
    write_blocked(json, row.blocked);
    list(json, "columns", row.columns, [json](const RowColumn &column) {
        json->field("column", column.name);
        json->field("category", column.category);
        json->field("keep_for", &column.period);
        json->field_is("required_by_law", column.required_by_law);
        json->field_is("done", column.is_done);
        field(json, "from", column.from);
        field(json, "waits_until", column.waits);
    });
}

void write_row(Json *json, const RowFacts &row) {
    json->begin_object();
    json->field("table", row.table);
    field_raw(json, "key", row.key);
    json->field_is("governed", row.is_governed);
    if (row.is_governed) {
        field(json, "asked_at", row.asked);
        json->field("timezone", row.timezone);
        json->field("state", name_of(row.state));
        write_flags(json, row);
        json->field_is("hidden", row.is_hidden);
        field(json, "since", row.since);
        write_terms(json, row);
        write_what_governs(json, row);
        write_dates(json, row);
        write_what_keeps(json, row);
        write_coming(json, row);
    }
    json->end_object();
}

}  // namespace

void write_why_json(const RowFacts &row, Sink sink) {
    Json json(sink);
    write_row(&json, row);
}

void write_why_json(const PersonRows &person, Sink sink) {
    Json json(sink);
    json.begin_lines('{');
    json.field("kind", person.kind);
    field_raw(&json, "key", person.key);
    json.key("rows");
    json.begin_lines('[');
    for (const RowFacts &row : person.rows) write_row(&json, row);
    json.end_lines(']');
    field(&json, "more", person.more);
    list(&json, "not_told", person.untold, [&json](const UntoldTable &table) {
        json.field("table", table.table);
        json.field("why", name_of(table.why));
    });
    json.end_lines('}');
}

}  // namespace pg_retention::core
