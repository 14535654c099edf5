#include "policy/replicated.hpp"

#include "pg/names.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Publications that send all columns of the table, or of a partition of it, or of one that it is a partition of.
constexpr char kPublications[] =
    "SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(t.pubname), ', ') FROM pg_catalog.pg_publication_tables t "
    "JOIN pg_catalog.pg_namespace n ON n.nspname = t.schemaname JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename "
    "WHERE ($1 IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a) OR c.oid = $1) "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid "
    "WHERE p.pubname = t.pubname AND r.prrelid = c.oid AND r.prattrs IS NOT NULL)";

constexpr char kSubscriptions[] =
    "SELECT pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(s.subname), ', ') FROM pg_catalog.pg_subscription_rel r "
    "JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid "
    "WHERE r.srrelid = $1 OR $1 IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(r.srrelid) a)";

const char *names_of(const char *sql, Oid relid) {
    const SqlRows found = read_own(sql, relid);
    return found.n > 0 ? found.first().text(1) : nullptr;
}

}  // namespace

void warn_of_replication(Oid relid) {
    connect_spi();
    const char *publications = names_of(kPublications, relid);
    const char *subscriptions = names_of(kSubscriptions, relid);
    if (publications != nullptr)
        ereport(WARNING,
                (errmsg("table \"%s\" gets a clock, which is sent to subscribers of %s", get_rel_name(relid), publications),
                 errdetail("One whose table has no column for it stops at the next change."),
                 errhint("Roll back and give the publication a list of columns, or have subscribers add a column "
                         "retention_clock, of type text where they have not this extension.")));
    if (subscriptions != nullptr)
        ereport(WARNING, (errmsg("table \"%s\" is written by subscription %s", get_rel_name(relid), subscriptions),
                          errdetail("A change that comes for a row that is held, restricted or must be kept may be refused, and "
                                    "the subscription stops there. Without a primary key or REPLICA IDENTITY USING INDEX, and "
                                    "without clocks from the publisher, other changes than inserts find no row, and are lost."),
                          errhint("Publish without deletes and truncates, WITH (publish = 'insert, update'), or be ready for "
                                  "ALTER SUBSCRIPTION ... SKIP.")));
    SPI_finish();
}

}  // namespace pg_retention
