#include "requests/erase.hpp"

#include <algorithm>

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "policy/rights.hpp"
#include "clock/stamp.hpp"
#include "clock/decide.hpp"
#include "core/data/vocabulary.hpp"
#include "ledger/consequences.hpp"
#include "pg/arguments.hpp"
#include "pg/at_once.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/foreign_key.hpp"
#include "schema/own.hpp"
#include "pg/time.hpp"
#include "requests/certificate.hpp"
#include "requests/document.hpp"
#include "requests/decided.hpp"
#include "requests/disclosures.hpp"
#include "requests/elsewhere.hpp"
#include "requests/ended.hpp"
#include "requests/hold_told.hpp"
#include "requests/leftover.hpp"
#include "requests/outcome.hpp"
#include "requests/request.hpp"
#include "subject/carried.hpp"
#include "subject/doom.hpp"
#include "subject/json.hpp"
#include "requests/remember.hpp"
#include "subject/same_key.hpp"
#include "requests/take_out.hpp"
#include "requests/undone.hpp"
#include "requests/wishes.hpp"
#include "rows/act.hpp"
#include "pg/attempt.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Erasure {
    const Call *call;
    MemoryContext context;  // of the tallies
    Decisions decisions;
    List *tallies;  // of Tally
    List *tied;     // OIDs of tables: those with rows that could not be deleted in this pass, for something refers to them
    Undone failed;  // what could not be deleted in this pass, and may go in the next
    Undone undone;
    Undone *before;  // of the rounds before this one; null: there was none
    int64 rows;
    bool undecided;  // rows that something still refers to: tried again when the rest is gone
    bool progress;
    bool last_pass;
    bool again;  // what the application's triggers wrote since is gone through, too
};

void count(Erasure *erasure, Outcome outcome, Oid relid, const char *why, const char *until, int64 rows) {
    add_to(&erasure->tallies, erasure->context, Tally{outcome, relid, why, until, rows});
}

// Rows of one table or partition that share fate and policy.
struct Group {
    const ReachedTable *table;
    const Doomed *first;
    Row *rows;
    int n;
};

const Policy *policy_of(const Doomed &row) { return policy_by_id(static_cast<int16_t>(core::policy_of(row.clock))); }

// For what stands of the table that the group was reached by. A policy may be that of another one, of which it is a partition.
Columns columns_of(const Erasure &erasure, const Group &group, const Policy *policy, bool without_required) {
    const Oid relid = group.table->relid;
    const bool same = policy == nullptr || policy->relid == relid;
    return Columns{without_required, NIL, same ? personal_columns(*erasure.call->model, relid) : NIL};
}

Target target_of_group(const Erasure &erasure, const Group &group) {
    const Policy *policy = policy_of(*group.first);
    const Columns columns = columns_of(erasure, group, policy, false);
    Target target = {};
    if (policy != nullptr) {
        target = target_of(*policy, group.first->leaf, columns);
    } else {
        target.leaf = group.first->leaf;
        target.owner = acting_owner(target.leaf, group.table->relid);
        target.table = qualified_name(target.leaf);
        target.anonymisation = anonymisation_of(group.table->relid, target.leaf, nullptr, columns);
    }
    if (target.anonymisation != nullptr) target.anonymisation->words = erasure.call->subject->words;
    return target;
}

Tally blocked(Oid relid, const char *why) { return Tally{Outcome::kBlocked, relid, why, nullptr, 0}; }

// to: erasure->undone, or erasure->failed where they are tried again if there is another pass.
void note_failures(Undone *to, const Group &group) {
    for (int i = 0; i < group.n; ++i)
        if (group.rows[i].sqlstate != 0)
            add_undone(to, blocked(group.table->relid, group.rows[i].reason), group.first->leaf, group.rows[i].tid);
}

