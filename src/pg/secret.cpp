#include "pg/secret.hpp"

extern "C" {
#include "common/hmac.h"
#include "common/sha2.h"
#include "storage/fd.h"
}

namespace pg_retention {

SecretKey read_key(const char *file) {
    SecretKey key = {};
    FILE *opened = AllocateFile(file, PG_BINARY_R);
    if (opened == nullptr) ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", file)));
    key.length = static_cast<int>(fread(key.bytes, 1, sizeof key.bytes, opened));
    const bool failed = ferror(opened) != 0;
    FreeFile(opened);
    if (failed) ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", file)));
    if (key.length < kShortestKey)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("file \"%s\" holds only %d bytes", file, key.length),
                        errhint("A key has at least %d random bytes.", kShortestKey)));
    return key;
}

void keyed_hash(const SecretKey &key, const char *text, size_t length, uint8 (&hash)[kHashBytes]) {
    static_assert(kHashBytes == PG_SHA256_DIGEST_LENGTH);
    pg_hmac_ctx *context = pg_hmac_create(PG_SHA256);
    const bool good = context != nullptr && pg_hmac_init(context, key.bytes, key.length) == 0 &&
                      pg_hmac_update(context, reinterpret_cast<const uint8 *>(text), length) == 0 &&
                      pg_hmac_final(context, hash, kHashBytes) == 0;
    pg_hmac_free(context);
    if (!good) ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a keyed hash")));
}

}  // namespace pg_retention
