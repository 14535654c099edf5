// What comes: how many rows become due month by month, and which rows will be hidden soon.
#include "policy/holds.hpp"
#include "policy/attached.hpp"
#include "pg/arguments.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "report/keys.hpp"
#include "report/months.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"
#include "sweep/ranges.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

void forecast(const ReturnSetInfo *result, const Policy &policy, int n) {
    List *locked = NIL;
    List *leaves = readable_leaves(policy, &locked);
    const Months months = months_of(policy, n, policy.mode == Mode::kEnforce);
    auto *rows = static_cast<int64 *>(palloc0(sizeof(int64) * static_cast<Size>(n)));
    count_months(policy.id, months, leaves, true, rows);
    for (int i = 0; i < months.n; ++i) {
        Datum values[4] = {Int16GetDatum(policy.id), CStringGetTextDatum(policy.name),
                           DateADTGetDatum(months.at[i].first - core::kEpochDay), Int64GetDatum(rows[i])};
        // Of how many nobody knows where a table cannot be looked at.
        bool nulls[4] = {false, false, false, locked != NIL};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
}

void forecast(const ReturnSetInfo *result, int n) {
    if (n < 1 || n > kMostMonths)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("months must be between 1 and %d", kMostMonths)));
    int count = 0;
    const Policy *policy = all_policies(&count);
    connect_spi();
    for (int i = 0; i < count; ++i)
        if (policy[i].mode != Mode::kOff && policy[i].ready && clock_column(policy[i].relid) != InvalidAttrNumber)
            forecast(result, policy[i], n);
    SPI_finish();
}

// Rows of a policy that are visible now, and hidden from some time until then.
struct Leaving {
    const ReturnSetInfo *result;
    const Policy *policy;
    KeyColumns key;
    core::Start after;
    core::Start until;
    bool held;  // all of them, by a hold on the policy or table
};

void put_leaving(const Leaving &leaving, const SqlRow &row) {
    const Policy &policy = *leaving.policy;
    const auto clock = row.get<core::Clock>(1);
    const uint8_t decided = core::decided_of(clock);
    // What else was decided about a row hides it already, or nothing is to be done about it any more.
    if ((decided & ~core::kHeld) != 0) return;
    const core::Deadlines deadlines = core::deadlines(core::start_of(clock), policy.terms, policy.zone());
    const char *key = key_json(policy.relid, leaving.key, row, 2);
    Datum values[6] = {Int16GetDatum(policy.id),
                       CStringGetTextDatum(policy.name),
                       ObjectIdGetDatum(policy.relid),
                       key == nullptr ? 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(key)),
                       TimestampTzGetDatum(deadlines.hidden_from),
                       TimestampTzGetDatum(Max(deadlines.due_from, armed_until(policy)))};
    bool nulls[6] = {false, false, false, key == nullptr, false, decided != 0 || leaving.held};
    tuplestore_putvalues(leaving.result->setResult, leaving.result->setDesc, values, nulls);
}

void put_range(const Leaving &leaving, Oid leaf, core::Clock from, core::Clock until) {
    Parameters parameters = {};
    const char *clock = psprintf("t.%s", clock_name(leaf));
    (void) add_parameter(&parameters, clock_value(from));
    (void) add_parameter(&parameters, clock_value(until));
    for_each_portion(owner_of(leaf), kOnceReading,
                     psprintf("SELECT %s, %s FROM ONLY %s t WHERE %s", clock, key_list(leaving.policy->relid, leaving.key),
                              qualified_name(leaf), pending_range(clock, 1, 2)),
                     parameters, [&](const SqlRows &rows) {
                         for (const SqlRow row : rows) put_leaving(leaving, row);
                     });
}

void put_shown(const Leaving &leaving, core::Clock from, core::Clock until) {
    const Oid relid = leaving.policy->relid;
    const char *clock = psprintf("t.%s", clock_name(relid));
    const SqlRows rows = shown_to_caller(relid, 0, psprintf("%s, %s", clock, key_list(relid, leaving.key)),
                                         pending_range(clock, 1, 2), clock_value(from), clock_value(until));
    for (const SqlRow row : rows) put_leaving(leaving, row);
    rows.free();
}

void put_leaving(const ReturnSetInfo *result, const Policy &policy, int days) {
    const PgZone zone = policy.zone();
    const core::Day today = zone.day_of(retention_now());
    const core::Micros end = days < core::kLastDay - today ? zone.first_instant(today + days + 1) : core::kEndOfTime;
    const Leaving leaving = {result,
                             &policy,
                             key_columns_of(policy.relid),
                             cutoffs_of(policy, retention_now()).hide,
                             core::cutoffs(end - 1, policy.terms, zone).hide,
                             whole_hold(policy.relid, policy.id) != nullptr};
    ListCell *cell = nullptr;
    if (leaving.until <= leaving.after) return;
    const core::Clock first = core::first_from(policy.id, leaving.after + 1), last = core::last_until(policy.id, leaving.until);
    const core::Clock first_held = core::make_clock(policy.id, leaving.after + 1, core::kHeld);
    const core::Clock last_held = core::last_exempt(policy.id, leaving.until);
    if (is_bound_by_row_security(policy.relid)) {
        put_shown(leaving, first, last);
        put_shown(leaving, first_held, last_held);
        return;
    }
    foreach (cell, leaves_of(policy.relid)) {
        const Oid leaf = lfirst_oid(cell);
        // Rows that are not stamped yet are hidden.
        if (clock_column(leaf) == InvalidAttrNumber || awaits_stamps(leaf)) continue;
        put_range(leaving, leaf, first, last);
        put_range(leaving, leaf, first_held, last_held);
    }
}

void leaving(const ReturnSetInfo *result, int days) {
    if (days < 0) ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("days must not be negative")));
    int count = 0;
    const Policy *policy = all_policies(&count);
    connect_spi();
    for (int i = 0; i < count; ++i)
        if (enforced(policy[i]) && policy[i].validated && owns_table(policy[i].relid, GetUserId()) &&
            clock_column(policy[i].relid) != InvalidAttrNumber)
            put_leaving(result, policy[i], days);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_forecast) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::forecast(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_INT32(0));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_leaving) {
    pg_retention::require_argument(fcinfo, 0, "days");
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::leaving(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_INT32(0));
    return static_cast<Datum>(0);
}
