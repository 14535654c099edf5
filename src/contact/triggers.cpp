// What a table of messages has: after each statement the rows that it wrote are counted, of whichever client, COPY among them.
#include "contact/count.hpp"
#include "contact/log.hpp"
#include "pg/guard.hpp"
#include "pg/latest.hpp"
#include "pg/transition_rows.hpp"
#include "pg/trigger.hpp"
#include "requests/ended.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

struct Values {
    Datum values[kMostRead];
    bool nulls[kMostRead];
};

Values values_in(const TransitionRows &rows, const RowShape &shape) {
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
void read_all(LogReader *reader, const TransitionRows &before, const TransitionRows &after) {
    bool is = true, was = true;
    rewind_rows(before);
    rewind_rows(after);
    while (is || was) {
        Values old = {}, now = {};
        was = was && next_row(before);
        if (was) old = values_in(before, reader->shape);
        is = is && next_row(after);
        if (is) now = values_in(after, reader->shape);
        if (is && was && is_same(reader->shape, old, now)) continue;
        if (was) read_values(reader, old, true);
        if (is) read_values(reader, now, false);
    }
}

void count_log(const ContactLog &log, Oid relid, List *purposes, const TransitionRows &before, const TransitionRows &after) {
    Contacts contacts = open_contacts(log.relid, log.kind, purposes, false);
    const auto add = [](void *to, const Said &said) {
        auto *all = static_cast<Contacts *>(to);
        Said as_now = said;
        // What was the person's before the key changed is no new message.
        if (said.was) as_now.key = key_after_moves(all->kind, said.key);
        add_contact(all, as_now);
    };
    seeing_what_was_done([&] {
        LogReader reader = open_reader(log, relid, purposes, add, &contacts);
        read_all(&reader, before, after);
        close_reader(&reader);
    });
    write_contacts(&contacts);
}

void count(const TriggerData *data) {
    const Oid relid = RelationGetRelid(data->tg_relation);
    List *logs = NIL, *purposes = NIL;
    connect_spi();
    seeing_what_was_done([&] {
        logs = contact_logs_of(relid);
        if (logs != NIL) purposes = read_purposes();
    });
    const TransitionRows before = open_rows(data->tg_oldtable, data->tg_relation);
    const TransitionRows after = open_rows(data->tg_newtable, data->tg_relation);
    ListCell *cell = nullptr;
    foreach (cell, logs) count_log(*static_cast<const ContactLog *>(lfirst(cell)), relid, purposes, before, after);
    close_rows(before);
    close_rows(after);
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
