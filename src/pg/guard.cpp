#include "pg/guard.hpp"

#include "pg/compat.hpp"

namespace pg_retention {

namespace {

void keep(ErrorRecord &rec, int sqlstate, const char *text) noexcept {
    rec.sqlstate = sqlstate;
    std::size_t n = strnlen(text, sizeof rec.message - 1);
    // A cut must not split a UTF-8 sequence.
    if (n == sizeof rec.message - 1)
        while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
    std::memcpy(rec.message, text, n);
    rec.message[n] = '\0';
}

int sqlstate_of(core::ErrorCode code) {
    switch (code) {
        case core::ErrorCode::kInvalidText: return ERRCODE_INVALID_TEXT_REPRESENTATION;
        case core::ErrorCode::kOutOfRange: return ERRCODE_DATETIME_FIELD_OVERFLOW;
        case core::ErrorCode::kInvalidParameter: return ERRCODE_INVALID_PARAMETER_VALUE;
    }
    return ERRCODE_INTERNAL_ERROR;
}

}  // namespace

void capture(ErrorRecord &rec) noexcept {
    try {
        throw;
    } catch (const std::bad_alloc &) {
        keep(rec, ERRCODE_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception &e) {
        keep(rec, ERRCODE_INTERNAL_ERROR, e.what());
    } catch (...) {
        keep(rec, ERRCODE_INTERNAL_ERROR, "unexpected exception");
    }
}

void report(const ErrorRecord &rec) {
    ereport(ERROR, (errcode(rec.sqlstate), errmsg("pg_retention: %s", rec.message)));
    pg_unreachable();
}

void raise(const core::Error &error) {
    ereport(ERROR, (errcode(sqlstate_of(error.code)), errmsg("%s", error.message),
                    error.hint[0] != '\0' ? errhint("%s", error.hint) : 0));
    pg_unreachable();
}

Datum reject_input(FunctionCallInfo fcinfo, const core::Error &error) {
    ereturn(
        fcinfo->context, static_cast<Datum>(0),
        (errcode(sqlstate_of(error.code)), errmsg("%s", error.message), error.hint[0] != '\0' ? errhint("%s", error.hint) : 0));
}

}  // namespace pg_retention
