#pragma once
// Functions that are called as triggers.
#include "pg/postgres.hpp"

extern "C" {
#include "commands/trigger.h"
}

namespace pg_retention {

// What the trigger was fired for. Errors: 39P01 when the function was not called as a trigger. Of which table, when and for what it was
// fired is still to be asked: everybody may put a function that PUBLIC may execute into triggers of his own.
inline TriggerData *trigger_data(FunctionCallInfo fcinfo) {
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED), errmsg("function must be called as a trigger")));
    return reinterpret_cast<TriggerData *>(fcinfo->context);
}

}  // namespace pg_retention
