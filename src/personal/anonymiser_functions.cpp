// The anonymisers as SQL functions on one value. The rules are in core; here values are taken apart and put together.
#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "core/data/generalise.hpp"
#include "core/data/noise.hpp"
#include "core/text/redact.hpp"
#include "core/text/redact_json.hpp"
#include "core/text/token.hpp"
#include "core/data/truncate.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/geo_decls.h"
#include "utils/inet.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
}

namespace pg_retention {

namespace {

std::string_view view_of(text *value) { return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)}; }

std::string_view argument(FunctionCallInfo fcinfo, int n) { return view_of(PG_GETARG_TEXT_PP(n)); }

template <typename T>
T good(const core::Result<T> &result) {
    if (!result.ok()) raise(result.error());
    return result.value();
}

uint64 random_bits() {
    uint64 bits = 0;
    if (!pg_strong_random(&bits, sizeof bits))
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
    return bits;
}

core::Words words_argument(FunctionCallInfo fcinfo, int n) {
    if (PG_ARGISNULL(n)) return core::Words{nullptr, 0, nullptr, 0};
    Datum *values = nullptr;
    bool *nulls = nullptr;
    const int count = elements_of(PG_GETARG_DATUM(n), TEXTOID, &values, &nulls);
    auto *words = static_cast<core::Word *>(palloc(sizeof(core::Word) * (count + 1)));
    size_t kept = 0;
    for (int i = 0; i < count; ++i)
        if (!nulls[i]) new (&words[kept++]) core::Word(view_of(DatumGetTextPP(values[i])));
    return core::Words{words, kept, nullptr, 0};
}

char *room_for(size_t size) { return static_cast<char *>(palloc_extended(size + 1, MCXT_ALLOC_HUGE)); }

text *redacted_text(std::string_view value, const core::Words &words) {
    char *out = room_for(core::redacted_room(value.size()));
    return cstring_to_text_with_len(out, static_cast<int>(core::redact(value, words, true, out)));
}

std::string_view redacted_json(std::string_view json, const core::Words &words) {
    char *out = room_for(core::redacted_json_room(json.size()));
    const size_t n = core::redact_json(json, words, true, room_for(core::redacted_json_scratch(json.size())), out);
    out[n] = '\0';
    return {out, n};
}

DateADT first_date(DateADT date, core::Span span) {
    if (DATE_NOT_FINITE(date)) return date;
    const int64 first = int64{core::first_day(date + core::kEpochDay, span)} - core::kEpochDay;
    return static_cast<DateADT>(Max(first, int64{DATETIME_MIN_JULIAN} - POSTGRES_EPOCH_JDATE));
}

Timestamp within_time(int64 at) { return std::clamp<int64>(at, MIN_TIMESTAMP, END_TIMESTAMP - 1); }

Timestamp first_instant(Timestamp at, core::Span span, const core::Zone *zone) {
    if (TIMESTAMP_NOT_FINITE(at)) return at;
    if (zone != nullptr) return within_time(zone->first_instant(core::first_day(zone->day_of(at), span)));
    const int64 day = at / USECS_PER_DAY - (at % USECS_PER_DAY < 0 ? 1 : 0);
    return within_time((core::first_day(static_cast<core::Day>(day + core::kEpochDay), span) - core::kEpochDay) * USECS_PER_DAY);
}

Timestamp noisy_time(Timestamp at, int32 limit) {
    if (TIMESTAMP_NOT_FINITE(at)) return at;
    return within_time(core::moved(at, core::steps(limit * USECS_PER_DAY, random_bits())));
}