// A deletion would take rows along that are about somebody else: those that would are anonymised. Returns the rest.
Group spare_others(Erasure *erasure, const Group &group, const Target &target) {
    auto *places = static_cast<RowPlace *>(palloc_extended(sizeof(RowPlace) * group.n, MCXT_ALLOC_HUGE));
    for (int i = 0; i < group.n; ++i) places[i] = RowPlace{group.first->leaf, group.rows[i].tid};
    const char **others = nullptr;
    seeing_what_was_done([&] { others = carried_from_others(*erasure->call->subject, places, group.n); });
    Group spared = group, rest = group;
    spared.rows = static_cast<Row *>(palloc_extended(sizeof(Row) * group.n, MCXT_ALLOC_HUGE));
    spared.n = rest.n = 0;
    const char *table = nullptr;
    for (int i = 0; i < group.n; ++i) {
        if (others[i] != nullptr) table = others[i];
        if (others[i] != nullptr)
            spared.rows[spared.n++] = group.rows[i];
        else
            rest.rows[rest.n++] = group.rows[i];
    }
    if (spared.n == 0) return rest;
    const char *why = psprintf("deleting it would take rows of %s along that are about others", table);
    if (target.anonymisation == nullptr) {
        // They may be gone, or anonymised, when the rest is.
        if (!erasure->last_pass) erasure->undecided = true;
        for (int i = 0; erasure->last_pass && i < spared.n; ++i)
            add_undone(&erasure->undone, blocked(group.table->relid, why), group.first->leaf, spared.rows[i].tid);
        return rest;
    }
    const int64 done = act(target, Action::kAnonymise, spared.rows, spared.n);
    count(erasure, Outcome::kAnonymised, group.table->relid, why, nullptr, done);
    erasure->rows += done;
    note_failures(&erasure->failed, spared);
    return rest;
}

// A tied row whose key is unset when this table's rows go would not be found again.
bool cuts_off_tied(const Erasure &erasure, Oid relid) {
    ListCell *cell = nullptr;
    if (erasure.last_pass || erasure.tied == NIL) return false;
    foreach (cell, foreign_keys_of(relid)) {
        ForeignKey key = {};
        if (load_foreign_key(lfirst_oid(cell), &key) && key.referred == relid && !key.keeps && !key.cascades &&
            list_member_oid(erasure.tied, key.referring))
            return true;
    }
    return false;
}

// What refers to a row may go later in the same erasure: the last pass anonymises what is still referred to.
void delete_rows(Erasure *erasure, const Group &all, const Target &target) {
    const Policy *policy = policy_of(*all.first);
    const bool anonymises = (policy == nullptr || policy->anonymises_if_referenced) && target.anonymisation != nullptr;
    if (cuts_off_tied(*erasure, all.table->relid)) {
        erasure->undecided = true;
        return;
    }
    Group group = spare_others(erasure, all, target);
    if (group.n == 0) return;
    const int64 deleted = act(target, Action::kDelete, group.rows, group.n);
    count(erasure, Outcome::kDeleted, group.table->relid, nullptr, nullptr, deleted);
    erasure->rows += deleted;
    erasure->progress = erasure->progress || deleted > 0;
    int tied = 0;
    for (int i = 0; i < group.n; ++i)
        if (is_tied(group.rows[i])) std::swap(group.rows[i], group.rows[tied++]);
    if (tied > 0 && !erasure->last_pass) {
        MemoryContext before = MemoryContextSwitchTo(erasure->context);
        erasure->tied = list_append_unique_oid(erasure->tied, all.table->relid);
        MemoryContextSwitchTo(before);
        erasure->undecided = true;
        return;
    }
    const bool already = (core::flags_of(group.first->clock) & core::kAwaiting) != 0;
    if (anonymises && !already) {
        // Without a policy nothing waits for the last reference.
        const bool awaits = policy != nullptr;
        const int64 anonymised = act(target, awaits ? Action::kAnonymiseAndAwait : Action::kAnonymise, group.rows, tied);
        count(erasure, Outcome::kAnonymised, group.table->relid,
              awaits ? "deleted when the last reference to it goes" : "something still refers to it", nullptr, anonymised);
        erasure->rows += anonymised;
    }
    if (!already) note_failures(&erasure->failed, group);
}

void anonymise_rows(Erasure *erasure, const Group &group, const Target &target) {
    const int64 done = act(target, Action::kAnonymise, group.rows, group.n);
    count(erasure, Outcome::kAnonymised, group.table->relid, nullptr, nullptr, done);
    erasure->rows += done;
    note_failures(&erasure->undone, group);
}

void keep_rows(Erasure *erasure, const Group &group, Target target) {
    target.anonymisation =
        anonymisation_of(group.table->relid, target.leaf, policy_of(*group.first), columns_of(*erasure, group, nullptr, true));
    if (target.anonymisation != nullptr) target.anonymisation->words = erasure->call->subject->words;
    const int64 done = act(target, Action::kKeep, group.rows, group.n);
    count(erasure, Outcome::kKept, group.table->relid, group.first->why, group.first->until, done);
    erasure->rows += done;
    note_failures(&erasure->undone, group);
}

