#include "ledger/entry.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/htup_details.h"
#include "common/cryptohash.h"
#include "lib/stringinfo.h"
#include "port/pg_bswap.h"
}

namespace pg_retention {

namespace {

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

}  // namespace

Entry entry_of(HeapTuple row, TupleDesc desc) {
    Entry entry;
    heap_deform_tuple(row, desc, entry.values, entry.nulls);
    return entry;
}

bytea *sha256_of(const char *bytes, int length) {
    auto *result = static_cast<bytea *>(palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH));
    SET_VARSIZE(result, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
    pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
    const bool good = hash != nullptr && pg_cryptohash_init(hash) == 0 &&
                      pg_cryptohash_update(hash, reinterpret_cast<const uint8 *>(bytes), length) == 0 &&
                      pg_cryptohash_final(hash, reinterpret_cast<uint8 *>(VARDATA(result)), PG_SHA256_DIGEST_LENGTH) == 0;
    pg_cryptohash_free(hash);
    if (!good) ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the ledger's hash")));
    return result;
}

bytea *digest(const Entry &entry) {
    StringInfoData text;
    initStringInfo(&text);
    serialise(&text, entry);
    bytea *result = sha256_of(text.data, text.len);
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

Head head_of(int64 entry_id, const bytea *hash) {
    Head head = {};
    head.entry_id = entry_id;
    char *hex = head.hash;
    constexpr char kDigits[] = "0123456789abcdef";
    // One that another hand wrote may have any length.
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(hash));
    for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; ++i) {
        const auto byte = static_cast<uint8_t>(i < length ? VARDATA_ANY(hash)[i] : 0);
        *hex++ = kDigits[byte >> 4];
        *hex++ = kDigits[byte & 15];
    }
    *hex = '\0';
    return head;
}

bool same_head(const Head &a, const Head &b) { return a.entry_id == b.entry_id && strcmp(a.hash, b.hash) == 0; }

Head parse_head(const char *text) {
    Head head = {};
    const size_t digits = strspn(text, "0123456789");
    const char *hash = text + digits + 1;
    const bool good = digits > 0 && digits <= 18 && text[digits] == ':' && strlen(hash) == kHashDigits &&
                      strspn(hash, "0123456789abcdef") == kHashDigits;
    if (!good)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("\"%s\" is not the head of a ledger", text),
                        errhint("It is what retention.ledger_head() returned.")));
    head.entry_id = strtoll(text, nullptr, 10);
    strlcpy(head.hash, hash, sizeof head.hash);
    return head;
}

char *text_of(const Head &head) { return psprintf(INT64_FORMAT ":%s", head.entry_id, head.hash); }

}  // namespace pg_retention
