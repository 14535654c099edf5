#include "clock/kept_columns.hpp"

#include "pg/compat.hpp"
#include "pg/running.hpp"
#include "pg/sql.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "policy/held_rows.hpp"
#include "policy/protected.hpp"
#include "schema/extension.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "catalog/pg_type.h"
#include "catalog/pg_trigger.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/reltrigger.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

constinit Dynamic<const Rectified *> rectified{nullptr};

namespace {

// By the numbers of the table or partition.
struct Kept {
    struct Key {
        Oid leaf;
        int32_t policy;  // 0: none
    } key;
    const Bitmapset *lawful;    // protected by the policy
    const Bitmapset *personal;  // declared for rows of it
};

constinit MemoryContext context = nullptr;
constinit HTAB *known = nullptr;
constinit uint64_t known_at = 0;

void begin() {
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention kept columns", ALLOCSET_SMALL_SIZES);
    known = nullptr;
    MemoryContextReset(context);
    HASHCTL form = {};
    form.keysize = sizeof(Kept::Key);
    form.entrysize = sizeof(Kept);
    form.hcxt = context;
    known = hash_create("pg_retention kept columns", 32, &form, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

Kept read_kept(const Kept::Key &key, const Policy *policy) {
    Kept kept = {key, nullptr, nullptr};
    connect_spi();
    Bitmapset *lawful = policy == nullptr ? nullptr : protected_columns(*policy, key.leaf);
    Bitmapset *personal = nullptr;
    ListCell *cell = nullptr;
    // Whichever policy the row has: another one does not make them less personal.
    foreach (cell, with_ancestors(key.leaf)) personal = bms_join(personal, personal_columns_in(lfirst_oid(cell), key.leaf));
    MemoryContext before = MemoryContextSwitchTo(context);
    kept.lawful = bms_copy(lawful);
    kept.personal = bms_copy(personal);
    MemoryContextSwitchTo(before);
    SPI_finish();
    return kept;
}

// Policies and declarations are told of as the schema is. Valid until somebody asks for another.
const Kept &kept_in(Oid leaf, const Policy *policy) {
    const uint64_t now = schema_changes();
    if (known == nullptr || known_at != now) begin();
    known_at = now;
    const Kept::Key key = {leaf, policy == nullptr ? 0 : policy->id};
    const auto *found = static_cast<const Kept *>(hash_search(known, &key, HASH_FIND, nullptr));
    if (found != nullptr) return *found;
    const Kept kept = read_kept(key, policy);
    auto *entry = static_cast<Kept *>(hash_search(known, &key, HASH_ENTER, nullptr));
    *entry = kept;
    return *entry;
}

const Policy *policy_of_row(core::Clock clock) { return policy_by_id(static_cast<int16_t>(core::policy_of(clock))); }

// A long value that was not written stays where it is, and is not read.
bool is_same_pointer(Datum a, Datum b) {
    const auto *x = reinterpret_cast<const char *>(DatumGetPointer(a));
    const auto *y = reinterpret_cast<const char *>(DatumGetPointer(b));
    return VARATT_IS_EXTERNAL_ONDISK(x) && VARATT_IS_EXTERNAL_ONDISK(y) && std::memcmp(x, y, VARSIZE_EXTERNAL(x)) == 0;
}

struct Values {
    Datum *values;
    bool *nulls;
};

Values values_of(TupleDesc desc, HeapTuple row) {
    const auto n = static_cast<size_t>(desc->natts);
    const Values out = {static_cast<Datum *>(palloc(sizeof(Datum) * n)), static_cast<bool *>(palloc(sizeof(bool) * n))};
    heap_deform_tuple(row, desc, out.values, out.nulls);
    return out;
}

bool differs(Form_pg_attribute att, const Values &was, const Values &is) {
    const int i = att->attnum - 1;
    // What it will hold the server computes when all triggers have fired.
    if (att->attgenerated != '\0' || (was.nulls[i] && is.nulls[i])) return false;
    if (was.nulls[i] != is.nulls[i]) return true;
    if (att->attlen == -1 && is_same_pointer(was.values[i], is.values[i])) return false;
    return !datum_image_eq(was.values[i], is.values[i], att->attbyval, att->attlen);
}

// Invalid: none.
AttrNumber first_changed(TupleDesc desc, const Bitmapset *columns, const Values &was, const Values &is) {
    for (int at = -1; (at = bms_next_member(columns, at)) >= 0;)
        if (differs(TupleDescAttr(desc, at - 1), was, is)) return static_cast<AttrNumber>(at);
    return InvalidAttrNumber;
}

// Whether that, and nothing that it sets off, is what changes the row.
bool is_rectified(Oid leaf) {
    const Rectified *now = rectified;
    return now != nullptr && is_running_own() && is_part_of(leaf, now->relid);
}

// Without those that are rectified with the policy's leave.
const Bitmapset *without_rectified(Oid leaf, const Policy &policy, const Bitmapset *columns) {
    const Rectified *now = rectified;
    if (!policy.rectifies_protected || !is_rectified(leaf)) return columns;
    Bitmapset *others = bms_copy(columns);
    for (int i = 0; i < now->n; ++i) others = bms_del_member(others, get_attnum(leaf, now->columns[i]));
    return others;
}

// One that may write the row when it has been checked; null: there is none. They fire in the order of their names.
const char *trigger_behind(const TriggerData *data) {
    const TriggerDesc *triggers = data->tg_relation->trigdesc;
    const bool updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger &one = triggers->triggers[i];
        if (TRIGGER_FOR_ROW(one.tgtype) && TRIGGER_FOR_BEFORE(one.tgtype) &&
            (updates ? TRIGGER_FOR_UPDATE(one.tgtype) : TRIGGER_FOR_INSERT(one.tgtype)) && one.tgenabled != TRIGGER_DISABLED &&
            strcmp(one.tgname, data->tg_trigger->tgname) > 0)
            return one.tgname;
    }
    return nullptr;
}

[[noreturn]] void refuse_trigger(const char *trigger, Relation rel) {
    ereport(
        ERROR,
        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
         errmsg("cannot update a row of \"%s\" whose columns are protected: trigger \"%s\" could change it after it was checked",
                RelationGetRelationName(rel), trigger),
         errhint("Rename the trigger so that it comes before the retention triggers in the order of bytes.")));
    pg_unreachable();
}

// was_in: the table or partition where it was.
void check(const TriggerData *data, HeapTuple was, HeapTuple is, core::Clock before, Floors floors, Oid was_in) {
    Relation rel = data->tg_relation;
    const Oid leaf = RelationGetRelid(rel);
    const Policy *policy = policy_of_row(before);
    const bool protects = policy != nullptr && policy->n_protects > 0;
    if (!protects && !is_held(was_in, before)) return;
    TupleDesc desc = RelationGetDescr(rel);
    const Kept kept = kept_in(leaf, policy);
    const Values old_values = values_of(desc, was), new_values = values_of(desc, is);
    const AttrNumber lawful = first_changed(desc, kept.lawful, old_values, new_values);
    const AttrNumber personal = first_changed(desc, kept.personal, old_values, new_values);
    const char *trigger = trigger_behind(data);
    if (lawful == InvalidAttrNumber && personal == InvalidAttrNumber && trigger == nullptr) return;
    const Verdict verdict = decide(was_in, before, floors);
    AttrNumber column = InvalidAttrNumber;
    if (verdict.held)
        column = lawful != InvalidAttrNumber ? lawful : personal;
    else if (verdict.mandatory && lawful != InvalidAttrNumber)
        column = first_changed(desc, without_rectified(leaf, *policy, kept.lawful), old_values, new_values);
    if (column != InvalidAttrNumber)
        refuse(verdict, psprintf("change column \"%s\" of a row of", NameStr(TupleDescAttr(desc, column - 1)->attname)),
               RelationGetRelationName(rel), kVoucherHint);
    if (trigger != nullptr && (verdict.held || (verdict.mandatory && protects))) refuse_trigger(trigger, rel);
}

// Values of a composite type may have others within.
bool may_hold(Oid type, Oid wanted) {
    const Oid element = get_base_element_type(type);
    const Oid base = getBaseType(OidIsValid(element) ? element : type);
    return base == wanted || type_is_rowtype(base);
}

}  // namespace

