#include "contact/count.hpp"

#include <algorithm>

#include "contact/stopped.hpp"
#include "ledger/refusals.hpp"
#include "pg/attempt.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/array.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr int kEntriesAtOnce = 2000;  // persons and purposes that are written together
constexpr int kTimesAtOnce = 100000;  // unless they have more times than these

struct Times {
    TimestampTz *at;
    int n;
    int room;
};

// What the rows say of one person and purpose.
struct Entry {
    const char *key;
    const Purpose *purpose;
    TimestampTz last;  // of what is said
    int open;          // how often that is said, and not said to have been so before
    int64 sent;        // at times that are over, and at what other such times they were
    int64 was_sent;
    Times is;
    Times was;
};

}  // namespace

struct Portion {
    Entry *entries;
    int n;
};

namespace {

// What the statement under way writes.
constinit Dynamic<const Contacts *> writing_now{nullptr};

bool goes_before(const Entry &a, const Entry &b) {
    const int order = strcmp(a.key, b.key);
    return order != 0 ? order < 0 : a.purpose->place < b.purpose->place;
}

void push(Times *times, TimestampTz at) {
    if (times->n == times->room) {
        times->room = times->room == 0 ? 2 : 2 * times->room;
        const Size size = sizeof(TimestampTz) * times->room;
        times->at = static_cast<TimestampTz *>(times->at == nullptr ? palloc(size) : repalloc(times->at, size));
    }
    times->at[times->n++] = at;
}

// In the order of times. What a row says as it did before is nothing new.
void add(Entry *entry, const Said &said, const Contacts &contacts) {
    const bool is_over = said.at <= contacts.now && !contacts.recorded;
    if (said.was && entry->open > 0 && entry->last == said.at) {
        --entry->open;
        is_over ? --entry->sent : --entry->is.n;
        return;
    }
    if (!said.was) {
        entry->open = entry->last == said.at ? entry->open + 1 : 1;
        entry->last = said.at;
    }
    if (is_over)
        ++(said.was ? entry->was_sent : entry->sent);
    else
        push(said.was ? &entry->was : &entry->is, said.at);
}

// What was to be sent later, and is to be sent at another time now, is moved; what has been sent stays counted, and is not counted again for a
// time that is corrected. Whenever a message says that it was sent, it is written now, and no cap has room for more than the most of them.
void settle(Entry *entry, TimestampTz now) {
    const int64 sent = entry->sent - std::min(entry->sent, entry->was_sent);
    // Each of those still to come gives its place to one that is written, and only so.
    entry->was.n = static_cast<int>(std::min<int64>(entry->was.n, sent + entry->is.n));
    const auto at_once = static_cast<int>(std::min<int64>(sent, core::kMaxCapCount + 1));
    for (int i = 0; i < at_once; ++i) push(&entry->is, now);
    std::rotate(entry->is.at, entry->is.at + entry->is.n - at_once, entry->is.at + entry->is.n);
}

void free_entry(const Entry &entry) {
    pfree(const_cast<char *>(entry.key));
    if (entry.is.at != nullptr) pfree(entry.is.at);
    if (entry.was.at != nullptr) pfree(entry.was.at);
}

void advance(Contacts *contacts) {
    MemoryContext before = MemoryContextSwitchTo(contacts->context);
    if (contacts->next.key != nullptr) pfree(const_cast<char *>(contacts->next.key));
    if (!next_said(contacts->said, &contacts->next)) contacts->next.key = nullptr;
    MemoryContextSwitchTo(before);
}

bool is_of(const Said &said, const Entry &entry) {
    return said.key != nullptr && said.purpose == entry.purpose && strcmp(said.key, entry.key) == 0;
}

// The next entries that say something new.
Portion next_portion(Contacts *contacts) {
    Portion portion = {static_cast<Entry *>(palloc(sizeof(Entry) * kEntriesAtOnce)), 0};
    for (int times = 0; contacts->next.key != nullptr && portion.n < kEntriesAtOnce && times < kTimesAtOnce;) {
        Entry entry = {};
        CHECK_FOR_INTERRUPTS();
        entry.key = pstrdup(contacts->next.key);
        entry.purpose = contacts->next.purpose;
        for (; is_of(contacts->next, entry); advance(contacts)) add(&entry, contacts->next, *contacts);
        settle(&entry, contacts->now);
        if (entry.is.n == 0) {
            free_entry(entry);
            continue;
        }
        times += entry.is.n + entry.was.n;
        portion.entries[portion.n++] = entry;
    }
    return portion;
}

[[noreturn]] void refuse(const core::Leave &leave, const Entry &entry, const Contacts &contacts) {
    const Purpose &purpose = *entry.purpose;
    const char *kind = contacts.kind;
    note_refusal(contacts.relid, purpose.name, "cap");
    const char *from = leave.from == core::kNever ? "infinity" : local_text(leave.from, PgZone(purpose.zone));
    ereport(ERROR, (errcode(kCapSqlstate),
                    errmsg("cap \"%s\" of purpose \"%s\" is reached: the next message is allowed from %s",
                           purpose.caps.text[leave.cap], purpose.name, from),
                    errdetail("The person is of kind \"%s\" and has key %s.", kind, entry.key),
                    errhint("retention.may_contact_all has the persons who may be written to.")));
}

[[noreturn]] void refuse_stopped(const Stopped &stopped, const Purpose &purpose, const Contacts &contacts) {
    note_refusal(contacts.relid, purpose.name, name_of(stopped.why));
    ereport(ERROR, (errcode(kStoppedSqlstate),
                    stopped.why == Stop::kObjection
                        ? errmsg("purpose \"%s\" is closed for a person who objects to it", purpose.name)
                        : errmsg("purpose \"%s\" is closed for a person who has not consented to it", purpose.name),
                    errdetail("The person is of kind \"%s\" and has key %s.", contacts.kind, stopped.key),
                    errhint("retention.may_contact_all has the persons who may be written to.")));
}

// Adds a time in its place.
void insert(Times *times, TimestampTz at) {
    push(times, at);
    std::rotate(std::upper_bound(times->at, times->at + times->n - 1, at), times->at + times->n - 1, times->at + times->n);
}

// What was sent before anybody counted, beside what is counted already: the same is the same.
void merge(Times *times, const Times &more) {
    Times both = {};
    for (int i = 0, k = 0; i < times->n || k < more.n;) {
        const bool ours = k == more.n || (i < times->n && times->at[i] <= more.at[k]);
        const bool theirs = i == times->n || (k < more.n && more.at[k] <= times->at[i]);
        push(&both, ours ? times->at[i] : more.at[k]);
        i += ours ? 1 : 0;
        k += theirs ? 1 : 0;
    }
    *times = both;
}

// The one decision, when the counter is locked.
Times with_added(Times times, const Entry &entry, const Contacts &contacts) {
    return with_caps(entry.purpose->caps, entry.purpose->zone, [&](const core::Caps &caps) {
        for (int i = 0; i < entry.was.n; ++i) {
            TimestampTz *found = std::lower_bound(times.at, times.at + times.n, entry.was.at[i]);
            if (found == times.at + times.n || *found != entry.was.at[i]) continue;
            std::move(found + 1, times.at + times.n, found);
            --times.n;
        }
        if (contacts.recorded) merge(&times, entry.is);
        times.n = core::keep_what_counts(times.at, times.n, contacts.now, caps);
        for (int i = 0; i < entry.is.n && !contacts.recorded; ++i) {
            const core::Leave leave = core::may_send(times.at, times.n, entry.is.at[i], caps);
            if (!leave.given) refuse(leave, entry, contacts);
            insert(&times, entry.is.at[i]);
        }
        return times;
    });
}

Datum contact_times(FunctionCallInfo fcinfo) {
    Entry asked = {};
    const Contacts *writing = writing_now;
    if (writing == nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no message is being counted"),
                        errhint("The extension calls this function by itself.")));
    asked.key = text_to_cstring(PG_GETARG_TEXT_PP(0));
    asked.purpose = purpose_named(writing->purposes, text_to_cstring(PG_GETARG_TEXT_PP(1)));
    if (asked.purpose == nullptr) elog(ERROR, "a purpose that nobody wrote for");
    const Entry *end = writing->portion->entries + writing->portion->n;
    const Entry *entry = std::lower_bound(static_cast<const Entry *>(writing->portion->entries), end, asked, goes_before);
    if (entry == end || goes_before(asked, *entry)) elog(ERROR, "a counter that was not asked for");
    Datum *values = nullptr;
    Times times = {};
    const int n = elements_of(PG_GETARG_DATUM(2), TIMESTAMPTZOID, &values);
    for (int i = 0; i < n; ++i) push(&times, DatumGetTimestampTz(values[i]));
    times = with_added(times, *entry, *writing);
    auto *result = static_cast<Datum *>(palloc(sizeof(Datum) * (times.n + 1)));
    for (int i = 0; i < times.n; ++i) result[i] = TimestampTzGetDatum(times.at[i]);
    return array_of(result, times.n, TIMESTAMPTZOID);
}

