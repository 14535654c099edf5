// A new segment of the ledger after a break: declared by a superuser, who signs for it with a reason. What is broken stays in view.
#include "ledger/chain.hpp"
#include "ledger/ledger.hpp"
#include "ledger/own_table.hpp"
#include "ledger/terms.hpp"
#include "ledger/verify.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// retention.ledger_breaks() lists all of them.
constexpr int kNamed = 100;

Verification verify_now() {
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const Verification found = verify_ledger(nullptr, snapshot);
    UnregisterSnapshot(snapshot);
    return found;
}

void put_breaks(StringInfo out, const Verification &found) {
    int n = 0;
    StringInfoData list;
    initStringInfo(&list);
    ListCell *cell = nullptr;
    foreach (cell, found.breaks) {
        const auto *one = static_cast<const LedgerBreak *>(lfirst(cell));
        if (one->acknowledged_by != 0 || ++n > kNamed) continue;
        StringInfoData text;
        initStringInfo(&text);
        appendStringInfoChar(&text, '{');
        put_raw_json(&text, "entry_id", psprintf(INT64_FORMAT, one->entry_id));
        put_json(&text, "problem", one->problem);
        appendStringInfo(&list, "%s%s}", n == 1 ? "" : ", ", text.data);
    }
    put_raw_json(out, "breaks", psprintf("[%s]", list.data));
    if (n > kNamed) put_raw_json(out, "more", psprintf("%d", n - kNamed));
}

char *begin_segment(const char *reason) {
    Relation ledger = open_own_table("ledger", RowExclusiveLock);
    lock_chain(ledger);
    const Verification found = verify_now();
    if (found.first_bad == 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the ledger holds"),
                        errhint("A new segment begins after a break; see retention.ledger_breaks().")));
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, kWholeField, head_of(0, found.whole).hash);
    put_json(&detail, "reason", reason);
    put_json(&detail, "last", text_of(found.last));
    put_breaks(&detail, found);
    appendStringInfoChar(&detail, '}');
    LedgerEntry entry = {};
    entry.action = LedgerAction::kSegmentBegun;
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger(entry);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const ChainEnd end = last_entry(ledger, snapshot);
    UnregisterSnapshot(snapshot);
    table_close(ledger, NoLock);
    return text_of(head_of(end.entry_id, end.hash));
}

char *ledger_head() {
    Relation ledger = open_own_table("ledger", AccessShareLock);
    const ChainEnd end = last_entry(ledger, GetActiveSnapshot());
    table_close(ledger, AccessShareLock);
    return text_of(head_of(end.entry_id, end.hash));
}

bool is_blank(const char *text) { return text[strspn(text, " \t\n")] == '\0'; }

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_ledger_head) {
    (void) fcinfo;
    PG_RETURN_TEXT_P(cstring_to_text(pg_retention::ledger_head()));
}

RETENTION_FUNCTION(pg_retention_begin_segment) {
    if (!superuser())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to begin a segment of the ledger"),
                        errhint("Whoever does signs for what is broken before it.")));
    const char *reason = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
    if (pg_retention::is_blank(reason))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a segment of the ledger begins with a reason"),
                        errhint("Say what happened, without data about persons: it stays in the ledger.")));
    PG_RETURN_TEXT_P(cstring_to_text(pg_retention::begin_segment(reason)));
}
