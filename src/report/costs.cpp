// How long it takes, and how much WAL it writes: guesses, with what they are made from.
#include "report/preview.hpp"

#include "schema/own.hpp"

namespace pg_retention {

namespace {

// Rows a second, where no run has told: what one does that pauses as a worker does.
constexpr double kAssumed = 10000;

// Bytes of WAL for a row that is deleted, and besides for one that is written anew, and for its entry in an index.
constexpr double kDeletedBytes = 60;
constexpr double kWrittenBytes = 100;
constexpr double kIndexBytes = 80;

// By the last runs in which enough rows of the policy went, with their pauses; 0: there is none. For one that is called no time passes, for
// it is one statement.
double rows_per_second(int16_t policy_id) {
    const SqlRows found = own(
        "SELECT sum(r.n)::float8 / sum(extract(epoch FROM r.took))::float8 FROM (SELECT s.finished_at - s.started_at AS took, "
        "(SELECT sum(l.row_count) FROM retention.ledger l WHERE l.entry_id > (SELECT max(m.entry_id) FROM retention.ledger m) - 10000 "
        "AND l.policy_id = $1 AND l.action IN ('deleted', 'anonymised') AND l.at BETWEEN s.started_at AND s.finished_at) AS n "
        "FROM retention.sweep_run s WHERE s.finished_at > s.started_at AND s.deleted + s.anonymised >= 1000 "
        "ORDER BY s.run_id DESC LIMIT 10) r WHERE r.n >= 1000",
        policy_id);
    return found.first().is_null(1) ? 0 : DatumGetFloat8(found.first().datum(1));
}

struct Table {
    double pages;
    double rows;
    double indexes;
    bool writes_pages;  // as a whole, once after each checkpoint
};

Table table_of(const Preview &preview) {
    auto *leaves = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(list_length(preview.leaves) + 1)));
    ListCell *cell = nullptr;
    foreach (cell, preview.leaves) leaves[foreach_current_index(cell)] = ObjectIdGetDatum(lfirst_oid(cell));
    const SqlRow found = own("SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::float8 / current_setting('block_size')::float8, "
                             "coalesce(sum(greatest(c.reltuples, 0)), 0)::float8, "
                             "coalesce(max((SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid)), 0)::float8, "
                             "current_setting('full_page_writes')::boolean FROM pg_class c WHERE c.oid = ANY ($1)",
                             typed(OIDARRAYOID, array_of(leaves, list_length(preview.leaves), OIDOID)))
                             .first();
    return {DatumGetFloat8(found.datum(1)), DatumGetFloat8(found.datum(2)), DatumGetFloat8(found.datum(3)), found.get<bool>(4)};
}

double wal_bytes(const Preview &preview, const Table &table, double rows) {
    const double width = table.rows > 0 ? table.pages * BLCKSZ / table.rows : kWrittenBytes;
    double a_row = kDeletedBytes;
    if (!deletes(preview.policy->action)) a_row += kWrittenBytes + width + table.indexes * kIndexBytes;
    return rows * a_row + (table.writes_pages ? Min(rows, table.pages) * BLCKSZ : 0);
}

}  // namespace

void preview_costs(const Preview &preview) {
    if (preview.due <= 0) return;
    const auto rows = static_cast<double>(preview.due);
    const double measured = rows_per_second(preview.policy->id);
    const double speed = measured > 0 ? measured : kAssumed;
    const Table table = table_of(preview);
    const SqlRow told =
        own("SELECT make_interval(secs => ceil($1))::text, pg_size_pretty($2::bigint)",
            typed(FLOAT8OID, Float8GetDatum(rows / speed)), typed(FLOAT8OID, Float8GetDatum(wal_bytes(preview, table, rows))))
            .first();
    put(preview, "estimate", "time", kNotCounted,
        psprintf("%s, at %.0f rows a second: %s", told.text(1), speed,
                 measured > 0 ? "so the last sweeps of the policy by a worker did" : "an assumption of what a worker does"));
    put(preview, "estimate", "WAL", kNotCounted,
        psprintf("%s%s; without what goes or changes by foreign keys and triggers", told.text(2),
                 table.writes_pages ? ", with each page of the table once as a whole" : ""));
}

}  // namespace pg_retention
