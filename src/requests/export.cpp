// Access and a copy (Article 15), and what a person may take along (Article 20).
#include "core/data/portable.hpp"
#include "policy/policy_cache.hpp"
#include "schema/extension.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/time.hpp"
#include "requests/disclosures.hpp"
#include "subject/csv.hpp"
#include "requests/document.hpp"
#include "requests/hold_told.hpp"
#include "requests/leftover.hpp"
#include "requests/request.hpp"
#include "requests/wishes.hpp"
#include "subject/json.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr int kRequestArgument = 2;

const char *role_of(const Link &link) { return name_of(link.role); }

void begin_table(StringInfo out, const FoundRow &row, bool first) {
    appendStringInfo(out, "%s{\"table\": ", first ? "" : "]}, ");
    append_json_text(out, qualified_name(row.relid));
    appendStringInfo(out, ", \"role\": \"%s\", \"rows\": [", role_of(*row.link));
}

// A value of PostgreSQL has at most 1 GB.
void require_room(const StringInfoData &out, const FoundRow &row) {
    constexpr size_t kBesides = 1024 * 1024;
    if (strlen(row.data) + strlen(row.key) + out.len + kBesides < MaxAllocSize) return;
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the copy of the data about this person is larger than 1 GB"),
                    errhint("retention.export_rows gives it row by row, retention.portability_csv table by table.")));
}

// Returns the number of rows written.
int64 append_data(StringInfo out, const Call &call, List *tables, bool portable) {
    const RowChoice choice = {true, portable, false};
    int64 rows = 0;
    const Link *open = nullptr;
    Oid open_relid = InvalidOid;
    ListCell *cell = nullptr;
    appendStringInfoString(out, "\"data\": [");
    foreach (cell, tables)
        for_each_row(call.subject, *static_cast<const ReachedTable *>(lfirst(cell)), choice, [&](const FoundRow &row) {
            require_room(*out, row);
            const bool same = open != nullptr && open_relid == row.relid && open->role == row.link->role;
            if (!same) begin_table(out, row, open == nullptr);
            appendStringInfo(out, "%s{\"key\": %s", same ? ", " : "", row.key);
            if (!portable) append_lifetime(out, row.clock);
            appendStringInfo(out, ", \"data\": %s}", row.data);
            open = row.link;
            open_relid = row.relid;
            ++rows;
        });
    appendStringInfoString(out, open == nullptr ? "]" : "]}]");
    return rows;
}

// Which policies' rows are left out of a copy for Article 20, and by which basis.
void append_not_portable(StringInfo out, List *tables) {
    int count = 0;
    bool first = true;
    const Policy *policy = all_policies(&count);
    appendStringInfoString(out, ", \"not_portable\": [");
    for (int i = 0; i < count; ++i) {
        ListCell *cell = nullptr;
        bool reached = false;
        foreach (cell, tables) reached = reached || static_cast<const ReachedTable *>(lfirst(cell))->relid == policy[i].relid;
        if (!reached || (policy[i].legal_basis != nullptr && core::is_portable_basis(policy[i].legal_basis))) continue;
        appendStringInfoString(out, first ? "{\"table\": " : ", {\"table\": ");
        append_json_text(out, qualified_name(policy[i].relid));
        appendStringInfoString(out, ", \"policy\": ");
        append_json_text(out, policy[i].name);
        appendStringInfoString(out, ", \"legal_basis\": ");
        append_json_text(out, policy[i].legal_basis);
        appendStringInfoChar(out, '}');
        first = false;
    }
    appendStringInfoChar(out, ']');
}

// Statements the person made about rows (Article 16).
void append_statements(StringInfo out, const Subject &subject) {
    const SqlRows found =
        read_own("SELECT coalesce(json_agg(json_build_object('table', relation, 'key', row_key, 'statement', statement, "
                 "'made_at', made_at) ORDER BY statement_id), '[]')::text FROM retention.statement "
                 "WHERE kind = $1 AND key = ANY ($2)",
                 subject.kind->name, typed(JSONBARRAYOID, recorded_keys(subject, key_json(subject))));
    appendStringInfo(out, "\"statements\": %s", found.n == 0 ? "[]" : found.first().text(1));
    found.free();
}

// What the person asked for before.
void append_requests(StringInfo out, const Recorded &recorded) {
    // The one that is answered by this copy may have been opened in the same statement.
    const SqlRows found = own(
        "SELECT coalesce(json_agg(json_strip_nulls(json_build_object('request_id', request_id, 'type', type, 'received_at', received_at, "
        "'channel', channel, 'identity_asked_at', identity_asked_at, 'identity_verified_at', identity_verified_at, 'identity_how', "
        "identity_how, 'extended_at', extended_at, 'extension_reason', extension_reason, 'done_at', done_at, 'answered_at', answered_at, "
        "'answer_reason', answer_reason, 'refused_at', refused_at, 'refusal_ground', refusal_ground, 'refusal_reason', refusal_reason, "
        "'closed_at', closed_at)) ORDER BY request_id), '[]')::text FROM retention.request WHERE request_id = ANY ($1)",
        typed(INT8ARRAYOID, requests_of(recorded)));
    appendStringInfo(out, "\"requests\": %s", found.first().text(1));
    found.free();
}

