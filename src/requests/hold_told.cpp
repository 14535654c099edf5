#include "requests/hold_told.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/policy_cache.hpp"
#include "schema/own.hpp"
#include "subject/held.hpp"
#include "subject/json.hpp"

namespace pg_retention {

namespace {

// Whether a row of the table that meets the hold's condition is about the person.
bool meets_person(const Reach &reach, const ReachedTable &table) {
    ListCell *cell = nullptr;
    if (!meets(reach, table.relid)) return false;
    foreach (cell, table.conditions) {
        const auto *condition = static_cast<const Condition *>(lfirst(cell));
        Parameters parameters = {};
        StringInfoData sql;
        if (!is_owner(condition->link->role)) continue;
        const Oid from = is_below(reach.relid, table.relid) ? reach.relid : table.relid;
        bool met = false;
        initStringInfo(&sql);
        appendStringInfo(&sql, "SELECT t, t.tableoid FROM %s t WHERE (", qualified_name(from));
        append_condition(&sql, table.relid, *condition, &parameters);
        appendStringInfoString(&sql, ") IS TRUE");
        // What a hold asks may fail for a row, and is asked of one after the other.
        if (reach.conditions == NIL) {
            appendStringInfoString(&sql, " AND (");
            append_reached(&sql, reach, &parameters);
            appendStringInfoString(&sql, ") IS TRUE LIMIT 1");
        }
        for_each_portion(owner_of(from), kKeptReading, sql.data, parameters, [&](const SqlRows &rows) {
            for (const SqlRow row : rows)
                met =
                    met || reach.conditions == NIL || is_met(reach, typed(get_rel_type_id(from), row.datum(1)), row.get<Oid>(2));
        });
        if (met) return true;
    }
    return false;
}

bool has_own_rows(const ReachedTable &table) {
    for (int i = 0; i < list_length(table.conditions); ++i)
        if (is_owner(static_cast<const Condition *>(list_nth(table.conditions, i))->link->role) && count_rows(table, i) > 0)
            return true;
    return false;
}

Oid table_of(const Hold &hold) {
    const Policy *policy = hold.scope == HoldScope::kPolicy ? policy_by_id(hold.policy_id) : nullptr;
    return policy != nullptr ? policy->relid : hold.relid;
}

bool meets_any(List *holds, List *tables) {
    ListCell *cell = nullptr, *inner = nullptr;
    List *reaches = reach_of(holds);
    foreach (cell, tables)
        foreach (inner, reaches)
            if (meets_person(*static_cast<const Reach *>(lfirst(inner)), *static_cast<const ReachedTable *>(lfirst(cell))))
                return true;
    return false;
}

bool holds_table_of(const Hold &hold, List *tables) {
    const Oid whole = table_of(hold);
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (OidIsValid(whole) && (is_below(table->relid, whole) || is_below(whole, table->relid)) && has_own_rows(*table))
            return true;
    }
    return false;
}

// Of many holds on other persons hardly one is on a row that is about this one, too: they are asked one by one only where one of them is.
List *concerning(const Subject &subject, List *tables) {
    List *all = standing_holds(), *own = holds_on(subject, all), *others = NIL, *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, all) {
        auto *hold = static_cast<Hold *>(lfirst(cell));
        if (hold->scope == HoldScope::kSubject && !list_member_ptr(own, hold)) others = lappend(others, hold);
    }
    const bool any_other = others != NIL && meets_any(others, tables);
    foreach (cell, all) {
        auto *hold = static_cast<Hold *>(lfirst(cell));
        const bool on_other = list_member_ptr(others, hold);
        if (list_member_ptr(own, hold) || (holds_whole(hold->scope) && holds_table_of(*hold, tables)) ||
            (!holds_whole(hold->scope) && (any_other || !on_other) && meets_any(list_make1(hold), tables)))
            found = lappend(found, hold);
    }
    return found;
}

}  // namespace

void append_holds(StringInfo out, const Subject &subject, List *tables) {
    ListCell *cell = nullptr;
    bool first = true;
    appendStringInfoChar(out, '[');
    foreach (cell, concerning(subject, tables)) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        const SqlRows said =
            read_own("SELECT placed_at, to_char(review_on, 'YYYY-MM-DD') FROM retention.hold WHERE hold_id = $1", hold->id);
        appendStringInfo(out, "%s{\"hold_id\": " INT64_FORMAT ", \"ground\": \"%s\", \"since\": ", first ? "" : ", ", hold->id,
                         hold->ground);
        append_json_time(out, said.first().get<int64>(1));
        appendStringInfo(out, ", \"review_on\": \"%s\"}", said.first().text(2));
        first = false;
    }
    appendStringInfoChar(out, ']');
}

}  // namespace pg_retention
