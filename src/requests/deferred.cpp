#include "requests/deferred.hpp"

#include "pg/attempt.hpp"
#include "pg/latest.hpp"
#include "requests/certificate.hpp"
#include "requests/erase.hpp"
#include "requests/request.hpp"
#include "schema/own.hpp"
#include "subject/identity.hpp"

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
};

// The person, locked. False: nobody is there any more.
bool find_deferred(const Model &model, const Deferred &deferred, Call *call) {
    const Kind *kind = kind_named(model, deferred.kind);
    const KeySet person = persons_with(*kind, &deferred.key, 1);
    if (person.n == 0) return false;
    call->model = const_cast<Model *>(&model);
    call->request_id = deferred.request_id;
    seeing_what_was_done([&] { call->subject = open_subject(model, *kind, person, true); });
    check_identity(*call->subject);
    return true;
}

// Another hold may reach the same rows: then nothing is entered anew.
bool does_more(const Model &model, const Deferred &deferred) {
    bool more = false;
    rehearse([&] {
        Call call = {};
        if (find_deferred(model, deferred, &call)) more = erase_subject(call, Occasion::kPreview).deferred < deferred.rows;
    });
    return more;
}

void carry_out(const Model &model, const Deferred &deferred) {
    Call call = {};
    if (!does_more(model, deferred) || !find_deferred(model, deferred, &call)) return;
    record_erasure(call, erase_subject(call, Occasion::kRequest));
}

}  // namespace

void carry_out_deferred() {
    const SqlRows found = own(
        "SELECT r.request_id, r.kind, r.key, d.rows FROM retention.request r CROSS JOIN LATERAL (SELECT o.outcome -> 'deferred' AS waits "
        "FROM retention.erasure_outcome o WHERE o.request_id = r.request_id ORDER BY o.entry_id DESC LIMIT 1) l "
        "CROSS JOIN LATERAL (SELECT sum((x ->> 'rows')::bigint)::bigint AS rows FROM jsonb_array_elements(l.waits) x) d "
        "WHERE d.rows > 0 AND r.kind IS NOT NULL AND r.refused_at IS NULL ORDER BY r.request_id");
    if (found.n > 0 && IsolationUsesXactSnapshot())
        ereport(WARNING,
                (errmsg("erasures that were put off are not carried out in a transaction of this isolation level"),
                 errhint("The rows go with the next sweep. Erase in the name of the request again to complete its answer.")));
    if (found.n == 0 || IsolationUsesXactSnapshot()) return;
    const Model *model = load_model();
    for (const SqlRow row : found) {
        const Deferred deferred = {row.get<int64>(1), row.text(2), row.detoasted(3), row.get<int64>(4)};
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
