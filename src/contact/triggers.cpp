// What a table of messages has: after each statement the rows that it wrote are counted, of whichever client, COPY among them.
#include "contact/count.hpp"
#include "contact/log.hpp"
#include "pg/guard.hpp"
#include "pg/latest.hpp"
#include "pg/trigger.hpp"
#include "schema/own.hpp"

extern "C" {
#include "executor/executor.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// The rows of a transition table.
struct Rows {
    Tuplestorestate *store;  // null: there is none
    int pointer;
    TupleTableSlot *slot;
};

Rows rows_of(Tuplestorestate *store, Relation rel) {
    if (store == nullptr) return {};
    Rows rows = {store, 0, MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple)};
    rows.pointer = tuplestore_alloc_read_pointer(store, EXEC_FLAG_REWIND);
    return rows;
}

void rewind(const Rows &rows) {
    if (rows.store == nullptr) return;
    tuplestore_select_read_pointer(rows.store, rows.pointer);
    tuplestore_rescan(rows.store);
}

bool next(const Rows &rows) {
    if (rows.store == nullptr) return false;
    tuplestore_select_read_pointer(rows.store, rows.pointer);
    return tuplestore_gettupleslot(rows.store, true, false, rows.slot);
}

void close(const Rows &rows) {
    if (rows.store != nullptr) ExecDropSingleTupleTableSlot(rows.slot);
}

struct Values {
    Datum values[kMostRead];
    bool nulls[kMostRead];
};

Values values_in(const Rows &rows, const RowShape &shape) {
    Values found;
    for (int i = 0; i < shape.n; ++i) found.values[i] = slot_getattr(rows.slot, shape.columns[i], &found.nulls[i]);
    return found;
}

bool is_same(const RowShape &shape, const Values &a, const Values &b) {
    for (int i = 0; i < shape.n; ++i) {
        int16 length = 0;
        bool by_value = false;
        if (a.nulls[i] != b.nulls[i]) return false;
        get_typlenbyval(shape.types[i], &length, &by_value);
        if (!a.nulls[i] && !datumIsEqual(a.values[i], b.values[i], by_value, length)) return false;
    }
    return true;
}

void read_values(LogReader *reader, const Values &values, bool was) { read_row(reader, values.values, values.nulls, was); }

// Two rows that say the same, whichever was made of which, say nothing new.
void read_pass(LogReader *reader, const Rows &before, const Rows &after) {
    bool is = true, was = true;
    rewind(before);
    rewind(after);
    while (is || was) {
        Values old = {}, now = {};
        was = was && next(before);
        if (was) old = values_in(before, reader->shape);
        is = is && next(after);
        if (is) now = values_in(after, reader->shape);
        if (is && was && is_same(reader->shape, old, now)) continue;
        if (was) read_values(reader, old, true);
        if (is) read_values(reader, now, false);
    }
}

void count_log(const ContactLog &log, Oid relid, List *purposes, const Rows &before, const Rows &after) {
    Contacts contacts = open_contacts(log.kind, purposes, false);
    const auto add = [](void *to, const char *key, const Purpose *purpose, TimestampTz at, bool was) {
        add_contact(static_cast<Contacts *>(to), key, purpose, at, was);
    };
    do {
        seeing_what_was_done([&] {
            LogReader reader = open_reader(log, relid, purposes, add, &contacts);
            read_pass(&reader, before, after);
            close_reader(&reader);
        });
    } while (write_contacts(&contacts));
    MemoryContextDelete(contacts.context);
}

void count(const TriggerData *data) {
    const Oid relid = RelationGetRelid(data->tg_relation);
    List *logs = NIL, *purposes = NIL;
    connect_spi();
    seeing_what_was_done([&] {
        logs = contact_logs_of(relid);
        if (logs != NIL) purposes = read_purposes();
    });
    const Rows before = rows_of(data->tg_oldtable, data->tg_relation);
    const Rows after = rows_of(data->tg_newtable, data->tg_relation);
    ListCell *cell = nullptr;
    foreach (cell, logs) count_log(*static_cast<const ContactLog *>(lfirst(cell)), relid, purposes, before, after);
    close(before);
    close(after);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_count_contacts) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    const bool fits = TRIGGER_FIRED_AFTER(data->tg_event) && TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) &&
                      data->tg_newtable != nullptr && (TRIGGER_FIRED_BY_INSERT(data->tg_event) || data->tg_oldtable != nullptr);
    if (!fits)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired for each statement, after INSERT or UPDATE, with transition tables",
                               data->tg_trigger->tgname)));
    pg_retention::count(data);
    return static_cast<Datum>(0);
}
