// Materialised views that sweeps do not refresh: what they hold of rows that are gone is meant to stay, and somebody says why.
#include "schema/extension.hpp"
#include "ledger/at_end.hpp"
#include "ledger/terms.hpp"
#include "policy/rights.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/trigger.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr int kView = 1;
constexpr int kValidated = 3;

Datum column(const TriggerData *data, HeapTuple row, int number) {
    bool isnull = false;
    return heap_getattr(row, number, RelationGetDescr(data->tg_relation), &isnull);
}

void check_view(Oid relid) {
    if (get_rel_relkind(relid) == RELKIND_MATVIEW) return;
    ereport(
        ERROR,
        (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("%u in field \"view\" is not a materialized view", relid),
         errhint("Sweeps refresh materialized views alone: a view shows what is visible, and a table is kept by its policy.")));
}

void require_view(Oid relid) {
    require_ownership(relid, "in field \"view\"",
                      "What its copies may outlive is said by the owner of a view or by a superuser.");
}

// One that is taken back in is compared with the whole ledger, and why one could not be refreshed is nobody's concern any more.
void forget_refresh(Oid relid) {
    connect_spi();
    own("DELETE FROM retention.view_refresh WHERE view = $1", relid);
    SPI_finish();
}

void record(const TriggerData *data, HeapTuple before, HeapTuple after) {
    StringInfoData detail;
    LedgerEntry entry = {};
    entry.relid = DatumGetObjectId(column(data, after != nullptr ? after : before, kView));
    const char *name = get_rel_name(entry.relid) != nullptr ? qualified_name(entry.relid) : psprintf("%u", entry.relid);
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, "left_out_view", name);
    put_change(&detail, RelationGetDescr(data->tg_relation), before, after);
    appendStringInfoChar(&detail, '}');
    entry.action = LedgerAction::kConfigurationChanged;
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger_at_end(entry);
    forget_refresh(entry.relid);
}

// A dump brings the ledger, too.
bool comes_from_a_dump(const TriggerData *data) {
    return TRIGGER_FIRED_BY_INSERT(data->tg_event) && superuser() && DatumGetBool(column(data, data->tg_trigtuple, kValidated));
}

// Whether it stands already, so that this row is not written: ON CONFLICT.
bool is_left_out(Oid relid) {
    connect_spi();
    const bool is = own("SELECT 1 FROM retention.left_out_view WHERE view = $1", relid).n > 0;
    SPI_finish();
    return is;
}

bool changes(const TriggerData *data, HeapTuple before, HeapTuple after) {
    return before == nullptr ? !is_left_out(DatumGetObjectId(column(data, after, kView)))
                             : !same_terms(RelationGetDescr(data->tg_relation), before, after);
}

HeapTuple check(const TriggerData *data) {
    const bool inserts = TRIGGER_FIRED_BY_INSERT(data->tg_event);
    HeapTuple before = inserts ? nullptr : data->tg_trigtuple;
    if (comes_from_a_dump(data)) return data->tg_trigtuple;
    if (before != nullptr) require_view(DatumGetObjectId(column(data, before, kView)));
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        record(data, before, nullptr);
        return before;
    }
    HeapTuple after = inserts ? data->tg_trigtuple : data->tg_newtuple;
    const Oid relid = DatumGetObjectId(column(data, after, kView));
    check_view(relid);
    require_view(relid);
    int validated = kValidated;
    Datum yes = BoolGetDatum(true);
    bool isnull = false;
    after = heap_modify_tuple_by_cols(after, RelationGetDescr(data->tg_relation), 1, &validated, &yes, &isnull);
    if (changes(data, before, after)) record(data, before, after);
    return after;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_check_left_out_view) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    const bool fits = TRIGGER_FIRED_BEFORE(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event);
    // A superuser may put it into a trigger of another table.
    if (!fits || RelationGetRelid(data->tg_relation) != get_relname_relid("left_out_view", extension()->schema))
        ereport(ERROR,
                (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                 errmsg("trigger \"%s\" must be fired before a change of retention.left_out_view", data->tg_trigger->tgname)));
    return PointerGetDatum(check(data));
}
