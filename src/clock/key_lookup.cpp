#include "clock/key_lookup.hpp"

#include "schema/key_equality.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// Which column of the index has that one of the table; -1: none.
int place_in(Relation index, AttrNumber column) {
    for (int i = 0; i < index->rd_index->indnkeyatts; ++i)
        if (index->rd_index->indkey.values[i] == column) return i;
    return -1;
}

// False: the index does not find by the operator of the key what that calls equal, or asks code that is not the server's.
bool make_key(const Hop &hop, int k, Relation rel, Relation index, KeyLookup *lookup) {
    const int place = place_in(index, hop.to[k]);
    const Equality equality = key_equality(hop, k, Side::kReferenced);
    int strategy = 0;
    Oid left = InvalidOid, right = InvalidOid;
    if (place < 0 || place >= hop.n_keys || equality.column_right || !op_in_opfamily(equality.op, index->rd_opfamily[place]))
        return false;
    get_op_opfamily_properties(equality.op, index->rd_opfamily[place], false, &strategy, &left, &right);
    const Oid collation = index->rd_indcollation[place];
    const Oid function = get_opcode(equality.op);
    if (strategy != BTEqualStrategyNumber || left != index->rd_opcintype[place] || function >= FirstNormalObjectId ||
        index->rd_opfamily[place] >= FirstNormalObjectId ||
        !IsBinaryCoercible(getBaseType(get_atttype(hop.from_relid, hop.from[k])), right))
        return false;
    if (collation != TupleDescAttr(RelationGetDescr(rel), hop.to[k] - 1)->attcollation ||
        (OidIsValid(equality.collation) && equality.collation != collation))
        return false;
    lookup->of_hop[place] = k;
    ScanKeyEntryInitialize(&lookup->keys[place], 0, hop.to[k], BTEqualStrategyNumber, right, collation, function, 0);
    return true;
}

Oid index_of(Oid foreign_key) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(foreign_key));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid index = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->conindid;
    ReleaseSysCache(tuple);
    return index;
}

// A table alone, by a B-tree of just these columns.
bool make_keys(const Hop &hop, Relation rel, KeyLookup *lookup) {
    lookup->index = index_of(hop.constraint);
    if (rel->rd_rel->relkind != RELKIND_RELATION || rel->rd_rel->relhassubclass || !OidIsValid(lookup->index)) return false;
    Relation index = index_open(lookup->index, AccessShareLock);
    bool usable = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisunique && index->rd_index->indimmediate &&
                  index->rd_index->indnkeyatts == hop.n_keys;
    for (int k = 0; k < hop.n_keys && usable; ++k) usable = make_key(hop, k, rel, index, lookup);
    index_close(index, AccessShareLock);
    return usable;
}

// By the active snapshot.
bool find(Relation rel, const Hop &hop, const KeyLookup &lookup, const Datum *key, ItemPointer tid) {
    ScanKeyData keys[kMaxKeys];
    for (int k = 0; k < hop.n_keys; ++k) {
        keys[k] = lookup.keys[k];
        keys[k].sk_argument = key[lookup.of_hop[k]];
    }
    SysScanDesc scan = systable_beginscan(rel, lookup.index, true, GetActiveSnapshot(), hop.n_keys, keys);
    HeapTuple row = systable_getnext(scan);
    const bool found = HeapTupleIsValid(row);
    if (found) *tid = row->t_self;
    systable_endscan(scan);
    return found;
}

// Where the row was changed or deleted meanwhile and the transaction keeps its snapshot, it fails as any statement that locks it.
[[noreturn]] void cannot_serialize() {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE), errmsg("could not serialize access due to concurrent update")));
    pg_unreachable();
}

enum class Locked : uint8_t { kNot, kThisVersion, kAnother };

