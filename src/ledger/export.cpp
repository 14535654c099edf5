// The ledger and the configuration as lines of JSON. docs/formats.md says how they are verified without the extension.
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "funcapi.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// Restrictions, statements and erasures name persons: they are no part of it. Objects of the subjects have a word "kind" of their own.
constexpr char kLines[] =
    "SELECT line::pg_catalog.text FROM ("
    "SELECT 1 AS part, 0 AS n, jsonb_build_object('kind', 'database', 'database', current_database(), 'encoding', getdatabaseencoding(), "
    "'extension', (SELECT extversion FROM pg_extension WHERE extname = 'pg_retention'), 'exported_at', clock_timestamp(), "
    "'formats', (SELECT jsonb_object_agg(name, version) FROM retention.disk_format), 'head', retention.ledger_head(), "
    "'mark', (SELECT format('%s:%s', entry_id, encode(hash, 'hex')) FROM retention.ledger_mark ORDER BY entry_id DESC LIMIT 1), "
    "'verified', (SELECT to_jsonb(v) FROM retention.verify_ledger() v)) AS line "
    "UNION ALL SELECT 2, policy_id, jsonb_build_object('kind', 'policy') || to_jsonb(p) FROM retention.policy p "
    "UNION ALL SELECT 3, row_number() OVER (ORDER BY relation, column_name), jsonb_build_object('kind', 'personal_column') || to_jsonb(p) "
    "FROM retention.personal_columns p "
    "UNION ALL SELECT 4, row_number() OVER (ORDER BY kind), "
    "to_jsonb(k) || jsonb_build_object('kind', 'subject_kind', 'subject', kind) FROM retention.subject_kind k "
    "UNION ALL SELECT 5, row_number() OVER (ORDER BY kind, relation, path), "
    "to_jsonb(l) || jsonb_build_object('kind', 'subject_link', 'subject', kind) FROM retention.subject_link l "
    "UNION ALL SELECT 6, 0, jsonb_build_object('kind', 'controller') || to_jsonb(c) FROM retention.controller c "
    "UNION ALL SELECT 7, row_number() OVER (ORDER BY view), jsonb_build_object('kind', 'left_out_view') || to_jsonb(o) "
    "FROM retention.left_out_view o "
    "UNION ALL SELECT 8, entry_id, jsonb_build_object('kind', 'entry') || to_jsonb(e) || jsonb_build_object("
    "'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'previous', encode(previous, 'hex'), "
    "'hash', encode(hash, 'hex')) FROM retention.ledger e"
    ") x ORDER BY part, n";

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_export_ledger) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const Oid ledger = get_relname_relid("ledger", get_namespace_oid("retention", false));
    pg_retention::connect_spi();
    pg_retention::for_each_portion(pg_retention::owner_of(ledger), pg_retention::kKeptReading, pg_retention::kLines, {},
                                   [result](const pg_retention::SqlRows &rows) {
                                       for (const pg_retention::SqlRow row : rows) {
                                           Datum line = row.datum(1);
                                           bool isnull = false;
                                           tuplestore_putvalues(result->setResult, result->setDesc, &line, &isnull);
                                       }
                                   });
    SPI_finish();
    return static_cast<Datum>(0);
}
