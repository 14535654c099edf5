#include "sweep/columns.hpp"

#include "ledger/consequences.hpp"

#include "schema/own.hpp"
#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/rights.hpp"
#include "clock/late_starts.hpp"
#include "pg/names.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "rows/act.hpp"
#include "pg/attempt.hpp"
#include "sweep/record.hpp"
#include "sweep/column_state.hpp"
#include "sweep/task.hpp"
#include "sweep/fuse.hpp"
#include "sweep/limits.hpp"
#include "sweep/shares.hpp"
#include "sweep/vacuum.hpp"

extern "C" {
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr int kEntriesAtOnce = 100;

// After a step that took too long rows are taken one by one, then more of them each time, so that one that takes too long is soon alone.
// Kept from pass to pass, for a table that takes too long is left to the next one.
struct Care {
    Oid leaf;
    bool put_off;  // nothing is done about rows that are due but to enter them, each for itself, among the late ones
    int entries;   // to be taken at once
    int n;         // that the last step took
    bool one;      // it was about one row, which is this
    ItemPointerData row;
    bool row_timed_out;  // the last step was one such row
};

constexpr int kCares = 64;
constinit Care cares[kCares] = {};

Care *care_of(Oid leaf) {
    Care *care = &cares[leaf % kCares];
    if (care->leaf != leaf) *care = Care{leaf, false, kEntriesAtOnce, 0, false, {}, false};
    return care;
}

// One step's view of a table.
struct Table {
    Engine *engine;
    Care *care;
    const Policy *policy;
    Oid leaf;
    Target target;
    int n_columns;
    Column *columns;
    Totals done;
    int64 left;  // rows that the fuse lets it take
    bool blown;  // it has
};

// Starts after low and up to high, for which the same columns are due.
struct Segment {
    core::Start low;
    core::Start high;
    bool *columns;  // one for each column of the table
};

struct Found {
    int n;
    Row *rows;
    core::Start *starts;
    TransactionId *written_by;
};

// Of rows to come back to.
struct Late {
    core::Start from;
    core::Start until;
    FullTransactionId since;
    bool one;  // the row with this ctid, as this transaction has written it
    ItemPointerData tid;
};

enum class Step : uint8_t { kNothing, kMore, kAnnounce };

SqlValue first_after(const Table &table, core::Start start) { return clock_value(core::first_from(table.policy->id, start + 1)); }

SqlValue last_until(const Table &table, core::Start start) { return clock_value(core::last_until(table.policy->id, start)); }

void save_progress(const Table &table, const Column &column) {
    if (own("UPDATE retention.column_progress SET done_until = $4, taken_until = $5 "
            "WHERE relation = $1 AND policy_id = $2 AND column_number = $3",
            table.leaf, table.policy->id, column.number, column.done, column.taken)
            .n > 0)
        return;
    own("INSERT INTO retention.column_progress (relation, policy_id, column_number, done_until, taken_until) "
        "VALUES ($1, $2, $3, $4, $5)",
        table.leaf, table.policy->id, column.number, column.done, column.taken);
    progress_changed();
}

// A column that has no period any more begins anew when it is given one. Where a period became longer, the rows between are
// no longer done: they will be when it is over.
void follow_changes(Table *table) {
    auto *numbers = static_cast<Datum *>(palloc(sizeof(Datum) * (table->n_columns + 1)));
    for (int i = 0; i < table->n_columns; ++i) {
        Column *column = &table->columns[i];
        numbers[i] = Int16GetDatum(column->number);
        if (column->done <= column->cutoff) continue;
        column->done = column->cutoff;
        save_progress(*table, *column);
    }
    if (own("DELETE FROM retention.column_progress WHERE relation = $1 AND policy_id = $2 AND column_number <> ALL ($3)",
            table->leaf, table->policy->id, typed(INT2ARRAYOID, array_of(numbers, table->n_columns, INT2OID)))
            .n > 0)
        progress_changed();
    if (table->n_columns == 0)
        own("DELETE FROM retention.column_late WHERE relation = $1 AND policy_id = $2", table->leaf, table->policy->id);
}

Anonymisation *anonymisation(const Table &table, const bool *columns) {
    List *names = NIL;
    for (int i = 0; i < table.n_columns; ++i)
        if (columns[i]) names = lappend(names, pstrdup(NameStr(table.columns[i].name)));
    return names == NIL ? nullptr : anonymisation_of(table.policy->relid, table.leaf, table.policy, Columns{false, names, NIL});
}

// The rows of a segment; of late ones those that may not be done yet. All with the same start come together.
Found find_rows(const Table &table, const Segment &segment, const Late *late) {
    const char *clock = table.target.clock;
    Parameters parameters = {};
    const int from = add_parameter(&parameters, first_after(table, segment.low));
    const int to = add_parameter(&parameters, last_until(table, segment.high));
    const char *narrower = "";
    if (late != nullptr) {
        const uint64 now = U64FromFullTransactionId(ReadNextFullTransactionId());
        const bool ancient = now - U64FromFullTransactionId(late->since) > PG_INT32_MAX;
        const TransactionId since = ancient ? FrozenTransactionId : XidFromFullTransactionId(late->since);
        const int xid = add_parameter(&parameters, xid_value(since));
        narrower = late->one ? psprintf("AND ctid = $%d AND xmin = $%d ", add_parameter(&parameters, sql_value(late->tid)), xid)
                             : psprintf("AND pg_catalog.age(xmin) <= pg_catalog.age($%d) ", xid);
    }
    const SqlRows rows =
        run_as(table.target.owner, late == nullptr || !late->one ? kLatestByIndex : kLatest,
               psprintf("SELECT ctid, %s, xmin FROM ONLY %s WHERE %s %sORDER BY %s FETCH FIRST %d ROWS WITH TIES", clock,
                        table.target.table, pending_range(clock, from, to), narrower, clock, settings::rows_at_once()),
               parameters);
    Found found = {static_cast<int>(rows.n), nullptr, nullptr, nullptr};
    found.rows = static_cast<Row *>(palloc0(sizeof(Row) * (found.n + 1)));
    found.starts = static_cast<core::Start *>(palloc(sizeof(core::Start) * (found.n + 1)));
    found.written_by = static_cast<TransactionId *>(palloc(sizeof(TransactionId) * (found.n + 1)));
    for (int i = 0; i < found.n; ++i) {
        found.rows[i].tid = rows[i].get<ItemPointerData>(1);
        found.starts[i] = core::start_of(rows[i].get<core::Clock>(2));
        found.written_by[i] = rows[i].get<TransactionId>(3);
    }
    return found;
}

void come_back(const Table &table, const Found &found, int i) {
    come_back_to_row(table.policy->id, table.leaf, found.rows[i].tid, found.starts[i], found.written_by[i]);
}

int by_tid(const void *a, const void *b) {
    return ItemPointerCompare(const_cast<ItemPointer>(static_cast<const ItemPointerData *>(a)),
                              const_cast<ItemPointer>(static_cast<const ItemPointerData *>(b)));
}

// Those that nobody else has locked or changed, in order of their places.
ItemPointerData *lock(const Table &table, const Segment &segment, const Found &found, int *n) {
    auto *tids = static_cast<Datum *>(palloc(sizeof(Datum) * found.n));
    for (int i = 0; i < found.n; ++i) tids[i] = PointerGetDatum(&found.rows[i].tid);
    const SqlRows rows = run_as(table.target.owner, kGeneric,
                                psprintf("SELECT ctid FROM ONLY %s WHERE ctid = ANY ($3) AND %s FOR UPDATE SKIP LOCKED",
                                         table.target.table, clock_range(table.target.clock, 1, 2)),
                                first_after(table, segment.low), last_until(table, segment.high),
                                typed(TIDARRAYOID, array_of(tids, found.n, TIDOID)));
    *n = static_cast<int>(rows.n);
    auto *locked = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (*n + 1)));
    for (int i = 0; i < *n; ++i) locked[i] = rows[i].get<ItemPointerData>(1);
    qsort(locked, *n, sizeof(ItemPointerData), by_tid);
    return locked;
}