bool asks_for(const Bitmapset *columns, Oid leaf, const ColumnAsked &asked) {
    if (asked.column != InvalidAttrNumber) return bms_is_member(asked.column, columns);
    for (int at = -1; (at = bms_next_member(columns, at)) >= 0;)
        if (may_hold(get_atttype(leaf, static_cast<AttrNumber>(at)), asked.type)) return true;
    return false;
}

namespace {

bool protects(const Kept &kept, Oid leaf, const ColumnAsked &asked) {
    return (asked.change == ColumnChange::kValue || asked.change == ColumnChange::kAllValues) &&
           asks_for(kept.lawful, leaf, asked);
}

// In a held row.
bool holds(const Kept &kept, Oid leaf, const ColumnAsked &asked) {
    return asked.change != ColumnChange::kReading && asks_for(kept.personal, leaf, asked);
}

}  // namespace

bool is_kept_column(Oid leaf, core::Clock clock, const Verdict &verdict, const ColumnAsked &asked) {
    const Kept kept = kept_in(leaf, policy_of_row(clock));
    return ((verdict.held || verdict.mandatory) && protects(kept, leaf, asked)) || (verdict.held && holds(kept, leaf, asked));
}

bool may_be_kept_column(Oid leaf, const ColumnAsked &asked, bool with_holds) {
    if (with_holds && holds(kept_in(leaf, nullptr), leaf, asked)) return true;
    ListCell *cell = nullptr;
    foreach (cell, with_ancestors(leaf)) {
        int count = 0;
        const Policy *policy = policies_of(lfirst_oid(cell), &count);
        for (int i = 0; i < count; ++i) {
            const Kept kept = kept_in(leaf, &policy[i]);
            if (protects(kept, leaf, asked) || (with_holds && holds(kept, leaf, asked))) return true;
        }
    }
    return false;
}

