#pragma once
// What retention.public_holiday says.
#include "core/time/holidays.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// SPI must be connected; what is read stays in the memory context.
core::Holidays read_holidays(const char *country);

inline Datum date_datum(core::Day day) { return Int32GetDatum(day - core::kEpochDay); }

}  // namespace pg_retention