// Waits for whoever holds it. kThisVersion: the one at tid, which has the key. kAnother: it is changed or gone; who has the key by now?
Locked lock(Relation rel, ItemPointer tid) {
    // A version that somebody is about to commit is locked, too: so whoever changes a start is waited for.
    uint8 flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
    if (!IsolationUsesXactSnapshot()) flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
    TM_FailureData failure = {};
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    const TM_Result result = table_tuple_lock(rel, tid, GetActiveSnapshot(), slot, GetCurrentCommandId(true), LockTupleKeyShare,
                                              LockWaitBlock, flags, &failure);
    ExecDropSingleTupleTableSlot(slot);
    if ((result == TM_Updated || result == TM_Deleted) && IsolationUsesXactSnapshot()) cannot_serialize();
    if (result == TM_Ok) return failure.traversed ? Locked::kAnother : Locked::kThisVersion;
    return result == TM_Updated || result == TM_Deleted ? Locked::kAnother : Locked::kNot;
}

// The row that has the key when the wait is over: another one may have taken it over. False: none could be locked.
bool find_and_lock(Relation rel, const Hop &hop, const KeyLookup &lookup, const Datum *key, ItemPointer tid) {
    for (Locked locked = Locked::kAnother; locked == Locked::kAnother;) {
        CHECK_FOR_INTERRUPTS();
        PushActiveSnapshot(GetLatestSnapshot());
        locked = find(rel, hop, lookup, key, tid) ? lock(rel, tid) : Locked::kNot;
        PopActiveSnapshot();
        if (locked == Locked::kThisVersion) return true;
    }
    return false;
}

void copy_columns(TupleTableSlot *slot, const AttrNumber *columns, int n, Datum *values, bool *nulls) {
    for (int i = 0; i < n; ++i) {
        const Datum value = slot_getattr(slot, columns[i], &nulls[i]);
        Form_pg_attribute att = TupleDescAttr(slot->tts_tupleDescriptor, columns[i] - 1);
        values[i] = nulls[i] ? 0 : datumCopy(value, att->attbyval, att->attlen);
    }
}

// The lock leaves the version where it is; only if a new one has come is it looked for again.
bool read(Relation rel, const Hop &hop, const KeyLookup &lookup, const Datum *key, ItemPointer locked, TupleTableSlot *slot) {
    ItemPointerData tid;
    if (locked != nullptr && table_tuple_fetch_row_version(rel, locked, GetActiveSnapshot(), slot)) return true;
    return find(rel, hop, lookup, key, &tid) && table_tuple_fetch_row_version(rel, &tid, GetActiveSnapshot(), slot);
}

}  // namespace

KeyLookup *new_key_lookup(const Hop &hop) {
    auto *lookup = static_cast<KeyLookup *>(palloc0(sizeof(KeyLookup)));
    Relation rel = table_open(hop.to_relid, AccessShareLock);
    lookup->is_usable = make_keys(hop, rel, lookup);
    table_close(rel, AccessShareLock);
    return lookup;
}

Found look_up(const Hop &hop, const KeyLookup &lookup, bool locks, const Datum *key, const AttrNumber *columns, int n,
              Datum *values, bool *nulls) {
    Relation rel = table_open(hop.to_relid, locks ? RowShareLock : AccessShareLock);
    if (rel->rd_rel->relhassubclass || !list_member_oid(RelationGetIndexList(rel), lookup.index)) {
        table_close(rel, NoLock);
        return Found::kNotTried;
    }
    // What the statement has written so far is there, as it is for a statement of its own.
    CommandCounterIncrement();
    ItemPointerData tid;
    const bool is_locked = locks && find_and_lock(rel, hop, lookup, key, &tid);
    PushActiveSnapshot(GetLatestSnapshot());
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    const bool found = read(rel, hop, lookup, key, is_locked ? &tid : nullptr, slot);
    if (found) copy_columns(slot, columns, n, values, nulls);
    ExecDropSingleTupleTableSlot(slot);
    PopActiveSnapshot();
    table_close(rel, NoLock);
    return found ? Found::kRow : Found::kNoRow;
}

}  // namespace pg_retention