// A held or restricted row is not changed but for its clock, which says that it was asked for.
void defer_rows(Erasure *erasure, const Group &group, const Doomed *rows) {
    int64 done = 0;
    for (int i = 0; i < group.n; ++i) {
        const core::Clock clock = rows[i].clock;
        const auto flags = static_cast<uint8_t>(core::flags_of(clock) | core::kKept);
        ItemPointerData tid = rows[i].tid;
        done += write_clock(rows[i].leaf, &tid, core::make_clock(core::policy_of(clock), core::start_of(clock), flags)) ? 1 : 0;
    }
    count(erasure, Outcome::kDeferred, group.table->relid, group.first->why, nullptr, done);
    erasure->rows += done;
}

void take_out_rows(Erasure *erasure, const Group &group, const Doomed *rows) {
    int64 done = 0;
    List *texts = text_columns(*erasure->call->subject->model, rows->leaf, group.table->relid);
    const auto try_out = [&](const Doomed *from, int n, bool only_texts) {
        int64 changed = 0;
        const ErrorData *error =
            attempt([&] { changed = take_out(*erasure->call->subject, *group.table, from, n, texts, only_texts); });
        done += error == nullptr ? changed : 0;
        return error;
    };
    const bool together = group.n > 1 && try_out(rows, group.n, false) == nullptr;
    const Tally not_covered = {Outcome::kNotCovered, group.table->relid, rows->why, nullptr, 0};
    for (int i = 0; i < group.n; ++i) {
        const ErrorData *error = together ? nullptr : try_out(&rows[i], 1, false);
        if (error != nullptr) {
            add_undone(&erasure->undone, blocked(group.table->relid, error->message), rows[i].leaf, rows[i].tid);
            // A later call no longer knows the words: the person's own row is anonymised with this one.
            (void) try_out(&rows[i], 1, true);
        } else if (rows->fate == Fate::kNotCovered) {
            // Nothing says what becomes of such a row, though the person is taken out of it.
            add_undone(&erasure->undone, not_covered, rows[i].leaf, rows[i].tid);
        }
    }
    count(erasure, Outcome::kTakenOut, group.table->relid, nullptr, nullptr, done);
    erasure->rows += done;
}

bool belongs(const Doomed &a, const Doomed &b) {
    return a.leaf == b.leaf && a.fate == b.fate && core::policy_of(a.clock) == core::policy_of(b.clock) &&
           same_words(a.why, b.why) && same_words(a.until, b.until) &&
           ((core::flags_of(a.clock) ^ core::flags_of(b.clock)) & (core::kAwaiting | core::kKept)) == 0;
}

