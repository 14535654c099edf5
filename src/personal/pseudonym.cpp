#include "personal/pseudonym.hpp"

#include "core/text/token.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"

namespace pg_retention {

SecretKey read_pseudonym_key() {
    if (settings::pseudonym_key_file[0] == '\0')
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no key for pseudonyms is set"),
                        errhint("Set retention.pseudonym_key_file to a file with at least %d random bytes, outside the cluster "
                                "and its backups.",
                                kShortestKey)));
    return read_key(settings::pseudonym_key_file);
}

text *pseudonym_of(const SecretKey &key, const char *value, size_t length, size_t digits) {
    static_assert(kHashBytes == core::kPseudonymBytes);
    uint8 hash[kHashBytes];
    char hex[2 * kHashBytes];
    keyed_hash(key, value, length, hash);
    core::write_pseudonym(hash, digits, hex);
    return cstring_to_text_with_len(hex, static_cast<int>(digits));
}

RETENTION_FUNCTION(pg_retention_pseudonymise) {
    auto *key = static_cast<SecretKey *>(fcinfo->flinfo->fn_extra);
    const int32 wanted = PG_GETARG_INT32(1);
    const core::Result<size_t> digits = core::pseudonym_length(static_cast<size_t>(Max(wanted, 0)));
    if (!digits.ok()) raise(digits.error());
    if (key == nullptr) {
        key = static_cast<SecretKey *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(SecretKey)));
        *key = read_pseudonym_key();
        fcinfo->flinfo->fn_extra = key;
    }
    text *value = PG_GETARG_TEXT_PP(0);
    PG_RETURN_TEXT_P(pseudonym_of(*key, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), digits.value()));
}

}  // namespace pg_retention