struct Written {
    Datum keys;
    Datum purposes;
};

void write_counters(const char *kind, const Written &written) {
    run_as(extension_owner(), kKeptLatest,
           "INSERT INTO retention.contact_count AS c (key, purpose, kind, times) "
           "SELECT k.key, k.purpose, $3, retention.contact_times(k.key, k.purpose, '{}') "
           "FROM unnest($1, $2) WITH ORDINALITY AS k (key, purpose, place) ORDER BY k.place "
           "ON CONFLICT (key, purpose, kind) DO UPDATE SET times = retention.contact_times(c.key, c.purpose, c.times)",
           typed(TEXTARRAYOID, written.keys), typed(TEXTARRAYOID, written.purposes), kind);
}

// Where a transaction keeps an older snapshot, whoever waited for a counter fails. So it is tried again, with the counter as it is by then:
// each time another transaction has counted, and so at last there is room, or a cap is reached.
void write_until_it_holds(const char *kind, const Written &written) {
    if (XactIsoLevel != XACT_REPEATABLE_READ) return write_counters(kind, written);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        ErrorData *error = attempt([&] { write_counters(kind, written); });
        if (error == nullptr) return;
        if (error->sqlerrcode != ERRCODE_T_R_SERIALIZATION_FAILURE) ReThrowError(error);
        FreeErrorData(error);
    }
}

