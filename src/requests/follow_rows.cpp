// The trigger of tables of persons: what the extension has recorded of a person ends when the row goes, whoever takes it, and follows its key.
#include "pg/arguments.hpp"
#include "pg/attempt.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/transition_rows.hpp"
#include "pg/trigger.hpp"
#include "requests/ended.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "schema/person_records.hpp"
#include "subject/person_keys.hpp"
#include "subject/person_triggers.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Rows as they were and are, in pairs: each statement writes both tables row by row.
struct Changes {
    TransitionRows before;
    TransitionRows after;
};

bool next_change(const Changes &changes) { return next_row(changes.before) && next_row(changes.after); }

bool is_changed(const Changes &changes, AttrNumber column) {
    bool was_null = false, is_null = false;
    const Datum was = slot_getattr(changes.before.slot, column, &was_null),
                is = slot_getattr(changes.after.slot, column, &is_null);
    Form_pg_attribute att = TupleDescAttr(changes.before.slot->tts_tupleDescriptor, column - 1);
    if (was_null || is_null) return was_null != is_null;
    return !datum_image_eq(was, is, att->attbyval, att->attlen);
}

bool is_changed(const Changes &changes, const AttrNumber *columns, int n) {
    for (int i = 0; i < n; ++i)
        if (is_changed(changes, columns[i])) return true;
    return false;
}

// Most statements change none.
bool change_keys(const TriggerData *data, const Changes &changes) {
    AttrNumber columns[MaxTupleAttributeNumber];
    int n = 0;
    const Bitmapset *keys = person_key_columns(RelationGetRelid(data->tg_relation));
    for (int c = -1; (c = bms_next_member(keys, c)) >= 0;) columns[n++] = static_cast<AttrNumber>(c);
    rewind_rows(changes.before);
    rewind_rows(changes.after);
    while (n > 0 && next_change(changes))
        if (is_changed(changes, columns, n)) return true;
    return false;
}

struct KeyWriter {
    const Kind *kind;
    AttrNumber columns[kMaxKeys];  // where the table that the statement names has them
    KeyText form;
};

KeyWriter writer_of(const Kind &kind, Relation rel) {
    KeyWriter writer = {};
    int places[kMaxKeys];
    writer.kind = &kind;
    for (int i = 0; i < kind.n_keys; ++i) {
        writer.columns[i] = get_attnum(RelationGetRelid(rel), get_attname(kind.relid, kind.keys[i], false));
        places[i] = writer.columns[i];
    }
    writer.form = key_text_of(kind.relid, kind.keys, kind.n_keys, RelationGetDescr(rel), places);
    return writer;
}

// As jsonb; 0: a column of it is null.
Datum key_in_slot(KeyWriter *writer, TupleTableSlot *slot) {
    int places[kMaxKeys];
    bool isnull = false, should_free = false;
    for (int i = 0; i < writer->kind->n_keys; ++i) {
        places[i] = writer->columns[i];
        (void) slot_getattr(slot, writer->columns[i], &isnull);
        if (isnull) return 0;
    }
    StringInfoData key;
    initStringInfo(&key);
    HeapTuple row = ExecFetchSlotHeapTuple(slot, true, &should_free);
    append_key(&key, &writer->form, row, slot->tts_tupleDescriptor, places, nullptr);
    if (should_free) heap_freetuple(row);
    const Datum json = DirectFunctionCall1(jsonb_in, CStringGetDatum(key.data));
    pfree(key.data);
    return json;
}

