#include "ledger/written.hpp"

#include "ledger/at_end.hpp"
#include "ledger/home.hpp"
#include "ledger/terms.hpp"
#include "pg/guard.hpp"
#include "pg/transaction.hpp"
#include "pg/trigger.hpp"

#include <initializer_list>

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/spi.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

constinit Dynamic<bool> making_way{false};

namespace {

constinit Dynamic<bool> copying{false};

// What made way, in the memory of the transaction: rows that come are entered at the end of their statement.
constinit List *gone = NIL;  // of HeapTuple

void end_transaction(XactEvent event, void *) {
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) gone = NIL;
}

void keep_gone(HeapTuple row) {
    call_at_end(AtEnd::kWritten, end_transaction);
    MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    gone = lappend(gone, heap_copytuple(row));
    MemoryContextSwitchTo(before);
}

bool has_key_of(HeapTuple a, HeapTuple b, TupleDesc desc) {
    return a->t_tableOid == b->t_tableOid && strcmp(SPI_getvalue(a, desc, 1), SPI_getvalue(b, desc, 1)) == 0 &&
           strcmp(SPI_getvalue(a, desc, 2), SPI_getvalue(b, desc, 2)) == 0;
}

// The row that made way for this one; null: there is none.
HeapTuple taken_place(HeapTuple row, TupleDesc desc) {
    ListCell *cell = nullptr;
    foreach (cell, gone) {
        auto *had = static_cast<HeapTuple>(lfirst(cell));
        if (!has_key_of(had, row, desc)) continue;
        gone = foreach_delete_current(gone, cell);
        return had;
    }
    return nullptr;
}

// Into a database in which nobody has said yet that it is the place to act in. Where it brings rows as INSERTs, a dump has said before that no
// schema is searched, which nobody else does.
bool comes_with_a_dump() { return (copying || namespace_search_path[0] == '\0') && superuser() && !home_known(); }

const char *value_of(HeapTuple row, TupleDesc desc, const char *column) {
    const int number = SPI_fnumber(desc, column);
    return number > 0 ? SPI_getvalue(row, desc, number) : nullptr;
}

// What has no name has a number, which stands first.
const char *name_of_row(HeapTuple row, TupleDesc desc) {
    return SPI_fnumber(desc, "name") > 0 ? value_of(row, desc, "name") : SPI_getvalue(row, desc, 1);
}

void record(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    HeapTuple before = TRIGGER_FIRED_BY_INSERT(data->tg_event) ? nullptr : data->tg_trigtuple;
    HeapTuple after = TRIGGER_FIRED_BY_DELETE(data->tg_event) ? nullptr
                    : TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple
                                                              : data->tg_trigtuple;
    if (making_way && after == nullptr) return keep_gone(before);
    if (before == nullptr) before = taken_place(after, desc);
    if ((before != nullptr && after != nullptr && same_terms(desc, before, after)) || comes_with_a_dump()) return;
    HeapTuple last = after != nullptr ? after : before;
    const char *rule = value_of(last, desc, "rule");
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, RelationGetRelationName(data->tg_relation),
             rule == nullptr ? name_of_row(last, desc) : value_of(last, desc, "country"));
    if (rule != nullptr) {
        put_json(&detail, "rule", rule);
        put_json(&detail, "name", value_of(last, desc, "name"));
    }
    // Of words the name alone does not say which.
    for (const char *column : {"object", "language"})
        if (SPI_fnumber(desc, column) > 0) put_json(&detail, column, value_of(last, desc, column));
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
