#include "ledger/written.hpp"

#include "ledger/at_end.hpp"
#include "ledger/home.hpp"
#include "ledger/terms.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constinit Dynamic<bool> copying{false};

// Into a database in which nobody has said yet that it is the place to act in.
bool comes_with_a_dump() { return copying && superuser() && !home_known(); }

const char *value_of(HeapTuple row, TupleDesc desc, const char *column) {
    const int number = SPI_fnumber(desc, column);
    return number > 0 ? SPI_getvalue(row, desc, number) : nullptr;
}

void record(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    HeapTuple before = TRIGGER_FIRED_BY_INSERT(data->tg_event) ? nullptr : data->tg_trigtuple;
    HeapTuple after = TRIGGER_FIRED_BY_DELETE(data->tg_event) ? nullptr
                    : TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple
                                                              : data->tg_trigtuple;
    if ((before != nullptr && after != nullptr && same_terms(desc, before, after)) || comes_with_a_dump()) return;
    HeapTuple last = after != nullptr ? after : before;
    const char *rule = value_of(last, desc, "rule");
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, RelationGetRelationName(data->tg_relation), value_of(last, desc, rule == nullptr ? "name" : "country"));
    if (rule != nullptr) {
        put_json(&detail, "rule", rule);
        put_json(&detail, "name", value_of(last, desc, "name"));
    }
    put_change(&detail, desc, before, after);
    appendStringInfoChar(&detail, '}');
    LedgerEntry entry = {};
    entry.action = LedgerAction::kConfigurationChanged;
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger_at_end(entry);
}

}  // namespace

void note_copy(const Command &command) {
    if (!IsA(command.statement(), CopyStmt) || !command.as<CopyStmt>()->is_from) return proceed(command);
    during(copying, true, [&] { proceed(command); });
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_record_terms) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    // Everybody may put it into a trigger of another table.
    if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
        RelationGetNamespace(data->tg_relation) != get_namespace_oid("retention", true))
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("trigger \"%s\" must be fired after a row of a table of the extension", data->tg_trigger->tgname)));
    pg_retention::record(data);
    return static_cast<Datum>(0);
}
