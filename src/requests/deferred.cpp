#include "requests/deferred.hpp"

#include "pg/attempt.hpp"
#include "clock/stamp.hpp"
#include "pg/latest.hpp"
#include "pg/security.hpp"
#include "policy/attached.hpp"
#include "requests/certificate.hpp"
#include "requests/erase.hpp"
#include "requests/request.hpp"
#include "schema/own.hpp"
#include "subject/identity.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

struct Deferred {
    int64 request_id;
    const char *kind;
    Datum key;   // jsonb
    int64 rows;  // that waited when it was last tried
    bool is_of_released;
};

// The person. False: nobody is there any more.
bool find_deferred(const Model &model, const Deferred &deferred, bool lock, Call *call) {
    const Kind *kind = kind_named(model, deferred.kind);
    const KeySet person = persons_with(*kind, &deferred.key, 1);
    if (person.n == 0) return false;
    call->model = const_cast<Model *>(&model);
    call->request_id = deferred.request_id;
    if (!lock) {
        call->subject = find_human(model, *kind, person);
        return true;
    }
    seeing_what_was_done([&] { call->subject = open_subject(model, *kind, person, true); });
    check_identity(*call->subject);
    return true;
}

struct Waiting {
    bool goes;    // a row that waited is free
    bool others;  // there are rows of which nothing was decided
};

// An erasure decides of each row that a policy governs, or takes the person out of it.
Waiting waiting_of(List *tables) {
    Waiting waiting = {};
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (clock_column(table->relid) == InvalidAttrNumber) continue;
        const char *clock = psprintf("t.%s", clock_name(table->relid));
        for (int i = 0; i < list_length(table->conditions); ++i) {
            Parameters parameters = {};
            StringInfoData sql;
            if (!is_owner(static_cast<const Condition *>(list_nth(table->conditions, i))->link->role)) continue;
            initStringInfo(&sql);
            appendStringInfo(
                &sql,
                "SELECT coalesce(bool_or(%s AND NOT %s AND NOT %s), false), coalesce(bool_or(NOT (%s OR %s OR %s)), false) ",
                has_flag(clock, core::kKept), has_flag(clock, core::kHeld), has_flag(clock, core::kRestricted),
                has_flag(clock, core::kKept), has_flag(clock, core::kAnonymised), has_flag(clock, core::kAwaiting));
            append_rows_of(&sql, *table, i, &parameters);
            const SqlRow found = run_as(owner_of(table->relid), kLatest, sql.data, parameters).first();
            waiting.goes = waiting.goes || found.get<bool>(1);
            waiting.others = waiting.others || found.get<bool>(2);
        }
    }
    return waiting;
}

// Another hold may reach the same rows: then nothing is entered anew.
bool does_more(const Model &model, const Deferred &deferred) {
    bool more = false;
    rehearse([&] {
        Call call = {};
        if (find_deferred(model, deferred, true, &call)) more = erase_subject(call, Occasion::kPreview).deferred < deferred.rows;
    });
    return more;
}

void carry_out(const Model &model, const Deferred &deferred) {
    Call call = {};
    if (!find_deferred(model, deferred, false, &call)) return;
    const Waiting waiting = waiting_of(reach_tables(call.subject));
    if (!waiting.goes && !deferred.is_of_released) return;
    if (waiting.others) {
        ereport(
            WARNING,
            (errmsg("the erasure of request " INT64_FORMAT
                    " is not carried out as a whole: rows about the person have come since, or "
                    "stood in its way",
                    deferred.request_id),
             errhint(
                 "What waited goes with the next sweep. Call retention.erase in the name of the request again for the rest.")));
        return;
    }
    if (!does_more(model, deferred) || !find_deferred(model, deferred, true, &call)) return;
    const Erased erased = erase_subject(call, Occasion::kRequest);
    record_erasure(call, erased);
    if (!erased.complete)
        ereport(WARNING, (errmsg("the erasure of request " INT64_FORMAT " was carried out, and something is left of it",
                                 deferred.request_id),
                          errhint("retention.erasure_certificate(" INT64_FORMAT ") says what, once the request is answered.",
                                  deferred.request_id)));
}

Datum requests_of_humans(List *humans) {
    List *all = NIL;
    ListCell *cell = nullptr;
    foreach (cell, humans) {
        Datum *ids = nullptr;
        const Recorded recorded = recorded_of(*static_cast<const Subject *>(lfirst(cell)), "retention.request");
        const int n = elements_of(requests_of(recorded), INT8OID, &ids);
        for (int i = 0; i < n; ++i) all = lappend(all, DatumGetPointer(ids[i]));
    }
    auto *ids = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<size_t>(list_length(all) + 1)));
    int n = 0;
    foreach (cell, all) ids[n++] = PointerGetDatum(lfirst(cell));
    return array_of(ids, n, INT8OID);
}

// Links, and answers, name the tables above partitions.
Datum named_tables(List *tables) {
    List *all = NIL;
    ListCell *cell = nullptr;
    foreach (cell, tables) all = list_concat_unique_oid(all, with_ancestors(lfirst_oid(cell)));
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<size_t>(list_length(all) + 1)));
    int n = 0;
    foreach (cell, all) oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
    return array_of(oids, n, OIDOID);
}

}  // namespace

void carry_out_deferred(const Released &released) {
    const SqlRows found = own(
        "SELECT r.request_id, r.kind, r.key, d.rows, r.request_id = ANY ($1) FROM retention.request r CROSS JOIN LATERAL (SELECT o.outcome -> 'deferred' AS waits "
        "FROM retention.erasure_outcome o WHERE o.request_id = r.request_id ORDER BY o.entry_id DESC LIMIT 1) l "
        "CROSS JOIN LATERAL (SELECT sum((x ->> 'rows')::bigint)::bigint AS rows, bool_or(to_regclass(x ->> 'table')::oid = ANY ($2)) AS is_there "
        "FROM jsonb_array_elements(l.waits) x) d WHERE d.rows > 0 AND r.kind IS NOT NULL AND r.refused_at IS NULL "
        "AND (r.request_id = ANY ($1) OR d.is_there) ORDER BY r.request_id",
        typed(INT8ARRAYOID, requests_of_humans(released.humans)), typed(OIDARRAYOID, named_tables(released.tables)));
    if (found.n > 0 && IsolationUsesXactSnapshot())
        ereport(WARNING,
                (errmsg("erasures that were put off are not carried out in a transaction of this isolation level"),
                 errhint("The rows go with the next sweep. Erase in the name of the request again to complete its answer.")));
    if (found.n == 0 || IsolationUsesXactSnapshot()) return;
    const Model *model = load_model();
    for (const SqlRow row : found) {
        const Deferred deferred = {row.get<int64>(1), row.text(2), row.detoasted(3), row.get<int64>(4), row.get<bool>(5)};
        const ErrorData *error = attempt([&] { carry_out(*model, deferred); });
        if (error != nullptr)
            ereport(WARNING, (errcode(error->sqlerrcode),
                              errmsg("the erasure of request " INT64_FORMAT " could not be carried out: %s", deferred.request_id,
                                     error->message),
                              errhint("Call retention.erase in the name of the request again.")));
    }
    found.free();
}

}  // namespace pg_retention
