#pragma once
// An entry of the ledger as it stands in its table, and what is hashed of it.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
#include "common/sha2.h"
}

namespace pg_retention {

enum LedgerColumn {
    kEntryId,
    kAt,
    kActor,
    kAction,
    kPolicyId,
    kRelation,
    kRowCount,
    kDetail,
    kFormat,
    kPrevious,
    kHash,
    kColumns
};

struct Entry {
    Datum values[kColumns];
    bool nulls[kColumns];
};

Entry entry_of(HeapTuple row, TupleDesc desc);

// SHA-256 of all fields but the hash.
bytea *digest(const Entry &entry);
bytea *sha256_of(const char *bytes, int length);

// What the first entry has for that of the one before.
bytea *no_hash();

bool same_bytes(Datum a, Datum b);

// An entry and its hash, to be kept where nobody who can write here writes: "42:" and 64 hexadecimal digits.
constexpr int kHashDigits = 2 * PG_SHA256_DIGEST_LENGTH;
struct Head {
    int64 entry_id;
    char hash[kHashDigits + 1];
};

Head head_of(int64 entry_id, const bytea *hash);
bool same_head(const Head &a, const Head &b);
// Error 22023 when it is none.
Head parse_head(const char *text);
char *text_of(const Head &head);

}  // namespace pg_retention
