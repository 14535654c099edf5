#include "contact/said.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "port/pg_bswap.h"
}

namespace pg_retention {

namespace {

// Behind the key and the byte that ends it, so that the order of the bytes is the order that is asked for.
struct [[gnu::packed]] Behind {
    uint32 purpose;
    uint64 at;
    uint8 was;
};

constexpr uint64 kSign = uint64{1} << 63;

}  // namespace

SaidInOrder open_said(List *purposes) {
    return {purposes, tuplesort_begin_datum(BYTEAOID, ByteaLessOperator, InvalidOid, false, work_mem, nullptr, TUPLESORT_NONE)};
}

void add_said(const SaidInOrder &all, const Said &said) {
    const Size key = strlen(said.key) + 1;
    const Size size = VARHDRSZ + key + sizeof(Behind);
    const Behind behind = {pg_hton32(static_cast<uint32>(said.purpose->place)), pg_hton64(static_cast<uint64>(said.at) ^ kSign),
                           static_cast<uint8>(said.was ? 1 : 0)};
    auto *bytes = static_cast<bytea *>(palloc(size));
    SET_VARSIZE(bytes, size);
    std::memcpy(VARDATA(bytes), said.key, key);
    std::memcpy(VARDATA(bytes) + key, &behind, sizeof behind);
    tuplesort_putdatum(all.sort, PointerGetDatum(bytes), false);
    pfree(bytes);
}

void sort_said(const SaidInOrder &all) { tuplesort_performsort(all.sort); }

bool next_said(const SaidInOrder &all, Said *said) {
    Behind behind;
    Datum bytes = 0;
    if (!next_sorted(all.sort, &bytes)) return false;
    const char *key = VARDATA(DatumGetPointer(bytes));
    std::memcpy(&behind, key + strlen(key) + 1, sizeof behind);
    *said = Said{pstrdup(key), static_cast<const Purpose *>(list_nth(all.purposes, static_cast<int>(pg_ntoh32(behind.purpose)))),
                 static_cast<TimestampTz>(pg_ntoh64(behind.at) ^ kSign), behind.was != 0};
    pfree(DatumGetPointer(bytes));
    return true;
}

void close_said(const SaidInOrder &all) { tuplesort_end(all.sort); }

}  // namespace pg_retention
