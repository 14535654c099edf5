#include "contact/log.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr int kAtOnce = 5000;  // rows whose ways are followed together

ContactLog *read_log(const SqlRow &row) {
    auto *log = static_cast<ContactLog *>(palloc0(sizeof(ContactLog)));
    *log = ContactLog{row.get<Oid>(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6)};
    return log;
}

[[noreturn]] void does_not_fit(const ContactLog &log, const char *why) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table of messages %s does not fit the schema", qualified_name(log.relid)),
                    errdetail_internal("%s", why), errhint("Correct its row in retention.contact_log.")));
    pg_unreachable();
}

// By name: a partition may have its columns in another order.
void add_column(RowShape *shape, const ContactLog &log, Oid relid, const char *name) {
    const AttrNumber column = get_attnum(relid, name);
    if (column <= 0) does_not_fit(log, psprintf("Column \"%s\" does not exist.", name));
    shape->columns[shape->n] = column;
    shape->types[shape->n++] = getBaseType(get_atttype(relid, column));
}

const Purpose *purpose_of(const LogReader &reader, const Datum *values, const bool *nulls) {
    if (reader.log->purpose != nullptr) return purpose_named(reader.purposes, reader.log->purpose);
    if (nulls[1]) return nullptr;
    const Oid type = reader.shape.types[1];
    Oid output = InvalidOid;
    bool varlena = false;
    if (type == TEXTOID || type == VARCHAROID) return purpose_named(reader.purposes, TextDatumGetCString(values[1]));
    getTypeOutputInfo(type, &output, &varlena);
    char *name = OidOutputFunctionCall(output, values[1]);
    // char(n) is filled up with blanks, which are none of its value.
    for (size_t n = strlen(name); type == BPCHAROID && n > 0 && name[n - 1] == ' '; --n) name[n - 1] = '\0';
    return purpose_named(reader.purposes, name);
}

TimestampTz time_of(Datum value, Oid type, pg_tz *zone) {
    const PgZone local(zone);
    if (type == TIMESTAMPTZOID) return DatumGetTimestampTz(value);
    if (type == TIMESTAMPOID)
        return TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)) ? DatumGetTimestamp(value)
                                                              : instant_of_local(DatumGetTimestamp(value), local);
    const DateADT date = DatumGetDateADT(value);
    if (DATE_NOT_FINITE(date)) return DATE_IS_NOBEGIN(date) ? DT_NOBEGIN : DT_NOEND;
    return local.first_instant(date + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE));
}

void hand_on(LogReader *reader, int row, const char *key) {
    reader->consumer(reader->argument, Said{key, reader->of[row], reader->times[row], reader->was[row]});
}

// Null: the row leads to nobody.
const char *held_in(const LogReader &reader, int row) {
    Datum values[kMaxKeys];
    for (int i = 0; i < reader.along.n; ++i) {
        if (reader.nulls[i][row]) return nullptr;
        values[i] = reader.values[i][row];
    }
    return key_held(reader.along, values);
}

// What the row holds is the key.
void hand_on_held(LogReader *reader) {
    for (int row = 0; row < reader->n; ++row)
        if (const char *key = held_in(*reader, row); key != nullptr) hand_on(reader, row, key);
}

void hand_on_followed(LogReader *reader) {
    for_each_person_along(
        reader->along, reader->values, reader->nulls, reader->n,
        [](void *to, int row, const char *key) { hand_on(static_cast<LogReader *>(to), row, key); }, reader);
}

void hand_on_all(LogReader *reader) {
    if (reader->n == 0) return;
    MemoryContext before = MemoryContextSwitchTo(reader->context);
    if (reader->along.is_key_text)
        hand_on_held(reader);
    else
        hand_on_followed(reader);
    MemoryContextSwitchTo(before);
    MemoryContextReset(reader->context);
    reader->n = 0;
    CHECK_FOR_INTERRUPTS();
}

}  // namespace

List *contact_logs_of(Oid relid) {
    List *logs = NIL;
    const SqlRows rows = read_own(
        "SELECT l.relation, l.kind, l.path, l.time_column::pg_catalog.text, l.purpose, l.purpose_column::pg_catalog.text "
        "FROM retention.contact_log l WHERE l.validated AND ($1 = 0 OR l.relation IN (WITH RECURSIVE up (relid) AS "
        "(SELECT $1 UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON up.relid = i.inhrelid) "
        "SELECT up.relid FROM up)) ORDER BY l.relation, l.kind, l.path",
        relid);
    for (const SqlRow row : rows) logs = lappend(logs, read_log(row));
    rows.free();
    return logs;
}

LogReader open_reader(const ContactLog &log, Oid relid, List *purposes, ContactConsumer consumer, void *argument) {
    LogReader reader = {};
    Problem problem = {};
    reader.log = &log;
    reader.purposes = purposes;
    reader.consumer = consumer;
    reader.argument = argument;
    if (!open_along(load_kind(log.kind), log.relid, log.path, &reader.along, &problem)) does_not_fit(log, problem.message);
    const Along &along = reader.along;
    add_column(&reader.shape, log, relid, log.time_column);
    if (log.purpose_column != nullptr) add_column(&reader.shape, log, relid, log.purpose_column);
    reader.first = reader.shape.n;
    for (int i = 0; i < along.n + along.n_given; ++i) add_column(&reader.shape, log, relid, along.names[i]);
    reader.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention messages", ALLOCSET_DEFAULT_SIZES);
    for (int i = 0; i < along.n; ++i) {
        reader.values[i] = static_cast<Datum *>(palloc(sizeof(Datum) * kAtOnce));
        reader.nulls[i] = static_cast<bool *>(palloc(sizeof(bool) * kAtOnce));
    }
    reader.of = static_cast<const Purpose **>(palloc(sizeof(Purpose *) * kAtOnce));
    reader.times = static_cast<TimestampTz *>(palloc(sizeof(TimestampTz) * kAtOnce));
    reader.was = static_cast<bool *>(palloc(sizeof(bool) * kAtOnce));
    return reader;
}

void read_row(LogReader *reader, const Datum *values, const bool *nulls, bool was) {
    MemoryContext before = MemoryContextSwitchTo(reader->context);
    const Purpose *purpose = nulls[0] ? nullptr : purpose_of(*reader, values, nulls);
    if (purpose != nullptr && is_given(&reader->along, values + reader->first, nulls + reader->first)) {
        TimestampTz at = time_of(values[0], reader->shape.types[0], purpose->zone);
        // It counts when it is written, as what is older than any window.
        if (TIMESTAMP_IS_NOBEGIN(at)) at = 0;
        const int row = reader->n;
        reader->of[row] = purpose;
        reader->times[row] = at;
        reader->was[row] = was;
        for (int i = 0; i < reader->along.n; ++i) {
            const int place = reader->first + i;
            int16 length = 0;
            bool by_value = false;
            get_typlenbyval(reader->shape.types[place], &length, &by_value);
            reader->nulls[i][row] = nulls[place];
            reader->values[i][row] = nulls[place] ? 0 : datumCopy(values[place], by_value, length);
        }
        if (!TIMESTAMP_IS_NOEND(at)) ++reader->n;
    }
    MemoryContextSwitchTo(before);
    if (reader->n == kAtOnce) hand_on_all(reader);
}

void close_reader(LogReader *reader) {
    hand_on_all(reader);
    MemoryContextDelete(reader->context);
}

}  // namespace pg_retention
