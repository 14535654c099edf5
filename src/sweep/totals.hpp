#pragma once
// What a sweep counts.
#include "core/data/vocabulary.hpp"
#include "ledger/words.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

enum class Counter : uint8_t { kDeleted, kAnonymised, kColumns, kBlocked };

// The column of retention.sweep_run.
constexpr const char *name_of(Counter counter) noexcept {
    switch (counter) {
        case Counter::kDeleted: return "deleted";
        case Counter::kAnonymised: return "anonymised";
        case Counter::kColumns: return "columns_anonymised";
        case Counter::kBlocked: return "blocked";
    }
    return nullptr;
}

constexpr size_t kCounters = core::count_of<Counter>();

// Whether the rows themselves are counted, and so told in one sentence; columns of rows that live on have their own.
constexpr bool counts_rows(Counter counter) noexcept {
    switch (counter) {
        case Counter::kDeleted:
        case Counter::kAnonymised:
        case Counter::kBlocked: return true;
        case Counter::kColumns: return false;
    }
    return false;
}

// What the ledger says of it; false: it stands in no ledger, for nothing was done.
constexpr bool find_ledger_action(Counter counter, LedgerAction *action) noexcept {
    switch (counter) {
        case Counter::kDeleted: *action = LedgerAction::kDeleted; return true;
        case Counter::kAnonymised: *action = LedgerAction::kAnonymised; return true;
        case Counter::kColumns: *action = LedgerAction::kColumnsAnonymised; return true;
        case Counter::kBlocked: return false;
    }
    return false;
}

struct Totals {
    int64 rows[kCounters];

    int64 &operator[](Counter counter) { return rows[static_cast<size_t>(counter)]; }
    int64 operator[](Counter counter) const { return rows[static_cast<size_t>(counter)]; }
    Totals &operator+=(const Totals &other) {
        for (size_t i = 0; i < kCounters; ++i) rows[i] += other.rows[i];
        return *this;
    }
    bool is_nothing() const {
        for (const int64 n : rows)
            if (n != 0) return false;
        return true;
    }
};

inline Totals operator-(const Totals &after, const Totals &before) {
    Totals difference = after;
    for (size_t i = 0; i < kCounters; ++i) difference.rows[i] -= before.rows[i];
    return difference;
}

// "deleted + anonymised + ...": all that a run counted.
char *sum_of_counters();

}  // namespace pg_retention
