#include "policy/holds.hpp"

#include "ledger/home.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/invalidation.hpp"
#include "pg/trigger.hpp"
#include "policy/held_rows.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/extension.hpp"
#include "schema/own_rows.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// As with policies, the list holds while no change has come since its reading began.
constinit MemoryContext context = nullptr;
constinit List *holds = NIL;  // of Hold
constinit HTAB *answers = nullptr;
constinit Oid watched = InvalidOid;
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

// What is known of one table. Where it belongs is another thing after any change of the schema.
struct Answer {
    Oid relid;
    uint64_t known_at;
    const Hold *table;  // null: none holds all of it
    bool by_rows;
};

void forget(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

Oid oid_in(const OwnRow &row, const char *name) {
    bool isnull = false;
    const Datum value = row.get(name, &isnull);
    return isnull ? InvalidOid : DatumGetObjectId(value);
}

const char *json_in(const OwnRow &row, const char *name) {
    bool isnull = false;
    const Datum value = row.get(name, &isnull);
    return isnull ? nullptr : DatumGetCString(DirectFunctionCall1(jsonb_out, value));
}

void add_hold(const OwnRow &row) {
    bool isnull = false;
    (void) row.get("lifted_at", &isnull);
    if (!isnull) return;
    auto *hold = static_cast<Hold *>(palloc0(sizeof(Hold)));
    hold->id = DatumGetInt64(row.datum("hold_id"));
    hold->name = row.text("name");
    hold->ground = row.text("ground");
    const char *scope = row.text("scope");
    if (!core::find_word(scope, &hold->scope)) elog(ERROR, "unknown scope \"%s\" of a hold", scope);
    const Datum policy = row.get("policy_id", &isnull);
    hold->policy_id = static_cast<int16_t>(isnull ? 0 : DatumGetInt16(policy));
    hold->relid = oid_in(row, "relation");
    hold->kind = row.text("kind");
    hold->key = json_in(row, "key");
    hold->condition = row.text("condition");
    holds = lappend(holds, hold);
}

int by_number(const ListCell *a, const ListCell *b) {
    const int64 x = static_cast<const Hold *>(lfirst(a))->id, y = static_cast<const Hold *>(lfirst(b))->id;
    return x < y ? -1 : x > y ? 1 : 0;
}

[[gnu::noinline]] void read() {
    const uint64_t before_reading = changes;
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention holds", ALLOCSET_SMALL_SIZES);
    MemoryContextReset(context);
    holds = NIL;
    watched = own_table("hold");
    MemoryContext before = MemoryContextSwitchTo(context);
    for_each_own_row(watched, add_hold);
    list_sort(holds, by_number);
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Answer);
    control.hcxt = context;
    answers = hash_create("pg_retention held tables", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    MemoryContextSwitchTo(before);
    read_at = before_reading;
}

List *holds_now() {
    if (extension() == nullptr) return NIL;
    if (read_at != changes) read();
    return holds;
}

bool concerns(const Hold &hold, Oid relid) {
    switch (hold.scope) {
        case HoldScope::kPolicy: return false;
        case HoldScope::kSubject: return clock_column(relid) != InvalidAttrNumber;
        case HoldScope::kTable:
        case HoldScope::kRow:
        case HoldScope::kCondition: return is_below(relid, hold.relid);
    }
    pg_unreachable();
}

// Partitions are attached and detached meanwhile.
const Answer &answer_about(Oid relid) {
    bool found = false;
    const uint64_t now = schema_changes();
    auto *answer = static_cast<Answer *>(hash_search(answers, &relid, HASH_FIND, &found));
    if (found && answer->known_at == now) return *answer;
    Answer known = {relid, now, nullptr, false};
    const ListCell *cell = nullptr;
    foreach (cell, holds) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (!concerns(*hold, relid)) continue;
        if (hold->scope != HoldScope::kTable)
            known.by_rows = true;
        else if (known.table == nullptr)
            known.table = hold;
    }
    answer = static_cast<Answer *>(hash_search(answers, &relid, HASH_ENTER, &found));
    *answer = known;
    return *answer;
}