void check_columns(const TriggerData *data, core::Clock before) {
    check(data, data->tg_trigtuple, data->tg_newtuple, before, floors_in(RelationGetRelid(data->tg_relation)),
          RelationGetRelid(data->tg_relation));
}

void check_moved(const TriggerData *data, const Departure &from, Floors floors) {
    const Policy *policy = policy_of_row(from.clock);
    const bool held = is_held(from.relid, from.clock) || may_hold_rows(from.relid);
    if ((policy == nullptr || policy->n_protects == 0) && !held) return;
    Relation rel = table_open(from.relid, NoLock);
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    ItemPointerData tid = from.tid;
    if (!table_tuple_fetch_row_version(rel, &tid, SnapshotAny, slot))
        elog(ERROR, "row on its way to another partition is not there");
    HeapTuple was = ExecCopySlotHeapTuple(slot);
    if (may_hold_rows(from.relid) && held_rows.left_behind(rel, was, RelationGetRelid(data->tg_relation))) {
        Verdict verdict = {};
        verdict.held = true;
        refuse(verdict, "take out of its hold a row of", RelationGetRelationName(rel));
    }
    TupleConversionMap *map = convert_tuples_by_name(RelationGetDescr(rel), RelationGetDescr(data->tg_relation));
    if (map != nullptr) was = execute_attr_map_tuple(was, map);
    check(data, was, data->tg_trigtuple, from.clock, floors, from.relid);
    ExecDropSingleTupleTableSlot(slot);
    table_close(rel, NoLock);
}

}  // namespace pg_retention
