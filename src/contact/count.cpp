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
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr int kMostEntries = 200000;  // persons and purposes that are collected in one pass
constexpr int kWrittenAtOnce = 10000;

struct ContactKey {
    const char *key;
    const Purpose *purpose;
};

struct Times {
    TimestampTz *at;
    int n;
    int room;
};

struct Entry {
    ContactKey of;
    Times is;
    Times was;
};

// Those that the statement under way writes.
constinit Dynamic<const Contacts *> writing_now{nullptr};

uint32 hash_of(const void *key, Size) {
    const char *text = static_cast<const ContactKey *>(key)->key;
    return hash_bytes(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)));
}

int differ(const void *a, const void *b, Size) {
    const auto *x = static_cast<const ContactKey *>(a);
    const auto *y = static_cast<const ContactKey *>(b);
    return x->purpose == y->purpose ? strcmp(x->key, y->key) : 1;
}

bool goes_before(const Entry *a, const Entry *b) {
    const int order = strcmp(a->of.key, b->of.key);
    return order != 0 ? order < 0 : strcmp(a->of.purpose->name, b->of.purpose->name) < 0;
}

void push(Times *times, TimestampTz at) {
    if (times->n == times->room) {
        times->room = times->room == 0 ? 2 : 2 * times->room;
        const Size size = sizeof(TimestampTz) * times->room;
        times->at = static_cast<TimestampTz *>(times->at == nullptr ? palloc(size) : repalloc(times->at, size));
    }
    times->at[times->n++] = at;
}

Entry **sorted(const Contacts &contacts, int *n) {
    auto **entries = static_cast<Entry **>(palloc(sizeof(Entry *) * (hash_get_num_entries(contacts.entries) + 1)));
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, contacts.entries);
    *n = 0;
    while (auto *entry = static_cast<Entry *>(hash_seq_search(&scan))) entries[(*n)++] = entry;
    std::sort(entries, entries + *n, goes_before);
    return entries;
}

void drop(Contacts *contacts, Entry *entry) {
    const ContactKey of = entry->of;
    if (entry->is.at != nullptr) pfree(entry->is.at);
    if (entry->was.at != nullptr) pfree(entry->was.at);
    (void) hash_search(contacts->entries, &of, HASH_REMOVE, nullptr);
    pfree(const_cast<char *>(of.key));
}

// The later half is left to another pass.
void make_room(Contacts *contacts) {
    int n = 0;
    Entry **entries = sorted(*contacts, &n);
    contacts->until = pstrdup(entries[n / 2]->of.key);
    for (int i = 0; i < n; ++i)
        if (strcmp(entries[i]->of.key, contacts->until) > 0) drop(contacts, entries[i]);
    pfree(entries);
}

bool is_of_this_pass(const Contacts &contacts, const char *key) {
    return (contacts.after == nullptr || strcmp(key, contacts.after) > 0) &&
           (contacts.until == nullptr || strcmp(key, contacts.until) <= 0);
}

// What a row says as it did before is nothing new. What was to be sent later, and is to be sent at another time now, is moved; what has been sent
// stays counted, and is not counted again for a time that is corrected.
void settle(Times *is, Times *was, TimestampTz now) {
    std::sort(is->at, is->at + is->n);
    std::sort(was->at, was->at + was->n);
    int n_is = 0, n_was = 0;
    for (int i = 0, w = 0; i < is->n || w < was->n;) {
        if (w == was->n || (i < is->n && is->at[i] < was->at[w]))
            is->at[n_is++] = is->at[i++];
        else if (i == is->n || was->at[w] < is->at[i])
            was->at[n_was++] = was->at[w++];
        else
            ++i, ++w;
    }
    const auto sent = static_cast<int>(std::upper_bound(was->at, was->at + n_was, now) - was->at);
    const auto past = static_cast<int>(std::upper_bound(is->at, is->at + n_is, now) - is->at);
    const int corrected = std::min(sent, past);
    std::move(is->at + corrected, is->at + n_is, is->at);
    n_is -= corrected;
    // Each of those still to come gives its place to one that is written, and only so.
    const int moved = std::min(n_was - sent, n_is);
    std::move(was->at + sent, was->at + sent + moved, was->at);
    is->n = n_is;
    was->n = moved;
}

