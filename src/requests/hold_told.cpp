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

bool concerns(const Hold &hold, List *tables) {
    Hold one = hold;
    List *reaches = holds_whole(hold.scope) ? NIL : reach_of(list_make1(&one));
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        const Oid whole = holds_whole(hold.scope) ? table_of(hold) : InvalidOid;
        if (OidIsValid(whole) && (is_below(table->relid, whole) || is_below(whole, table->relid)) && has_own_rows(*table))
            return true;
        foreach (inner, reaches)
            if (meets_person(*static_cast<const Reach *>(lfirst(inner)), *table)) return true;
    }
    return false;
}

}  // namespace

void append_holds(StringInfo out, List *tables) {
    ListCell *cell = nullptr;
    bool first = true;
    appendStringInfoChar(out, '[');
    foreach (cell, standing_holds()) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (!concerns(*hold, tables)) continue;
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
