#include "requests/came_back.hpp"

#include "core/time/clock.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "requests/remember.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "storage/bufmgr.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// Of one transaction.
constexpr BlockNumber kBlocksAtOnce = 64;

struct Remembered {
    uint8 hash[kHashBytes];
    TimestampTz erased_at;
    List *prints;  // bytea *
};

struct Person {
    const char *key;  // JSON
    uint8 hash[kHashBytes];
};

// Those of the persons whose keys erased persons had.
HTAB *remembered_of(const ErasureKey &key, const Person *persons, uint64 n) {
    HASHCTL control = {};
    control.keysize = kHashBytes;
    control.entrysize = sizeof(Remembered);
    control.hcxt = CurrentMemoryContext;
    HTAB *remembered = hash_create("pg_retention returned", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    auto *hashes = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    for (uint64 i = 0; i < n; ++i) hashes[i] = PointerGetDatum(bytes_of(persons[i].hash, kHashBytes));
    const SqlRows found =
        read_own("SELECT hash, erased_at, prints FROM retention.erasure WHERE hash = ANY ($1) AND key_print = $2",
                 typed(BYTEAARRAYOID, array_of(hashes, static_cast<int>(n), BYTEAOID)), print_value(key));
    for (const SqlRow row : found) {
        bool known = false;
        Datum *prints = nullptr;
        auto *one =
            static_cast<Remembered *>(hash_search(remembered, VARDATA_ANY(DatumGetByteaPP(row.datum(1))), HASH_ENTER, &known));
        one->erased_at = row.get<int64>(2);
        one->prints = NIL;
        const int n_prints = elements_of(row.detoasted(3), BYTEAOID, &prints);
        for (int i = 0; i < n_prints; ++i) one->prints = lappend(one->prints, DatumGetByteaPP(prints[i]));
    }
    found.free();
    return remembered;
}

// Of a row that is read: its clock, its key, what it holds.
constexpr int kClock = 1, kKey = 2;

// A row that an erasure keeps is where it was.
bool is_kept(const SqlRow &row) { return (core::flags_of(row.get_or(kClock, core::kNoClock)) & core::kKept) != 0; }

// Calls body(key as JSON, when it was erased) with each of the rows that is an erased person's: it has the key, and something that told who
// that was. An anonymised row has the key alone.
template <typename F>
void for_each_returned(const ErasureKey &key, const Kind &kind, const SqlRows &rows, F body) {
    auto *persons = static_cast<Person *>(palloc_extended(sizeof(Person) * (rows.n + 1), MCXT_ALLOC_HUGE));
    for (uint64 i = 0; i < rows.n; ++i) {
        persons[i].key = key_in(kind, rows[i], kKey);
        hash_person(key, kind.relid, persons[i].key, persons[i].hash);
    }
    HTAB *remembered = remembered_of(key, persons, rows.n);
    for (uint64 i = 0; i < rows.n; ++i) {
        const auto *one = static_cast<const Remembered *>(hash_search(remembered, persons[i].hash, HASH_FIND, nullptr));
        if (one == nullptr || is_kept(rows[i])) continue;
        if (share_print(prints_of(key, kind, persons[i].key, rows[i], kKey + kind.n_keys).beside_key, one->prints))
            body(persons[i].key, one->erased_at);
    }
    hash_destroy(remembered);
}

// "SELECT ... FROM table t"; null: erasures of the kind cannot be remembered.
char *query_of_persons(const Model &model, const Kind &kind, const char *from) {
    const char *keys = canonical_keys(kind, false);
    if (keys == nullptr) return nullptr;
    StringInfoData sql;
    const bool governed = clock_column(kind.relid) != InvalidAttrNumber && !has_foreign_clock(kind.relid);
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s%s, %s", governed ? "t." : "", governed ? clock_name(kind.relid) : "NULL", keys);
    append_printed(&sql, model, kind);
    appendStringInfo(&sql, " FROM %s t WHERE true%s", from, and_is_person(kind));
    return sql.data;
}

// Under fixed settings, as keys and prints were written.
template <typename F>
void read_persons(Oid owner, const How &how, const char *sql, const Parameters &parameters, F body) {
    const int level = fix_writing();
    for_each_portion(owner, how, sql, parameters, body);
    restore_writing(level);
}

// A part of one table.
struct Round {
    Oid leaf;
    BlockNumber from;
    BlockNumber to;  // exclusive
    bool ends;       // nothing is behind it
    int64 found;
};

// Tables that came and went since.
void follow_tables(const Model &model) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.kinds) {
        const Oid relid = static_cast<const Kind *>(lfirst(cell))->relid;
        if (OidIsValid(get_rel_type_id(relid))) leaves = list_concat_unique_oid(leaves, leaves_of(relid));
    }
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(leaves) + 1)));
    int n = 0;
    foreach (cell, leaves) oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
    const SqlValue there = typed(OIDARRAYOID, array_of(oids, n, OIDOID));
    own("INSERT INTO retention.return_run (relation) SELECT pg_catalog.unnest($1) ON CONFLICT DO NOTHING", there);
    own("DELETE FROM retention.return_run WHERE relation <> ALL ($1)", there);
}

