#include "personal/pseudonym.hpp"

#include "core/text/token.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_retention {

SecretKey read_pseudonym_key() {
    if (settings::pseudonym_key_file[0] == '\0')
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no key for pseudonyms is set"),
                        errhint("Set retention.pseudonym_key_file to a file with at least %d random bytes, outside the cluster "
                                "and its backups.",
                                kShortestKey)));
    return read_key(settings::pseudonym_key_file);
}

text *pseudonym_of(const SecretKey &key, std::string_view domain, std::string_view value, size_t digits) {
    static_assert(kHashBytes == core::kPseudonymBytes);
    uint8 hash[kHashBytes];
    char hex[2 * kHashBytes];
    StringInfoData named;
    initStringInfo(&named);
    // No text begins with a zero byte or holds one, so what is hashed of a domain is hashed of no other, nor without one.
    if (!domain.empty()) {
        appendStringInfoChar(&named, '\0');
        appendBinaryStringInfo(&named, domain.data(), static_cast<int>(domain.size()));
        appendStringInfoChar(&named, '\0');
    }
    appendBinaryStringInfo(&named, value.data(), static_cast<int>(value.size()));
    keyed_hash(key, named.data, named.len, hash);
    pfree(named.data);
    core::write_pseudonym(hash, digits, hex);
    return cstring_to_text_with_len(hex, static_cast<int>(digits));
}

static text *pseudonym_argument(FunctionCallInfo fcinfo, std::string_view domain) {
    auto *key = static_cast<SecretKey *>(fcinfo->flinfo->fn_extra);
    const int32 wanted = PG_GETARG_INT32(1);
    const core::Result<size_t> digits = core::pseudonym_length(static_cast<size_t>(Max(wanted, 0)));
    if (!digits.ok()) raise(digits.error());
    if (key == nullptr) {
        key = static_cast<SecretKey *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(SecretKey)));
        *key = read_pseudonym_key();
        fcinfo->flinfo->fn_extra = key;
    }
    const text *value = PG_GETARG_TEXT_PP(0);
    return pseudonym_of(*key, domain, {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)}, digits.value());
}

RETENTION_FUNCTION(pg_retention_pseudonymise) { PG_RETURN_TEXT_P(pseudonym_argument(fcinfo, {})); }

RETENTION_FUNCTION(pg_retention_pseudonymise_in) {
    const text *domain = PG_GETARG_TEXT_PP(2);
    PG_RETURN_TEXT_P(pseudonym_argument(fcinfo, {VARDATA_ANY(domain), VARSIZE_ANY_EXHDR(domain)}));
}

}  // namespace pg_retention
