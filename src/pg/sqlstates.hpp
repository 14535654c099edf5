#pragma once
// What rows are kept for, as errors say it: a law, a restriction of processing (Article 18), a legal hold.
#include "pg/postgres.hpp"

namespace pg_retention {

constexpr int kMandatorySqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '1');
constexpr int kRestrictedSqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '2');
constexpr int kHeldSqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '3');

}  // namespace pg_retention
