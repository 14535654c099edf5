#include "requests/verify.hpp"

#include "ledger/ledger.hpp"
#include "ledger/own_table.hpp"
#include "pg/arguments.hpp"
#include "pg/at_once.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/guard.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "requests/call.hpp"
#include "requests/came_back.hpp"
#include "requests/remember.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Of one transaction.
constexpr BlockNumber kBlocksAtOnce = 64;

// Not the same as the prints of rows, for what is looked for is nobody's row.
void print_trace(const ErasureKey &key, const char *form, char (&print)[kPrintBytes]) {
    print_parts(key, {"trace", form}, print);
}

// Who looks for a value.
struct Printed {
    char print[kPrintBytes];
    List *verifications;  // indexes of Stretch::ids
};

// Blocks of one table that are looked through for several erasures at once: those that are as far.
struct Stretch {
    Place place;
    BlockNumber from;
    BlockNumber to;  // exclusive
    bool ends;       // nothing is behind it
    int n;
    int64 *ids;
    List **columns;  // of each verification
    HTAB *printed;
    List **found;  // of Sighted, of each verification
};

Datum id_array(const Stretch &stretch) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (stretch.n + 1)));
    for (int i = 0; i < stretch.n; ++i) values[i] = Int64GetDatum(stretch.ids[i]);
    return array_of(values, stretch.n, INT8OID);
}

// All but those that an index was asked about.
List *columns_left(Oid leaf, List *all, const SqlRow &row, int place) {
    List *columns = list_copy(all);
    Datum *names = nullptr;
    const int n = elements_of(row.datum(place), NAMEOID, &names);
    for (int i = 0; i < n; ++i) columns = list_delete_int(columns, get_attnum(leaf, NameStr(*DatumGetName(names[i]))));
    return columns;
}

void read_prints(Stretch *stretch, int verification, const SqlRow &row, int place) {
    Datum *values = nullptr;
    const int n = elements_of(row.detoasted(place), BYTEAOID, &values);
    for (int i = 0; i < n; ++i) {
        const bytea *print = DatumGetByteaPP(values[i]);
        bool known = false;
        if (VARSIZE_ANY_EXHDR(print) != kPrintBytes) continue;
        auto *one = static_cast<Printed *>(hash_search(stretch->printed, VARDATA_ANY(print), HASH_ENTER, &known));
        if (!known) one->verifications = NIL;
        one->verifications = lappend_int(one->verifications, verification);
    }
}

// Those of the table that are least far, up to where others are. What was rewritten meanwhile (VACUUM FULL, TRUNCATE, a restore) is begun
// anew. False: nothing is to be done here, or another session is at it.
bool begin_stretch(const Model &model, Oid leaf, const ErasureKey &key, BlockNumber most, Stretch *stretch) {
    Relation rel = try_table_open(leaf, AccessShareLock);
    if (rel == nullptr) return false;
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    table_close(rel, NoLock);
    own("UPDATE retention.verification_table t SET next_block = 0, file = f.file FROM pg_catalog.pg_relation_filenode($1) f (file) "
        "WHERE t.relation = $1 AND t.file <> f.file",
        leaf);
    const SqlRows rows = own(
        "SELECT t.verification_id, t.next_block, t.looked_at, v.prints, t.declared_of::oid FROM retention.verification_table t JOIN retention.verification v "
        "USING (verification_id) WHERE t.relation = $1 AND v.key_print = $2 ORDER BY t.next_block, t.verification_id FOR UPDATE OF t SKIP LOCKED",
        leaf, print_value(key));
    if (rows.n == 0) return false;
    const int64 from = rows.first().get<int64>(2);
    HASHCTL control = {};
    control.keysize = kPrintBytes;
    control.entrysize = sizeof(Printed);
    control.hcxt = CurrentMemoryContext;
    *stretch = Stretch{};
    const auto declared_of = rows.first().get<Oid>(5);
    stretch->place = Place{leaf, declared_of, columns_to_look(model, declared_of, leaf)};
    stretch->from = static_cast<BlockNumber>(Min(from, static_cast<int64>(blocks)));
    stretch->to = blocks;
    stretch->ids = static_cast<int64 *>(palloc(sizeof(int64) * rows.n));
    stretch->columns = static_cast<List **>(palloc0(sizeof(List *) * rows.n));
    stretch->found = static_cast<List **>(palloc0(sizeof(List *) * rows.n));
    stretch->printed = hash_create("pg_retention traces", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (const SqlRow row : rows) {
        if (row.get<int64>(2) != from) {
            stretch->to = static_cast<BlockNumber>(Min(row.get<int64>(2), static_cast<int64>(blocks)));
            break;
        }
        stretch->ids[stretch->n] = row.get<int64>(1);
        stretch->columns[stretch->n] = columns_left(leaf, stretch->place.columns, row, 3);
        read_prints(stretch, stretch->n++, row, 4);
    }
    rows.free();
    if (stretch->to - stretch->from > most) stretch->to = stretch->from + most;
    stretch->ends = stretch->to == blocks;
    return true;
}

void look_through(const Model &model, const ErasureKey &key, Stretch *stretch) {
    if (stretch->from == stretch->to || stretch->place.columns == NIL) return;
    ItemPointerData low, high;
    Parameters parameters = {};
    ItemPointerSet(&low, stretch->from, 0);
    ItemPointerSet(&high, stretch->to, 0);
    (void) add_parameter(&parameters, TIDOID, PointerGetDatum(&low));
    (void) add_parameter(&parameters, TIDOID, PointerGetDatum(&high));
    MemoryContext context = CurrentMemoryContext;
    const char *sql = psprintf("%st.ctid >= $1 AND t.ctid < $2", query_of(model, stretch->place));
    for_each_portion(owner_of(stretch->place.leaf), kOnce, sql, parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows)
            for_each_value(stretch->place, row, [&](int column, const char *form) {
                char print[kPrintBytes];
                ListCell *cell = nullptr;
                print_trace(key, form, print);
                const auto *one = static_cast<const Printed *>(hash_search(stretch->printed, print, HASH_FIND, nullptr));
                if (one == nullptr) return false;
                foreach (cell, one->verifications)
                    if (list_member_int(stretch->columns[lfirst_int(cell)], list_nth_int(stretch->place.columns, column)))
                        add_found(&stretch->found[lfirst_int(cell)], context, stretch->place, column, row);
                return true;
            });
    });
}