// Anonymises the segment's columns of the rows; those that are locked or fail are come back to.
void take_rows(Table *table, const Segment &segment, const Found &found) {
    Target target = table->target;
    target.anonymisation = anonymisation(*table, segment.columns);
    if (found.n == 0 || target.anonymisation == nullptr) return;
    if (table->care->put_off) {
        for (int i = 0; i < found.n; ++i) come_back(*table, found, i);
        return;
    }
    int n_locked = 0, n = 0;
    const ItemPointerData *locked = lock(*table, segment, found, &n_locked);
    auto *rows = static_cast<Row *>(palloc0(sizeof(Row) * found.n));
    auto *origin = static_cast<int *>(palloc(sizeof(int) * found.n));
    for (int i = 0; i < found.n; ++i) {
        if (bsearch(&found.rows[i].tid, locked, n_locked, sizeof(ItemPointerData), by_tid) == nullptr) {
            come_back(*table, found, i);
            continue;
        }
        origin[n] = i;
        rows[n++].tid = found.rows[i].tid;
    }
    table->done[Counter::kColumns] += act(target, Action::kColumns, rows, n);
    for (int i = 0; i < n; ++i) {
        if (rows[i].sqlstate == 0) continue;
        block_row(table->policy->id, table->leaf, rows[i], retention_now(), true);
        come_back(*table, found, origin[i]);
        ++table->done[Counter::kBlocked];
    }
}

