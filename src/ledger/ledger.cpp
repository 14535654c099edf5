#include "ledger/ledger.hpp"

#include "core/data/formats.hpp"
#include "ledger/own_table.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "pg/time.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "commands/trigger.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "port/pg_bswap.h"
#include "postmaster/bgworker.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

enum Column { kEntryId, kAt, kActor, kAction, kPolicyId, kRelation, kRowCount, kDetail, kFormat, kPrevious, kHash, kColumns };

struct Entry {
    Datum values[kColumns];
    bool nulls[kColumns];
};

void put_bytes(StringInfo out, const char *bytes, size_t length) {
    const uint32 prefix = pg_hton32(static_cast<uint32>(length));
    appendBinaryStringInfo(out, reinterpret_cast<const char *>(&prefix), sizeof prefix);
    appendBinaryStringInfo(out, bytes, static_cast<int>(length));
}

void put_number(StringInfo out, int64 number) {
    const uint64 big_endian = pg_hton64(static_cast<uint64>(number));
    put_bytes(out, reinterpret_cast<const char *>(&big_endian), sizeof big_endian);
}

void put_varlena(StringInfo out, Datum value) {
    varlena *bytes = PG_DETOAST_DATUM_PACKED(value);
    put_bytes(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

// Format 1: every field but the hash, in the table's order, each with its length in front; NULL is the length 2^32-1 alone.
void serialise(StringInfo out, const Entry &entry) {
    for (int i = 0; i < kHash; ++i) {
        const uint32 null = 0xFFFFFFFF;
        if (entry.nulls[i])
            appendBinaryStringInfo(out, reinterpret_cast<const char *>(&null), sizeof null);
        else if (i == kEntryId || i == kAt || i == kRowCount)
            put_number(out, DatumGetInt64(entry.values[i]));
        else if (i == kPolicyId || i == kFormat)
            put_number(out, DatumGetInt16(entry.values[i]));
        else
            put_varlena(out, entry.values[i]);
    }
}

bytea *digest(const Entry &entry) {
    StringInfoData text;
    initStringInfo(&text);
    serialise(&text, entry);
    auto *result = static_cast<bytea *>(palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH));
    SET_VARSIZE(result, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
    pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
    const bool good = hash != nullptr && pg_cryptohash_init(hash) == 0 &&
                      pg_cryptohash_update(hash, reinterpret_cast<const uint8 *>(text.data), text.len) == 0 &&
                      pg_cryptohash_final(hash, reinterpret_cast<uint8 *>(VARDATA(result)), PG_SHA256_DIGEST_LENGTH) == 0;
    pg_cryptohash_free(hash);
    if (!good) ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the ledger's hash")));
    pfree(text.data);
    return result;
}

bytea *no_hash() {
    auto *result = static_cast<bytea *>(palloc0(VARHDRSZ + PG_SHA256_DIGEST_LENGTH));
    SET_VARSIZE(result, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
    return result;
}

bool same_bytes(Datum a, Datum b) {
    varlena *x = PG_DETOAST_DATUM_PACKED(a);
    varlena *y = PG_DETOAST_DATUM_PACKED(b);
    return VARSIZE_ANY_EXHDR(x) == VARSIZE_ANY_EXHDR(y) && std::memcmp(VARDATA_ANY(x), VARDATA_ANY(y), VARSIZE_ANY_EXHDR(x)) == 0;
}

// Ends with the transaction, so that nobody continues the chain from an entry that is not committed yet.
void lock_chain(Relation ledger) { LockDatabaseObject(RelationRelationId, RelationGetRelid(ledger), 1, ExclusiveLock); }

void read_last(Relation ledger, int64 *id, Datum *hash) {
    *id = 0;
    *hash = PointerGetDatum(no_hash());
    Relation index = index_open(primary_key_index(ledger), AccessShareLock);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    SysScanDesc scan = systable_beginscan_ordered(ledger, index, snapshot, 0, nullptr);
    HeapTuple last = systable_getnext_ordered(scan, BackwardScanDirection);
    if (HeapTupleIsValid(last)) {
        Entry entry;
        heap_deform_tuple(last, RelationGetDescr(ledger), entry.values, entry.nulls);
        *id = DatumGetInt64(entry.values[kEntryId]);
        *hash = PointerGetDatum(PG_DETOAST_DATUM_COPY(entry.values[kHash]));
    }
    systable_endscan_ordered(scan);
    UnregisterSnapshot(snapshot);
    index_close(index, AccessShareLock);
}

const char *actor() {
    if (MyBgworkerEntry != nullptr && strcmp(MyBgworkerEntry->bgw_library_name, "pg_retention") == 0)
        return "pg_retention worker";
    return GetUserNameFromId(GetSessionUserId(), false);
}

char *relation_name(Oid relid) {
    const char *name = get_rel_name(relid);
    if (name == nullptr) return nullptr;
    return pstrdup(quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name));
}

void set_text(Entry *entry, Column column, const char *text) {
    entry->nulls[column] = text == nullptr;
    if (text != nullptr) entry->values[column] = CStringGetTextDatum(text);
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

// An entry and its hash, to be kept where nobody who can write here writes: "42:" and 64 hexadecimal digits.
struct Head {
    int64 entry_id;
    char hash[2 * PG_SHA256_DIGEST_LENGTH + 1];
};

void write_hash(const bytea *hash, char *hex) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; ++i) {
        const auto byte = static_cast<uint8_t>(VARDATA_ANY(hash)[i]);
        *hex++ = kDigits[byte >> 4];
        *hex++ = kDigits[byte & 15];
    }
    *hex = '\0';
}

Head parse_head(const char *text) {
    Head head = {};
    const size_t digits = strspn(text, "0123456789");
    const char *hash = text + digits + 1;
    const bool good = digits > 0 && digits <= 18 && text[digits] == ':' && strlen(hash) == sizeof head.hash - 1 &&
                      strspn(hash, "0123456789abcdef") == sizeof head.hash - 1;
    if (!good)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is not the head of a ledger", text),
                        errhint("It is what retention.ledger_head() returned.")));
    head.entry_id = strtoll(text, nullptr, 10);
    strlcpy(head.hash, hash, sizeof head.hash);
    return head;
}

