#include "clock/claims.hpp"

#include "personal/anonymiser.hpp"
#include "personal/personal.hpp"
#include "policy/policy_cache.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "access/htup_details.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr uint8_t kFilledAgain = core::kAnonymised | core::kAwaiting;

// A partition's column of this name.
AttrNumber column_in(Relation rel, const PersonalColumn &column) {
    return column.relid == RelationGetRelid(rel) ? column.column : get_attnum(RelationGetRelid(rel), column.name);
}

bool changes(Relation rel, const PersonalColumn &column, HeapTuple was, HeapTuple is) {
    const AttrNumber number = column_in(rel, column);
    TupleDesc desc = RelationGetDescr(rel);
    bool was_null = false, is_null = false;
    const Datum before = heap_getattr(was, number, desc, &was_null);
    const Datum after = heap_getattr(is, number, desc, &is_null);
    Form_pg_attribute att = TupleDescAttr(desc, number - 1);
    // A generated one follows those that it is computed from.
    if (att->attgenerated != '\0' || (was_null && is_null)) return false;
    return was_null != is_null || !datum_image_eq(before, after, att->attbyval, att->attlen);
}

// Whether one of the columns is not as anonymising leaves it.
bool holds_a_value(Relation rel, HeapTuple row, List *columns) {
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell *cell = nullptr;
    foreach (cell, columns)
        appendStringInfo(&sql, "%s%s", sql.len == 0 ? "SELECT NOT (" : " AND ",
                         is_anonymised(*static_cast<const PersonalColumn *>(lfirst(cell))));
    if (sql.len == 0) return false;
    appendStringInfoString(&sql, ") FROM (SELECT ($1).*) t");
    const Datum whole = heap_copy_tuple_as_datum(row, RelationGetDescr(rel));
    return run_as(rel->rd_rel->relowner, kOnceReading, sql.data, typed(rel->rd_rel->reltype, whole)).first().get_or(1, false);
}

List *declared_for(Relation rel, core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    return personal_columns_of(policy != nullptr ? policy->relid : RelationGetRelid(rel));
}

bool is_brought_back(core::Clock before, core::Clock after) { return core::is_started(before) && !core::is_started(after); }

uint8_t without_filled(core::Clock before) { return static_cast<uint8_t>(core::decided_of(before) & ~kFilledAgain); }

// What one action has done is not what another asks for. Under one that deletes only a row that awaits its last reference is anonymised:
// any other is as one that nothing was done about yet. Under one that anonymises no row is to be deleted later.
uint8_t decided_under_action(core::Clock after, uint8_t decided) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(after)));
    if (policy == nullptr || (decided & kFilledAgain) == 0) return decided;
    if (anonymises(policy->action)) return static_cast<uint8_t>(decided & ~core::kAwaiting);
    if (!deletes(policy->action)) return decided;
    return static_cast<uint8_t>((decided & core::kAwaiting) != 0 ? decided : decided & ~core::kAnonymised);
}

}  // namespace

uint8_t decided_that_holds(Relation rel, core::Clock before, core::Clock after, HeapTuple was, HeapTuple is) {
    if ((core::decided_of(before) & kFilledAgain) == 0) return core::decided_of(before);
    if (is_brought_back(before, after)) return without_filled(before);
    connect_spi();
    List *changed = NIL;
    ListCell *cell = nullptr;
    foreach (cell, declared_for(rel, before))
        if (changes(rel, *static_cast<const PersonalColumn *>(lfirst(cell)), was, is)) changed = lappend(changed, lfirst(cell));
    const bool filled = holds_a_value(rel, is, changed);
    SPI_finish();
    if (filled) return without_filled(before);
    // While rows are stamped anew for a change of their policy's action, that does it.
    return core::policy_of(before) == core::policy_of(after) ? core::decided_of(before)
                                                             : decided_under_action(after, core::decided_of(before));
}

uint8_t decided_that_holds(Relation rel, core::Clock before, core::Clock after, HeapTuple row, List *declared_anew) {
    if ((core::decided_of(before) & kFilledAgain) == 0) return core::decided_of(before);
    const bool holds = !is_brought_back(before, after) && !holds_a_value(rel, row, declared_anew);
    return holds ? decided_under_action(after, core::decided_of(before)) : without_filled(before);
}

}  // namespace pg_retention