// The first segment in which a column is due and not done.
bool next_due(const Table &table, const core::Start *reached, Segment *segment) {
    segment->low = core::kNotStarted;
    for (int i = 0; i < table.n_columns; ++i)
        if (reached[i] < table.columns[i].cutoff) segment->low = Min(segment->low, reached[i]);
    if (segment->low == core::kNotStarted) return false;
    segment->high = core::kNotStarted;
    for (int i = 0; i < table.n_columns; ++i) {
        const core::Start cutoff = table.columns[i].cutoff;
        segment->columns[i] = reached[i] == segment->low && cutoff > segment->low;
        if (reached[i] < cutoff) segment->high = Min(segment->high, segment->columns[i] ? cutoff : reached[i]);
    }
    return true;
}

// The part of it that has been announced, so that whoever writes such a start meanwhile enters it himself.
core::Start announced(const Table &table, const Segment &segment) {
    core::Start until = segment.high;
    for (int i = 0; i < table.n_columns; ++i)
        if (segment.columns[i]) until = Min(until, table.columns[i].taken);
    return until;
}

void advance(Table *table, const Segment &segment, core::Start until) {
    for (int i = 0; i < table->n_columns; ++i) {
        if (!segment.columns[i]) continue;
        table->columns[i].done = until;
        save_progress(*table, table->columns[i]);
    }
}

// Those of them that have a value to lose.
int64 count_filled(const Table &table, const Segment &segment, const Found &found) {
    StringInfoData any;
    initStringInfo(&any);
    for (int i = 0; i < table.n_columns; ++i)
        if (segment.columns[i])
            appendStringInfo(&any, "%s%s IS NOT NULL", any.len == 0 ? "" : " OR ",
                             quote_identifier(NameStr(table.columns[i].name)));
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (found.n + 1)));
    for (int i = 0; i < found.n; ++i) tids[i] = found.rows[i].tid;
    return run_as(
               table.target.owner, kOnce,
               psprintf("SELECT pg_catalog.count(*) FROM ONLY %s WHERE ctid = ANY ($1) AND (%s)", table.target.table, any.data),
               typed(TIDARRAYOID, tid_array(tids, found.n)))
        .first()
        .get<int64>(1);
}

