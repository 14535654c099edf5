// What is known of columns beside their sweep: when they are due, and which rows are looked at again.
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/columns.hpp"

namespace pg_retention {

void come_back_to_row(int16_t policy_id, Oid leaf, const ItemPointerData &tid, core::Start start, TransactionId written_by) {
    const FullTransactionId next = ReadNextFullTransactionId();
    const uint64 age = static_cast<uint32>(XidFromFullTransactionId(next) - written_by);
    own("INSERT INTO retention.column_late (policy_id, relation, from_start, until_start, written_since, row_id) "
        "VALUES ($1, $2, $3, $3, $4, $5)",
        policy_id, leaf, start, FullTransactionIdFromU64(U64FromFullTransactionId(next) - age), tid);
}

core::Start column_cutoff(const Policy &policy, const core::Period &period, bool required_by_law) {
    core::Terms terms = {};
    terms.keep_for = period;
    terms.has_floor = required_by_law && policy.terms.has_floor;
    terms.must_keep_for = policy.terms.must_keep_for;
    return core::cutoffs(retention_now(), terms, policy.zone()).due;
}

bool will_come_back(int16_t policy_id, Oid leaf, core::Start start) {
    return read_own(
               "SELECT 1 FROM retention.column_late WHERE relation = $1 AND policy_id = $2 AND $3 BETWEEN from_start AND until_start",
               leaf, policy_id, start)
               .n > 0;
}

}  // namespace pg_retention
