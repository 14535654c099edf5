#include "contact/stopped.hpp"

#include "schema/own.hpp"

namespace pg_retention {

namespace {

constexpr How kKeptLatest = {PlanKind::kKept, Sees::kLatest, 0, false};

void add_stopped(List **list, const SqlRows &rows, Stop why) {
    for (const SqlRow row : rows) {
        auto *stopped = static_cast<Stopped *>(palloc(sizeof(Stopped)));
        *stopped = Stopped{row.text(1), why};
        *list = lappend(*list, stopped);
    }
    rows.free();
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
}

void for_each_consenting(const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument) {
    for_each_key(
        "SELECT c.key::pg_catalog.text FROM retention.standing_consent c WHERE c.purpose = $1 AND c.kind = $2 AND c.given",
        purpose, kind, consumer, argument);
}

}  // namespace pg_retention