// So many are more than the fuse lets it take, also of a table that has grown since the day began.
bool is_beyond(Table *table, int64 rows) {
    if (rows > table->left) table->left = Max(table->left, raise_share(table->policy->relid));
    return rows > table->left;
}

Step take_due(Table *table) {
    auto *reached = static_cast<core::Start *>(palloc(sizeof(core::Start) * (table->n_columns + 1)));
    for (int i = 0; i < table->n_columns; ++i) reached[i] = table->columns[i].done;
    Segment segment = {0, 0, static_cast<bool *>(palloc0(table->n_columns + 1))};
    while (next_due(*table, reached, &segment)) {
        Found found = find_rows(*table, segment, nullptr);
        if (found.n > 0) {
            const core::Start until = announced(*table, segment);
            if (found.starts[0] > until) return Step::kAnnounce;
            const bool full = found.n >= settings::rows_at_once();
            const core::Start last = full ? Min(until, found.starts[found.n - 1]) : until;
            while (found.starts[found.n - 1] > last) --found.n;
            if (const int64 filled = found.n > table->left ? count_filled(*table, segment, found) : 0; is_beyond(table, filled)) {
                blow_fuse(*table->policy, filled);
                return Step::kNothing;
            }
            take_rows(table, segment, found);
            advance(table, segment, last);
            return Step::kMore;
        }
        for (int i = 0; i < table->n_columns; ++i)
            if (segment.columns[i]) reached[i] = segment.high;
    }
    return Step::kNothing;
}

// The segment after low in which columns are done, up to the late rows' last start.
bool next_done(const Table &table, const Late &late, core::Start low, Segment *segment) {
    bool any = false;
    segment->low = low;
    segment->high = late.until;
    for (int i = 0; i < table.n_columns; ++i) {
        segment->columns[i] = table.columns[i].done > low;
        any = any || segment->columns[i];
        if (segment->columns[i]) segment->high = Min(segment->high, table.columns[i].done);
    }
    return any && low < late.until;
}

// What is still to be done of it goes back into the table. Returns whether that is so.
bool take_late(Table *table, Late late) {
    Segment segment = {0, 0, static_cast<bool *>(palloc0(table->n_columns + 1))};
    core::Start low = late.from - 1;
    while (next_done(*table, late, low, &segment)) {
        Found found = find_rows(*table, segment, &late);
        if (late.one && found.n == 0) {
            // It was changed since, and has another place.
            late.one = false;
            continue;
        }
        const int64 done = table->done[Counter::kColumns];
        const int64 filled = done + found.n > table->left ? count_filled(*table, segment, found) : 0;
        if (is_beyond(table, done + filled)) {
            own("INSERT INTO retention.column_late (policy_id, relation, from_start, until_start, written_since, row_id) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                table->policy->id, table->leaf, low + 1, late.until, late.since,
                late.one ? sql_value(late.tid) : null_of(TIDOID));
            blow_fuse(*table->policy, filled);
            table->blown = true;
            return true;
        }
        take_rows(table, segment, found);
        const bool full = !late.one && found.n >= settings::rows_at_once();
        low = full ? found.starts[found.n - 1] : segment.high;
        if (!full || low >= late.until) continue;
        own("INSERT INTO retention.column_late (policy_id, relation, from_start, until_start, written_since) "
            "VALUES ($1, $2, $3, $4, $5)",
            table->policy->id, table->leaf, low + 1, late.until, late.since);
        return true;
    }
    return false;
}

struct Entry {
    Late late;
    ItemPointerData tid;  // its own
};