void write_counters_of(const Contacts &contacts, const Portion &portion) {
    auto *keys = static_cast<Datum *>(palloc(sizeof(Datum) * (portion.n + 1)));
    auto *purposes = static_cast<Datum *>(palloc(sizeof(Datum) * (portion.n + 1)));
    int written = 0;
    for (int i = 0; i < portion.n; ++i) {
        if (portion.entries[i].purpose->caps.n == 0) continue;
        keys[written] = CStringGetTextDatum(portion.entries[i].key);
        purposes[written++] = CStringGetTextDatum(portion.entries[i].purpose->name);
    }
    if (written == 0) return;
    write_until_it_holds(contacts.kind, Written{array_of(keys, written, TEXTOID), array_of(purposes, written, TEXTOID)});
}

void refuse_those_stopped(const Contacts &contacts, const Portion &portion) {
    auto *keys = static_cast<Datum *>(palloc(sizeof(Datum) * (portion.n + 1)));
    ListCell *cell = nullptr;
    foreach (cell, contacts.purposes) {
        const auto *purpose = static_cast<const Purpose *>(lfirst(cell));
        int asked = 0;
        for (int i = 0; i < portion.n; ++i)
            if (portion.entries[i].purpose == purpose) keys[asked++] = CStringGetTextDatum(portion.entries[i].key);
        List *stopped = asked == 0 ? NIL : stopped_among(question_about(*purpose, contacts.kind), array_of(keys, asked, TEXTOID));
        if (stopped != NIL) refuse_stopped(*static_cast<const Stopped *>(linitial(stopped)), *purpose, contacts);
    }
}

}  // namespace

Contacts open_contacts(Oid relid, const char *kind, List *purposes, bool recorded) {
    Contacts contacts = {};
    contacts.relid = relid;
    contacts.kind = kind;
    contacts.purposes = purposes;
    contacts.recorded = recorded;
    contacts.now = retention_now();
    contacts.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention contacts", ALLOCSET_DEFAULT_SIZES);
    MemoryContext before = MemoryContextSwitchTo(contacts.context);
    contacts.said = open_said(purposes);
    MemoryContextSwitchTo(before);
    return contacts;
}

void add_contact(Contacts *contacts, const Said &said) { add_said(contacts->said, said); }

void write_contacts(Contacts *contacts) {
    MemoryContext outer = CurrentMemoryContext;
    MemoryContext context = AllocSetContextCreate(contacts->context, "pg_retention counters", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);
    sort_said(contacts->said);
    advance(contacts);
    while (contacts->next.key != nullptr) {
        const Portion portion = next_portion(contacts);
        contacts->portion = &portion;
        during(writing_now, contacts, [&] { write_counters_of(*contacts, portion); });
        if (!contacts->recorded) refuse_those_stopped(*contacts, portion);
        MemoryContextReset(context);
    }
    close_said(contacts->said);
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(contacts->context);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_contact_times) { return pg_retention::contact_times(fcinfo); }
