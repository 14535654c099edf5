// Restriction of processing (Article 18): the rows about a person are hidden and frozen, until the restriction is lifted.
#include "schema/extension.hpp"
#include "clock/stamp.hpp"
#include "core/time/clock.hpp"
#include "ledger/ledger.hpp"
#include "ledger/own_table.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "requests/call.hpp"
#include "requests/deferred.hpp"
#include "requests/disclosures.hpp"
#include "requests/document.hpp"
#include "requests/request.hpp"
#include "subject/json.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

constexpr int kReasonArgument = 2;
constexpr int kRequestArgument = 3;
core::Clock with_restricted(core::Clock clock, bool restricted) {
    const int flags = restricted ? core::flags_of(clock) | core::kRestricted : core::flags_of(clock) & ~core::kRestricted;
    return core::make_clock(core::policy_of(clock), core::start_of(clock), static_cast<uint8_t>(flags));
}

// Of the rows about a person, those that are restricted, and that no table in covering reaches.
void append_freed(StringInfo sql, Oid relid, List *covering, Parameters *parameters) {
    appendStringInfo(sql, " AND %s", has_flag(psprintf("t.%s", clock_name(relid)), core::kRestricted));
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, covering) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (table->relid != relid) continue;
        foreach (inner, table->conditions) {
            const auto *condition = static_cast<const Condition *>(lfirst(inner));
            if (!is_owner(condition->link->role)) continue;
            appendStringInfoString(sql, " AND (");
            append_condition(sql, relid, *condition, parameters);
            appendStringInfoString(sql, ") IS NOT TRUE");
        }
    }
}

// Sets or clears the flag of rows that are locked.
void write_portion(const SqlRows &rows, bool restricted) {
    for (const SqlRow row : rows) {
        const auto leaf = row.get<Oid>(1);
        auto tid = row.get<ItemPointerData>(2);
        const auto before = row.get<core::Clock>(3);
        const core::Clock after = with_restricted(before, restricted);
        if (after != before) (void) write_clock(leaf, &tid, after);
    }
}

constexpr int kAllRows = -1;

// Restricts the rows of one condition, or frees them. Returns how many they are.
int64 mark_rows(const ReachedTable &table, int condition, List *covering, bool restricted) {
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(table.relid, key);
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.tableoid, t.ctid, t.%s", clock_name(table.relid));
    if (condition == kAllRows)
        appendStringInfo(&sql, " FROM %s t WHERE true", qualified_name(table.relid));
    else
        append_rows_of(&sql, table, condition, &parameters);
    if (!restricted) append_freed(&sql, table.relid, covering, &parameters);
    appendStringInfo(&sql, " ORDER BY %s FOR NO KEY UPDATE", column_list(table.relid, key, n_key, "t."));
    int64 rows = 0;
    for_each_portion(owner_of(table.relid), kKeptWriting, sql.data, parameters, [&](const SqlRows &found) {
        write_portion(found, restricted);
        rows += static_cast<int64>(found.n);
    });
    return rows;
}

bool is_governed(const ReachedTable &table) { return clock_column(table.relid) != InvalidAttrNumber; }

// Rows about the person in one table; those that only mention it are about somebody else.
int64 rows_about(const ReachedTable &table, List *covering, bool restricted) {
    int64 rows = 0;
    for (int i = 0; i < list_length(table.conditions); ++i) {
        if (!is_owner(static_cast<const Condition *>(list_nth(table.conditions, i))->link->role)) continue;
        rows += is_governed(table) ? mark_rows(table, i, covering, restricted) : count_rows(table, i);
    }
    return rows;
}

int64 insert_restriction(const Call &call, Datum reason) {
    const SqlRows written = own("INSERT INTO retention.restriction (kind, key, reason, request_id, restricted_at, restricted_by) "
                                "VALUES ($1, $2::jsonb, $3, nullif($4, 0), $5, $6) RETURNING restriction_id",
                                call.subject->kind->name, key_json(*call.subject), typed(TEXTOID, reason), call.request_id,
                                at(retention_now()), session_role());
    const auto id = written.first().get<int64>(1);
    written.free();
    return id;
}

const char *restriction_text(int64 id) { return psprintf("restriction " INT64_FORMAT, id); }

Datum impose(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(kReasonArgument))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the reason of a restriction must not be null")));
    begin_alone_in_new_snapshot();
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kRestricted, true);
    const int64 id = insert_restriction(call, PG_GETARG_DATUM(kReasonArgument));
    StringInfoData out, restricted, others;
    initStringInfo(&out);
    initStringInfo(&restricted);
    initStringInfo(&others);
    int64 total = 0;
    ListCell *cell = nullptr;
    foreach (cell, reach_tables(call.subject)) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        const int64 rows = rows_about(*table, NIL, true);
        if (rows == 0) continue;
        const bool governed = is_governed(*table);
        append_table(governed ? &restricted : &others, table->relid, rows, governed ? nullptr : "the table is not governed");
        total += governed ? rows : 0;
    }
    appendStringInfoChar(&out, '{');
    append_subject(&out, *call.subject);
    appendStringInfo(&out, ", \"restriction_id\": " INT64_FORMAT ", \"restricted\": [%s], \"not_restricted\": [%s]", id,
                     restricted.data, others.data);
    append_recipients_to_tell(&out, call, records_about(*call.subject),
                              Change{"restricted", key_json(*call.subject), nullptr, false});
    appendStringInfoChar(&out, '}');
    record_rows(call, LedgerAction::kRestricted, InvalidOid, 0, total, restriction_text(id));
    // Where no table is governed nothing was restricted.
    end_call(call, LedgerAction::kRestricted, total > 0 || others.len == 0);
    PopActiveSnapshot();
    return PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
}

