#include "ledger/verify.hpp"

#include "core/data/formats.hpp"
#include "ledger/chain.hpp"
#include "ledger/own_table.hpp"
#include "ledger/words.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// How far the walk is.
struct Walk {
    Verification found;
    const Head *head;
    LedgerMark mark;
    int64 id;        // of the entry before
    bytea *hash;     // that it says it has: where it lies, that is its own break
    int16_t format;  // of the entry before
    bool met_head;
    bool met_mark;
    bool beyond_mark;
};

void add_break(Walk *walk, int64 entry_id, const char *problem, bool by_head = false) {
    auto *one = static_cast<LedgerBreak *>(palloc(sizeof(LedgerBreak)));
    *one = LedgerBreak{entry_id, problem, by_head, 0};
    walk->found.breaks = lappend(walk->found.breaks, one);
}

const char *missing(int64 from, int64 to) {
    if (from == to) return psprintf("entry " INT64_FORMAT " is missing", from);
    return psprintf("entries " INT64_FORMAT " to " INT64_FORMAT " are missing", from, to);
}

// An entry of a later format is no forgery, and nothing can be said of it.
int16_t format_of(const Entry &entry) {
    const int16_t format = DatumGetInt16(entry.values[kFormat]);
    if (format > core::version_of(core::Format::kLedgerEntry))
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("entry " INT64_FORMAT " of the ledger has format %d, which this library of pg_retention does not know",
                        DatumGetInt64(entry.values[kEntryId]), format),
                 errhint("Verify it with the library that wrote it, or a later one.")));
    return format;
}

// What is wrong with the entry by itself, or with its place; null: nothing.
const char *problem_of(const Walk &walk, const Entry &entry, bool altered, int16_t format) {
    const int64 id = DatumGetInt64(entry.values[kEntryId]);
    if (altered) return "it was altered";
    if (id != walk.id + 1) return missing(walk.id + 1, id - 1);
    if (!same_bytes(entry.values[kPrevious], PointerGetDatum(walk.hash))) return "it does not follow the entry before it";
    return format < walk.format ? "it has an older format than the entry before it" : nullptr;
}

bool differs_from_head(Walk *walk, const Head &now) {
    if (walk->head == nullptr || walk->head->entry_id != now.entry_id) return false;
    walk->met_head = true;
    return !same_head(*walk->head, now);
}

// What the mark knows of it; null: nothing that is against it.
const char *other_than_written(Walk *walk, const Head &now) {
    const ChainEnd &mark = walk->mark.end;
    if (mark.entry_id == now.entry_id) {
        walk->met_mark = true;
        if (!same_head(head_of(mark.entry_id, mark.hash), now)) return "it is another one than was written";
    }
    const bool beyond = mark.entry_id != 0 && now.entry_id > mark.entry_id && !walk->beyond_mark;
    walk->beyond_mark = walk->beyond_mark || beyond;
    return beyond ? "another hand wrote it" : nullptr;
}

void acknowledge(Walk *walk, int64 by) {
    ListCell *cell = nullptr;
    foreach (cell, walk->found.breaks) {
        auto *one = static_cast<LedgerBreak *>(lfirst(cell));
        if (one->acknowledged_by == 0 && !one->by_head) one->acknowledged_by = by;
    }
}

// It says what stood before it, and that is still so: whatever is altered later among what it names is a new break.
bool begins_segment(const Walk &walk, const Entry &entry) {
    if (entry.nulls[kDetail] || strcmp(TextDatumGetCString(entry.values[kAction]), name_of(LedgerAction::kSegmentBegun)) != 0)
        return false;
    const char *expected = psprintf("{\"%s\": \"%s\"", kWholeField, head_of(0, walk.found.whole).hash);
    return strncmp(TextDatumGetCString(entry.values[kDetail]), expected, strlen(expected)) == 0;
}

