// Rectification (Article 16): a row about a person is corrected or completed, or the person's statement is put beside it.
#include "schema/extension.hpp"
#include "core/time/clock.hpp"
#include "clock/decide.hpp"
#include "clock/kept_columns.hpp"
#include "ledger/consequences.hpp"
#include "pg/at_once.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/policy_cache.hpp"
#include "requests/disclosures.hpp"
#include "requests/document.hpp"
#include "subject/json.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

enum Argument { kRelation = 2, kRowKey, kChanges, kStatement, kRequest, kReason };

struct Target {
    Oid relid;
    RowKey key;
    core::Clock clock;     // of an ungoverned table: kNoClock
    const char *key_text;  // JSON, as the export has it
};

[[noreturn]] void no_such_row(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
                    errmsg("there is no such row about this person in table \"%s\"", get_rel_name(relid)),
                    errhint("retention.export names the rows about a person by table and key.")));
    pg_unreachable();
}

const ReachedTable *table_reached(Subject *subject, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, reach_tables(subject))
        if (static_cast<ReachedTable *>(lfirst(cell))->relid == relid) return static_cast<ReachedTable *>(lfirst(cell));
    no_such_row(relid);
}

// "c1 OR c2 ...": what makes a row one about the person; a row that only mentions it is about somebody else.
void append_about(StringInfo sql, const ReachedTable &table, Parameters *parameters) {
    ListCell *cell = nullptr;
    appendStringInfoString(sql, "(false");
    foreach (cell, table.conditions) {
        const auto *condition = static_cast<const Condition *>(lfirst(cell));
        if (!is_owner(condition->link->role)) continue;
        appendStringInfoString(sql, " OR ");
        append_condition(sql, table.relid, *condition, parameters);
    }
    appendStringInfoChar(sql, ')');
}

// Finds and locks the row.
Target find_target(Subject *subject, Oid relid, Datum row_key) {
    const ReachedTable *table = table_reached(subject, relid);
    Target target = {};
    target.relid = relid;
    AttrNumber columns[kMaxKeys];
    const int n = primary_key(relid, columns);
    target.key = key_from_json(relid, columns, n, row_key);
    const bool governed = clock_column(relid) != InvalidAttrNumber;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s", column_list(relid, columns, n, "t."));
    if (governed) appendStringInfo(&sql, ", t.%s", clock_name(relid));
    appendStringInfo(&sql, " FROM %s t WHERE ", qualified_name(relid));
    append_row_condition(&sql, target.key, &parameters);
    appendStringInfoString(&sql, " AND ");
    append_about(&sql, *table, &parameters);
    appendStringInfoString(&sql, " FOR UPDATE");
    const SqlRows rows = write_as(owner_of(relid), sql.data, parameters);
    if (rows.n == 0) no_such_row(relid);
    const SqlRow found = rows.first();
    target.clock = governed ? found.get_or(n + 1, core::kNoClock) : core::kNoClock;
    int places[kMaxKeys];
    for (int i = 0; i < n; ++i) places[i] = i + 1;
    StringInfoData key;
    initStringInfo(&key);
    append_key_json(&key, relid, columns, n, found.tuple, found.desc, places);
    target.key_text = key.data;
    rows.free();
    return target;
}

AttrNumber changed_column(const Target &target, const char *name) {
    const char *table = get_rel_name(target.relid);
    const AttrNumber column = get_attnum(target.relid, name);
    if (column <= 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" of table \"%s\" does not exist", name, table)));
    if (column == clock_column(target.relid))
        ereport(ERROR, (errcode(ERRCODE_GENERATED_ALWAYS), errmsg("the retention clock of table \"%s\" cannot be written", table),
                        errhint("It follows from the policy; see retention.policy.")));
    if (get_attgenerated(target.relid, column) != '\0')
        ereport(ERROR, (errcode(ERRCODE_GENERATED_ALWAYS), errmsg("column \"%s\" of table \"%s\" is generated", name, table),
                        errhint("Correct the columns it is generated from.")));
    for (int i = 0; i < target.key.n; ++i)
        if (target.key.columns[i] == column)
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("column \"%s\" is part of the primary key of table \"%s\"", name, table),
                            errhint("Its rows are named by it.")));
    return column;
}

// Returns the number of columns.
int read_changes(const Target &target, Datum datum, AttrNumber *columns) {
    Jsonb *changes = DatumGetJsonbP(datum);
    if (!JB_ROOT_IS_OBJECT(changes))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("changes must be a jsonb object"),
                        errhint("Give the new value of each column by its name.")));
    int n = 0;
    JsonbValue value;
    JsonbIterator *iterator = JsonbIteratorInit(&changes->root);
    for (JsonbIteratorToken token = WJB_KEY; token != WJB_DONE;) {
        token = JsonbIteratorNext(&iterator, &value, true);
        if (token == WJB_KEY) columns[n++] = changed_column(target, pnstrdup(value.val.string.val, value.val.string.len));
    }
    return n;
}

// What the law protects is changed where the policy gives leave, and for a reason. Null: nothing of it is.
const char *protected_text(const Target &target, const Verdict &verdict, const AttrNumber *columns, int n) {
    AttrNumber kept[MaxHeapAttributeNumber];
    int n_kept = 0;
    for (int i = 0; i < n; ++i)
        if (is_kept_column(target.relid, target.clock, verdict, ColumnAsked{columns[i], InvalidOid, ColumnChange::kValue}))
            kept[n_kept++] = columns[i];
    if (n_kept == 0) return nullptr;
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(target.clock)));
    if (verdict.held || policy == nullptr || !policy->rectifies_protected)
        refuse(verdict, psprintf("rectify column \"%s\" of a row of", get_attname(target.relid, kept[0], false)),
               get_rel_name(target.relid), kVoucherHint);
    return column_list(target.relid, kept, n_kept, "");
}