void act_on(Erasure *erasure, const ReachedTable &table, const Doomed *rows, int n, bool first_pass) {
    Group group = {&table, rows, nullptr, n};
    const Fate fate = rows->fate;
    // What could not be deleted before is tried in each pass.
    if (fate == Fate::kNothing || (!first_pass && !deletes(fate))) return;
    if ((core::flags_of(rows->clock) & core::kKept) != 0 && (fate == Fate::kKeep || fate == Fate::kDefer)) {
        if (!erasure->again)
            count(erasure, fate == Fate::kKeep ? Outcome::kKept : Outcome::kDeferred, table.relid, rows->why, rows->until, n);
        return;
    }
    if (fate == Fate::kTakeOut || fate == Fate::kNotCovered) return take_out_rows(erasure, group, rows);
    if (fate == Fate::kDefer) return defer_rows(erasure, group, rows);
    if (fate == Fate::kSpare) return count(erasure, Outcome::kDeferred, table.relid, rows->why, nullptr, n);
    MemoryContext context = CurrentMemoryContext;
    group.rows = static_cast<Row *>(palloc_extended(sizeof(Row) * n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    for (int i = 0; i < n; ++i) group.rows[i].tid = rows[i].tid;
    const Target target = target_of_group(*erasure, group);
    switch (fate) {
        case Fate::kDelete:
        case Fate::kUnlink: delete_rows(erasure, group, target); break;
        case Fate::kAnonymise: anonymise_rows(erasure, group, target); break;
        case Fate::kKeep: keep_rows(erasure, group, target); break;
        case Fate::kNothing:
        case Fate::kDefer:
        case Fate::kSpare:
        case Fate::kTakeOut:
        case Fate::kNotCovered: pg_unreachable();
    }
    MemoryContextSwitchTo(context);
}

// Rows of one fate are taken together; rows that share it need not stand beside each other. Each group is followed to where it is: what was
// done to others has had keys unset in them.
void act_by_group(Erasure *erasure, const ReachedTable &table, Doomed *rows, int n, bool first_pass) {
    for (int from = 0; from < n;) {
        if (from > 0) follow_newest(&rows[from], n - from);
        int to = from + 1;
        for (int i = to; i < n; ++i)
            if (belongs(rows[i], rows[from])) {
                const Doomed row = rows[i];
                rows[i] = rows[to];
                rows[to++] = row;
            }
        act_on(erasure, table, &rows[from], to - from, first_pass);
        from = to;
    }
}

// So many that a person with a million of them takes no more memory than one with a thousand. But what refers to each other goes in one
// statement or not at all: whatever is left in the end is tried together.
int at_once(const Erasure &erasure) { return erasure.last_pass ? INT_MAX : 1000; }

// Calls body with the rows at these places, each with its fate, some at a time.
template <typename F>
void for_each_doomed(Erasure *erasure, const ReachedTable &table, int condition, RowPlace *places, int n, bool first_pass,
                     F body) {
    MemoryContext portion = AllocSetContextCreate(CurrentMemoryContext, "pg_retention erasure", ALLOCSET_DEFAULT_SIZES);
    for (int from = 0, to = 0; from < n; from = to) {
        CHECK_FOR_INTERRUPTS();
        for (to = from + 1; to < n && places[to].leaf == places[from].leaf && to - from < at_once(*erasure); ++to) {}
        MemoryContext before = MemoryContextSwitchTo(portion);
        int found = to - from;
        Doomed *rows = nullptr;
        // A table that cannot be read as it is declared does not hold the others up.
        const ErrorData *error = attempt([&] {
            seeing_what_was_done([&] { rows = doomed_rows(*erasure->call->subject, table, condition, &places[from], &found); });
        });
        if (error == nullptr && erasure->before != nullptr) meet(erasure->before, rows, found);
        if (error == nullptr && found > 0) body(rows, found);
        if (error != nullptr && first_pass) count(erasure, Outcome::kBlocked, table.relid, error->message, nullptr, to - from);
        MemoryContextSwitchTo(before);
        MemoryContextReset(portion);
    }
    MemoryContextDelete(portion);
}

// Decides of each row, and does what is not deleting.
void decide_condition(Erasure *erasure, const ReachedTable &table, int condition) {
    Decided *decided = decided_of(&erasure->decisions, table, condition);
    int n = 0;
    RowPlace *places = lock_doomed(table, condition, &n);
    begin_deciding(decided);
    for_each_doomed(erasure, table, condition, places, n, true, [&](Doomed *rows, int found) {
        act_by_group(erasure, table, rows, decide(&erasure->decisions, decided, rows, found), true);
    });
    pfree(places);
}

void delete_decided(Erasure *erasure, const ReachedTable &table, int condition, bool first_pass) {
    Decided *decided = decided_of(&erasure->decisions, table, condition);
    follow_deletable(decided);
    const Places &places = decided->deletable;
    for_each_doomed(erasure, table, condition, places.at, places.n, first_pass, [&](Doomed *rows, int found) {
        act_by_group(erasure, table, rows, still_to_delete(rows, found), first_pass);
    });
}

void erase_condition(Erasure *erasure, const ReachedTable &table, int condition, bool first_pass) {
    int n = 0;
    RowPlace *places = lock_doomed(table, condition, &n);
    for_each_doomed(erasure, table, condition, places, n, first_pass,
                    [&](Doomed *rows, int found) { act_by_group(erasure, table, rows, found, first_pass); });
    pfree(places);
}

void erase_pass(Erasure *erasure, List *tables, bool first_pass) {
    ListCell *cell = nullptr;
    erasure->undecided = false;
    erasure->progress = false;
    erasure->failed.n = 0;
    erasure->tied = NIL;
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        for (int i = 0; first_pass && leads_over_rows(*erasure->call->model, table->relid) && i < list_length(table->conditions);
             ++i)
            decide_condition(erasure, *table, i);
    }
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        const auto erase = leads_over_rows(*erasure->call->model, table->relid) ? delete_decided : erase_condition;
        for (int i = 0; i < list_length(table->conditions); ++i) erase(erasure, *table, i, first_pass);
    }
}

void erase_passes(Erasure *erasure, List *tables) {
    erase_pass(erasure, tables, true);
    while (erasure->undecided && !erasure->last_pass) {
        erasure->last_pass = !erasure->progress;
        erase_pass(erasure, tables, false);
    }
    add_undone(&erasure->undone, erasure->failed);
}