struct Restriction {
    int64 id;
    const char *kind;
    Datum key;  // jsonb
    bool informed;
};

// Locks the record. Errors: P0002 when there is none, 55000 when it is lifted already.
Restriction open_restriction(int64 id) {
    const SqlRows rows = own("SELECT kind, key, informed_at IS NOT NULL, lifted_at IS NOT NULL FROM retention.restriction "
                             "WHERE restriction_id = $1 FOR UPDATE",
                             id);
    if (rows.n == 0)
        ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("restriction " INT64_FORMAT " does not exist", id),
                        errhint("See retention.restriction.")));
    const SqlRow row = rows.first();
    if (row.get<bool>(4))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("restriction " INT64_FORMAT " is lifted already", id)));
    const Restriction found = {id, row.text(1), row.detoasted(2), row.get<bool>(3)};
    rows.free();
    return found;
}

// Null when none of them is there.
Subject *persons_of(const Model &model, const char *kind_name, Datum keys) {
    const Kind *kind = kind_named(model, kind_name);
    Datum *records = nullptr;
    const int n = elements_of(keys, JSONBOID, &records);
    const KeySet persons = persons_with(*kind, records, n);
    return persons.n == 0 ? nullptr : open_subject(model, *kind, persons, false);
}

// Of somebody who is gone: every table from which links of the kind lead, with no condition on its rows.
List *tables_linked(const Model &model, const char *kind_name) {
    const Kind *kind = kind_named(model, kind_name);
    List *tables = NIL, *seen = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (link->kind != kind || !is_owner(link->role) || list_member_oid(seen, link->relid)) continue;
        auto *table = static_cast<ReachedTable *>(palloc0(sizeof(ReachedTable)));
        table->relid = link->relid;
        tables = lappend(tables, table);
        seen = lappend_oid(seen, link->relid);
    }
    return tables;
}

// The tables that rows lead from to a person whose restriction stands.
List *tables_restricted(const Model &model) {
    const SqlRows kinds = own("SELECT kind, array_agg(key) FROM (SELECT kind, key FROM retention.restriction "
                              "WHERE lifted_at IS NULL ORDER BY restriction_id FOR UPDATE) AS r GROUP BY kind ORDER BY kind");
    List *tables = NIL;
    for (const SqlRow row : kinds) {
        Subject *persons = persons_of(model, row.text(1), row.detoasted(2));
        tables = list_concat(tables, persons == nullptr ? NIL : reach_tables(persons));
    }
    kinds.free();
    return tables;
}

void update_restriction(int64 id, const char *at_column, const char *by_column) {
    own(psprintf("UPDATE retention.restriction SET %s = $2, %s = $3 WHERE restriction_id = $1", at_column, by_column), id,
        at(retention_now()), session_role());
}

void record_restriction(LedgerAction action, const Restriction &restriction, int64 request_id, int64 rows) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.row_count = rows;
    entry.detail = call_detail(restriction.kind, restriction_text(restriction.id), request_id);
    append_ledger(entry);
}

void inform(int64 id) {
    begin_alone_in_new_snapshot();
    connect_spi();
    const Restriction restriction = open_restriction(id);
    update_restriction(id, "informed_at", "informed_by");
    record_restriction(LedgerAction::kInformedOfLifting, restriction, 0, -1);
    SPI_finish();
    PopActiveSnapshot();
}

void lift(int64 id, int64 request_id) {
    begin_alone_in_new_snapshot();
    connect_spi();
    // Whatever it asks for, answered or not: that it is there is enough.
    if (request_id != 0) (void) lock_request(request_id);
    const Restriction restriction = open_restriction(id);
    if (!restriction.informed)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("restriction " INT64_FORMAT " cannot be lifted before the person is informed", id),
                        errhint("Tell the person, and record it with retention.inform_of_lifting(" INT64_FORMAT ").", id)));
    update_restriction(id, "lifted_at", "lifted_by");
    const Model *model = load_model();
    List *covering = tables_restricted(*model);
    Datum key = restriction.key;
    const Datum keys = array_of(&key, 1, JSONBOID);
    Subject *person = persons_of(*model, restriction.kind, keys);
    List *tables = person == nullptr ? NIL : reach_tables(person);
    const bool gone = tables == NIL;
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, gone ? tables_linked(*model, restriction.kind) : tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (is_governed(*table))
            rows += gone ? mark_rows(*table, kAllRows, covering, false) : rows_about(*table, covering, false);
    }
    record_restriction(LedgerAction::kRestrictionLifted, restriction, request_id, rows);
    if (!gone) carry_out_deferred(Released{list_make1(person), NIL});
    SPI_finish();
    PopActiveSnapshot();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_restrict) { return pg_retention::impose(fcinfo); }

RETENTION_FUNCTION(pg_retention_inform_of_lifting) {
    pg_retention::require_argument(fcinfo, 0, "a restriction");
    pg_retention::inform(PG_GETARG_INT64(0));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_lift_restriction) {
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the restriction to lift must not be null")));
    pg_retention::lift(PG_GETARG_INT64(0), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1));
    PG_RETURN_VOID();
}