// What has nothing left to be looked through is done, and nothing is kept to look for.
void finish_done() {
    const SqlRows done =
        own("UPDATE retention.verification v SET finished_at = $1, prints = '{}', key_print = NULL WHERE finished_at IS NULL "
            "AND NOT EXISTS (SELECT FROM retention.verification_table t WHERE t.verification_id = v.verification_id) "
            "RETURNING v.verification_id, v.kind, v.request_id, (SELECT coalesce(pg_catalog.sum(f.rows), 0)::bigint "
            "FROM retention.verification_finding f WHERE f.verification_id = v.verification_id AND NOT f.others)",
            at(retention_now()));
    for (const SqlRow row : done) {
        LedgerEntry entry = {};
        entry.action = LedgerAction::kVerified;
        entry.row_count = row.get<int64>(4);
        entry.detail =
            call_detail(row.text(2), psprintf("verification " INT64_FORMAT, row.get<int64>(1)), row.get_or<int64>(3, 0));
        append_ledger(entry);
    }
    done.free();
}

void save_stretch(const Stretch &stretch) {
    for (int i = 0; i < stretch.n; ++i) {
        ListCell *cell = nullptr;
        foreach (cell, stretch.found[i]) save_found(stretch.ids[i], *static_cast<const Sighted *>(lfirst(cell)));
    }
    const SqlValue ids = typed(INT8ARRAYOID, id_array(stretch));
    if (stretch.ends)
        own("DELETE FROM retention.verification_table WHERE relation = $1 AND verification_id = ANY ($2)", stretch.place.leaf,
            ids);
    else
        own("UPDATE retention.verification_table SET next_block = $3, problem = NULL WHERE relation = $1 AND verification_id = ANY ($2)",
            stretch.place.leaf, ids, static_cast<int64>(stretch.to));
}

// Returns how many blocks were looked through; -1: the table has no more for this pass.
int64 verify_step(Engine *engine, Oid leaf, int64 most) {
    int64 done = -1;
    bool timed_out = false;
    begin_step(engine);
    ErrorData *error = attempt_in_time(
        [&] {
            const ErasureKey key = read_erasure_key();
            Stretch stretch = {};
            const Model *model = load_model();
            if (!begin_stretch(*model, leaf, key, static_cast<BlockNumber>(Min(most, int64{kBlocksAtOnce})), &stretch)) return;
            look_through(*model, key, &stretch);
            save_stretch(stretch);
            done = Max(int64{stretch.to} - stretch.from, int64{1});
        },
        &timed_out);
    if (error != nullptr) {
        done = -1;
        note_problem(engine, "verification", error);
        own("UPDATE retention.verification_table SET problem = $2 WHERE relation = $1", leaf, cause_of(error));
    }
    end_step(engine);
    return done;
}

