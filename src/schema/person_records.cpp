#include "schema/person_records.hpp"

#include "schema/own.hpp"

namespace pg_retention {

namespace {

List *kinds_of(Oid relid, bool all) {
    // Counters have no index by kind: any will do.
    const SqlRows rows = own(
        "SELECT k.kind FROM retention.subject_kind k WHERE k.relation IN (WITH RECURSIVE up (relid) AS "
        "(SELECT $1 UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON up.relid = i.inhrelid) SELECT up.relid FROM up) "
        "AND ($2 OR EXISTS (SELECT FROM retention.request r WHERE r.kind = k.kind) OR EXISTS (SELECT FROM retention.contact_count) "
        "OR EXISTS (SELECT FROM retention.objection_key r WHERE r.kind = k.kind) "
        "OR EXISTS (SELECT FROM retention.consent r WHERE r.kind = k.kind) "
        "OR EXISTS (SELECT FROM retention.disclosure r WHERE r.kind = k.kind) "
        "OR EXISTS (SELECT FROM retention.notice_to_recipient r WHERE r.kind = k.kind AND r.state = 'open') "
        "OR EXISTS (SELECT FROM retention.hold r WHERE r.kind = k.kind AND r.key IS NOT NULL) "
        "OR EXISTS (SELECT FROM retention.statement r WHERE r.kind = k.kind) "
        "OR EXISTS (SELECT FROM retention.restriction r WHERE r.kind = k.kind)) ORDER BY 1",
        relid, all);
    List *kinds = NIL;
    for (const SqlRow row : rows) kinds = lappend(kinds, row.text(1));
    rows.free();
    return kinds;
}

}  // namespace

List *kinds_with_records(Oid relid) { return kinds_of(relid, false); }

List *kinds_of_rows(Oid relid) { return kinds_of(relid, true); }

}  // namespace pg_retention
