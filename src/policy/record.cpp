#include "policy/record.hpp"

#include "ledger/at_end.hpp"
#include "ledger/terms.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/own.hpp"

extern "C" {
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

Datum field(TupleDesc desc, HeapTuple row, const char *name) {
    bool isnull = false;
    return SPI_getbinval(row, desc, SPI_fnumber(desc, name), &isnull);
}

// By their types, too.
void put_personal_columns(StringInfo out, Oid relid) {
    SPI_connect();
    const SqlRows found = own("SELECT * FROM retention.personal_columns WHERE relation = $1 ORDER BY column_name", relid);
    appendStringInfoString(out, ", \"personal_columns\": {");
    for (const SqlRow row : found) {
        StringInfoData one;
        initStringInfo(&one);
        put_terms(&one, row.desc, row.tuple);
        put_raw_json(out, SPI_getvalue(row.tuple, row.desc, SPI_fnumber(row.desc, "column_name")), one.data);
    }
    appendStringInfoChar(out, '}');
    SPI_finish();
}

void append(LedgerAction action, int16_t policy_id, Oid relid, const char *relation, const char *detail, Entered when) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.policy_id = policy_id;
    entry.relid = relid;
    entry.relation = relation;
    entry.row_count = -1;
    entry.detail = detail;
    if (when == Entered::kNow)
        append_ledger(entry);
    else
        append_ledger_at_end(entry);
}

}  // namespace

void record_policy(LedgerAction action, TupleDesc desc, HeapTuple before, HeapTuple after, Entered when, const char *relation) {
    HeapTuple last = after != nullptr ? after : before;
    const Oid relid = DatumGetObjectId(field(desc, last, "relation"));
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, "policy", SPI_getvalue(last, desc, SPI_fnumber(desc, "name")));
    put_change(&detail, desc, before, after);
    if (before == nullptr) put_personal_columns(&detail, relid);
    appendStringInfoChar(&detail, '}');
    append(action, DatumGetInt16(field(desc, last, "policy_id")), relid, relation, detail.data, when);
}

void record_unknown_policy(int16_t id) {
    SPI_connect();
    const SqlRows found =
        own("SELECT * FROM retention.policy p WHERE p.policy_id = $1 AND NOT EXISTS (SELECT FROM retention.ledger l "
            "WHERE l.policy_id = p.policy_id AND l.action = $2)",
            id, name_of(LedgerAction::kPolicyCreated));
    if (found.n > 0) record_policy(LedgerAction::kPolicyCreated, found.first().desc, nullptr, found.first().tuple);
    SPI_finish();
}

void record_loosened(const Policy &policy) {
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, "policy", policy.name);
    appendStringInfoChar(&detail, '}');
    append(LedgerAction::kPeriodLoosened, policy.id, policy.relid, nullptr, detail.data, Entered::kNow);
}

void record_declaration(Oid relid, TupleDesc desc, HeapTuple before, HeapTuple after, Entered when) {
    if (get_rel_name(relid) == nullptr || !has_validated_policy(relid, 0)) return;
    const LedgerAction action = before == nullptr ? LedgerAction::kColumnDeclared
                              : after == nullptr  ? LedgerAction::kColumnWithdrawn
                                                  : LedgerAction::kDeclarationChanged;
    HeapTuple last = after != nullptr ? after : before;
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, "column", SPI_getvalue(last, desc, SPI_fnumber(desc, "column_name")));
    put_change(&detail, desc, before, after);
    appendStringInfoChar(&detail, '}');
    append(action, 0, relid, nullptr, detail.data, when);
}

}  // namespace pg_retention