// Those that failed come last. What was dropped is nowhere.
List *tables_to_verify(Engine *engine) {
    begin_step(engine);
    own("DELETE FROM retention.verification_table t WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.relation)");
    const SqlRows found = own("SELECT relation::oid FROM retention.verification_table GROUP BY relation "
                              "ORDER BY pg_catalog.bool_or(problem IS NOT NULL), pg_catalog.min(verification_id), relation");
    MemoryContext before = MemoryContextSwitchTo(engine->context);
    List *tables = NIL;
    for (const SqlRow row : found) tables = lappend_oid(tables, row.get<Oid>(1));
    MemoryContextSwitchTo(before);
    end_step(engine);
    return tables;
}

void verify_in_turn(Engine *engine) {
    const bool by_worker = engine->caller == Caller::kWorker;
    int64 left = by_worker ? int64{settings::verify_blocks} : PG_INT64_MAX;
    ListCell *cell = nullptr;
    foreach (cell, tables_to_verify(engine))
        for (int64 done = 0; done >= 0 && left > 0; left -= Max(done, int64{0}))
            done = verify_step(engine, lfirst_oid(cell), left);
    begin_step(engine);
    finish_done();
    end_step(engine);
    (void) look_for_returned(engine, Max(left, int64{1}));
}

void settle(int64 verification) {
    connect_spi();
    const SqlRows found =
        own("UPDATE retention.verification SET settled_at = $2, settled_by = $3, prints = '{}', key_print = NULL "
            "WHERE verification_id = $1 AND settled_at IS NULL RETURNING kind, request_id",
            verification, at(retention_now()), session_role());
    if (found.n == 0)
        ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
                        errmsg("there is no verification " INT64_FORMAT " that is to be settled", verification),
                        errhint("See retention.verifications.")));
    own("DELETE FROM retention.verification_table WHERE verification_id = $1", verification);
    LedgerEntry entry = {};
    entry.action = LedgerAction::kVerificationSettled;
    entry.row_count = -1;
    entry.detail = call_detail(found.first().text(1), psprintf("verification " INT64_FORMAT, verification),
                               found.first().get_or<int64>(2, 0));
    append_ledger(entry);
    SPI_finish();
}

}  // namespace

void enter_for_later(const Model &model, int64 verification, const Traces &traces, List *places) {
    const ErasureKey key = read_erasure_key();
    auto *prints = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(traces.forms) + 1)));
    int n = 0;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, traces.forms) {
        char print[kPrintBytes];
        print_trace(key, static_cast<const char *>(lfirst(cell)), print);
        prints[n++] = PointerGetDatum(bytes_of(print, kPrintBytes));
    }
    own("UPDATE retention.verification SET key_print = $2, prints = $3 WHERE verification_id = $1", verification,
        print_value(key), typed(BYTEAARRAYOID, array_of(prints, n, BYTEAOID)));
    foreach (cell, places) {
        const auto *place = static_cast<const Place *>(lfirst(cell));
        List *all = columns_to_look(model, place->relid, place->leaf);
        auto *done = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(all) + 1)));
        int n_done = 0;
        foreach (inner, list_difference_int(all, place->columns))
            done[n_done++] = DirectFunctionCall1(
                namein, CStringGetDatum(get_attname(place->leaf, static_cast<AttrNumber>(lfirst_int(inner)), false)));
        own("INSERT INTO retention.verification_table (verification_id, relation, declared_of, looked_at, file) "
            "VALUES ($1, $2, $3, $4, coalesce(pg_catalog.pg_relation_filenode($2), 0))",
            verification, place->leaf, place->relid, typed(NAMEARRAYOID, array_of(done, n_done, NAMEOID)));
    }
}

void verify_erasures(Caller caller, void (*between)()) {
    MemoryContext outer = CurrentMemoryContext;
    Engine engine = {};
    engine.caller = caller;
    engine.between = between;
    engine.context = AllocSetContextCreate(outer, "pg_retention verification", ALLOCSET_DEFAULT_SIZES);
    during(lock_timeout_is_failure, true, [&] { verify_in_turn(&engine); });
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(engine.context);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_verify_erasures) {
    using namespace pg_retention;
    const auto *call = reinterpret_cast<CallContext *>(fcinfo->context);
    const bool atomic = call == nullptr || !IsA(call, CallContext) || call->atomic;
    MemoryContext before = CurrentMemoryContext;
    SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
    verify_erasures(atomic ? Caller::kTransactionBlock : Caller::kProcedure, nullptr);
    SPI_finish();
    MemoryContextSwitchTo(before);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_settle_verification) {
    pg_retention::require_argument(fcinfo, 0, "a verification");
    pg_retention::settle(PG_GETARG_INT64(0));
    PG_RETURN_VOID();
}
