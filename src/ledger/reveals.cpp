#include "ledger/reveals.hpp"

#include "ledger/ledger.hpp"
#include "pg/guard.hpp"
#include "pg/shared_memory.hpp"
#include "pg/transaction.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "mb/pg_wchar.h"
#include "utils/acl.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

struct Reveal {
    Oid database;
    TimestampTz at;
    bool prepared;
    char role[NAMEDATALEN];
    char reason[256];
};

// The oldest are overwritten when no worker comes: the server log has them all.
constexpr int kPlaces = 128;
struct Left {
    uint64 written;
    uint64 lost;
    Reveal places[kPlaces];
};

constinit Left *left = nullptr;
constinit LWLock *lock = nullptr;
constinit Reveal current = {};
constinit bool noted = false;

void attach(void *memory, LWLock *its_lock, bool) {
    left = static_cast<Left *>(memory);
    lock = its_lock;
}

void append(LedgerAction action, const Reveal &reveal) {
    LedgerEntry entry = {};
    entry.action = action;
    entry.row_count = -1;
    entry.detail = psprintf("role %s: %s", reveal.role, reveal.reason[0] != '\0' ? reveal.reason : "no reason given");
    append_ledger(entry);
}

// The statements' snapshots are gone by now, and a long reason may be toasted.
void append_at_end() {
    PushActiveSnapshot(GetTransactionSnapshot());
    append(LedgerAction::kRevealed, current);
    PopActiveSnapshot();
}

// Raises nothing: the transaction is over.
void leave_behind() {
    if (left == nullptr) return;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    Reveal *place = &left->places[left->written % kPlaces];
    if (place->database != InvalidOid) ++left->lost;
    *place = current;
    ++left->written;
    LWLockRelease(lock);
}

void reveals_at_end(XactEvent event, void *) {
    if (!noted) return;
    if (event == XACT_EVENT_PRE_COMMIT) {
        if (!RecoveryInProgress()) guarded([] { append_at_end(); });
        return;
    }
    if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE) return;
    // A prepared transaction would hold the ledger's lock until somebody ends it.
    current.prepared = event == XACT_EVENT_PREPARE;
    if (event != XACT_EVENT_COMMIT) leave_behind();
    noted = false;
}

// What is too long ends in dots; all of it stands in the server log.
void keep_reason(const char *reason) {
    constexpr char kDots[] = "...";
    const auto length = static_cast<int>(strlen(reason));
    if (length < static_cast<int>(sizeof current.reason)) {
        strlcpy(current.reason, reason, sizeof current.reason);
        return;
    }
    const int cut = pg_mbcliplen(reason, length, static_cast<int>(sizeof current.reason - sizeof kDots));
    std::memcpy(current.reason, reason, cut);
    strlcpy(current.reason + cut, kDots, sizeof current.reason - cut);
}

}  // namespace

void note_reveal(const char *reason) {
    current = Reveal{};
    current.database = MyDatabaseId;
    current.at = GetCurrentTimestamp();
    strlcpy(current.role, GetUserNameFromId(GetUserId(), false), sizeof current.role);
    keep_reason(reason);
    noted = true;
    call_at_end(AtEnd::kReveals, reveals_at_end);
}

bool is_reveal_noted() { return noted; }

void record_left_reveals() {
    static Reveal found[kPlaces];
    int n = 0;
    uint64 lost = 0;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    for (uint64 i = 0; i < kPlaces; ++i) {
        Reveal *place = &left->places[(left->written + i) % kPlaces];
        if (place->database != MyDatabaseId) continue;
        found[n++] = *place;
        place->database = InvalidOid;
    }
    lost = left->lost;
    if (n > 0) left->lost = 0;
    LWLockRelease(lock);
    for (int i = 0; i < n; ++i)
        append(found[i].prepared ? LedgerAction::kRevealedPrepared : LedgerAction::kRevealedRolledBack, found[i]);
    if (n > 0 && lost > 0)
        ereport(LOG, (errmsg("pg_retention: " UINT64_FORMAT " uses of retention.reveal stand in the server log only", lost)));
}

void init_reveals() { share_memory({"pg_retention", sizeof(Left), true, attach}); }

}  // namespace pg_retention
