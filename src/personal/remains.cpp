// What anonymisers leave, for views and documents.
#include "core/data/remains.hpp"

#include "personal/anonymiser.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

core::Remains remains_for(FunctionCallInfo fcinfo) {
    if (PG_GETARG_BOOL(3)) return core::remains_of_generated();
    const char *word = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char *argument = text_to_cstring(PG_GETARG_TEXT_PP(2));
    const core::Result<core::Anonymiser> anonymiser = core::parse_anonymiser(word);
    if (!anonymiser.ok()) raise(anonymiser.error());
    return core::remains_of(anonymiser.value(), content_of(getBaseType(PG_GETARG_OID(1))), argument);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_remains_of) {
    using pg_retention::core::Risk;
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("function returning record called in context that cannot accept type record")));
    const pg_retention::core::Remains left = pg_retention::remains_for(fcinfo);
    Datum values[5] = {CStringGetTextDatum(left.leaves), BoolGetDatum(left.singles_out == Risk::kYes),
                       BoolGetDatum(left.links == Risk::kYes), BoolGetDatum(left.lets_infer == Risk::kYes),
                       CStringGetTextDatum(name_of(left.verdict))};
    bool nulls[5] = {false, left.singles_out == Risk::kUnknown, left.links == Risk::kUnknown, left.lets_infer == Risk::kUnknown,
                     false};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