// Not those whose row failed and whose next attempt is not due.
Entry *next_entries(const Table &table, int *n) {
    const SqlRows rows = own("SELECT l.ctid, l.from_start, l.until_start, l.written_since, l.row_id FROM retention.column_late l "
                             "WHERE l.relation = $1 AND l.policy_id = $2 AND NOT EXISTS (SELECT FROM retention.blocked_row b "
                             "WHERE b.relation = l.relation AND b.row_id = l.row_id AND b.retry_at > $3) "
                             "LIMIT $4 FOR UPDATE OF l SKIP LOCKED",
                             table.leaf, table.policy->id, at(retention_now()), table.care->entries);
    *n = static_cast<int>(rows.n);
    auto *entries = static_cast<Entry *>(palloc0(sizeof(Entry) * (*n + 1)));
    for (int i = 0; i < *n; ++i) {
        const SqlRow row = rows[i];
        entries[i].tid = row.get<ItemPointerData>(1);
        entries[i].late = Late{row.get<int64>(2), row.get<int64>(3), row.get<FullTransactionId>(4), !row.is_null(5),
                               row.get_or(5, ItemPointerData{})};
    }
    return entries;
}

// Returns how many entries fewer are to be looked at.
int64 take_entries(Table *table) {
    int n = 0, taken = 0;
    const Entry *entries = next_entries(*table, &n);
    int64 left = 0;
    table->care->n = n;
    table->care->one = n == 1 && entries[0].late.one;
    if (n > 0) table->care->row = entries[0].late.tid;
    for (; taken < n && !table->blown && table->done[Counter::kColumns] < settings::rows_at_once(); ++taken) {
        own("DELETE FROM retention.column_late WHERE ctid = $1", entries[taken].tid);
        if (take_late(table, entries[taken].late)) ++left;
    }
    return n == 0 || table->blown ? PG_INT64_MAX : taken - left;
}

// One sweep at a time; where another one is at it there is nothing to wait for.
bool lock_table(Oid leaf) {
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, leaf, 1);
    return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

// False: nothing is to be done there.
bool open_table(Table *table, Engine *engine, Care *care, int16_t policy_id, Oid leaf) {
    if (engine->caller == Caller::kTransactionBlock) record_late_starts();
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr || !enforced(*policy) || !policy->validated || !is_confirmed(*policy) || is_stopped_by_now(policy_id))
        return false;
    // A deferred trigger could not fire while we act as somebody else. The constraints of a transaction that goes on are left as they are.
    if (engine->caller != Caller::kTransactionBlock) run_governed(kOnce, "SET CONSTRAINTS ALL IMMEDIATE");
    LockRelationOid(leaf, RowExclusiveLock);
    // A partition may be detached between two steps.
    if (!is_part_of(leaf, policy->relid) || clock_column(leaf) == InvalidAttrNumber || !lock_table(leaf)) return false;
    keep_holds_off(leaf);
    if (whole_hold(leaf, policy_id) != nullptr) return false;
    *table = Table{engine,
                   care,
                   policy,
                   leaf,
                   {leaf, acting_owner(leaf, policy->relid), qualified_name(leaf), clock_name(leaf), nullptr, nullptr},
                   0,
                   nullptr,
                   {},
                   0,
                   false};
    table->n_columns = read_columns(*policy, leaf, &table->columns);
    for (int i = 0; i < table->n_columns; ++i)
        if (retention_now() < waits_until(*policy, table->columns[i].armed_at))
            table->columns[i].cutoff = Min(table->columns[i].cutoff, table->columns[i].done);
    if (!is_in_progress(leaf, policy_id)) return table->n_columns > 0;
    follow_changes(table);
    return table->n_columns > 0;
}

enum class Outcome : uint8_t { kDone, kGoOn, kFailed };

// Whether something else is worth a try after a step that took too long. Two rows one after the other that do are a table that does.
bool go_on_slowly(const Table &table, int16_t policy_id, Oid leaf, const ErrorData *error) {
    Care *care = table.care;
    if (care->n == 0) {
        const bool first = !care->put_off;
        care->put_off = true;
        return first;
    }
    const bool alone = care->n == 1;
    care->entries = 1;
    if (!alone || !care->one) return !alone;
    Row row = {};
    row.tid = care->row;
    set_failure(&row, error);
    block_row(policy_id, leaf, row, retention_now(), true);
    count_blocked_row(table.engine);
    const bool second = care->row_timed_out;
    care->row_timed_out = !second;
    return !second;
}

