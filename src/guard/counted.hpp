#pragma once
// How many rows of which policy a command takes, for the ledger.
#include "ledger/ledger.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// Appends the entry once for each policy that rows of its table fall under, with their number. only_hidden: those hidden from everybody, for
// an owner with legal access reads what the law keeps.
void enter_counts(LedgerEntry entry, bool only_hidden, void (*append)(const LedgerEntry &entry));

}  // namespace pg_retention