Hold *copy_of(const Hold &hold) {
    auto *copy = static_cast<Hold *>(palloc(sizeof(Hold)));
    *copy = hold;
    for (const char **text : {&copy->name, &copy->ground, &copy->kind, &copy->key, &copy->condition})
        if (*text != nullptr) *text = pstrdup(*text);
    return copy;
}

}  // namespace

bool any_hold() { return holds_now() != NIL; }

uint64_t holds_reading() {
    (void) holds_now();
    return read_at;
}

List *standing_holds() {
    List *all = NIL;
    const ListCell *cell = nullptr;
    foreach (cell, holds_now()) all = lappend(all, copy_of(*static_cast<const Hold *>(lfirst(cell))));
    return all;
}

const Hold *whole_hold(Oid relid, int16_t policy_id) {
    const ListCell *cell = nullptr;
    const List *all = holds_now();
    if (all == NIL) return nullptr;
    foreach (cell, all) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (hold->scope == HoldScope::kPolicy && hold->policy_id == policy_id) return hold;
    }
    return answer_about(relid).table;
}

bool may_hold_rows(Oid relid) { return holds_now() != NIL && answer_about(relid).by_rows; }

bool is_below(Oid relid, Oid above) {
    if (relid == above) return true;
    List *tables = list_make1_oid(relid);
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    bool found = false;
    for (int i = 0; i < list_length(tables) && !found; ++i) {
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(list_nth_oid(tables, i)));
        SysScanDesc scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
        for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));)
            tables = list_append_unique_oid(tables, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
        systable_endscan(scan);
        found = list_member_oid(tables, above);
    }
    table_close(inherits, AccessShareLock);
    list_free(tables);
    return found;
}

// An object of retention.hold that nothing else locks. Asked for each row: what the transaction itself has locked stays so until it ends, and
// what one within it has may be let go before.
void keep_holds_off(Oid relid) {
    static constinit FullTransactionId locked_in = {InvalidTransactionId};
    static constinit Oid locked = InvalidOid;
    const FullTransactionId now = GetTopFullTransactionIdIfAny();
    if (locked == relid && FullTransactionIdIsValid(now) && FullTransactionIdEquals(locked_in, now) && !IsSubTransaction())
        return;
    LockDatabaseObject(own_table("hold"), relid, 0, AccessShareLock);
    locked = IsSubTransaction() ? InvalidOid : relid;
    locked_in = now;
}

void wait_for_takers(Oid relid) { LockDatabaseObject(own_table("hold"), relid, 0, AccessExclusiveLock); }

// Another object than that of the takers: who deletes other rows of the table need not wait while many are freed.
constexpr uint16 kMarkers = 1;

void keep_lifts_off(Oid relid) { LockDatabaseObject(own_table("hold"), relid, kMarkers, AccessShareLock); }

void wait_for_markers(Oid relid) { LockDatabaseObject(own_table("hold"), relid, kMarkers, AccessExclusiveLock); }

void mark_all_held_rows() {
    int count = 0;
    const Policy *policy = all_policies(&count);
    List *tables = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < count; ++i) tables = list_append_unique_oid(tables, policy[i].relid);
    foreach (cell, tables)
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber) mark_held_rows(lfirst_oid(cell));
}

void know_newest_holds() {
    if (TransactionIdIsValid(GetTopTransactionIdIfAny())) return;
    (void) GetTopTransactionId();
    AcceptInvalidationMessages();
}

void tell_holds_changed() { CacheInvalidateRelcacheByRelid(own_table("hold")); }

void init_holds() { watch_relations(forget); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_tell_holds) {
    pg_retention::tell_holds_changed();
    return static_cast<Datum>(0);
}

// A dump brings holds before anybody said that sweeps may act in the database.
RETENTION_FUNCTION(pg_retention_keep_hold) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    const bool from_a_dump = TRIGGER_FIRED_BY_INSERT(data->tg_event) && superuser() && !home_known();
    if (!own_policy_write && !own_command && !from_a_dump)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("retention.%s is written by its functions alone", RelationGetRelationName(data->tg_relation)),
                        errhint("See retention.place_hold(), review_hold() and lift_hold().")));
    return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple);
}