// The tables that rows of the person are in and that a trigger, or a foreign key that was unset, has written to. from: how much of the account is
// known already.
List *written_tables(const Account &account, int from, List *tables) {
    List *written = NIL;
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (was_written_to(account, from, static_cast<const ReachedTable *>(lfirst(cell))->relid))
            written = lappend(written, lfirst(cell));
    return written;
}

// Of tables that could not be read, what will be counted anew.
void forget_failures(Erasure *erasure, List *tables) {
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, tables)
        foreach (inner, erasure->tallies) {
            const auto *tally = static_cast<const Tally *>(lfirst(inner));
            if (tally->relid == static_cast<const ReachedTable *>(lfirst(cell))->relid && tally->outcome == Outcome::kBlocked)
                erasure->tallies = foreach_delete_current(erasure->tallies, inner);
        }
}

// An audit trigger that keeps the old row, one that fills what was emptied: their rows are the person's, too. One that answers each change
// with another row has no end, and is left to who looks at what happened in consequence.
void erase_what_was_woken(Erasure *erasure, List *tables, const Account &account) {
    constexpr int kRounds = 3;
    int known = 0;
    for (int round = 0; round < kRounds; ++round) {
        List *written = written_tables(account, known, tables);
        if (written == NIL) return;
        known = list_length(account.touched);
        forget_failures(erasure, written);
        Undone before = erasure->undone;
        erasure->undone = Undone{erasure->context, NIL, nullptr, 0, 0};
        erasure->before = &before;
        begin_meeting(&before, written);
        erasure->again = true;
        erasure->last_pass = false;
        erase_passes(erasure, written);
        seeing_what_was_done([&] { end_meeting(&before); });
        add_undone(&erasure->undone, before);
    }
}

void record_in_ledger(const Erasure &erasure) {
    ListCell *cell = nullptr;
    foreach (cell, erasure.tallies) {
        const auto *tally = static_cast<const Tally *>(lfirst(cell));
        LedgerAction action = {};
        if (ledger_action_of(tally->outcome, &action)) record_rows(*erasure.call, action, tally->relid, 0, tally->rows);
    }
}

// Where a row that is the person stays as it is, for something stands in the way, so do the records of what the person asked for, said and got, and
// a later call goes on from there.
bool is_gone(const Erasure &erasure) {
    ListCell *cell = nullptr;
    foreach (cell, erasure.tallies) {
        const auto *tally = static_cast<const Tally *>(lfirst(cell));
        const Kind *kind = kind_of_table(*erasure.call->model, tally->relid);
        if (kind != nullptr && erasure.call->subject->roots[kind->index].n > 0 &&
            (tally->outcome == Outcome::kBlocked || tally->outcome == Outcome::kDeferred ||
             tally->outcome == Outcome::kNotCovered))
            return false;
    }
    return true;
}

void tell_recipients(StringInfo out, const Erasure &erasure, const Recorded &recorded, const char *key, bool preview) {
    if (!was_carried_out(erasure.tallies)) {
        appendStringInfoString(out, ", \"recipients_to_tell\": []");
        return;
    }
    forget_open_notices(recorded);
    append_recipients_to_tell(out, *erasure.call, recorded, Change{"erased", key, nullptr, preview});
    forget_disclosures(recorded);
}

}  // namespace

void begin_erasures() {
    if (IsolationUsesXactSnapshot())
        ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION), errmsg("cannot erase in a transaction of this isolation level"),
                        errhint("Rows that others have added since the transaction began would be missed: use read committed.")));
    begin_alone();
}