// Those whose key is another one now; to: 0 where it is none any more.
Moves changed_keys(const Kind &kind, const TriggerData *data, const Changes &changes) {
    KeyWriter writer = writer_of(kind, data->tg_relation);
    Moves moves = {};
    int room = 0;
    rewind_rows(changes.before);
    rewind_rows(changes.after);
    while (next_change(changes)) {
        CHECK_FOR_INTERRUPTS();
        if (!is_changed(changes, writer.columns, kind.n_keys)) continue;
        if (moves.n == room) {
            room = Max(64, 2 * room);
            const Size size = sizeof(Datum) * room;
            moves.from = static_cast<Datum *>(moves.n == 0 ? palloc(size) : repalloc_huge(moves.from, size));
            moves.to = static_cast<Datum *>(moves.n == 0 ? palloc(size) : repalloc_huge(moves.to, size));
        }
        moves.from[moves.n] = key_in_slot(&writer, changes.before.slot);
        moves.to[moves.n] = key_in_slot(&writer, changes.after.slot);
        if (moves.from[moves.n] != 0) ++moves.n;
    }
    return moves;
}

// Of the rows with records (of RecordedRow): where they go; *gone: those that have no key any more.
Moves moves_of(List *rows, const Moves &changed, List **gone) {
    auto *from = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (list_length(rows) + 1), MCXT_ALLOC_HUGE));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, rows) from[n++] = static_cast<const RecordedRow *>(lfirst(cell))->key;
    const SqlRows found = read_own("SELECT r.place, c.place FROM unnest($1) WITH ORDINALITY r (key, place) "
                                   "JOIN unnest($2) WITH ORDINALITY c (key, place) ON c.key = r.key",
                                   typed(JSONBARRAYOID, array_of(from, n, JSONBOID)),
                                   typed(JSONBARRAYOID, array_of(changed.from, changed.n, JSONBOID)));
    Moves moves = {0, static_cast<Datum *>(palloc_extended(sizeof(Datum) * (found.n + 1), MCXT_ALLOC_HUGE)),
                   static_cast<Datum *>(palloc_extended(sizeof(Datum) * (found.n + 1), MCXT_ALLOC_HUGE))};
    for (const SqlRow row : found) {
        auto *recorded = static_cast<RecordedRow *>(list_nth(rows, static_cast<int>(row.get<int64>(1)) - 1));
        const Datum to = changed.to[row.get<int64>(2) - 1];
        if (to == 0) {
            *gone = lappend(*gone, recorded);
            continue;
        }
        moves.from[moves.n] = recorded->record;
        moves.to[moves.n++] = to;
    }
    found.free();
    return moves;
}

// Of the rows with records (of RecordedRow) those that nobody had before at keys that rows have got: the statement's rows inherit nothing.
List *left_at(List *rows, const Moves &changed) {
    auto *records = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (list_length(rows) + 1), MCXT_ALLOC_HUGE));
    auto *to = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (changed.n + 1), MCXT_ALLOC_HUGE));
    int n = 0, n_to = 0;
    List *left = NIL;
    ListCell *cell = nullptr;
    if (rows == NIL) return NIL;
    foreach (cell, rows) records[n++] = static_cast<const RecordedRow *>(lfirst(cell))->record;
    for (int i = 0; i < changed.n; ++i)
        if (changed.to[i] != 0) to[n_to++] = changed.to[i];
    const SqlRows found =
        read_own("SELECT r.place FROM unnest($1) WITH ORDINALITY r (key, place) WHERE r.key IN (SELECT unnest($2)) "
                 "AND r.key NOT IN (SELECT unnest($3))",
                 typed(JSONBARRAYOID, array_of(records, n, JSONBOID)), typed(JSONBARRAYOID, array_of(to, n_to, JSONBOID)),
                 typed(JSONBARRAYOID, array_of(changed.from, changed.n, JSONBOID)));
    for (const SqlRow row : found) left = lappend(left, list_nth(rows, static_cast<int>(row.get<int64>(1)) - 1));
    found.free();
    return left;
}

void follow_changes(const Kind &kind, const TriggerData *data, const Changes &changes) {
    List *gone = NIL;
    const Moves changed = changed_keys(kind, data, changes);
    if (changed.n == 0) return;
    note_moves(kind.name, changed);
    const Oid relid = RelationGetRelid(data->tg_relation);
    const char *before = quote_identifier(data->tg_trigger->tgoldtable);
    const Moves moves = moves_of(recorded_rows(kind, before, true), changed, &gone);
    if (is_always_written_alike(kind))
        end_records(kind, relid, left_at(recorded_rows(kind, quote_identifier(data->tg_trigger->tgnewtable), true), changed),
                    nullptr);
    end_records(kind, relid, gone, before);
    move_records(kind, moves);
}

