// The modifiers of the personal types in SQL. The rules are core's; values are text's own affair.
#include "core/data/type_modifier.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
}

namespace pg_retention {

namespace {

// pg_attribute has -1 where there is no modifier.
core::TypeModifier modifier_arg(FunctionCallInfo fcinfo) {
    const int32 bits = PG_GETARG_INT32(0);
    if (bits == -1) return {};
    const core::Result<core::TypeModifier> result = core::decode_type_modifier(bits);
    if (!result.ok()) raise(result.error());
    return result.value();
}

}  // namespace

RETENTION_FUNCTION(pg_retention_type_modifier_in) {
    ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
    if (ARR_ELEMTYPE(array) != CSTRINGOID || ARR_NDIM(array) > 1 || ARR_HASNULL(array))
        ereport(ERROR, (errcode(ERRCODE_ARRAY_ELEMENT_ERROR), errmsg("type modifiers must be a list of words")));
    Datum *values = nullptr;
    int n = 0;
    deconstruct_array(array, CSTRINGOID, -2, false, TYPALIGN_CHAR, &values, nullptr, &n);
    auto *words = static_cast<std::string_view *>(palloc(sizeof(std::string_view) * (n + 1)));
    for (int i = 0; i < n; ++i) new (&words[i]) std::string_view(DatumGetCString(values[i]));
    const core::Result<int32_t> result = core::parse_type_modifier(words, static_cast<size_t>(n));
    if (!result.ok()) raise(result.error());
    PG_RETURN_INT32(result.value());
}

RETENTION_FUNCTION(pg_retention_type_modifier_out) {
    const core::TypeModifier modifier = modifier_arg(fcinfo);
    char *text = static_cast<char *>(palloc0(core::kTypeModifierText));
    if (modifier.has_period || core::name_of(modifier.anonymiser) != nullptr)
        core::format_type_modifier(modifier, text, core::kTypeModifierText);
    PG_RETURN_CSTRING(text);
}

RETENTION_FUNCTION(pg_retention_modifier_period) {
    const core::TypeModifier modifier = modifier_arg(fcinfo);
    if (!modifier.has_period) PG_RETURN_NULL();
    auto *period = static_cast<core::Period *>(palloc(sizeof(core::Period)));
    *period = modifier.period;
    return PointerGetDatum(period);
}

RETENTION_FUNCTION(pg_retention_modifier_anonymiser) {
    const char *name = core::name_of(modifier_arg(fcinfo).anonymiser);
    if (name == nullptr) PG_RETURN_NULL();
    return CStringGetTextDatum(name);
}

}  // namespace pg_retention