// Of what stood before, this entry, and the hash it says it has.
void add_to_whole(bytea *whole, const bytea *digest, Datum hash) {
    varlena *stored = PG_DETOAST_DATUM_PACKED(hash);
    StringInfoData bytes;
    initStringInfo(&bytes);
    appendBinaryStringInfo(&bytes, VARDATA(whole), VARSIZE_ANY_EXHDR(whole));
    appendBinaryStringInfo(&bytes, VARDATA(digest), VARSIZE_ANY_EXHDR(digest));
    appendBinaryStringInfo(&bytes, VARDATA_ANY(stored), static_cast<int>(VARSIZE_ANY_EXHDR(stored)));
    std::memcpy(whole, sha256_of(bytes.data, bytes.len), VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
}

// In a memory context that is emptied after each: what is to be kept goes into kept.
void look_at(Walk *walk, const Entry &entry, MemoryContext kept) {
    const int64 id = DatumGetInt64(entry.values[kEntryId]);
    const int16_t format = format_of(entry);
    const bytea *expected = digest(entry);
    const bool altered = !same_bytes(entry.values[kHash], PointerGetDatum(expected));
    const bool segment = !altered && walk->id < id && begins_segment(*walk, entry);
    const char *itself = problem_of(*walk, entry, altered, format);
    const char *written = other_than_written(walk, head_of(id, DatumGetByteaPP(entry.values[kHash])));
    MemoryContext before = MemoryContextSwitchTo(kept);
    if (itself != nullptr) add_break(walk, id, pstrdup(itself));
    if (segment) acknowledge(walk, id);
    if (written != nullptr) add_break(walk, id, written);
    if (differs_from_head(walk, head_of(id, expected))) add_break(walk, id, "it is another one than that of the head", true);
    walk->hash = DatumGetByteaPCopy(entry.values[kHash]);
    MemoryContextSwitchTo(before);
    add_to_whole(walk->found.whole, expected, entry.values[kHash]);
    walk->found.last = head_of(id, expected);
    walk->id = id;
    walk->format = format;
    ++walk->found.entries;
}

// Those that come after the last one that is there.
void look_beyond(Walk *walk) {
    const int64 mark = walk->mark.end.entry_id;
    const int64 head = walk->head == nullptr ? 0 : walk->head->entry_id;
    if (Max(mark, head) > walk->id)
        add_break(walk, walk->id + 1, missing(walk->id + 1, Max(mark, head)));
    else if (head > 0 && !walk->met_head)
        add_break(walk, head, "it is missing, and the head is its", true);
    else if (mark > 0 && !walk->met_mark)
        add_break(walk, mark, "it is missing, and was written");
}

void walk_along(Walk *walk, Snapshot snapshot) {
    Relation ledger = open_own_table("ledger", AccessShareLock);
    Relation index = index_open(primary_key_index(ledger), AccessShareLock);
    SysScanDesc scan = systable_beginscan_ordered(ledger, index, snapshot, 0, nullptr);
    MemoryContext kept = CurrentMemoryContext;
    MemoryContext row_context = AllocSetContextCreate(kept, "ledger entry", ALLOCSET_DEFAULT_SIZES);
    while (HeapTuple row = systable_getnext_ordered(scan, ForwardScanDirection)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextSwitchTo(row_context);
        const bytea *before = walk->hash;
        look_at(walk, entry_of(row, RelationGetDescr(ledger)), kept);
        pfree(const_cast<bytea *>(before));
        MemoryContextReset(row_context);
        MemoryContextSwitchTo(kept);
    }
    systable_endscan_ordered(scan);
    index_close(index, AccessShareLock);
    table_close(ledger, AccessShareLock);
}

void count_breaks(Verification *found) {
    ListCell *cell = nullptr;
    foreach (cell, found->breaks) {
        const auto *one = static_cast<const LedgerBreak *>(lfirst(cell));
        if (one->acknowledged_by != 0)
            ++found->acknowledged;
        else if (found->first_bad == 0 || one->entry_id < found->first_bad)
            found->first_bad = one->entry_id;
    }
}

// Of a function whose only argument may be a head.
Verification verify_for(FunctionCallInfo fcinfo) {
    Head head = {};
    if (!PG_ARGISNULL(0)) head = parse_head(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    return verify_ledger(PG_ARGISNULL(0) ? nullptr : &head, GetActiveSnapshot());
}

}  // namespace

Verification verify_ledger(const Head *head, Snapshot snapshot) {
    Walk walk = {};
    Relation marks = open_own_table("ledger_mark", AccessShareLock);
    walk.mark = read_mark(marks, snapshot);
    table_close(marks, AccessShareLock);
    walk.head = head;
    walk.hash = no_hash();
    walk.found.whole = no_hash();
    walk.found.last = head_of(0, walk.hash);
    walk.format = core::oldest_of(core::Format::kLedgerEntry);
    walk_along(&walk, snapshot);
    look_beyond(&walk);
    count_breaks(&walk.found);
    return walk.found;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_verify_ledger) {
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("function returning record called in context that cannot accept type record")));
    const pg_retention::Verification found = pg_retention::verify_for(fcinfo);
    Datum values[4] = {BoolGetDatum(found.first_bad == 0), Int64GetDatum(found.entries), Int64GetDatum(found.first_bad),
                       Int64GetDatum(found.acknowledged)};
    bool nulls[4] = {false, false, found.first_bad == 0, false};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

RETENTION_FUNCTION(pg_retention_ledger_breaks) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const pg_retention::Verification found = pg_retention::verify_for(fcinfo);
    ListCell *cell = nullptr;
    foreach (cell, found.breaks) {
        const auto *one = static_cast<const pg_retention::LedgerBreak *>(lfirst(cell));
        Datum values[3] = {Int64GetDatum(one->entry_id), CStringGetTextDatum(one->problem), Int64GetDatum(one->acknowledged_by)};
        bool nulls[3] = {false, false, one->acknowledged_by == 0};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}
