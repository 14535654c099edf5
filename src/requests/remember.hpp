#pragma once
// Who was erased, as keyed hashes (HMAC-SHA-256) of table and key: a restored backup can be brought up to date, and nobody can
// tell from the list who is on it without the key, which lives in a file outside the cluster.
#include "pg/secret.hpp"
#include "subject/subject.hpp"

namespace pg_retention {

// Remembers all rows that are the person. False, with a warning, when retention.erasure_key_file is not set, or when the key of
// a kind has no form that equal keys share.
bool remember_erasure(const Subject &subject);

struct ErasureKey {
    SecretKey secret;
    uint8 print[8];  // tells which key it is
};

// Error 55000 when none is set; a file that cannot be read or is shorter than 32 bytes is an error, too.
ErasureKey read_erasure_key();

void hash_person(const ErasureKey &key, Oid relid, const char *key_json, uint8 (&hash)[kHashBytes]);

}  // namespace pg_retention
