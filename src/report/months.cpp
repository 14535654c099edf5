#include "report/months.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/ranges.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

core::Start due_at(const Policy &policy, core::Micros at, bool waits) {
    if (waits && at < armed_until(policy)) return -1;
    return core::cutoffs(at, policy.terms, policy.zone()).due;
}

core::Clock first_of(int16_t policy_id, const Months &months, int month) {
    return core::first_from(policy_id, (month == 0 ? months.due : months.at[month - 1].until) + 1);
}

// All months in one look at the index.
void count_by_index(int16_t policy_id, const Months &months, Oid leaf, int64 *rows) {
    const Oid type = extension()->clock_type;
    auto *begins = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(months.n)));
    for (int i = 0; i < months.n; ++i) begins[i] = clock_datum(first_of(policy_id, months, i));
    const char *clock = clock_name(leaf);
    const SqlRows found = run_as(
        owner_of(leaf), kOnceReading,
        psprintf("SELECT pg_catalog.width_bucket(%s, $3), pg_catalog.count(*) FROM ONLY %s WHERE %s GROUP BY 1", clock,
                 qualified_name(leaf), pending_range(clock, 1, 2)),
        clock_value(first_of(policy_id, months, 0)), clock_value(core::last_until(policy_id, months.at[months.n - 1].until)),
        typed(get_array_type(type), array_of(begins, months.n, type)));
    for (const SqlRow row : found) rows[row.get<int32>(1) - 1] += row.get<int64>(2);
    found.free();
}

}  // namespace

Months months_of(const Policy &policy, int n, bool waits) {
    const PgZone zone = policy.zone();
    const TimestampTz now = retention_now();
    const core::Date today = core::date_of(zone.day_of(now));
    core::Day first = core::day_from_date(today.year, today.month, 1);
    Months months = {0, due_at(policy, now, waits), static_cast<Month *>(palloc(sizeof(Month) * static_cast<Size>(n + 1)))};
    while (months.n < n && core::in_calendar(first)) {
        const core::Day next = core::add_months(first, 1);
        const core::Micros end = core::in_calendar(next) ? zone.first_instant(next) : core::kEndOfTime;
        months.at[months.n++] = Month{first, due_at(policy, end - 1, waits)};
        first = next;
    }
    return months;
}

void count_months(int16_t policy_id, const Months &months, List *leaves, bool exact, int64 *rows) {
    ListCell *cell = nullptr;
    if (months.n == 0 || months.at[months.n - 1].until <= months.due) return;
    foreach (cell, leaves) {
        if (exact) count_by_index(policy_id, months, lfirst_oid(cell), rows);
        for (int i = 0; !exact && i < months.n; ++i)
            rows[i] += expected_rows_of(lfirst_oid(cell), first_of(policy_id, months, i),
                                        core::last_until(policy_id, months.at[i].until));
    }
}

}  // namespace pg_retention