// Returns what is protected of what is to be changed; null: nothing.
const char *check_changeable(const Target &target, const AttrNumber *columns, int n, bool has_reason) {
    const char *table = get_rel_name(target.relid);
    const Verdict verdict = decide(target.relid, target.clock);
    if (verdict.restricted) refuse(verdict, "rectify a row of", table);
    if ((core::flags_of(target.clock) & core::kAnonymised) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("cannot rectify a row of \"%s\": it is anonymised", table),
                        errhint("No sweep would take out again what is put into it.")));
    const char *kept = protected_text(target, verdict, columns, n);
    if (kept != nullptr && !has_reason)
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("cannot rectify %s of a row of \"%s\" without a reason: the law protects it", kept, table),
                        errhint("Give why as reason; it stands in the ledger.")));
    return kept;
}

// One UPDATE with the owner's rights. The values are read as jsonb_populate_record reads them; on the row itself, so that
// columns that are not changed are not read.
// with_leave: columns that the law protects, too.
void update_row(const Target &target, Datum changes, const AttrNumber *columns, int n, bool with_leave) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "UPDATE %s t SET (%s) = (SELECT %s FROM jsonb_populate_record(t.*, $%d) AS r) WHERE ",
                     qualified_name(target.relid), column_list(target.relid, columns, n, ""),
                     column_list(target.relid, columns, n, "r."), add_parameter(&parameters, JSONBOID, changes));
    append_row_condition(&sql, target.key, &parameters);
    uint64 updated = 0;
    auto *names = static_cast<const char **>(palloc(sizeof(char *) * static_cast<size_t>(n)));
    for (int i = 0; i < n; ++i) names[i] = get_attname(target.relid, columns[i], false);
    const Rectified now = {target.relid, names, n};
    const auto write = [&] { updated = write_as(owner_of(target.relid), sql.data, parameters).n; };
    fire_at_once([&] { during(rectified, with_leave ? &now : nullptr, write); });
    if (updated == 0)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table suppressed the action")));
}

void insert_statement(const Call &call, const Target &target, Datum statement) {
    own("INSERT INTO retention.statement (kind, key, relation, row_key, statement, request_id, made_at) "
        "VALUES ($1, $2::jsonb, $3, $4::jsonb, $5, nullif($6, 0), $7)",
        call.subject->kind->name, key_json(*call.subject), target.relid, target.key_text, typed(TEXTOID, statement),
        call.request_id, at(retention_now()));
}

// For the ledger: which columns, never what they held or hold.
const char *what_was_done(const Target &target, const AttrNumber *columns, int n, const char *kept, bool statement) {
    if (n == 0) return "statement";
    return psprintf("columns %s%s%s", column_list(target.relid, columns, n, ""),
                    kept == nullptr ? "" : psprintf(", protected %s", kept), statement ? ", statement" : "");
}

// Whoever has the data is told which of them are other now (Article 19); a statement alone changes none.
const char *answer(const Call &call, const Target &target, const char *columns, const char *key) {
    StringInfoData out;
    initStringInfo(&out);
    appendStringInfoChar(&out, '{');
    append_subject(&out, *call.subject);
    appendStringInfoString(&out, ", \"table\": ");
    append_json_text(&out, qualified_name(target.relid));
    appendStringInfo(&out, ", \"key\": %s", target.key_text);
    append_recipients_to_tell(&out, call, records_about(*call.subject),
                              Change{"rectified", key, psprintf("%s of %s", columns, qualified_name(target.relid)), false});
    appendStringInfoChar(&out, '}');
    return out.data;
}

Datum rectify(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(kRelation) || PG_ARGISNULL(kRowKey) || PG_ARGISNULL(kChanges))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("relation, row_key and changes must not be null"),
                        errhint("Where nothing is to be changed, give changes '{}'.")));
    const Call call = open_call(fcinfo, kRequest, LedgerAction::kRectified, true);
    const Target target = find_target(call.subject, PG_GETARG_OID(kRelation), PG_GETARG_DATUM(kRowKey));
    AttrNumber columns[MaxHeapAttributeNumber];
    const int n = read_changes(target, PG_GETARG_DATUM(kChanges), columns);
    const bool statement = !PG_ARGISNULL(kStatement);
    if (n == 0 && !statement)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is nothing to rectify"),
                        errhint("Give changes, a statement, or both.")));
    Account account = {};
    const char *reason = PG_ARGISNULL(kReason) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(kReason));
    const char *kept = nullptr;
    if (n > 0) {
        kept = check_changeable(target, columns, n, reason != nullptr && reason[0] != '\0');
        count_consequences(&account, [&] { update_row(target, PG_GETARG_DATUM(kChanges), columns, n, kept != nullptr); });
    }
    if (statement) insert_statement(call, target, PG_GETARG_DATUM(kStatement));
    const char *done = what_was_done(target, columns, n, kept, statement);
    const char *told = answer(call, target, done, key_json(*call.subject));
    record_rows(call, LedgerAction::kRectified, target.relid, static_cast<int16_t>(core::policy_of(target.clock)), 1,
                reason == nullptr ? done : psprintf("%s, reason: %s", done, reason));
    record_consequences(account, 0, call_detail(call.subject->kind->name, nullptr, call.request_id));
    end_call(call, LedgerAction::kRectified);
    return CStringGetTextDatum(told);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_rectify) { return pg_retention::rectify(fcinfo); }
