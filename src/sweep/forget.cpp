#include "sweep/forget.hpp"

#include "pg/during.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"

namespace pg_retention {

namespace {

// Calls body with the instant before which things are forgotten. age: minutes; 0: nothing is.
template <typename F>
void if_ends(int age, F body) {
    if (age != 0) body(at(retention_now() - age * USECS_PER_MINUTE));
}

// The list goes with the oldest backup that needs it.
void forget_erasures(const SqlValue &before) {
    own("DELETE FROM retention.erasure WHERE erased_at < $1", before);
    own("WITH gone AS (DELETE FROM retention.verification v USING retention.verifications s WHERE s.verification_id = v.verification_id "
        "AND s.state IN ('done', 'settled') AND v.begun_at < $1 RETURNING v.verification_id) "
        "DELETE FROM retention.verification_finding f USING gone WHERE f.verification_id = gone.verification_id",
        before);
}

// What was disclosed, and whom it was told to, is about persons, too.
void forget_disclosures(const SqlValue &before) {
    during(own_command, true, [&] { own("DELETE FROM retention.disclosure WHERE disclosed_at < $1", before); });
    own("DELETE FROM retention.notice_to_recipient WHERE settled_at < $1", before);
}

// What an erasure did in the name of one goes with it. One whose erasure waits for a hold stays with that.
void forget_requests(const SqlValue &before) {
    own("WITH gone AS (DELETE FROM retention.request r WHERE r.closed_at < $1 AND (r.kind IS NULL OR r.refused_at IS NOT NULL OR NOT EXISTS (SELECT FROM "
        "(SELECT o.outcome FROM retention.erasure_outcome o WHERE o.request_id = r.request_id ORDER BY o.entry_id DESC LIMIT 1) l "
        "WHERE l.outcome -> 'deferred' <> '[]')) RETURNING request_id) "
        "DELETE FROM retention.erasure_outcome o USING gone WHERE o.request_id = gone.request_id",
        before);
}

// Once a day in a session: what was sent and matters to no cap any more.
void forget_contacts() {
    static constinit TimestampTz last = 0;
    const TimestampTz now = retention_now();
    if (last != 0 && now >= last && now - last < USECS_PER_DAY) return;
    own("DELETE FROM retention.contact_count c WHERE NOT EXISTS (SELECT FROM retention.purpose p WHERE p.name = c.purpose "
        "AND retention.contacts_count(c.times, p.caps, p.timezone, $1))",
        at(now));
    last = now;
}

}  // namespace

void forget_what_is_old(Engine *engine) {
    begin_step(engine);
    if_ends(settings::backup_age, forget_erasures);
    if_ends(settings::disclosure_age, forget_disclosures);
    if_ends(settings::objection_age,
            [](const SqlValue &before) { own("DELETE FROM retention.objection WHERE erased_at < $1", before); });
    if_ends(settings::request_age, forget_requests);
    if_ends(settings::sweep_run_age, [](const SqlValue &before) {
        // The oldest of them, by their numbers: a pass with nothing to do is not to read all.
        own("DELETE FROM retention.sweep_run WHERE run_id IN (SELECT o.run_id FROM (SELECT run_id, started_at FROM retention.sweep_run "
            "ORDER BY run_id LIMIT 1000) o WHERE o.started_at < $1)",
            before);
    });
    forget_contacts();
    end_step(engine);
}

}  // namespace pg_retention
