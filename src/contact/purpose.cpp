#include "contact/purpose.hpp"

#include "core/data/portable.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/array.h"
}

namespace pg_retention {

CapList read_caps(Datum caps) {
    CapList list = {};
    Datum *texts = nullptr;
    bool *nulls = nullptr;
    list.n = elements_of(caps, TEXTOID, &texts, &nulls);
    if (list.n > kMostCaps)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("field \"caps\" has more than %d caps", kMostCaps),
                        errhint("All of them hold together: leave out those that others make needless.")));
    for (int i = 0; i < list.n; ++i) {
        if (nulls[i]) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("field \"caps\" has a null element")));
        list.text[i] = TextDatumGetCString(texts[i]);
        const auto cap = core::parse_cap(list.text[i]);
        if (!cap.ok())
            ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("%s in field \"caps\"", cap.error().message),
                            errhint("%s", cap.error().hint)));
        list.cap[i] = cap.value();
    }
    return list;
}

static pg_tz *zone_named(const char *name) {
    pg_tz *zone = nullptr;
    if (!find_zone(name, &zone))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" of a purpose is not known", name),
                        errhint("Correct it in retention.purpose; see pg_timezone_names.")));
    return zone;
}

List *read_purposes() {
    List *purposes = NIL;
    const SqlRows rows =
        read_own("SELECT name, legal_basis, caps, timezone FROM retention.purpose ORDER BY name COLLATE pg_catalog.\"C\"");
    for (const SqlRow row : rows) {
        auto *purpose = static_cast<Purpose *>(palloc0(sizeof(Purpose)));
        purpose->place = list_length(purposes);
        purpose->name = row.text(1);
        purpose->asks_consent = core::is_consent_basis(row.text(2));
        purpose->caps = read_caps(row.datum(3));
        purpose->zone = zone_named(row.text(4));
        purposes = lappend(purposes, purpose);
    }
    rows.free();
    return purposes;
}

const Purpose *purpose_named(List *purposes, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, purposes)
        if (strcmp(static_cast<const Purpose *>(lfirst(cell))->name, name) == 0)
            return static_cast<const Purpose *>(lfirst(cell));
    return nullptr;
}

const Purpose *require_purpose(const char *name) {
    const Purpose *purpose = purpose_named(read_purposes(), name);
    if (purpose == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("purpose \"%s\" does not exist", name),
                        errhint("Write it into retention.purpose.")));
    return purpose;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_caps_are_valid) {
    (void) pg_retention::read_caps(PG_GETARG_DATUM(0));
    PG_RETURN_BOOL(true);
}

RETENTION_FUNCTION(pg_retention_contacts_count) {
    using namespace pg_retention;
    Datum *times = nullptr;
    const int n = elements_of(PG_GETARG_DATUM(0), TIMESTAMPTZOID, &times);
    const CapList caps = read_caps(PG_GETARG_DATUM(1));
    const TimestampTz now = PG_GETARG_TIMESTAMPTZ(3);
    return with_caps(caps, zone_named(text_to_cstring(PG_GETARG_TEXT_PP(2))), [&](const core::Caps &all) {
        for (int i = 0; i < n; ++i)
            if (core::still_counts(DatumGetTimestampTz(times[i]), now, all)) return BoolGetDatum(true);
        return BoolGetDatum(false);
    });
}