[[noreturn]] void refuse(const core::Leave &leave, const Entry &entry, const Contacts &contacts) {
    const Purpose &purpose = *entry.of.purpose;
    const char *kind = contacts.kind;
    note_refusal(contacts.relid, purpose.name, "cap");
    const char *from = leave.from == core::kNever ? "infinity" : local_text(leave.from, PgZone(purpose.zone));
    ereport(ERROR, (errcode(kCapSqlstate),
                    errmsg("cap \"%s\" of purpose \"%s\" is reached: the next message is allowed from %s",
                           purpose.caps.text[leave.cap], purpose.name, from),
                    errdetail("The person is of kind \"%s\" and has key %s.", kind, entry.of.key),
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
    return with_caps(entry.of.purpose->caps, entry.of.purpose->zone, [&](const core::Caps &caps) {
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
    const ContactKey unknown = {text_to_cstring(PG_GETARG_TEXT_PP(0)), nullptr};
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const Entry *entry = nullptr;
    const Contacts *writing = writing_now;
    if (writing == nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no message is being counted"),
                        errhint("The extension calls this function by itself.")));
    ListCell *cell = nullptr;
    foreach (cell, writing->purposes) {
        const ContactKey key = {unknown.key, static_cast<const Purpose *>(lfirst(cell))};
        if (strcmp(key.purpose->name, name) == 0)
            entry = static_cast<const Entry *>(hash_search(writing->entries, &key, HASH_FIND, nullptr));
    }
    if (entry == nullptr) elog(ERROR, "a counter that was not asked for");
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

// Some of the entries, which all are of purposes with caps.
void write_some(const Contacts &contacts, Entry **entries, int n) {
    auto *keys = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    auto *purposes = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    int written = 0;
    for (int i = 0; i < n; ++i) {
        if (entries[i]->of.purpose->caps.n == 0) continue;
        keys[written] = CStringGetTextDatum(entries[i]->of.key);
        purposes[written++] = CStringGetTextDatum(entries[i]->of.purpose->name);
    }
    if (written == 0) return;
    write_until_it_holds(contacts.kind, Written{array_of(keys, written, TEXTOID), array_of(purposes, written, TEXTOID)});
}

void refuse_those_stopped(const Contacts &contacts, Entry **entries, int n) {
    auto *keys = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    ListCell *cell = nullptr;
    foreach (cell, contacts.purposes) {
        const auto *purpose = static_cast<const Purpose *>(lfirst(cell));
        int asked = 0;
        for (int i = 0; i < n; ++i)
            if (entries[i]->of.purpose == purpose) keys[asked++] = CStringGetTextDatum(entries[i]->of.key);
        List *stopped = asked == 0 ? NIL : stopped_among(question_about(*purpose, contacts.kind), array_of(keys, asked, TEXTOID));
        if (stopped != NIL) refuse_stopped(*static_cast<const Stopped *>(linitial(stopped)), *purpose, contacts);
    }
}

}  // namespace

static void begin_pass(Contacts *contacts) {
    HASHCTL control = {};
    control.keysize = sizeof(ContactKey);
    control.entrysize = sizeof(Entry);
    control.hash = hash_of;
    control.match = differ;
    control.hcxt = contacts->context;
    contacts->entries =
        hash_create("pg_retention contacts", 256, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

Contacts open_contacts(Oid relid, const char *kind, List *purposes, bool recorded) {
    Contacts contacts = {};
    contacts.relid = relid;
    contacts.kind = kind;
    contacts.purposes = purposes;
    contacts.recorded = recorded;
    contacts.now = retention_now();
    contacts.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention contacts", ALLOCSET_DEFAULT_SIZES);
    begin_pass(&contacts);
    return contacts;
}

void add_contact(Contacts *contacts, const char *key, const Purpose *purpose, TimestampTz at, bool was) {
    const ContactKey of = {key, purpose};
    bool found = false;
    if (!is_of_this_pass(*contacts, key)) return;
    MemoryContext before = MemoryContextSwitchTo(contacts->context);
    auto *entry = static_cast<Entry *>(hash_search(contacts->entries, &of, HASH_ENTER, &found));
    if (!found) {
        entry->of.key = pstrdup(key);
        entry->is = {};
        entry->was = {};
    }
    push(was ? &entry->was : &entry->is, at);
    if (!found && hash_get_num_entries(contacts->entries) > kMostEntries) make_room(contacts);
    MemoryContextSwitchTo(before);
}

bool write_contacts(Contacts *contacts) {
    MemoryContext outer = CurrentMemoryContext;
    MemoryContext context = AllocSetContextCreate(outer, "pg_retention counters", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(contacts->context);
    int n = 0, left = 0;
    Entry **entries = sorted(*contacts, &n);
    for (int i = 0; i < n; ++i) {
        Entry *entry = entries[i];
        settle(&entry->is, &entry->was, contacts->now);
        // Whenever a message says that it is sent, it is written now.
        for (int k = 0; k < entry->is.n && !contacts->recorded; ++k) entry->is.at[k] = std::max(entry->is.at[k], contacts->now);
        if (entry->is.n > 0) entries[left++] = entry;
    }
    MemoryContextSwitchTo(context);
    during(writing_now, contacts, [&] {
        for (int i = 0; i < left; i += kWrittenAtOnce) {
            write_some(*contacts, entries + i, std::min(kWrittenAtOnce, left - i));
            MemoryContextReset(context);
        }
        if (!contacts->recorded) refuse_those_stopped(*contacts, entries, left);
    });
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(context);
    if (contacts->until == nullptr) return false;
    contacts->after = MemoryContextStrdup(outer, contacts->until);
    contacts->until = nullptr;
    MemoryContextReset(contacts->context);
    begin_pass(contacts);
    return true;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_contact_times) { return pg_retention::contact_times(fcinfo); }
