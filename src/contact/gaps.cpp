// What the caps do not reach in tables of messages, by what ANALYZE found there.
#include "contact/log.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

void put(const ReturnSetInfo *result, Oid relid, const char *kind, const char *detail, const char *hint) {
    Datum values[4] = {ObjectIdGetDatum(relid), CStringGetTextDatum(kind), CStringGetTextDatum(detail),
                       CStringGetTextDatum(hint)};
    bool nulls[4] = {};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

SqlRows statistics_of(Oid relid, const char *column, const char *what) {
    return read_own(
        psprintf(
            "SELECT %s FROM pg_catalog.pg_class c JOIN pg_catalog.pg_stats s ON s.schemaname = c.relnamespace::pg_catalog.regnamespace::pg_catalog.text "
            "AND s.tablename = c.relname WHERE c.oid = $1 AND s.attname = $2 ORDER BY s.inherited DESC LIMIT 100",
            what),
        relid, column);
}

void put_unknown_purposes(const ReturnSetInfo *result, const ContactLog &log, List *purposes) {
    const SqlRows rows =
        statistics_of(log.relid, log.purpose_column,
                      "DISTINCT pg_catalog.unnest(s.most_common_vals::pg_catalog.text::pg_catalog.text[]), s.inherited");
    for (const SqlRow row : rows)
        if (!row.is_null(1) && purpose_named(purposes, row.text(1)) == nullptr)
            put(result, log.relid, "messages for no purpose",
                psprintf("column %s has messages for \"%s\", which no purpose is called: they have no cap",
                         quote_identifier(log.purpose_column), row.text(1)),
                "Write the purpose into retention.purpose, with its caps, or none.");
    rows.free();
}

// Where a message has no key that leads on.
void put_leading_nowhere(const ReturnSetInfo *result, const ContactLog &log) {
    LinkPath path;
    Problem problem = {};
    if (!resolve_link(log.relid, log.path, load_kind(log.kind)->relid, &path, &problem) || path.n_steps == 0) return;
    const char *column = get_attname(log.relid, path.steps[0].near_columns[0], false);
    const SqlRows rows = statistics_of(log.relid, column, "s.null_frac::pg_catalog.float8 > 0");
    if (rows.n > 0 && rows.first().get<bool>(1))
        put(result, log.relid, "messages to nobody",
            psprintf("rows without %s lead to nobody: they have no cap", quote_identifier(column)),
            "Write the person into them, or register another path.");
    rows.free();
}

void put_all(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    connect_spi();
    List *purposes = read_purposes();
    ListCell *cell = nullptr;
    foreach (cell, contact_logs_of(InvalidOid)) {
        const auto *log = static_cast<const ContactLog *>(lfirst(cell));
        if (get_rel_name(log->relid) == nullptr) continue;
        if (log->purpose_column != nullptr) put_unknown_purposes(result, *log, purposes);
        put_leading_nowhere(result, *log);
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_messages_not_counted) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::put_all(fcinfo);
    return static_cast<Datum>(0);
}