// First those whose round has begun, then those whose last one is longest ago; what failed comes last.
List *tables_in_turn(Engine *engine) {
    List *tables = NIL;
    begin_step(engine);
    const bool any = own("SELECT FROM retention.erasure LIMIT 1").n > 0 || own("SELECT FROM retention.return_run LIMIT 1").n > 0;
    // Kinds that no longer fit the schema must not keep the worker from the rest.
    ErrorData *error = any ? attempt([] { follow_tables(*load_model()); }) : nullptr;
    if (error != nullptr) note_problem(engine, "looking for erased persons", error);
    if (any && error == nullptr) {
        const SqlRows found =
            own("SELECT relation::oid FROM retention.return_run WHERE $2 OR round_started IS NOT NULL OR last_finished IS NULL "
                "OR last_finished <= $1::timestamptz - interval '1 day' "
                "ORDER BY problem IS NOT NULL, round_started IS NULL, last_finished NULLS FIRST, relation",
                at(retention_now()), engine->caller != Caller::kWorker);
        MemoryContext before = MemoryContextSwitchTo(engine->context);
        for (const SqlRow row : found) tables = lappend_oid(tables, row.get<Oid>(1));
        MemoryContextSwitchTo(before);
    }
    end_step(engine);
    return tables;
}

// False: the table is not there any more, or another session is at it.
bool begin_round(Oid leaf, int64 most, Round *round) {
    const SqlRows found = own(
        "UPDATE retention.return_run r SET round_started = coalesce(round_started, $2), file = f.file, "
        "next_block = CASE WHEN r.file = f.file THEN next_block ELSE 0 END, found = CASE WHEN r.file = f.file THEN found ELSE 0 END "
        "FROM pg_catalog.pg_relation_filenode($1) f (file) WHERE r.relation = (SELECT relation FROM retention.return_run "
        "WHERE relation = $1 FOR UPDATE SKIP LOCKED) RETURNING next_block",
        leaf, at(retention_now()));
    Relation rel = found.n == 0 ? nullptr : try_table_open(leaf, AccessShareLock);
    if (rel == nullptr) return false;
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    table_close(rel, NoLock);
    const auto from = static_cast<BlockNumber>(Min(found.first().get<int64>(1), static_cast<int64>(blocks)));
    const auto at_once = static_cast<BlockNumber>(Min(most, int64{kBlocksAtOnce}));
    const BlockNumber to = blocks - from > at_once ? from + at_once : blocks;
    *round = Round{leaf, from, to, to == blocks, 0};
    return true;
}

// The kind whose persons the table or partition has.
const Kind *kind_of_leaf(const Model &model, Oid leaf) {
    ListCell *cell = nullptr;
    foreach (cell, model.kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (list_member_oid(leaves_of(kind->relid), leaf)) return kind;
    }
    return nullptr;
}

