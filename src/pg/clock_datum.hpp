#pragma once
// A clock in SQL: eight bytes by value. Nothing else turns a Datum into one, or back.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

inline Datum clock_datum(core::Clock clock) { return Int64GetDatum(clock.integer()); }
inline core::Clock datum_clock(Datum datum) { return core::Clock::from_integer(DatumGetInt64(datum)); }
inline core::Clock datum_clock(Datum datum, bool isnull) { return isnull ? core::kNoClock : datum_clock(datum); }
// An argument of a strict function.
inline core::Clock clock_argument(FunctionCallInfo fcinfo, int n) { return core::Clock::from_integer(PG_GETARG_INT64(n)); }

}  // namespace pg_retention