static Erased erase_at_once(const Call &call, Occasion occasion) {
    MemoryContext context = CurrentMemoryContext;
    StringInfoData out;
    initStringInfo(&out);
    Erasure erasure = {};
    erasure.call = &call;
    erasure.context = context;
    erasure.decisions.context = erasure.undone.context = erasure.failed.context = context;
    const char *key = key_json(*call.subject);
    List *tables = reach_tables(call.subject);
    Traces traces = {};
    List *persons = NIL;
    Recorded recorded = {};
    seeing_what_was_done([&] {
        traces = traces_of(*call.subject, tables);
        persons = known_persons(*call.subject);
        recorded = records_about(*call.subject);
    });
    const ToRemember *to_remember = occasion == Occasion::kReplay ? nullptr : read_to_remember(*call.subject);
    Account account = {};
    sort_deepest_first(*call.model, tables);
    during(erasing, &recorded, [&] {
        count_consequences(&account, [&] {
            erase_passes(&erasure, tables);
            erase_what_was_woken(&erasure, tables, account);
        });
    });
    add_to(&erasure.tallies, context, erasure.undone);
    const bool gone = is_gone(erasure);
    if (gone) forget_records(*call.subject, key, recorded);
    const bool remembered = occasion == Occasion::kReplay || (gone && remember_erasure(to_remember));
    if (occasion != Occasion::kReplay || erasure.rows > 0) record_in_ledger(erasure);
    record_consequences(account, 0, call_detail(call.subject->kind->name, nullptr, call.request_id));
    appendStringInfo(&out, "{\"subject\": {\"kind\": ");
    append_json_text(&out, call.subject->kind->name);
    appendStringInfo(&out, ", \"key\": %s}, \"dry_run\": %s, \"made_at\": ", key,
                     occasion == Occasion::kPreview ? "true" : "false");
    append_json_time(&out, retention_now());
    for (size_t i = 0; i < core::count_of<Outcome>(); ++i) append_section(&out, erasure.tallies, static_cast<Outcome>(i));
    append_consequences(&out, account);
    if (gone)
        forget_wishes(&out, recorded, persons);
    else {
        end_records_of_gone(*call.subject, recorded, persons);
        appendStringInfoString(&out, ", \"objections\": []");
    }
    appendStringInfoString(&out, ", \"holds\": ");
    append_holds(&out, *call.subject, tables);
    tell_recipients(&out, erasure, recorded, key, occasion == Occasion::kPreview);
    bool complete = !has_outcome(erasure.tallies, Outcome::kNotCovered) && !has_outcome(erasure.tallies, Outcome::kBlocked) &&
                    !has_outcome(erasure.tallies, Outcome::kDeferred);
    const char *verification = nullptr;
    seeing_what_was_done([&] {
        if (occasion != Occasion::kReplay) complete = !append_left(&out, *call.subject, tables) && complete;
        if (occasion != Occasion::kReplay || erasure.rows > 0)
            complete = !append_elsewhere(&out, call, tables, traces, occasion, &verification) && complete;
    });
    if (occasion != Occasion::kReplay) {
        complete = !append_not_reached(&out, *call.subject, tables, &account) && complete;
        appendStringInfo(&out, ", \"complete\": %s", complete ? "true" : "false");
    }
    appendStringInfo(&out, ", \"remembered\": %s, ", remembered ? "true" : "false");
    append_controller(&out);
    appendStringInfoChar(&out, '}');
    const char *categories = categories_of(*call.model, erasure.tallies);
    MemoryContextSwitchTo(context);
    return Erased{erasure.rows, out.data, verification, categories, rows_of(erasure.tallies, Outcome::kDeferred), gone, complete};
}

Erased erase_subject(const Call &call, Occasion occasion) {
    Erased erased = {};
    fire_at_once([&] { erased = erase_at_once(call, occasion); });
    return erased;
}

namespace {

Datum answer(const char *text) { return CStringGetTextDatum(text); }

Datum erase(FunctionCallInfo fcinfo) {
    begin_erasures();
    Call call = {};
    seeing_what_was_done([&] { call = open_call(fcinfo, 3, LedgerAction::kErased, true); });
    const Erased erased = erase_subject(call, Occasion::kRequest);
    record_erasure(call, erased);
    SPI_finish();
    return answer(erased.answer);
}

// The same, and then taken back: what the answer says is what would be done, triggers and all.
Datum try_to_erase(FunctionCallInfo fcinfo) {
    MemoryContext context = CurrentMemoryContext;
    Call call = {};
    Erased erased = {};
    begin_erasures();
    SPI_connect();
    MemoryContextSwitchTo(context);
    rehearse([&] {
        seeing_what_was_done([&] { call = open_call(fcinfo, 3, LedgerAction::kErased, true); });
        erased = erase_subject(call, Occasion::kPreview);
        SPI_finish();
    });
    record_rows(call, LedgerAction::kErasurePreviewed, InvalidOid, 0, erased.rows);
    SPI_finish();
    MemoryContextSwitchTo(context);
    return answer(erased.answer);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_erase) {
    pg_retention::require_argument(fcinfo, 2, "dry_run");
    return PG_GETARG_BOOL(2) ? pg_retention::try_to_erase(fcinfo) : pg_retention::erase(fcinfo);
}
