#include "pg/time.hpp"

#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "utils/datetime.h"
}

namespace pg_retention {

namespace {

constinit TimestampTz injected = 0;
constinit bool is_injected = false;
constinit bool is_unparsed = false;  // a parallel worker has it as text
constinit uint64 injections = 0;

// A check hook may not raise an error, so the text is taken apart without timestamptz_in.
bool parse_instant(const char *text, TimestampTz *result) {
    char work[MAXDATELEN + MAXDATEFIELDS];
    char *field[MAXDATEFIELDS];
    int ftype[MAXDATEFIELDS];
    int nf = 0, dtype = 0, tz = 0;
    struct pg_tm tm = {};
    fsec_t fsec = 0;
    if (ParseDateTime(text, work, sizeof work, field, ftype, MAXDATEFIELDS, &nf) != 0) return false;
    if (decode_date_time(field, ftype, nf, &dtype, &tm, &fsec, &tz) != 0) return false;
    return dtype == DTK_DATE && tm2timestamp(&tm, fsec, &tz, result) == 0;
}

}  // namespace

bool check_test_now(char **newval, void **extra, GucSource) {
    if (*newval == nullptr || (*newval)[0] == '\0') return true;
    // The names of time zones are not there yet, and the leader has looked at it.
    if (InitializingParallelWorker) return true;
    TimestampTz parsed = 0;
    if (!parse_instant(*newval, &parsed)) {
        GUC_check_errdetail("\"%s\" is not a timestamp with time zone.", *newval);
        return false;
    }
    TimestampTz *kept = static_cast<TimestampTz *>(allocate_extra(sizeof parsed));
    if (kept == nullptr) return false;
    *kept = parsed;
    *extra = kept;
    return true;
}

void assign_test_now(const char *newval, void *extra) {
    ++injections;
    is_injected = extra != nullptr;
    is_unparsed = !is_injected && newval != nullptr && newval[0] != '\0';
    if (is_injected) injected = *static_cast<TimestampTz *>(extra);
}

static bool has_test_time() {
    if (!settings::allow_test_time) return false;
    if (is_unparsed) is_injected = parse_instant(settings::test_now, &injected);
    is_unparsed = false;
    return is_injected;
}

TimestampTz retention_now() {
    if (has_test_time()) return injected;
    return GetCurrentStatementStartTimestamp();
}

uint64 times_injected() { return injections; }

TimestampTz retention_transaction_start() {
    if (has_test_time()) return injected;
    return GetCurrentTransactionStartTimestamp();
}

}  // namespace pg_retention
