#pragma once
// Not before its time: the one decision every path that would remove, release or back-date a row asks for.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"
#include "pg/sqlstates.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

struct Verdict {
    bool restricted;        // Article 18: neither removed nor changed, under whatever policy
    bool held;              // by a legal hold: not to be removed, nor are its personal columns to be changed
    bool mandatory;         // not to be removed or released earlier: a floor stands
    const char *policy;     // name
    const char *reference;  // law; may be null
    const char *until;      // local date of release; null: its clock has not started
    int64 hold;             // number of the one that holds all rows of the policy or table; 0: there is none
    const char *ground;     // of that one
};

// Whose floors stand: those that are enforced; over rows that were carried here, those that are declared to be, ready or not, for what they
// were kept by elsewhere is no longer there; or, for what cannot be undone, those of policies that observe, too. What a restore brought and
// nobody has checked yet is enforced by what it declares.
enum class Floors : uint8_t { kEnforced, kDeclared, kObserved };
Floors floors_in(Oid relid);

// What stands against removing or changing a row of the table or partition with this clock now.
Verdict decide(Oid relid, core::Clock clock, Floors floors = Floors::kEnforced);

// Whether a legal hold stands: one on the row, by its clock, or one on all rows of its policy or table.
bool is_held(Oid relid, core::Clock clock);

inline bool may_go(const Verdict &verdict) { return !verdict.restricted && !verdict.held && !verdict.mandatory; }

// The same in SQL, of the rows of a table: that they may not go. clock: an expression.
char *kept_text(Oid relid, const char *clock, Parameters *parameters);

// Raises RT002 for a restricted row, RT003 for a held one, else RT001 naming the law and the local date of release.
// what: "delete a row of", "truncate". hint: what to do instead of what a law forbids until a date; may be null.
[[noreturn]] void refuse(const Verdict &verdict, const char *what, const char *table, const char *hint = nullptr);

// Refuses an UPDATE of a restricted row. The extension's own writing of clocks does not ask.
void check_update(Oid relid, core::Clock before);

// Refuses a change of clock that would release a mandatory row earlier, or take a row out of the policy that a hold is on. relid: where the row
// is then; it was there before, or in the other.
void check_clock_change(Oid relid, core::Clock before, core::Clock after, Floors floors = Floors::kEnforced,
                        Oid was_in = InvalidOid);

// What a row had, for whoever computes what it has under this policy: a clock of which nobody knows whose policy it names still says what was
// reached, and one that is unknown says nothing. elsewhere: it is that of a publisher, by whose policies it may have been late.
core::Clock as_it_was(Oid relid, int32_t policy, core::Clock before, bool elsewhere = false);

// Of a row that no policy has: what it had reached under one that is off, it has when that stands again, for a way that is gone nobody can
// ask.
core::Clock nobodys_clock(Oid relid, core::Clock before);

// What a row's clock is when its start is unset, or set after that, under a floor: there is no room for the one that it had, so the row
// remains marked, and one that is written then is not earlier than now. Otherwise the clock as it was computed.
core::Clock start_again(core::Clock before, core::Clock computed, bool is_written);

void init_guard();

// A start that is over when its row comes moves to the latest one that is just over: the row is hidden at once, and its quarantine runs in
// full from now.
core::Clock not_before_its_time(core::Clock clock);
// The same of a row that was there with another clock: it moves no further than to since when it was over by that, so that its quarantine
// is neither cut nor prolonged. Where there is no quarantine the start is what it is.
core::Clock not_over_before(core::Clock before, core::Clock clock);

}  // namespace pg_retention
