// The register of processing activities: retention.register, retention.register_digest.
#include "core/documents/register.hpp"

#include "facts/facts.hpp"
#include "ledger/entry.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/sink.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
}

namespace pg_retention {

namespace {

// In UTF-8.
StringInfo written(void (*write)(const core::Facts &facts, core::Sink sink, core::DocumentForm form), core::DocumentForm form) {
    StringInfo out = makeStringInfo();
    connect_spi();
    write(read_facts(PG_UTF8), sink_into(out), form);
    SPI_finish();
    return out;
}

StringInfo written_as_json() {
    return written([](const core::Facts &facts, core::Sink sink, core::DocumentForm) { core::write_register_json(facts, sink); },
                   {});
}

StringInfo written_as(const char *format) {
    core::DocumentForm form = {};
    if (strcmp(format, "json") == 0) return written_as_json();
    if (!core::find_word(format, &form))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("format \"%s\" of the register is not known", format),
                        errhint("They are json, markdown, html.")));
    return written(core::write_register, form);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_register) {
    pg_retention::require_argument(fcinfo, 0, "format");
    const StringInfo out = pg_retention::written_as(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(out->data, out->len, PG_UTF8)));
}

RETENTION_FUNCTION(pg_retention_register_digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    const StringInfo out = pg_retention::written_as_json();
    const bytea *hash = pg_retention::sha256_of(out->data, out->len);
    char hex[2 * PG_SHA256_DIGEST_LENGTH + 1] = {};
    for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; ++i) {
        const auto byte = static_cast<uint8>(VARDATA_ANY(hash)[i]);
        hex[2 * i] = kDigits[byte >> 4];
        hex[2 * i + 1] = kDigits[byte & 15];
    }
    PG_RETURN_TEXT_P(cstring_to_text(hex));
}