void look_through(const ErasureKey &key, Round *round) {
    const Model *model = load_model();
    const Kind *kind = kind_of_leaf(*model, round->leaf);
    if (kind == nullptr || round->from == round->to) return;
    const char *sql = query_of_persons(*model, *kind, psprintf("ONLY %s", qualified_name(round->leaf)));
    if (sql == nullptr) return;
    ItemPointerData low, high;
    Parameters parameters = {};
    ItemPointerSet(&low, round->from, 0);
    ItemPointerSet(&high, round->to, 0);
    const int from = add_parameter(&parameters, TIDOID, PointerGetDatum(&low));
    const int to = add_parameter(&parameters, TIDOID, PointerGetDatum(&high));
    read_persons(
        owner_of(round->leaf), kOnce, psprintf("%s AND t.ctid >= $%d AND t.ctid < $%d", sql, from, to), parameters,
        [&](const SqlRows &rows) { for_each_returned(key, *kind, rows, [&](const char *, TimestampTz) { ++round->found; }); });
}

void save_round(const Round &round) {
    own("UPDATE retention.return_run SET next_block = $2, found = found + $3, problem = NULL WHERE relation = $1", round.leaf,
        static_cast<int64>(round.to), round.found);
    if (!round.ends) return;
    own("UPDATE retention.return_run SET last_finished = $2, last_found = found, round_started = NULL, next_block = 0, found = 0 WHERE relation = $1",
        round.leaf, at(retention_now()));
}

// Returns how many blocks were looked through; -1: no more of this table in this pass.
int64 look_at_table(Engine *engine, Oid leaf, int64 most) {
    int64 done = -1;
    bool timed_out = false, goes_on = false;
    begin_step(engine);
    ErrorData *error = attempt_in_time(
        [&] {
            const ErasureKey key = read_erasure_key();
            Round round = {};
            if (!begin_round(leaf, most, &round)) return;
            look_through(key, &round);
            save_round(round);
            done = Max(int64{round.to} - round.from, int64{1});
            goes_on = !round.ends;
        },
        &timed_out);
    if (error != nullptr) {
        note_problem(engine, "looking for erased persons", error);
        own("UPDATE retention.return_run SET problem = $2 WHERE relation = $1", leaf, cause_of(error));
    }
    end_step(engine);
    return error == nullptr && goes_on ? done : -1;
}

// All of them, as they are now.
void list_returned(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    connect_spi();
    const ErasureKey key = read_erasure_key();
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        const char *sql = query_of_persons(*model, *kind, qualified_name(kind->relid));
        if (sql == nullptr) continue;
        read_persons(owner_of(kind->relid), kOnceReading, sql, Parameters{}, [&](const SqlRows &rows) {
            for_each_returned(key, *kind, rows, [&](const char *json, TimestampTz erased_at) {
                bool nulls[3] = {};
                Datum values[3] = {CStringGetTextDatum(kind->name), DirectFunctionCall1(jsonb_in, CStringGetDatum(json)),
                                   TimestampTzGetDatum(erased_at)};
                tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
            });
        });
    }
    SPI_finish();
}

}  // namespace

int64 look_for_returned(Engine *engine, int64 most) {
    ListCell *cell = nullptr;
    if (settings::erasure_key_file[0] == '\0') return most;
    foreach (cell, tables_in_turn(engine))
        for (int64 done = 0; done >= 0 && most > 0; most -= Max(done, int64{0}))
            done = look_at_table(engine, lfirst_oid(cell), most);
    return most;
}

void forget_returned() {
    own("UPDATE retention.return_run SET round_started = NULL, next_block = 0, found = 0, last_finished = NULL, last_found = 0 "
        "WHERE found > 0 OR last_found > 0");
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_came_back) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::list_returned(fcinfo);
    return static_cast<Datum>(0);
}