char *ledger_head() {
    Relation ledger = open_own_table("ledger", AccessShareLock);
    Datum hash = 0;
    Head head = {};
    read_last(ledger, &head.entry_id, &hash);
    table_close(ledger, AccessShareLock);
    write_hash(DatumGetByteaPP(hash), head.hash);
    return psprintf(INT64_FORMAT ":%s", head.entry_id, head.hash);
}

bool is_of(const Head &head, int64 entry_id, const bytea *hash) {
    char hex[sizeof head.hash];
    write_hash(hash, hex);
    return head.entry_id != entry_id || strcmp(hex, head.hash) == 0;
}

struct Verification {
    int64 entries;
    int64 first_bad;  // 0: none
};

// head: as it was once; an end that was cut off since is missing. Null: it is taken for the end that is there.
Verification verify(const Head *head) {
    Verification result = {};
    Relation ledger = open_own_table("ledger", AccessShareLock);
    Relation index = index_open(primary_key_index(ledger), AccessShareLock);
    SysScanDesc scan = systable_beginscan_ordered(ledger, index, GetActiveSnapshot(), 0, nullptr);
    MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "ledger entry", ALLOCSET_DEFAULT_SIZES);
    bytea *previous = no_hash();
    int16_t format = core::oldest_of(core::Format::kLedgerEntry);
    while (HeapTuple row = systable_getnext_ordered(scan, ForwardScanDirection)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext before = MemoryContextSwitchTo(row_context);
        Entry entry;
        heap_deform_tuple(row, RelationGetDescr(ledger), entry.values, entry.nulls);
        ++result.entries;
        const int16_t before_it = format;
        format = format_of(entry);
        const bytea *expected = digest(entry);
        const bool good = DatumGetInt64(entry.values[kEntryId]) == result.entries && format >= before_it &&
                          same_bytes(entry.values[kPrevious], PointerGetDatum(previous)) &&
                          same_bytes(entry.values[kHash], PointerGetDatum(expected)) &&
                          (head == nullptr || is_of(*head, result.entries, expected));
        if (!good && result.first_bad == 0) result.first_bad = DatumGetInt64(entry.values[kEntryId]);
        std::memcpy(previous, expected, VARSIZE(expected));
        MemoryContextSwitchTo(before);
        MemoryContextReset(row_context);
    }
    systable_endscan_ordered(scan);
    index_close(index, AccessShareLock);
    table_close(ledger, AccessShareLock);
    if (head != nullptr && result.first_bad == 0 && head->entry_id > result.entries) result.first_bad = result.entries + 1;
    return result;
}

}  // namespace

void append_ledger(const LedgerEntry &entry) {
    Relation ledger = open_own_table("ledger", RowExclusiveLock);
    lock_chain(ledger);
    Entry row = {};
    int64 last = 0;
    read_last(ledger, &last, &row.values[kPrevious]);
    row.values[kEntryId] = Int64GetDatum(last + 1);
    row.values[kAt] = TimestampTzGetDatum(retention_now());
    set_text(&row, kActor, actor());
    set_text(&row, kAction, name_of(entry.action));
    row.values[kPolicyId] = Int16GetDatum(entry.policy_id);
    row.nulls[kPolicyId] = entry.policy_id == 0;
    const bool named = entry.relation != nullptr || !OidIsValid(entry.relid);
    set_text(&row, kRelation, named ? entry.relation : relation_name(entry.relid));
    row.values[kRowCount] = Int64GetDatum(entry.row_count);
    row.nulls[kRowCount] = entry.row_count < 0;
    set_text(&row, kDetail, entry.detail);
    row.values[kFormat] = Int16GetDatum(core::version_of(core::Format::kLedgerEntry));
    row.values[kHash] = PointerGetDatum(digest(row));
    CatalogTupleInsert(ledger, heap_form_tuple(RelationGetDescr(ledger), row.values, row.nulls));
    table_close(ledger, NoLock);
    CommandCounterIncrement();
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_ledger_head) {
    (void) fcinfo;
    PG_RETURN_TEXT_P(cstring_to_text(pg_retention::ledger_head()));
}

RETENTION_FUNCTION(pg_retention_verify_ledger) {
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("function returning record called in context that cannot accept type record")));
    pg_retention::Head head = {};
    if (!PG_ARGISNULL(0)) head = pg_retention::parse_head(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    const pg_retention::Verification found = pg_retention::verify(PG_ARGISNULL(0) ? nullptr : &head);
    Datum values[3] = {BoolGetDatum(found.first_bad == 0), Int64GetDatum(found.entries), Int64GetDatum(found.first_bad)};
    bool nulls[3] = {false, false, found.first_bad == 0};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

RETENTION_FUNCTION(pg_retention_ledger_append_only) {
    (void) pg_retention::trigger_data(fcinfo);
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("the ledger can only be appended to")));
    PG_RETURN_NULL();
}