template <typename T>
T within(int64 value) {
    return static_cast<T>(std::clamp<int64>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

Datum numeric_from(std::string_view decimal) {
    return DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(decimal.data(), decimal.size())),
                               ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

bool is_finite_number(Datum value) { return !numeric_is_nan(DatumGetNumeric(value)) && !numeric_is_inf(DatumGetNumeric(value)); }

// The greatest multiple of the width that is not above the value.
Datum lower_numeric(Datum value, Datum width) {
    Datum above = DirectFunctionCall2(numeric_mod, value, width);
    if (DatumGetBool(DirectFunctionCall2(numeric_lt, above, numeric_from("0"))))
        above = DirectFunctionCall2(numeric_add, above, width);
    return DirectFunctionCall2(numeric_sub, value, above);
}

int32 scale_of(Datum value) { return DatumGetInt32(DirectFunctionCall1(numeric_scale, value)); }

// With no more digits than value or amount have: others would tell that it was moved.
Datum noisy_numeric(Datum value, const core::Noise &noise) {
    Datum limit = numeric_from(noise.text);
    const int32 scale = noise.percent ? scale_of(value) : Max(scale_of(value), scale_of(limit));
    if (noise.percent) {
        limit = DirectFunctionCall2(numeric_mul, limit, DirectFunctionCall1(numeric_abs, value));
        limit = DirectFunctionCall2(numeric_mul, limit, numeric_from("0.01"));
    }
    const Datum part = DirectFunctionCall1(float8_numeric, Float8GetDatum(core::fraction(random_bits())));
    const Datum moved = DirectFunctionCall2(numeric_add, value, DirectFunctionCall2(numeric_mul, limit, part));
    return DirectFunctionCall2(numeric_round, moved, Int32GetDatum(scale));
}

inet *network_of(const inet *address, core::Prefix prefix) {
    auto *result = static_cast<inet *>(palloc(VARSIZE_ANY(address)));
    std::memcpy(result, address, VARSIZE_ANY(address));
    const uint8 bits = ip_addrsize(address) == 4 ? prefix.v4 : prefix.v6;
    ip_bits(result) = Min(ip_bits(address), bits);
    core::keep_bits(ip_addr(result), ip_addrsize(result), ip_bits(result));
    return result;
}

}  // namespace

RETENTION_FUNCTION(pg_retention_redact_text) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(redacted_text(argument(fcinfo, 0), words_argument(fcinfo, 1)));
}

RETENTION_FUNCTION(pg_retention_redact_json) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const std::string_view json = redacted_json(argument(fcinfo, 0), words_argument(fcinfo, 1));
    PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data(), static_cast<int>(json.size())));
}

RETENTION_FUNCTION(pg_retention_redact_jsonb) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Jsonb *value = PG_GETARG_JSONB_P(0);
    const std::string_view before = JsonbToCString(nullptr, &value->root, static_cast<int>(VARSIZE_ANY(value)));
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(redacted_json(before, words_argument(fcinfo, 1)).data()));
}

RETENTION_FUNCTION(pg_retention_generalise_date) {
    PG_RETURN_DATEADT(first_date(PG_GETARG_DATEADT(0), good(core::parse_span(argument(fcinfo, 1)))));
}

RETENTION_FUNCTION(pg_retention_generalise_timestamp) {
    PG_RETURN_TIMESTAMP(first_instant(PG_GETARG_TIMESTAMP(0), good(core::parse_span(argument(fcinfo, 1))), nullptr));
}

RETENTION_FUNCTION(pg_retention_generalise_timestamptz) {
    const PgZone zone = default_zone();
    PG_RETURN_TIMESTAMPTZ(first_instant(PG_GETARG_TIMESTAMPTZ(0), good(core::parse_span(argument(fcinfo, 1))), &zone));
}

RETENTION_FUNCTION(pg_retention_generalise_int2) {
    PG_RETURN_INT16(within<int16>(core::lower_bound(PG_GETARG_INT16(0), good(core::parse_whole_band(argument(fcinfo, 1))))));
}

RETENTION_FUNCTION(pg_retention_generalise_int4) {
    PG_RETURN_INT32(within<int32>(core::lower_bound(PG_GETARG_INT32(0), good(core::parse_whole_band(argument(fcinfo, 1))))));
}

RETENTION_FUNCTION(pg_retention_generalise_int8) {
    PG_RETURN_INT64(core::lower_bound(PG_GETARG_INT64(0), good(core::parse_whole_band(argument(fcinfo, 1)))));
}

RETENTION_FUNCTION(pg_retention_generalise_numeric) {
    const std::string_view width = good(core::parse_band(argument(fcinfo, 1)));
    const Datum value = PG_GETARG_DATUM(0);
    return is_finite_number(value) ? lower_numeric(value, numeric_from(width)) : value;
}

