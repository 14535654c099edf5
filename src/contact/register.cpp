// A table of messages is registered: checked, given its triggers, and what it holds is counted. The triggers follow its partitions and heirs.
#include "contact/count.hpp"
#include "contact/log.hpp"
#include "ledger/at_end.hpp"
#include "ledger/home.hpp"
#include "ledger/terms.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/latest.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/trigger.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/rights.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"
#include "schema/tree_triggers.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr char kFunction[] = "count_contacts";
constexpr TreeTrigger kInserted = {"~retention_contact", "AFTER INSERT", "REFERENCING NEW TABLE AS written"};
constexpr TreeTrigger kUpdated = {"~retention_contact_update", "AFTER UPDATE",
                                  "REFERENCING OLD TABLE AS before NEW TABLE AS written"};

struct Written {
    HeapTuple row;
    TupleDesc desc;
    const char *text(const char *name) const { return SPI_getvalue(row, desc, SPI_fnumber(desc, name)); }
    Oid relid() const {
        bool isnull = false;
        return DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull));
    }
    bool is_validated() const {
        bool isnull = false;
        return DatumGetBool(heap_getattr(row, SPI_fnumber(desc, "validated"), desc, &isnull));
    }
};

ContactLog log_of(const Written &written) {
    return ContactLog{written.relid(),         written.text("kind"),          written.text("path"), written.text("time_column"),
                      written.text("purpose"), written.text("purpose_column")};
}

// Whichever of them a statement names, its rows are counted there. Returns those that were not provided for.
List *provide(Oid relid) {
    List *fresh = NIL;
    ListCell *cell = nullptr;
    foreach (cell, tree_of(relid)) {
        if (add_tree_trigger(lfirst_oid(cell), kInserted, kFunction)) fresh = lappend_oid(fresh, lfirst_oid(cell));
        (void) add_tree_trigger(lfirst_oid(cell), kUpdated, kFunction);
    }
    return fresh;
}

// From tables that are none of messages any more.
void withdraw() { withdraw_tree_triggers(kFunction, "contact_log"); }

// What the table, the log's own or one below it, holds, by its own times. only: "ONLY ", or nothing. SPI must be connected.
void count_held(const ContactLog &log, Oid relid, const char *only = "") {
    List *purposes = read_purposes();
    Contacts contacts = open_contacts(log.relid, log.kind, purposes, true);
    const auto add = [](void *to, const Said &said) {
        if (said.purpose->caps.n > 0) add_contact(static_cast<Contacts *>(to), said);
    };
    LogReader reader = open_reader(log, relid, purposes, add, &contacts);
    const char *sql = psprintf("SELECT %s FROM %s%s t", column_list(relid, reader.shape.columns, reader.shape.n, "t."), only,
                               qualified_name(relid));
    for_each_portion(owner_of(relid), kKeptWriting, sql, Parameters{}, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) {
            Datum values[kMostRead];
            bool nulls[kMostRead];
            for (int i = 0; i < reader.shape.n; ++i) values[i] = SPI_getbinval(row.tuple, row.desc, i + 1, &nulls[i]);
            read_row(&reader, values, nulls, false);
        }
    });
    close_reader(&reader);
    write_contacts(&contacts);
}

// A partition may have had rows before it was attached.
void count_of_all_logs(Oid relid) {
    ListCell *cell = nullptr;
    if (get_rel_relkind(relid) != RELKIND_RELATION) return;
    foreach (cell, contact_logs_of(relid)) count_held(*static_cast<const ContactLog *>(lfirst(cell)), relid, "ONLY ");
}

void follow() {
    connect_spi();
    List *logs = contact_logs_of(InvalidOid);
    SPI_finish();
    List *fresh = NIL;
    ListCell *cell = nullptr;
    if (logs == NIL) return;
    foreach (cell, logs) fresh = list_concat_unique_oid(fresh, provide(static_cast<const ContactLog *>(lfirst(cell))->relid));
    connect_spi();
    seeing_what_was_done([&] {
        foreach (cell, fresh) count_of_all_logs(lfirst_oid(cell));
    });
    SPI_finish();
    withdraw();
}

void check_column(const ContactLog &log, const char *field, const char *name) {
    if (name != nullptr && get_attnum(log.relid, name) <= 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("column \"%s\" in field \"%s\" does not exist in table %s",
                                                                  name, field, get_rel_name(log.relid))));
}

void check_time(const ContactLog &log) {
    const Oid type = getBaseType(get_atttype(log.relid, get_attnum(log.relid, log.time_column)));
    if (type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID) return;
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("column \"%s\" in field \"time_column\" is of type %s", log.time_column, format_type_be(type)),
                    errhint("When a message is sent is a timestamptz, a timestamp or a date.")));
}

