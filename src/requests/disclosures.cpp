#include "requests/disclosures.hpp"

#include "ledger/ledger.hpp"
#include "pg/guard.hpp"
#include "pg/time.hpp"
#include "pg/actor.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pg_retention {

void append_recipients_to_tell(StringInfo out, const Call &call, const Recorded &recorded, const Change &change) {
    const SqlRows told = own(
        "WITH had AS (SELECT d.recipient, count(*) AS disclosures FROM retention.disclosure d "
        "WHERE (d.kind, d.key) IN (SELECT * FROM unnest($1, $2)) AND d.inquiry IS NULL GROUP BY d.recipient), "
        "n AS (INSERT INTO retention.notice_to_recipient (recipient, disclosures, kind, key, what, detail, request_id, created_at, created_by) "
        "SELECT recipient, disclosures, $3, $4::jsonb, $5, $6, nullif($7, 0), $8, $9 FROM had ORDER BY recipient "
        "RETURNING notice_id, recipient, disclosures) "
        "SELECT coalesce(json_agg(json_build_object('notice_id', CASE WHEN NOT $10 THEN n.notice_id END, 'recipient', n.recipient, 'contact', r.contact, "
        "'disclosures', n.disclosures) ORDER BY n.recipient), '[]')::text FROM n LEFT JOIN retention.recipient r ON r.name = n.recipient",
        kinds_of(recorded), keys_of(recorded), call.subject->kind->name, change.key, change.what, change.detail, call.request_id,
        at(retention_now()), session_role(), change.preview);
    appendStringInfo(out, ", \"recipients_to_tell\": %s", told.first().text(1));
    told.free();
}

void forget_disclosures(const Recorded &recorded) {
    during(own_command, true, [&] {
        own("DELETE FROM retention.disclosure WHERE (kind, key) IN (SELECT * FROM unnest($1, $2))", kinds_of(recorded),
            keys_of(recorded));
    });
}

void forget_open_notices(const Recorded &recorded) {
    own("DELETE FROM retention.notice_to_recipient n WHERE n.state = 'open' AND n.what <> 'erased' "
        "AND (n.kind, n.key) IN (SELECT * FROM unnest($1, $2)) "
        "AND n.recipient IN (SELECT d.recipient FROM retention.disclosure d WHERE (d.kind, d.key) IN (SELECT * FROM unnest($1, $2)))",
        kinds_of(recorded), keys_of(recorded));
}

void tell_of_gone(const Recorded &recorded) {
    own("INSERT INTO retention.notice_to_recipient (recipient, disclosures, kind, key, what, created_at, created_by) "
        "SELECT d.recipient, count(*), d.kind, d.key, 'erased', $3, $4 FROM retention.disclosure d "
        "WHERE (d.kind, d.key) IN (SELECT * FROM unnest($1, $2)) AND d.inquiry IS NULL GROUP BY d.recipient, d.kind, d.key ORDER BY 1, 3, 4",
        kinds_of(recorded), keys_of(recorded), at(retention_now()), session_role());
}

void append_disclosed_to(StringInfo out, const Recorded &recorded) {
    const SqlRows found = read_own(
        "SELECT coalesce(json_agg(json_build_object('recipient', x.recipient, 'role', r.role, 'country', r.country, 'contact', r.contact, "
        "'transfer', CASE WHEN retention.in_eea(r.country) IS FALSE THEN json_build_object('basis', r.transfer_basis, 'safeguards', r.transfer) END, "
        "'disclosures', x.disclosures) ORDER BY x.recipient), '[]')::text "
        "FROM (SELECT d.recipient, json_agg(json_build_object('purpose', d.purpose, 'what', d.what, 'at', d.disclosed_at) ORDER BY d.disclosure_id) "
        "AS disclosures FROM retention.disclosure d WHERE (d.kind, d.key) IN (SELECT * FROM unnest($1, $2)) AND d.inquiry IS NULL "
        "GROUP BY d.recipient) x LEFT JOIN retention.recipient r ON r.name = x.recipient",
        kinds_of(recorded), keys_of(recorded));
    appendStringInfo(out, ", \"disclosed_to\": %s", found.first().text(1));
    found.free();
}

namespace {

void check_settling(const char *state, const char *reason) {
    if (strcmp(state, "sent") != 0 && strcmp(state, "impossible") != 0 && strcmp(state, "disproportionate") != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a notice cannot be settled as \"%s\"", state),
                        errhint("Say sent, impossible or disproportionate.")));
    if (strcmp(state, "sent") != 0 && (reason == nullptr || *reason == '\0'))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a notice that is not sent needs a reason"),
                        errhint("Article 19: say why it is impossible, or which effort is out of proportion to what.")));
}

void settle(int64 notice, const char *state, const char *reason) {
    check_settling(state, reason);
    connect_spi();
    const SqlRows found =
        own("SELECT kind, request_id, state FROM retention.notice_to_recipient WHERE notice_id = $1 FOR UPDATE", notice);
    if (found.n == 0)
        ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("notice " INT64_FORMAT " does not exist", notice),
                        errhint("See retention.notices_due.")));
    const SqlRow row = found.first();
    if (strcmp(row.text(3), "open") != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("notice " INT64_FORMAT " is settled already: %s", notice, row.text(3))));
    // Whom it was about was needed to tell it, and for nothing else.
    own("UPDATE retention.notice_to_recipient SET state = $2, reason = $3, settled_at = $4, settled_by = $5, key = NULL WHERE notice_id = $1",
        notice, state, reason, at(retention_now()), session_role());
    LedgerEntry entry = {};
    entry.action = LedgerAction::kNoticeSettled;
    entry.row_count = -1;
    entry.detail = call_detail(row.text(1), psprintf("notice " INT64_FORMAT " %s", notice, state), row.get_or<int64>(2, 0));
    append_ledger(entry);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_settle_notice) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("notice and state must not be null")));
    pg_retention::settle(PG_GETARG_INT64(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                         PG_ARGISNULL(2) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(2)));
    PG_RETURN_VOID();
}