RETENTION_FUNCTION(pg_retention_generalise_text) {
    const std::string_view address = argument(fcinfo, 0);
    (void) good(core::parse_district(argument(fcinfo, 1)));
    char *out = room_for(address.size());
    const size_t n = core::postal_district(address, out);
    if (n == 0) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text_with_len(out, static_cast<int>(n)));
}

RETENTION_FUNCTION(pg_retention_generalise_inet) {
    PG_RETURN_INET_P(network_of(PG_GETARG_INET_PP(0), good(core::parse_prefix(argument(fcinfo, 1)))));
}

RETENTION_FUNCTION(pg_retention_generalise_point) {
    const double side = good(core::parse_grid(argument(fcinfo, 1)));
    const Point *point = PG_GETARG_POINT_P(0);
    auto *corner = static_cast<Point *>(palloc(sizeof(Point)));
    *corner = Point{core::grid_line(point->x, side), core::grid_line(point->y, side)};
    PG_RETURN_POINT_P(corner);
}

RETENTION_FUNCTION(pg_retention_truncate) {
    const std::string_view value = argument(fcinfo, 0);
    const int32 n = PG_GETARG_INT32(1);
    if (n < 0) ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("number of characters must not be negative")));
    PG_RETURN_TEXT_P(
        cstring_to_text_with_len(value.data(), static_cast<int>(core::size_of_first(value, static_cast<size_t>(n)))));
}

RETENTION_FUNCTION(pg_retention_noise_int2) {
    PG_RETURN_INT16(
        within<int16>(core::noisy(int64{PG_GETARG_INT16(0)}, good(core::parse_noise(argument(fcinfo, 1))), random_bits())));
}

RETENTION_FUNCTION(pg_retention_noise_int4) {
    PG_RETURN_INT32(
        within<int32>(core::noisy(int64{PG_GETARG_INT32(0)}, good(core::parse_noise(argument(fcinfo, 1))), random_bits())));
}

RETENTION_FUNCTION(pg_retention_noise_int8) {
    PG_RETURN_INT64(core::noisy(int64{PG_GETARG_INT64(0)}, good(core::parse_noise(argument(fcinfo, 1))), random_bits()));
}

RETENTION_FUNCTION(pg_retention_noise_float8) {
    PG_RETURN_FLOAT8(core::noisy(PG_GETARG_FLOAT8(0), good(core::parse_noise(argument(fcinfo, 1))), random_bits()));
}

RETENTION_FUNCTION(pg_retention_noise_numeric) {
    const core::Noise noise = good(core::parse_noise(argument(fcinfo, 1)));
    const Datum value = PG_GETARG_DATUM(0);
    return is_finite_number(value) ? noisy_numeric(value, noise) : value;
}

RETENTION_FUNCTION(pg_retention_noise_date) {
    const int32 limit = good(core::parse_noise_days(argument(fcinfo, 1)));
    const DateADT date = PG_GETARG_DATEADT(0);
    if (DATE_NOT_FINITE(date)) PG_RETURN_DATEADT(date);
    const int64 moved = core::moved(date, core::steps(limit, random_bits()));
    PG_RETURN_DATEADT(static_cast<DateADT>(std::clamp<int64>(moved, int64{DATETIME_MIN_JULIAN} - POSTGRES_EPOCH_JDATE,
                                                             int64{DATE_END_JULIAN} - POSTGRES_EPOCH_JDATE - 1)));
}

RETENTION_FUNCTION(pg_retention_noise_time) {
    PG_RETURN_TIMESTAMP(noisy_time(PG_GETARG_TIMESTAMP(0), good(core::parse_noise_days(argument(fcinfo, 1)))));
}

RETENTION_FUNCTION(pg_retention_random_token) {
    const int32 room = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
    if (!PG_ARGISNULL(1) && room < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("length of a random token must be above zero")));
    core::TokenChoice choice = {core::TokenForm::kText, static_cast<size_t>(room)};
    if (!PG_ARGISNULL(0)) choice = good(core::parse_token_choice(argument(fcinfo, 0), choice));
    uint8 random[core::kTokenRandom];
    if (!pg_strong_random(random, sizeof random))
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
    const core::Token token = good(core::make_token(choice.form, choice.room, random));
    PG_RETURN_TEXT_P(cstring_to_text_with_len(token.text, static_cast<int>(token.length)));
}

}  // namespace pg_retention
