#include "requests/holidays.hpp"

#include <algorithm>

#include "core/time/period.hpp"
#include "ledger/written.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr int kCountry = 1;
constexpr int kRule = 2;

core::HolidayRule rule_from(const char *text) {
    const auto rule = core::parse_holiday(text);
    if (!rule.ok()) raise(rule.error());
    return rule.value();
}

core::Holiday holiday_from(const SqlRow &row) {
    return {rule_from(row.text(1)), row.get_or<int16>(2, PG_INT16_MIN), row.get_or<int16>(3, PG_INT16_MAX)};
}

SqlRows holidays_of(const char *country) {
    return read_own("SELECT rule, since, until, name FROM retention.public_holiday WHERE country = $1 ORDER BY rule", country);
}

struct Named {
    core::Day day;
    const char *name;
};

void list_year(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const int32 year = PG_GETARG_INT32(1);
    connect_spi();
    const SqlRows rows = holidays_of(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    auto *days = static_cast<Named *>(palloc(sizeof(Named) * (rows.n + 1)));
    int n = 0;
    for (const SqlRow row : rows) {
        const core::Day day = core::holiday_in(holiday_from(row), year);
        if (day != core::kNoDay) days[n++] = {day, row.text(4)};
    }
    std::stable_sort(days, days + n, [](const Named &a, const Named &b) { return a.day < b.day; });
    for (int i = 0; i < n; ++i) {
        Datum values[2] = {date_datum(days[i].day), CStringGetTextDatum(days[i].name)};
        bool nulls[2] = {false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
}

char *field(const TriggerData *data, HeapTuple row, int column) {
    bool isnull = false;
    const Datum value = heap_getattr(row, column, RelationGetDescr(data->tg_relation), &isnull);
    return isnull ? nullptr : TextDatumGetCString(value);
}

bool is_standard(const char *country, const char *rule) {
    for (const core::StandardHoliday &standard : core::kStandardHolidays)
        if (strcmp(standard.country, country) == 0 && strcmp(standard.rule, rule) == 0) return true;
    return false;
}

// CREATE EXTENSION would bring it back when the database is restored.
void keep_standard(const char *country, const char *rule) {
    if (!is_standard(country, rule)) return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("holiday \"%s\" of country \"%s\" comes with the extension and cannot be deleted or renamed", rule, country),
             errhint("It would be back after a restore. Give it a last year in field \"until\".")));
}

void make_way(const char *country, const char *rule) {
    connect_spi();
    during(making_way, true,
           [=] { own("DELETE FROM retention.public_holiday WHERE country = $1 AND rule = $2", country, rule); });
    SPI_finish();
}

HeapTuple holiday_before(const TriggerData *data) {
    const bool insert = TRIGGER_FIRED_BY_INSERT(data->tg_event), update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    HeapTuple row = update ? data->tg_newtuple : data->tg_trigtuple;
    const char *country = field(data, row, kCountry), *rule = field(data, row, kRule);
    if (making_way) return row;
    if (!insert) {
        const char *had_country = field(data, data->tg_trigtuple, kCountry), *had_rule = field(data, data->tg_trigtuple, kRule);
        const bool stays =
            update && country != nullptr && rule != nullptr && strcmp(country, had_country) == 0 && strcmp(rule, had_rule) == 0;
        if (!stays) keep_standard(had_country, had_rule);
        if (!update) return row;
    }
    // That they are null says a constraint.
    if (country == nullptr || rule == nullptr) return row;
    (void) rule_from(rule);
    if (insert) make_way(country, rule);
    return row;
}

}  // namespace

core::Holidays read_holidays(const char *country) {
    const SqlRows rows = holidays_of(country);
    auto *all = static_cast<core::Holiday *>(palloc(sizeof(core::Holiday) * (rows.n + 1)));
    size_t n = 0;
    for (const SqlRow row : rows) all[n++] = holiday_from(row);
    rows.free();
    return {all, n};
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_standard_holidays) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    for (const pg_retention::core::StandardHoliday &standard : pg_retention::core::kStandardHolidays) {
        Datum values[3] = {CStringGetTextDatum(standard.country), CStringGetTextDatum(standard.rule),
                           CStringGetTextDatum(standard.name)};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_holidays) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::list_year(fcinfo);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_last_day_to_act) {
    using namespace pg_retention;
    const int64 received = int64{PG_GETARG_DATEADT(0)} + core::kEpochDay;
    const int32 months = PG_GETARG_INT32(1);
    if (months < 0) ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a period of %d months is none", months)));
    connect_spi();
    const core::Day day = received < core::kFirstDay || received > core::kLastDay || months > core::kMaxMonths
                            ? core::kNoDay
                            : core::last_day_to_act(static_cast<core::Day>(received), months,
                                                    read_holidays(text_to_cstring(PG_GETARG_TEXT_PP(2))));
    SPI_finish();
    if (day == core::kNoDay)
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                        errmsg("the period does not begin and end between the years 1400 and 9999")));
    PG_RETURN_DATEADT(day - core::kEpochDay);
}

RETENTION_FUNCTION(pg_retention_public_holiday_before) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    // Whoever may execute it may put it into a trigger of another table.
    if (!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
        RelationGetRelid(data->tg_relation) != get_relname_relid("public_holiday", extension()->schema))
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("trigger \"%s\" must be fired before a row of retention.public_holiday", data->tg_trigger->tgname)));
    return PointerGetDatum(holiday_before(data));
}
