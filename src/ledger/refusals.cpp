#include "ledger/refusals.hpp"

#include "pg/guard.hpp"
#include "pg/time.hpp"
#include "pg/security.hpp"
#include "pg/shared_memory.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

struct Refusal {
    Oid database;  // invalid: the place is free
    Oid relid;
    int64 refusals;
    TimestampTz last;
    char purpose[256];  // a longer name is cut
    char reason[16];
};

// Tables, purposes and reasons that differ; what has no place stands in the server log alone.
constexpr int kPlaces = 256;
struct Refused {
    int64 lost;
    Refusal places[kPlaces];
};

constinit Refused *refused = nullptr;
constinit LWLock *lock = nullptr;

void attach(void *memory, LWLock *its_lock, bool) {
    refused = static_cast<Refused *>(memory);
    lock = its_lock;
}

bool is_same(const Refusal &a, const Refusal &b) {
    return a.database == b.database && a.relid == b.relid && strcmp(a.purpose, b.purpose) == 0 && strcmp(a.reason, b.reason) == 0;
}

// Its own place, or a free one; null: there is none.
Refusal *place_of(const Refusal &one) {
    Refusal *free_place = nullptr;
    for (Refusal &place : refused->places) {
        if (is_same(place, one)) return &place;
        if (place.database == InvalidOid && free_place == nullptr) free_place = &place;
    }
    if (free_place != nullptr) *free_place = one;
    return free_place;
}

// Those of this database, in the caller's memory. takes: they are counted anew from then on.
int left_here(Refusal *found, bool takes, int64 *lost) {
    int n = 0;
    if (refused == nullptr) return 0;
    LWLockAcquire(lock, takes ? LW_EXCLUSIVE : LW_SHARED);
    for (Refusal &place : refused->places) {
        if (place.database != MyDatabaseId) continue;
        found[n++] = place;
        if (takes) place.database = InvalidOid;
    }
    *lost = refused->lost;
    if (takes) refused->lost = 0;
    LWLockRelease(lock);
    return n;
}

void put_left(const ReturnSetInfo *result) {
    auto *found = static_cast<Refusal *>(palloc(sizeof(Refusal) * kPlaces));
    int64 lost = 0;
    const int n = left_here(found, false, &lost);
    for (int i = 0; i < n; ++i) {
        Datum values[] = {ObjectIdGetDatum(found[i].relid), CStringGetTextDatum(found[i].purpose),
                          CStringGetTextDatum(found[i].reason), Int64GetDatum(found[i].refusals),
                          TimestampTzGetDatum(found[i].last)};
        bool nulls[5] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
}

}  // namespace

void note_refusal(Oid relid, const char *purpose, const char *reason) {
    Refusal one = {};
    if (refused == nullptr) return;
    one.database = MyDatabaseId;
    one.relid = relid;
    const int length = pg_mbcliplen(purpose, static_cast<int>(strlen(purpose)), static_cast<int>(sizeof one.purpose) - 1);
    std::memcpy(one.purpose, purpose, length);
    strlcpy(one.reason, reason, sizeof one.reason);
    const TimestampTz now = retention_now();
    LWLockAcquire(lock, LW_EXCLUSIVE);
    Refusal *place = place_of(one);
    if (place == nullptr) {
        ++refused->lost;
    } else {
        ++place->refusals;
        place->last = Max(place->last, now);
    }
    LWLockRelease(lock);
}

void record_refusals() {
    auto *found = static_cast<Refusal *>(palloc(sizeof(Refusal) * kPlaces));
    int64 lost = 0;
    const int n = left_here(found, true, &lost);
    const Oid table = get_relname_relid("refused_messages", get_namespace_oid("retention", false));
    for (int i = 0; i < n; ++i)
        write_as(
            owner_of(table),
            "INSERT INTO retention.refused_messages AS r (relation, purpose, reason, refusals, last_at) "
            "SELECT c.oid, $2, $3, $4, $5 FROM pg_catalog.pg_class c WHERE c.oid = $1 ON CONFLICT (relation, purpose, reason) "
            "DO UPDATE SET refusals = r.refusals + excluded.refusals, last_at = greatest(r.last_at, excluded.last_at)",
            found[i].relid, found[i].purpose, found[i].reason, found[i].refusals, at(found[i].last));
    if (lost > 0)
        ereport(LOG, (errmsg("pg_retention: " INT64_FORMAT " refusals of messages stand in the server log only", lost)));
    pfree(found);
}

void init_refusals() { share_memory({"pg_retention refusals", sizeof(Refused), true, attach}); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_refusals_left) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::put_left(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    return static_cast<Datum>(0);
}
