#include "pg/language.hpp"

#include "pg/arguments.hpp"

extern "C" {
#include "utils/builtins.h"
}

namespace pg_retention {

core::Language language_argument(FunctionCallInfo fcinfo, int argument) {
    require_argument(fcinfo, argument, "language");
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    core::Language language = {};
    if (!core::find_language(name, &language))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there are no words in language \"%s\"", name),
                        errhint("The languages are en (English) and nb, or no (Norwegian).")));
    return language;
}

}  // namespace pg_retention
