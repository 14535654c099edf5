#pragma once
// The worker's verification of the ledger: all of it, once a day. retention.ledger_verification says what came of it.

namespace pg_retention {

// A worker's, in no transaction. between: called between transactions.
void verify_ledger_daily(void (*between)());

}  // namespace pg_retention
