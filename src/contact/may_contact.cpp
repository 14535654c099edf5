// Asked before anything is written: whether one person may be written to, and which persons may.
#include "contact/keys_of_persons.hpp"
#include "contact/stopped.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "subject/along.hpp"
#include "subject/keys.hpp"
#include "visibility/acting.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

struct Answer {
    bool allowed;
    const char *reason;  // null: none
    TimestampTz from;    // of a cap
};

// What the owner of a table may read of it, where row security is forced upon him, too. Whom the session does not see for what it is for is told
// by the answer, with its reason.
template <typename F>
void as_owner(Oid relid, F body) {
    const ActingAs saved = act_as(owner_of(relid), false);
    during(acting_for_nobody, true, body);
    leave(saved);
}

// Whether the person's row is there for everybody who reads: not hidden, not restricted. Null: it is not; otherwise the key as counters have it.
char *readable_key(const Kind &kind, const RowKey &key) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s t WHERE ", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                     qualified_name(kind.relid));
    append_row_condition(&sql, key, &parameters);
    appendStringInfoString(&sql, and_is_person(kind));
    SqlRows rows = {};
    as_owner(kind.relid, [&] { rows = run_governed(kOnceReading, sql.data, parameters); });
    if (rows.n == 0) return nullptr;
    char *written = canonical_key(key_in(kind, rows.first()));
    rows.free();
    return written;
}

core::Leave leave_of(const Purpose &purpose, Datum array, TimestampTz now) {
    Datum *values = nullptr;
    const int n = elements_of(array, TIMESTAMPTZOID, &values);
    return with_caps(purpose.caps, purpose.zone, [&](const core::Caps &caps) {
        // A timestamptz is passed by value, as it is.
        return core::may_send(reinterpret_cast<const TimestampTz *>(values), n, now, caps);
    });
}

Answer answer_about(const char *kind_name, const Kind &kind, const RowKey &row_key, const char *purpose_name) {
    const Purpose &purpose = *require_purpose(purpose_name);
    const char *key = readable_key(kind, row_key);
    if (key == nullptr) return {false, "not there", 0};
    Datum only = CStringGetTextDatum(key);
    List *stopped = stopped_among(question_about(purpose, kind_name), array_of(&only, 1, TEXTOID));
    if (stopped != NIL) return {false, name_of(static_cast<const Stopped *>(linitial(stopped))->why), 0};
    const SqlRows rows = read_own("SELECT times FROM retention.contact_count WHERE key = $1 AND purpose = $2 AND kind = $3", key,
                                  purpose.name, kind_name);
    if (rows.n == 0) return {true, nullptr, 0};
    const core::Leave leave = leave_of(purpose, rows.first().datum(1), retention_now());
    rows.free();
    if (leave.given) return {true, nullptr, 0};
    return {false, purpose.caps.text[leave.cap], leave.from == core::kNever ? DT_NOEND : leave.from};
}

Answer answer(FunctionCallInfo fcinfo) {
    const char *kind_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    connect_spi();
    const Kind &kind = *load_kind(kind_name);
    const RowKey key = key_argument(kind.relid, kind.keys, kind.n_keys, fcinfo, 1);
    const Answer found = answer_about(kind_name, kind, key, text_to_cstring(PG_GETARG_TEXT_PP(2)));
    SPI_finish();
    return found;
}

// Those whom a cap holds back now.
void add_capped(KeysOfPersons *set, const Purpose &purpose, const char *kind) {
    const TimestampTz now = retention_now();
    Parameters parameters = {};
    (void) add_parameter(&parameters, sql_value(purpose.name));
    (void) add_parameter(&parameters, sql_value(kind));
    for_each_portion(extension_owner(), kKeptReading,
                     "SELECT key, times FROM retention.contact_count WHERE purpose = $1 AND kind = $2", parameters,
                     [&](const SqlRows &rows) {
                         for (const SqlRow row : rows)
                             if (!leave_of(purpose, row.datum(2), now).given) add_key(set, TextDatumGetCString(row.datum(1)));
                     });
}

struct Campaign {
    const Kind *kind;
    bool asks_consent;
    KeysOfPersons held_back;
    KeysOfPersons consenting;
};

bool may(const Campaign &campaign, const char *key) {
    return !has_key(campaign.held_back, key) && (!campaign.asks_consent || has_key(campaign.consenting, key));
}

void put_portion(const Campaign &campaign, const ReturnSetInfo *result, const SqlRows &rows) {
    for_each_key(*campaign.kind, rows, 1, [&](const SqlRow &, const char *written) {
        Datum key = DirectFunctionCall1(jsonb_in, CStringGetDatum(written));
        bool isnull = false;
        if (may(campaign, DatumGetCString(DirectFunctionCall1(jsonb_out, key))))
            tuplestore_putvalues(result->setResult, result->setDesc, &key, &isnull);
    });
}

// The persons' own rows, as everybody sees them.
void put_readable(const Campaign &campaign, const ReturnSetInfo *result) {
    constexpr long kPortion = 2000;
    const Kind &kind = *campaign.kind;
    const char *sql = psprintf("SELECT %s FROM %s t WHERE true%s", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                               qualified_name(kind.relid), and_is_person(kind));
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention campaign", ALLOCSET_DEFAULT_SIZES);
    SPIPlanPtr plan = nullptr;
    Portal portal = nullptr;
    as_owner(kind.relid, [&] {
        plan = SPI_prepare_cursor(sql, 0, nullptr, 0);
        if (plan == nullptr) elog(ERROR, "could not prepare \"%s\"", sql);
        portal = SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
    });
    for (bool more = true; more;) {
        as_owner(kind.relid, [&] { SPI_cursor_fetch(portal, true, kPortion); });
        const SqlRows rows = {SPI_processed, SPI_tuptable};
        more = rows.n == kPortion;
        MemoryContext outer = MemoryContextSwitchTo(context);
        put_portion(campaign, result, rows);
        MemoryContextSwitchTo(outer);
        MemoryContextReset(context);
        rows.free();
        CHECK_FOR_INTERRUPTS();
    }
    SPI_cursor_close(portal);
}

void may_contact_all(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const char *kind_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    connect_spi();
    const Purpose &purpose = *require_purpose(text_to_cstring(PG_GETARG_TEXT_PP(1)));
    Campaign campaign = {load_kind(kind_name), purpose.asks_consent, open_keys(), open_keys()};
    add_capped(&campaign.held_back, purpose, kind_name);
    const Question question = question_about(purpose, kind_name);
    for_each_objecting(question, add_key, &campaign.held_back);
    if (purpose.asks_consent) for_each_consenting(question, add_key, &campaign.consenting);
    put_readable(campaign, result);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_may_contact) { return BoolGetDatum(pg_retention::answer(fcinfo).allowed); }

RETENTION_FUNCTION(pg_retention_explain_contact) {
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE) elog(ERROR, "return type must be a row type");
    const pg_retention::Answer found = pg_retention::answer(fcinfo);
    Datum values[3] = {BoolGetDatum(found.allowed), found.reason == nullptr ? 0 : CStringGetTextDatum(found.reason),
                       TimestampTzGetDatum(found.from)};
    bool nulls[3] = {false, found.reason == nullptr, found.from == 0};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

RETENTION_FUNCTION(pg_retention_may_contact_all) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    pg_retention::may_contact_all(fcinfo);
    return static_cast<Datum>(0);
}
