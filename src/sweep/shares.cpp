#include "sweep/shares.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/sql.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "storage/lock.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// A small table has no share worth the name.
constexpr int64 kAlways = 1000;

// Of sweeps alone; two that count at once would each take the share.
void lock_share(Oid top) {
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, top, 2);
    (void) LockAcquire(&tag, ExclusiveLock, false, false);
}

constexpr char kLeftToday[] =
    "SELECT greatest(most - taken, 0) FROM retention.table_share WHERE relation = $1 AND since BETWEEN $2 - interval '1 day' + interval '1 microsecond' AND $2 + interval '1 day'";

// A new day begins, and the table is looked at again.
int64 begin_day(Oid top) {
    return own("INSERT INTO retention.table_share (relation, since, most) VALUES ($1, $2, $3) "
               "ON CONFLICT (relation) DO UPDATE SET since = excluded.since, most = excluded.most, taken = 0 RETURNING most",
               top, at(retention_now()), most_of_table(top))
        .first()
        .get<int64>(1);
}

}  // namespace

bool shares_are_limited() { return settings::max_share < 1; }

// By what ANALYZE or the size of the files says.
int64 most_of_table(Oid relid) {
    double rows = 0;
    ListCell *cell = nullptr;
    const Oid top = topmost(relid);
    // What inherits from a table without being a part of it has policies of its own.
    foreach (cell, get_rel_relkind(top) == RELKIND_PARTITIONED_TABLE ? leaves_of(top) : list_make1_oid(top))
        rows += expect_as(owner_of(lfirst_oid(cell)), psprintf("SELECT FROM ONLY %s", qualified_name(lfirst_oid(cell))));
    return Max(static_cast<int64>(settings::max_share * rows), kAlways);
}

int64 most_today(Oid relid) {
    const SqlRows row = own("SELECT most FROM retention.table_share WHERE relation = $1", topmost(relid));
    const int64 most = row.n > 0 ? row.first().get<int64>(1) : most_of_table(relid);
    row.free();
    return most;
}

int64 left_of_table_now(Oid relid) {
    const SqlRows today = read_own(kLeftToday, topmost(relid), at(retention_now()));
    return today.n == 0 ? most_of_table(relid) : today.first().get<int64>(1);
}

// A day that was never is none: time that went backwards begins none.
int64 left_of_table(Oid relid) {
    const Oid top = topmost(relid);
    lock_share(top);
    const SqlRows today = own(kLeftToday, top, at(retention_now()));
    const int64 left = today.n > 0 ? today.first().get<int64>(1) : begin_day(top);
    today.free();
    return left > 0 ? left : raise_share(top);
}

int64 raise_share(Oid relid) {
    return own("UPDATE retention.table_share SET most = greatest(most, $2) WHERE relation = $1 RETURNING greatest(most - taken, 0)",
               topmost(relid), most_of_table(relid))
        .first()
        .get<int64>(1);
}

void add_to_share(Oid relid, int64 rows) {
    if (rows > 0) own("UPDATE retention.table_share SET taken = taken + $2 WHERE relation = $1", topmost(relid), rows);
}

void forget_shares() {
    own("DELETE FROM retention.table_share s WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = s.relation)");
}

}  // namespace pg_retention
