#include "requests/request.hpp"

#include <algorithm>

#include "core/data/vocabulary.hpp"
#include "pg/event.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "requests/holidays.hpp"
#include "schema/own.hpp"
#include "subject/same_key.hpp"

namespace pg_retention {

namespace {

constexpr int kFirstMonths = 1, kExtendedMonths = 3;

// Which calls are made for which requests.
struct Service {
    RequestType type;
    LedgerAction action;
    bool fulfils;
    bool before_verified;  // does no harm to whom it is about if somebody else asked
};
constexpr Service kServices[] = {
    {RequestType::kAccess, LedgerAction::kExported, true, false},
    // Without what was not provided by the person: no answer to Article 15 by itself.
    {RequestType::kAccess, LedgerAction::kExportedForPortability, false, false},
    {RequestType::kPortability, LedgerAction::kExportedForPortability, true, false},
    {RequestType::kRectification, LedgerAction::kRectified, true, false},
    // Article 18(1)(a), while it is looked into who is right.
    {RequestType::kRectification, LedgerAction::kRestricted, false, true},
    {RequestType::kErasure, LedgerAction::kErased, true, false},
    {RequestType::kErasure, LedgerAction::kRestricted, false, true},
    {RequestType::kRestriction, LedgerAction::kRestricted, true, true},
    // 18(1)(d), while grounds are weighed.
    {RequestType::kObjection, LedgerAction::kRestricted, false, true},
    {RequestType::kObjection, LedgerAction::kObjected, true, false},
    // 17(1)(c).
    {RequestType::kObjection, LedgerAction::kErased, true, false},
};

const Service *service_of(RequestType type, LedgerAction action) {
    for (const Service &service : kServices)
        if (service.type == type && service.action == action) return &service;
    return nullptr;
}

// The zones of a server may change under it. Then its own is nearer than none.
pg_tz *zone_of(const char *name) {
    pg_tz *zone = nullptr;
    return find_zone(name, &zone) ? zone : default_zone().zone();
}

core::Day target_of(const Request &request, core::Day received) {
    if (core::is_forever(request.target)) return core::kNoDay;
    if (!core::is_elapsed(request.target)) return core::last_day(received, request.target);
    const auto over = core::over_from(request.received, request.target, PgZone(request.zone));
    return over.ok() ? PgZone(request.zone).day_of(over.value() - 1) : core::kNoDay;
}

const char *state_of(const Request &request, const RequestTerms &terms) {
    const bool in_time = !(request.answered || request.refused) || PgZone(request.zone).day_of(request.ended) <= terms.legal;
    if (request.closed) return "closed";
    if (request.answered) return in_time ? "answered" : "answered late";
    if (request.refused) return in_time ? "refused" : "refused late";
    if (terms.today > terms.legal) return "late";
    if (request.done) return "done";
    if (request.kind == nullptr && !request.erased) return "unidentified";
    if (request.identity_asked && !request.identity_verified) return "identity asked";
    return request.extended ? "extended" : "open";
}

bool is_about(const Request &request, const Subject &subject) {
    const Recorded recorded = recorded_of(subject, "retention.request");
    return own("SELECT FROM retention.request r JOIN unnest($2, $3) p (kind, key) USING (kind, key) WHERE r.request_id = $1",
               request.id, kinds_of(recorded), keys_of(recorded))
               .n > 0;
}

void require_person(const Request &request) {
    if (request.kind != nullptr) return;
    if (request.erased)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("the person of request " INT64_FORMAT " was erased", request.id),
                        errhint("Whose it was is not known any more. Answer it with retention.answer_request.")));
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("nobody knows yet whose request " INT64_FORMAT " is", request.id),
                    errhint("Say it with retention.identify_request(" INT64_FORMAT ", kind, key).", request.id)));
}

}  // namespace

Request read_request(const SqlRow &row) {
    Request request = {};
    request.id = row.get<int64>(1);
    (void) core::find_word(row.text(2), &request.type);
    request.kind = row.text(3);
    request.erased = row.get<bool>(4);
    request.received = row.get<int64>(5);
    request.zone = zone_of(row.text(6));
    request.country = row.text(7);
    request.target = row.get<core::Period>(8);
    request.identity_asked = row.get<bool>(9);
    request.identity_verified = row.get<bool>(10);
    request.extended = row.get<bool>(11);
    request.done = row.get<bool>(12);
    request.answered = !row.is_null(13);
    request.refused = !row.is_null(14);
    request.closed = row.get<bool>(15);
    request.ended = row.get_or<int64>(request.answered ? 13 : 14, 0);
    request.due_applied = row.is_null(16) ? core::kNoDay : row.get<int32>(16) + core::kEpochDay;
    return request;
}

