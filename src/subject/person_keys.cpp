#include "subject/person_keys.hpp"

#include "pg/invalidation.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

struct Known {
    Oid relid;
    bool valid;
    Bitmapset *columns;
};

constinit HTAB *known = nullptr;
constinit Oid kinds_table = InvalidOid;

// Nothing is freed here: whoever asked may still look at it.
void forget(Datum, Oid relid) {
    if (known == nullptr) return;
    if (OidIsValid(relid) && relid != kinds_table) {
        auto *entry = static_cast<Known *>(hash_search(known, &relid, HASH_FIND, nullptr));
        if (entry != nullptr) entry->valid = false;
        return;
    }
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, known);
    while (auto *entry = static_cast<Known *>(hash_seq_search(&scan))) entry->valid = false;
}

Known *entry_of(Oid relid) {
    if (known == nullptr) {
        HASHCTL control = {};
        control.keysize = sizeof(Oid);
        control.entrysize = sizeof(Known);
        known = hash_create("pg_retention keys of persons", 16, &control, HASH_ELEM | HASH_BLOBS);
    }
    bool found = false;
    auto *entry = static_cast<Known *>(hash_search(known, &relid, HASH_ENTER, &found));
    if (!found) *entry = Known{relid, false, nullptr};
    return entry;
}

Bitmapset *read_columns(Oid relid) {
    Bitmapset *columns = nullptr;
    connect_spi();
    const SqlRows rows = own(
        "SELECT DISTINCT c.name::pg_catalog.text FROM retention.subject_kind k CROSS JOIN LATERAL pg_catalog.unnest(k.key) c (name) "
        "WHERE k.relation IN (WITH RECURSIVE up (relid) AS (SELECT $1 UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i "
        "JOIN up ON up.relid = i.inhrelid) SELECT up.relid FROM up)",
        relid);
    for (const SqlRow row : rows) {
        const AttrNumber column = get_attnum(relid, row.text(1));
        if (column > 0) columns = bms_add_member(columns, column);
    }
    SPI_finish();
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    columns = bms_copy(columns);
    MemoryContextSwitchTo(before);
    return columns;
}

}  // namespace

const Bitmapset *person_key_columns(Oid relid) {
    Known *entry = entry_of(relid);
    if (entry->valid) return entry->columns;
    kinds_table = get_relname_relid("subject_kind", extension()->schema);
    // What is invalidated while it is read is read again.
    entry->valid = true;
    Bitmapset *columns = read_columns(relid);
    bms_free(entry->columns);
    entry->columns = columns;
    return columns;
}

void init_person_keys() { watch_relations(forget); }

}  // namespace pg_retention
