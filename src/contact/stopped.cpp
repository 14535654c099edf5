#include "contact/stopped.hpp"

#include "contact/log.hpp"
#include "requests/wishes.hpp"
#include "schema/own.hpp"

namespace pg_retention {

namespace {

void add_stopped(List **list, const char *key, Stop why) {
    auto *stopped = static_cast<Stopped *>(palloc(sizeof(Stopped)));
    *stopped = Stopped{key, why};
    *list = lappend(*list, stopped);
}

void add_stopped(List **list, const SqlRows &rows, Stop why) {
    for (const SqlRow row : rows) add_stopped(list, row.text(1), why);
    rows.free();
}

// Who was erased, is there again, and had objected.
void add_objected_before(List **list, const Purpose &purpose, const char *kind_name, Datum keys) {
    if (!any_objected_before(purpose.name)) return;
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, kind_name);
    Datum *texts = nullptr;
    const int n = elements_of(keys, TEXTOID, &texts);
    for (int i = 0; i < n; ++i) texts[i] = DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(texts[i])));
    ListCell *cell = nullptr;
    foreach (cell, objected_before(*model, *kind, set_of_records(*kind, texts, n), purpose.name))
        add_stopped(list, canonical_key(static_cast<const char *>(lfirst(cell))), Stop::kObjection);
}

struct Forward {
    KeyConsumer consumer;
    void *argument;
};

void pass_on(void *argument, const char *key) {
    const auto *forward = static_cast<const Forward *>(argument);
    forward->consumer(forward->argument, canonical_key(key));
}

void for_each_key(const char *sql, const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument) {
    Parameters parameters = {};
    (void) add_parameter(&parameters, sql_value(purpose.name));
    (void) add_parameter(&parameters, sql_value(kind));
    for_each_portion(extension_owner(), kKeptReading, sql, parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) consumer(argument, row.text(1));
    });
}

}  // namespace

const char *name_of(Stop stop) { return stop == Stop::kObjection ? "objection" : "no consent"; }

List *stopped_among(const Purpose &purpose, const char *kind, Datum keys) {
    List *stopped = NIL;
    const SqlValue of = typed(TEXTARRAYOID, keys);
    add_stopped(&stopped,
                run_as(extension_owner(), kKeptLatest,
                       "SELECT DISTINCT k.key FROM pg_catalog.unnest($3) AS k (key) JOIN retention.standing_objection o "
                       "ON o.key = k.key::pg_catalog.jsonb WHERE o.purpose = $1 AND o.kind = $2",
                       purpose.name, kind, of),
                Stop::kObjection);
    add_objected_before(&stopped, purpose, kind, keys);
    if (!purpose.asks_consent) return stopped;
    // As retention.standing_consent has it, by the index.
    add_stopped(
        &stopped,
        run_as(extension_owner(), kKeptLatest,
               "SELECT DISTINCT k.key FROM pg_catalog.unnest($3) AS k (key) WHERE (SELECT c.given FROM retention.consent c "
               "WHERE c.kind = $2 AND c.key = k.key::pg_catalog.jsonb AND c.purpose = $1 ORDER BY c.consent_id DESC LIMIT 1) "
               "IS NOT TRUE",
               purpose.name, kind, of),
        Stop::kNoConsent);
    return stopped;
}

void for_each_objecting(const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument) {
    for_each_key("SELECT o.key::pg_catalog.text FROM retention.standing_objection o WHERE o.purpose = $1 AND o.kind = $2 "
                 "AND o.key IS NOT NULL",
                 purpose, kind, consumer, argument);
    if (!any_objected_before(purpose.name)) return;
    const Model *model = load_model();
    Forward forward = {consumer, argument};
    for_each_objected_before(*model, *kind_named(*model, kind), purpose.name, pass_on, &forward);
}

void for_each_consenting(const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument) {
    for_each_key(
        "SELECT c.key::pg_catalog.text FROM retention.standing_consent c WHERE c.purpose = $1 AND c.kind = $2 AND c.given",
        purpose, kind, consumer, argument);
}

}  // namespace pg_retention
