#include "pg/guard.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "utils/builtins.h"
}

RETENTION_FUNCTION(pg_retention_zone) {
    return CStringGetTextDatum(pg_retention::zone_for_field(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