// When the person was written to, as far as a cap still asks for it.
void append_contacts(StringInfo out, const Recorded &recorded) {
    const SqlRows found = read_own(
        "SELECT coalesce(json_agg(json_build_object('purpose', c.purpose, 'times', c.times) ORDER BY c.purpose), '[]')::text "
        "FROM retention.contact_count c JOIN unnest($1, $2::text[]) p (kind, key) USING (kind, key)",
        kinds_of(recorded), keys_of(recorded));
    appendStringInfo(out, "\"contacts\": %s", found.first().text(1));
    found.free();
}

Datum export_document(FunctionCallInfo fcinfo) {
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kExported, false);
    const int level = fix_writing();
    StringInfoData out;
    initStringInfo(&out);
    List *tables = reach_tables(call.subject);
    const Recorded recorded = records_about(*call.subject);
    appendStringInfoChar(&out, '{');
    append_subject(&out, *call.subject);
    appendStringInfoString(&out, ", \"made_at\": ");
    append_json_time(&out, retention_now());
    appendStringInfoString(&out, ", ");
    append_controller(&out);
    append_disclosed_to(&out, recorded);
    appendStringInfoString(&out, ", ");
    append_processing(&out, tables);
    appendStringInfoString(&out, ", ");
    append_statements(&out, *call.subject);
    appendStringInfoString(&out, ", ");
    append_wishes(&out, recorded);
    appendStringInfoString(&out, ", ");
    append_requests(&out, recorded);
    appendStringInfoString(&out, ", ");
    append_contacts(&out, recorded);
    appendStringInfoString(&out, ", \"holds\": ");
    append_holds(&out, *call.subject, tables);
    appendStringInfoString(&out, ", ");
    const int64 rows = append_data(&out, call, tables, false);
    (void) append_not_reached(&out, *call.subject, tables, nullptr);
    appendStringInfoChar(&out, '}');
    restore_writing(level);
    close_copy(call, LedgerAction::kExported, rows);
    return PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
}

Datum portable_document(FunctionCallInfo fcinfo) {
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kExportedForPortability, false);
    const int level = fix_writing();
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoChar(&out, '{');
    append_subject(&out, *call.subject);
    appendStringInfoString(&out, ", \"made_at\": ");
    append_json_time(&out, retention_now());
    appendStringInfoString(&out, ", ");
    List *tables = reach_tables(call.subject);
    const int64 rows = append_data(&out, call, tables, true);
    append_not_portable(&out, tables);
    appendStringInfoChar(&out, '}');
    restore_writing(level);
    close_copy(call, LedgerAction::kExportedForPortability, rows);
    return PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
}

void portable_csv(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kExportedForPortability, false);
    const int level = fix_writing();
    const RowChoice choice = {true, true, true};
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, reach_tables(call.subject)) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        StringInfoData csv;
        initStringInfo(&csv);
        const int64 before = rows;
        for_each_row(call.subject, *table, choice, [&](const FoundRow &row) {
            appendStringInfo(&csv, "\n%s", row.data);
            ++rows;
        });
        if (rows == before) continue;
        Datum values[2] = {ObjectIdGetDatum(table->relid),
                           CStringGetTextDatum(psprintf("%s%s\n", csv_header(*call.subject, *table), csv.data))};
        bool nulls[2] = {false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    restore_writing(level);
    close_copy(call, LedgerAction::kExportedForPortability, rows);
}

void put_row(const ReturnSetInfo *result, const FoundRow &row) {
    const Lifetime life = lifetime_of(row.clock);
    Datum values[8] = {ObjectIdGetDatum(row.relid),
                       CStringGetTextDatum(role_of(*row.link)),
                       DirectFunctionCall1(jsonb_in, CStringGetDatum(row.key)),
                       life.state == nullptr ? 0 : CStringGetTextDatum(life.state),
                       TimestampTzGetDatum(life.gone_from),
                       TimestampTzGetDatum(life.required_until),
                       life.law == nullptr ? 0 : CStringGetTextDatum(life.law),
                       CStringGetTextDatum(row.data)};
    bool nulls[8] = {false,
                     false,
                     false,
                     life.state == nullptr,
                     life.state == nullptr || TIMESTAMP_NOT_FINITE(life.gone_from),
                     life.law == nullptr || TIMESTAMP_NOT_FINITE(life.required_until),
                     life.law == nullptr,
                     false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void export_rows(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const Call call = open_call(fcinfo, kRequestArgument, LedgerAction::kExported, false);
    const int level = fix_writing();
    const RowChoice choice = {false, false, false};
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, reach_tables(call.subject))
        for_each_row(call.subject, *static_cast<const ReachedTable *>(lfirst(cell)), choice, [&](const FoundRow &row) {
            put_row(result, row);
            ++rows;
        });
    restore_writing(level);
    close_copy(call, LedgerAction::kExported, rows);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_export) { return pg_retention::export_document(fcinfo); }
RETENTION_FUNCTION(pg_retention_portability) { return pg_retention::portable_document(fcinfo); }

RETENTION_FUNCTION(pg_retention_export_rows) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::export_rows(fcinfo);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_portability_csv) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::portable_csv(fcinfo);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_basis_known) {
    const char *basis = text_to_cstring(PG_GETARG_TEXT_PP(0));
    PG_RETURN_BOOL(pg_retention::core::is_known_basis(basis));
}
