#pragma once
// The worker's audit: a few blocks in each pass, so that in the end every row has been looked at, and then again. retention.audit_run says
// how far it is and what was found.

namespace pg_retention {

// A worker's, in no transaction. between: called between transactions.
void audit_some_blocks(void (*between)());

}  // namespace pg_retention
