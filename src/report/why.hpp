#pragma once
// Why rows are still there: the facts, each from whatever decides it. core/documents/why tells them.
#include "clock/relation_plan.hpp"
#include "core/documents/why.hpp"
#include "facts/reader.hpp"

extern "C" {
#include "access/htup.h"
#include "mb/pg_wchar.h"
#include "utils/rel.h"
}

namespace pg_retention {

// One row that was found, open for as long as it is asked about.
struct AskedRow {
    Relation leaf;  // the table or partition that holds it
    HeapTuple row;
    ItemPointerData tid;
    core::Clock clock;
    const Policy *policy;  // null: none has it, or nobody knows which
    PgZone zone;
};

inline constexpr FactReader kReader = {PG_UTF8};

core::Moment moment_at(core::Micros at, const PgZone &zone);

// Null key: the table has none. SPI must be connected.
core::RowFacts row_facts(Oid relid, Oid leaf, const ItemPointerData &tid, core::Clock clock, const char *key);

// What keeps the row, beside the periods of its policy.
std::span<const core::RowRestriction> restrictions_of(const AskedRow &row);
std::span<const core::RowHold> holds_of(const AskedRow &row);
std::span<const core::RowReference> references_to(const AskedRow &row);
std::span<const core::RowHoldup> holdups_of(const AskedRow &row);
const core::BlockedRow *blocked_row(const AskedRow &row);
std::span<const core::RowColumn> columns_of(const AskedRow &row);

// Whether the caller has the right to the policies of the table.
bool may_ask_why(Oid relid);
// And to each of its rows.
bool may_ask_of_all(Oid relid);

core::PersonRows person_rows(FunctionCallInfo fcinfo);

}  // namespace pg_retention