static Request the_request(const SqlRows &rows, int64 id) {
    if (rows.n == 0)
        ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("request " INT64_FORMAT " does not exist", id),
                        errhint("retention.open_request records one; see retention.requests.")));
    const Request request = read_request(rows.first());
    rows.free();
    return request;
}

Request lock_request(int64 id) {
    return the_request(own("SELECT " RETENTION_REQUEST_COLUMNS " FROM retention.request WHERE request_id = $1 FOR UPDATE", id),
                       id);
}

Request find_request(int64 id) {
    return the_request(read_own("SELECT " RETENTION_REQUEST_COLUMNS " FROM retention.request WHERE request_id = $1", id), id);
}

void require_waiting(const Request &request) {
    const char *state = request.closed ? "closed" : request.refused ? "refused" : request.answered ? "answered" : nullptr;
    if (state == nullptr) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("request " INT64_FORMAT " is %s already", request.id, state),
                    errhint("What is asked for anew is another request: see retention.open_request.")));
}

RequestTerms terms_of(const Request &request, const core::Holidays &holidays) {
    const PgZone zone(request.zone);
    const core::Day received = zone.day_of(request.received);
    RequestTerms terms = {};
    terms.first = core::last_day_to_act(received, kFirstMonths, holidays);
    terms.legal = request.answered || request.refused ? request.due_applied
                : request.extended                    ? core::last_day_to_act(received, kExtendedMonths, holidays)
                                                      : terms.first;
    terms.target = target_of(request, received);
    // Who was told that it takes longer is not promised the usual any more.
    terms.due = request.extended ? terms.legal : std::min(terms.legal, terms.target);
    terms.today = zone.day_of(retention_now());
    terms.state = state_of(request, terms);
    return terms;
}

void check_request(const Subject &subject, int64 id, LedgerAction asked) {
    const Request request = lock_request(id);
    require_waiting(request);
    const Service *service = service_of(request.type, asked);
    if (service == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("request " INT64_FORMAT " is one for %s, and does not ask for this", id, name_of(request.type)),
                        errhint("Name a request that does, or open one with retention.open_request.")));
    require_person(request);
    if (request.identity_asked && !request.identity_verified && !service->before_verified)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nobody has verified yet who made request " INT64_FORMAT, id),
                        errhint("Record how it was verified with retention.verify_identity, or refuse the request.")));
    if (!is_about(request, subject))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("request " INT64_FORMAT " is not this person's", id),
                        errhint("See retention.requests: kind and key say whose it is.")));
}

void mark_done(int64 id, LedgerAction asked) {
    const Request request = lock_request(id);
    const Service *service = service_of(request.type, asked);
    if (service == nullptr || !service->fulfils) return;
    own("UPDATE retention.request SET done_at = $2, done_by = $3, done_how = $4 WHERE request_id = $1", id, at(retention_now()),
        session_role(), name_of(asked));
    notify_of_request("done", id);
}

Datum requests_of(const Recorded &recorded) {
    const SqlRows found = own("SELECT coalesce(array_agg(DISTINCT r.request_id), '{}') FROM retention.request r "
                              "JOIN unnest($1, $2) p (kind, key) USING (kind, key)",
                              kinds_of(recorded), keys_of(recorded));
    const Datum requests = found.first().detoasted(1);
    found.free();
    return requests;
}

void forget_requests(Datum requests) {
    own("UPDATE retention.request SET kind = NULL, key = NULL, channel = NULL, identity_how = NULL, extension_reason = NULL, "
        "answer_reason = NULL, refusal_reason = NULL, erased_at = $2 WHERE request_id = ANY ($1)",
        typed(INT8ARRAYOID, requests), at(retention_now()));
}

void notify_of_request(const char *step, int64 id) { tell_listeners(psprintf("request %s " INT64_FORMAT, step, id)); }

}  // namespace pg_retention
