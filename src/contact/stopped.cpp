#include "contact/stopped.hpp"

#include "requests/wishes.hpp"
#include "schema/own.hpp"
#include "subject/along.hpp"
#include "subject/keys.hpp"

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

const Model &model_for(const Question &question) {
    if (question.model == nullptr) question.model = load_model();
    return *question.model;
}

// Who was erased, is there again, and had objected.
void add_objected_before(List **list, const Question &question, Datum keys) {
    if (!any_objected_before(question.purpose)) return;
    const Model &model = model_for(question);
    const Kind *kind = kind_named(model, question.kind);
    Datum *texts = nullptr;
    const int n = elements_of(keys, TEXTOID, &texts);
    for (int i = 0; i < n; ++i) texts[i] = DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(texts[i])));
    ListCell *cell = nullptr;
    foreach (cell, objected_before(model, *kind, set_of_records(*kind, texts, n), question.purpose))
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

void for_each_key(const char *sql, const Question &question, KeyConsumer consumer, void *argument) {
    Parameters parameters = {};
    (void) add_parameter(&parameters, sql_value(question.purpose));
    (void) add_parameter(&parameters, sql_value(question.kind));
    for_each_portion(extension_owner(), kKeptLatest, sql, parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) consumer(argument, row.text(1));
    });
}

}  // namespace

const char *name_of(Stop stop) { return stop == Stop::kObjection ? "objection" : "no consent"; }

List *stopped_among(const Question &question, Datum keys) {
    List *stopped = NIL;
    const SqlValue of = typed(TEXTARRAYOID, keys);
    // One by one, by the index, whatever statistics there are.
    add_stopped(
        &stopped,
        run_as(
            extension_owner(), kKeptLatest,
            "SELECT DISTINCT k.key FROM pg_catalog.unnest($3) AS k (key) WHERE (SELECT true FROM retention.standing_objection o "
            "WHERE o.kind = $2 AND o.key = k.key::pg_catalog.jsonb AND o.purpose = $1 LIMIT 1)",
            question.purpose, question.kind, of),
        Stop::kObjection);
    add_objected_before(&stopped, question, keys);
    if (!question.asks_consent) return stopped;
    // As retention.standing_consent has it.
    add_stopped(
        &stopped,
        run_as(extension_owner(), kKeptLatest,
               "SELECT DISTINCT k.key FROM pg_catalog.unnest($3) AS k (key) WHERE (SELECT c.given FROM retention.consent c "
               "WHERE c.kind = $2 AND c.key = k.key::pg_catalog.jsonb AND c.purpose = $1 ORDER BY c.consent_id DESC LIMIT 1) "
               "IS NOT TRUE",
               question.purpose, question.kind, of),
        Stop::kNoConsent);
    return stopped;
}

void for_each_objecting(const Question &question, KeyConsumer consumer, void *argument) {
    for_each_key("SELECT o.key::pg_catalog.text FROM retention.standing_objection o WHERE o.purpose = $1 AND o.kind = $2 "
                 "AND o.key IS NOT NULL",
                 question, consumer, argument);
    if (!any_objected_before(question.purpose)) return;
    const Model &model = model_for(question);
    Forward forward = {consumer, argument};
    for_each_objected_before(model, *kind_named(model, question.kind), question.purpose, pass_on, &forward);
}

void for_each_consenting(const Question &question, KeyConsumer consumer, void *argument) {
    for_each_key(
        "SELECT c.key::pg_catalog.text FROM retention.standing_consent c WHERE c.purpose = $1 AND c.kind = $2 AND c.given",
        question, consumer, argument);
}

}  // namespace pg_retention
