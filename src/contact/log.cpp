#include "contact/log.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/link_front.hpp"
#include "schema/own.hpp"
#include "subject/keys.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr int kNumberText = 24;
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

const Given *given_of(const Step &step) { return step.down ? nullptr : step.key.given; }

// Of one column, equal only where its text is the same.
bool is_plain(Oid relid, AttrNumber column) {
    const Oid type = getBaseType(get_atttype(relid, column));
    if (is_integer(type) || type == UUIDOID) return true;
    const Oid collation = get_typcollation(type) == InvalidOid ? InvalidOid : own_equality(relid, column).collation;
    return (type == TEXTOID || type == VARCHAROID) && (!OidIsValid(collation) || get_collation_isdeterministic(collation));
}

// The row holds the key itself, and nothing is to be asked of the person's own row.
bool holds_key(const LogReader &reader) {
    const Step &step = reader.path.steps[0];
    const Kind &kind = *reader.kind;
    if (reader.path.n_steps != 1 || step.down || step.repeats || step.n != 1 || kind.n_keys != 1 || kind.condition != nullptr ||
        step.far_columns[0] != kind.keys[0])
        return false;
    const Oid near = getBaseType(get_atttype(step.near_relid, step.near_columns[0]));
    const Oid far = getBaseType(get_atttype(step.far_relid, step.far_columns[0]));
    return is_plain(step.near_relid, step.near_columns[0]) && is_plain(step.far_relid, step.far_columns[0]) &&
           (near == far || (is_integer(near) && is_integer(far)));
}

bool is_given(const LogReader &reader, const Datum *values, const bool *nulls) {
    const Given *given = given_of(reader.path.steps[0]);
    const int first = reader.first + reader.path.steps[0].n;
    for (int i = 0; given != nullptr && i < given->n; ++i) {
        Oid output = InvalidOid;
        bool varlena = false;
        if (nulls[first + i]) return false;
        getTypeOutputInfo(reader.shape.types[first + i], &output, &varlena);
        if (strcmp(OidOutputFunctionCall(output, values[first + i]), given->values[i]) != 0) return false;
    }
    return true;
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

char *number_key(int64 value) {
    auto *text = static_cast<char *>(palloc(kNumberText));
    (void) pg_lltoa(value, text);
    return text;
}

char *plain_key(Oid type, Datum value) {
    switch (type) {
        case INT2OID: return number_key(DatumGetInt16(value));
        case INT4OID: return number_key(DatumGetInt32(value));
        case INT8OID: return number_key(DatumGetInt64(value));
        case UUIDOID: return psprintf("\"%s\"", DatumGetCString(DirectFunctionCall1(uuid_out, value)));
        default: {
            StringInfoData out;
            initStringInfo(&out);
            append_json_text(&out, TextDatumGetCString(value));
            return canonical_key(out.data);
        }
    }
}

void hand_on(LogReader *reader, int row, const char *key) {
    reader->consumer(reader->argument, key, reader->of[row], reader->times[row], reader->was[row]);
}

void hand_on_plain(LogReader *reader) {
    const Oid type = reader->shape.types[reader->first];
    for (int row = 0; row < reader->n; ++row)
        if (!reader->nulls[0][row]) hand_on(reader, row, plain_key(type, reader->values[0][row]));
}

// Along the way, each table as its owner, to the persons' own rows.
void hand_on_followed(LogReader *reader) {
    const Kind &kind = *reader->kind;
    const LinkFront at = front_along(reader->path, reader->values, reader->nulls, reader->n);
    if (at.front.n == 0) return;
    Parameters parameters = {};
    StringInfoData sql, key;
    initStringInfo(&sql);
    initStringInfo(&key);
    appendStringInfo(&sql, "SELECT DISTINCT f.row, %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
    append_front_join(&sql, kind.relid, at.columns, at.equalities, at.front, &parameters);
    if (at.condition != nullptr) appendStringInfo(&sql, " AND %s", at.condition);
    appendStringInfoString(&sql, and_is_person(kind));
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    if (rows.n == 0) return;
    int places[kMaxKeys];
    for (int i = 0; i < kind.n_keys; ++i) places[i] = i + 2;
    KeyText form = key_text_of(kind.relid, kind.keys, kind.n_keys, rows.first().desc, places);
    for (const SqlRow row : rows) {
        resetStringInfo(&key);
        append_key(&key, &form, row.tuple, row.desc, places, nullptr);
        hand_on(reader, row.get<int32>(1), canonical_key(key.data));
    }
    rows.free();
}

void hand_on_all(LogReader *reader) {
    if (reader->n == 0) return;
    MemoryContext before = MemoryContextSwitchTo(reader->context);
    if (reader->is_key_text)
        hand_on_plain(reader);
    else
        hand_on_followed(reader);
    MemoryContextSwitchTo(before);
    MemoryContextReset(reader->context);
    reader->n = 0;
    CHECK_FOR_INTERRUPTS();
}

}  // namespace

char *canonical_key(const char *json) {
    const Datum key = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
    return DatumGetCString(DirectFunctionCall1(jsonb_out, key));
}

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
    reader.kind = load_kind(log.kind);
    if (!resolve_link(log.relid, log.path, reader.kind->relid, &reader.path, &problem)) does_not_fit(log, problem.message);
    const Step &step = reader.path.steps[0];
    const Given *given = given_of(step);
    add_column(&reader.shape, log, relid, log.time_column);
    if (log.purpose_column != nullptr) add_column(&reader.shape, log, relid, log.purpose_column);
    reader.first = reader.shape.n;
    for (int i = 0; i < step.n; ++i) add_column(&reader.shape, log, relid, get_attname(log.relid, step.near_columns[i], false));
    for (int i = 0; given != nullptr && i < given->n; ++i)
        add_column(&reader.shape, log, relid, get_attname(log.relid, given->columns[i], false));
    reader.is_key_text = holds_key(reader);
    reader.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention messages", ALLOCSET_DEFAULT_SIZES);
    for (int i = 0; i < step.n; ++i) {
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
    if (purpose != nullptr && is_given(*reader, values, nulls)) {
        TimestampTz at = time_of(values[0], reader->shape.types[0], purpose->zone);
        // It counts when it is written, as what is older than any window.
        if (TIMESTAMP_IS_NOBEGIN(at)) at = 0;
        const int row = reader->n;
        reader->of[row] = purpose;
        reader->times[row] = at;
        reader->was[row] = was;
        for (int i = 0; i < reader->path.steps[0].n; ++i) {
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