void follow_deletion(const Kind &kind, const TriggerData *data) {
    const Oid relid = RelationGetRelid(data->tg_relation);
    const bool deletes = TRIGGER_FIRED_BY_DELETE(data->tg_event);
    // The tables below it are emptied by triggers of their own.
    const char *from = deletes ? quote_identifier(data->tg_trigger->tgoldtable) : psprintf("ONLY %s", qualified_name(relid));
    end_records(kind, relid, recorded_rows(kind, from, deletes), from);
}

void follow(const TriggerData *data) {
    const bool updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const Changes changes = {open_rows(data->tg_oldtable, data->tg_relation), open_rows(data->tg_newtable, data->tg_relation)};
    rewind_rows(changes.before);
    const bool any = updates ? change_keys(data, changes) : TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) || next_row(changes.before);
    if (any) {
        connect_spi();
        if (SPI_register_trigger_data(const_cast<TriggerData *>(data)) < 0) elog(ERROR, "could not register transition tables");
        CommandCounterIncrement();
        ListCell *cell = nullptr;
        const Oid relid = RelationGetRelid(data->tg_relation);
        foreach (cell, updates ? kinds_of_rows(relid) : kinds_with_records(relid)) {
            const Kind *kind = kind_that_fits(static_cast<const char *>(lfirst(cell)));
            if (kind != nullptr && updates) follow_changes(*kind, data, changes);
            if (kind != nullptr && !updates) follow_deletion(*kind, data);
        }
        SPI_finish();
    }
    close_rows(changes.before);
    close_rows(changes.after);
}

// Those of which nobody is left: a partition was dropped or detached, or a change came where no trigger fires.
void put_records_of_nobody(const ReturnSetInfo *result) {
    const SqlRows kinds = own("SELECT DISTINCT r.kind, k.kind IS NOT NULL FROM (" RETENTION_PERSON_RECORDS
                              ") r LEFT JOIN retention.subject_kind k ON k.kind = r.kind WHERE r.kind IS NOT NULL ORDER BY 1");
    for (const SqlRow row : kinds) {
        const Kind *kind = row.get<bool>(2) ? kind_that_fits(row.text(1)) : nullptr;
        int n = 0;
        // Its owner may not read it any more.
        const bool known = kind != nullptr && attempt([&] { n = list_length(recorded_of_nobody(*kind)); }) == nullptr;
        if (known && n == 0) continue;
        Datum values[2] = {CStringGetTextDatum(row.text(1)), Int64GetDatum(n)};
        bool nulls[2] = {false, !known};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    kinds.free();
}

int64 end_records_of_nobody(const char *name) {
    connect_spi();
    const Kind *kind = load_kind(name);
    List *rows = recorded_of_nobody(*kind);
    end_records(*kind, kind->relid, rows, nullptr);
    SPI_finish();
    return list_length(rows);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_follow_rows) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    const bool truncates = TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) && TRIGGER_FIRED_BEFORE(data->tg_event);
    const bool deletes = TRIGGER_FIRED_BY_DELETE(data->tg_event) && data->tg_oldtable != nullptr;
    const bool updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event) && data->tg_oldtable != nullptr && data->tg_newtable != nullptr;
    // Everybody may put it into another one.
    if (!TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) || !(truncates || deletes || updates) ||
        !pg_retention::is_person_trigger(data->tg_trigger->tgname))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" is none of those that the extension puts onto tables of persons",
                               data->tg_trigger->tgname)));
    pg_retention::follow(data);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_records_of_nobody) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::connect_spi();
    pg_retention::put_records_of_nobody(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    SPI_finish();
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_end_records_of_nobody) {
    pg_retention::require_argument(fcinfo, 0, "a kind of persons");
    PG_RETURN_INT64(pg_retention::end_records_of_nobody(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