void check_path(const ContactLog &log) {
    LinkPath path;
    Problem problem = {};
    if (*log.path == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("field \"path\" is empty"),
                        errhint("Name the column by which a message leads to its person.")));
    if (!resolve_link(log.relid, log.path, load_kind(log.kind)->relid, &path, &problem))
        ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
    for (int i = 0; i < path.n_steps; ++i)
        require_ownership(path.steps[i].far_relid, psprintf("on path \"%s\" in field \"path\"", log.path),
                          "Whose data are found on a path is said by the owner of its tables or by a superuser.");
}

void check_log(const Written &written) {
    const ContactLog log = log_of(written);
    connect_spi();
    check_relation(log.relid);
    check_path(log);
    check_column(log, "time_column", log.time_column);
    check_time(log);
    check_column(log, "purpose_column", log.purpose_column);
    check_column(log, "channel_column", written.text("channel_column"));
    if (log.purpose != nullptr) (void) require_purpose(log.purpose);
    SPI_finish();
    // Nobody writes into it from here on until the transaction ends.
    (void) provide(log.relid);
    connect_spi();
    count_held(log, log.relid);
    SPI_finish();
    record_home_if_empty();
}

void require_own(const Written &written) {
    require_ownership(written.relid(), "in field \"relation\"",
                      "Which messages are counted is said by the owner of their table or by a superuser.");
}

// Whose messages are counted is decided there. row: as it will be, or was where it is deleted.
void record(const TriggerData *data, const Written &row) {
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && same_terms(row.desc, data->tg_trigtuple, row.row)) return;
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, "contact_log", row.text("kind"));
    put_json(&detail, "path", row.text("path"));
    put_change(&detail, row.desc, TRIGGER_FIRED_BY_INSERT(data->tg_event) ? nullptr : data->tg_trigtuple,
               TRIGGER_FIRED_BY_DELETE(data->tg_event) ? nullptr : row.row);
    appendStringInfoChar(&detail, '}');
    LedgerEntry entry = {};
    entry.action = LedgerAction::kConfigurationChanged;
    entry.relid = row.relid();
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger_at_end(entry);
}

HeapTuple check(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool insert = TRIGGER_FIRED_BY_INSERT(data->tg_event);
    const Written was = {data->tg_trigtuple, desc};
    const Written is = {insert ? data->tg_trigtuple : data->tg_newtuple, desc};
    if (own_policy_write) return TRIGGER_FIRED_BY_DELETE(data->tg_event) ? was.row : is.row;
    require_own(was);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        record(data, was);
        return was.row;
    }
    if (!insert) require_own(is);
    // A dump brings the counters, too, and the triggers with the table.
    if (insert && superuser() && is.is_validated()) return is.row;
    check_log(is);
    record(data, is);
    int column = SPI_fnumber(desc, "validated");
    Datum validated = BoolGetDatum(true);
    bool isnull = false;
    return heap_modify_tuple_by_cols(is.row, desc, 1, &column, &validated, &isnull);
}

// Other caps need other times.
void recount(const TriggerData *data) {
    const Written is = {data->tg_newtuple, RelationGetDescr(data->tg_relation)};
    const char *name = is.text("name");
    connect_spi();
    seeing_what_was_done([name] {
        ListCell *cell = nullptr;
        foreach (cell, contact_logs_of(InvalidOid)) {
            const auto *log = static_cast<const ContactLog *>(lfirst(cell));
            if (log->purpose == nullptr || strcmp(log->purpose, name) == 0) count_held(*log, log->relid);
        }
    });
    SPI_finish();
}

bool is_of(const TriggerData *data, const char *table) {
    return RelationGetRelid(data->tg_relation) == get_relname_relid(table, extension()->schema);
}

void require_trigger(const TriggerData *data, bool fits, const char *table) {
    if (fits && is_of(data, table)) return;
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("trigger \"%s\" must be one of retention.%s", data->tg_trigger->tgname, table)));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_check_contact_log) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    pg_retention::require_trigger(data, TRIGGER_FIRED_BEFORE(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event),
                                  "contact_log");
    return PointerGetDatum(pg_retention::check(data));
}

RETENTION_FUNCTION(pg_retention_provide_contact_log) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    pg_retention::require_trigger(data, TRIGGER_FIRED_AFTER(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event),
                                  "contact_log");
    pg_retention::withdraw();
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_recount_contacts) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    pg_retention::require_trigger(data, TRIGGER_FIRED_AFTER(data->tg_event) && TRIGGER_FIRED_BY_UPDATE(data->tg_event),
                                  "purpose");
    pg_retention::recount(data);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_follow_contact_logs) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    const auto *data = reinterpret_cast<const EventTriggerData *>(fcinfo->context);
    if (pg_retention::extension() != nullptr && pg_retention::changes_trees(data->parsetree)) pg_retention::follow();
    PG_RETURN_VOID();
}
