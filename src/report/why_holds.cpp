// Which legal holds keep one row.
#include "report/why.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/holds.hpp"
#include "schema/own.hpp"
#include "subject/held.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

bool is_in(const AskedRow &row, const Reach &reach) {
    const Oid leaf = RelationGetRelid(row.leaf);
    if (!is_below(leaf, reach.relid)) return false;
    Parameters parameters = {};
    const int table = add_parameter(&parameters, sql_value(leaf)), place = add_parameter(&parameters, sql_value(row.tid));
    const char *sql =
        psprintf("SELECT t FROM %s t WHERE t.tableoid OPERATOR(pg_catalog.=) $%d AND t.ctid OPERATOR(pg_catalog.=) $%d",
                 qualified_name(reach.relid), table, place);
    const SqlRows found = run_as(owner_of(reach.relid), kOnceReading, sql, parameters);
    return found.n > 0 && is_met(reach, typed(get_rel_type_id(reach.relid), found.first().datum(1)), leaf);
}

bool keeps(const Hold &hold, const AskedRow &row) {
    Hold one = hold;
    ListCell *cell = nullptr;
    switch (hold.scope) {
        case HoldScope::kPolicy: return hold.policy_id == core::policy_of(row.clock);
        case HoldScope::kTable: return is_below(RelationGetRelid(row.leaf), hold.relid);
        case HoldScope::kRow:
        case HoldScope::kSubject:
        case HoldScope::kCondition: break;
    }
    foreach (cell, reach_of(list_make1(&one)))
        if (is_in(row, *static_cast<const Reach *>(lfirst(cell)))) return true;
    return false;
}

}  // namespace

std::span<const core::RowHold> holds_of(const AskedRow &row) {
    List *keeping = NIL;
    ListCell *cell = nullptr;
    foreach (cell, standing_holds())
        if (keeps(*static_cast<const Hold *>(lfirst(cell)), row)) keeping = lappend(keeping, lfirst(cell));
    const auto found = room_for<core::RowHold>(static_cast<uint64>(list_length(keeping)));
    size_t n = 0;
    foreach (cell, keeping) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        const SqlRows said = read_own(
            "SELECT placed_at, to_char(review_on, 'YYYY-MM-DD'), overdue FROM retention.standing_hold WHERE hold_id = $1",
            hold->id);
        if (said.n == 0) continue;
        const SqlRow as = said.first();
        found[n++] = {hold->id,
                      kReader.text_in(hold->name),
                      kReader.text_in(hold->ground),
                      moment_at(as.get<TimestampTz>(1), row.zone),
                      kReader.text_in(as.text(2)),
                      as.get<bool>(3)};
    }
    return found.first(n);
}

}  // namespace pg_retention