// One step, a transaction of its own. Unless it is done, it is undone.
template <typename F>
Outcome columns_step(Engine *engine, Care *care, const Task &task, F &&body) {
    Totals done = {};
    Outcome outcome = Outcome::kDone;
    bool timed_out = false;
    Table table = {};
    if (!wait_for_pace(engine)) return Outcome::kFailed;
    const Spent before = spent_so_far(*engine);
    begin_step(engine);
    ErrorData *error = try_task(
        engine, task,
        [&] {
            if (!open_table(&table, engine, care, task.policy_id, task.relid)) return;
            table.left = columns_left(*table.policy);
            Account account = {};
            refuse_held(&account, table.policy->id);
            count_consequences(&account, [&] { body(&table); });
            if (table.left != kNoLimit) add_to_share(table.policy->relid, table.done[Counter::kColumns]);
            record_done(engine, table.policy->id, table.policy->relid, table.done);
            note_gone_along(engine, account);
            record_consequences(account, table.policy->id, nullptr);
            done = table.done;
        },
        &timed_out);
    if (error != nullptr) {
        error->message = reason_of(task.relid, error, timed_out);
        table.engine = engine;
        table.care = care;
        outcome = timed_out && go_on_slowly(table, task.policy_id, task.relid, error) ? Outcome::kGoOn : Outcome::kFailed;
        if (outcome == Outcome::kFailed) block_task(engine, task, error);
    } else {
        engine->totals += done;
    }
    end_step(engine);
    owe_for(*engine, before);
    return outcome;
}

// First half of the protocol that is drawn in src/clock/README.md. Once this is committed, a transaction that gives a row a start up to the
// cutoffs enters that start in retention.column_late when it commits. A transaction that did not know of the announcement has committed
// before it, for both take the lock on the table's starts: the step that looks, which is the next one, sees its rows.
void announce(Table *table) {
    lock_starts(table->leaf);
    for (int i = 0; i < table->n_columns; ++i) {
        Column *column = &table->columns[i];
        if (column->cutoff <= column->taken) continue;
        column->taken = column->cutoff;
        save_progress(*table, *column);
    }
}

int64 count_late(const Table &table) {
    if (!is_in_progress(table.leaf, table.policy->id)) return 0;
    return own("SELECT pg_catalog.count(*) FROM retention.column_late WHERE relation = $1 AND policy_id = $2", table.leaf,
               table.policy->id)
        .first()
        .get<int64>(1);
}

}  // namespace

void sweep_columns(Engine *engine, int16_t policy_id, Oid leaf) {
    const Task task = {leaf, policy_id, Work::kColumns};
    Care *care = care_of(leaf);
    int64 late = 0;
    if (!is_due(engine, task)) return;
    for (Step next = Step::kMore; next != Step::kNothing;) {
        const bool announcing = next == Step::kAnnounce;
        next = Step::kNothing;
        care->n = 0;
        const Outcome outcome = columns_step(engine, care, task, [&](Table *table) {
            if (announcing) announce(table);
            next = announcing ? Step::kMore : take_due(table);
            if (next == Step::kNothing) late = count_late(*table);
        });
        if (outcome == Outcome::kFailed) return;
        if (outcome == Outcome::kDone) care->put_off = false;
        if (outcome == Outcome::kGoOn) next = Step::kMore;
        if (turn_is_over(engine)) return;
    }
    // What is entered again meanwhile is left to the next pass.
    while (late > 0) {
        int64 taken = 1;
        care->n = 0;
        const Outcome outcome = columns_step(engine, care, task, [&](Table *table) { taken = take_entries(table); });
        if (outcome == Outcome::kFailed) return;
        late -= Min(late, taken);
        if (outcome == Outcome::kDone) *care = Care{leaf, false, Min(2 * care->entries, kEntriesAtOnce), 0, false, {}, false};
        if (turn_is_over(engine)) return;
    }
}

}  // namespace pg_retention
