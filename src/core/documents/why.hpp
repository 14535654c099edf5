#pragma once
// Why one row is still there, or hidden: what was decided about it and by what, in words that a lawyer reads, and as JSON. Nothing is decided
// here, and nothing of what the row holds is among it: of a start its day, of everything else names, numbers and dates.
#include <span>

#include "core/documents/document.hpp"
#include "core/documents/facts.hpp"
#include "core/documents/language.hpp"
#include "core/time/clock.hpp"

namespace pg_retention::core {

// A first instant, and what the clocks of the policy's zone show then: "2031-01-01" or "2031-01-01 10:00:00".
struct Moment {
    Micros at = kNever;
    Text local;           // empty: never
    bool is_day = false;  // a start that is a whole day
};
inline bool comes(const Moment &moment) noexcept { return !moment.local.empty(); }

// What a policy of the table has to do with the row.
enum class Standing : uint8_t { kTakes, kLater, kObserves, kNotItsRow, kUnconfirmed, kFails, kOff };
constexpr const char *name_of(Standing standing) noexcept {
    switch (standing) {
        case Standing::kTakes: return "takes the row";
        case Standing::kLater: return "comes later";
        case Standing::kObserves: return "observes";
        case Standing::kNotItsRow: return "condition does not hold";
        case Standing::kUnconfirmed: return "not confirmed";
        case Standing::kFails: return "condition fails";
        case Standing::kOff: return "off";
    }
    return nullptr;
}
struct StandingPolicy {
    Text name;
    int32_t number;
    int32_t priority;
    Standing standing;
};

// Where a way to a start leads.
enum class WayEnd : uint8_t { kSet, kUnset, kNoKey, kNoRow };
constexpr const char *name_of(WayEnd end) noexcept {
    switch (end) {
        case WayEnd::kSet: return "set";
        case WayEnd::kUnset: return "not set";
        case WayEnd::kNoKey: return "refers to no row";
        case WayEnd::kNoRow: return "row is gone";
    }
    return nullptr;
}
struct RowStart {
    Text path;
    Text table;  // of the column at its end
    Text column;
    WayEnd end;
    Moment at;
    bool counts;  // the row's period runs from it
};

// What keeps sweeps from the rows of the policy, or from this one. The words are those of retention.status, where it has one.
enum class Holdup : uint8_t {
    kResume,
    kNotConfirmed,
    kPreparing,
    kNotStamped,
    kOff,
    kObserving,
    kPaused,
    kApproval,
    kWindow,
    kStandby,
    kArmed,
    kWarnings,
    kTableLeft,
};
constexpr const char *name_of(Holdup holdup) noexcept {
    switch (holdup) {
        case Holdup::kResume: return "waiting for retention.resume()";
        case Holdup::kNotConfirmed: return "not confirmed";
        case Holdup::kPreparing: return "preparing";
        case Holdup::kNotStamped: return "not stamped";
        case Holdup::kOff: return "off";
        case Holdup::kObserving: return "observing";
        case Holdup::kPaused: return "paused";
        case Holdup::kApproval: return "waiting for retention.approve()";
        case Holdup::kWindow: return "waiting for its window";
        case Holdup::kStandby: return "waiting for a standby";
        case Holdup::kArmed: return "quarantine runs since it was armed";
        case Holdup::kWarnings: return "waiting for retention.record_warning()";
        case Holdup::kTableLeft: return "table was left";
    }
    return nullptr;
}
struct RowHoldup {
    Holdup what;
    Text detail;   // a reason that was given, or a cause; empty: none
    Moment until;  // or since, of what waits for somebody
};

struct RowReference {
    Text table;
    Text key;
    int64_t rows;     // -1: not counted
    bool goes_along;  // with the row, unless something keeps them; else they keep it
};
struct RowRestriction {
    int64_t number;
    Moment since;
};
struct RowHold {
    int64_t number;
    Text name;
    Text ground;  // "17(3)(e)"
    Moment since;
    Text review;  // the day on which it is to be looked at again
    bool is_overdue;
};
struct RowColumn {
    Text name;
    Text category;
    Period period;
    bool required_by_law;
    bool is_done;
    Moment from;   // never: it has not started
    Moment waits;  // and not before then; never: it need not
};
struct BlockedRow {
    Text cause;
    int64_t attempts;
    bool columns_only;
    Moment since;
    Moment again;
};

// The policy that has the row.
struct RowTerms {
    Text name;
    int32_t number;
    Text timezone;
    Text reference;  // law; empty: none is named
    bool acts;       // it is enforced
    bool deletes;
    bool anonymises_if_referenced;
    bool starts_all;
    Period keep_for;
    Period quarantine_for;
    const Period *must_keep_for;  // null: no floor
};

struct RowFacts {
    Text table;
    Text key;  // JSON, as it was asked for
    Moment asked;
    Text timezone;     // of all that is told here
    bool is_governed;  // else there is nothing more
    State state;
    uint8_t flags;
    bool is_hidden;
    bool is_mandatory;      // a floor stands
    Moment since;           // of the state; never: nobody knows
    const RowTerms *terms;  // null: no policy has it
    std::span<const StandingPolicy> policies;
    std::span<const RowStart> starts;
    Moment start;     // never: its period has not begun
    Moment hidden;    // from then, by keep_for
    Moment due;       // from then, by quarantine_for and what the law requires
    Moment released;  // from then, by must_keep_for
    Moment goes;      // from then, by all that is dated; never: that depends on somebody
    std::span<const RowRestriction> restrictions;
    std::span<const RowHold> holds;
    std::span<const RowReference> references;
    std::span<const RowHoldup> holdups;
    const BlockedRow *blocked;  // null: no sweep failed
    std::span<const RowColumn> columns;
};
// Rows that keep it refer to it.
bool is_referred_to(const RowFacts &row) noexcept;
inline bool has_flag(const RowFacts &row, uint8_t flag) noexcept { return (row.flags & flag) != 0; }

// What would change what becomes of the row, as far as somebody can do something about it.
enum class Change : uint8_t {
    kPolicy,
    kStamping,
    kStart,
    kOtherStart,
    kReinstate,
    kLift,
    kHold,
    kErase,
    kWait,
    kReference,
    kCause,
    kConfirm,
    kEnforce,
    kResume,
    kUnpause,
    kApprove,
    kWarn,
};
constexpr const char *name_of(Change change) noexcept {
    switch (change) {
        case Change::kPolicy: return "a policy that has the row";
        case Change::kStamping: return "stamping";
        case Change::kStart: return "a start that is set";
        case Change::kOtherStart: return "another start";
        case Change::kReinstate: return "retention.reinstate";
        case Change::kLift: return "retention.lift_restriction";
        case Change::kHold: return "the end of the hold";
        case Change::kErase: return "retention.erase";
        case Change::kWait: return "nothing before the law lets it go";
        case Change::kReference: return "no row that refers to it";
        case Change::kCause: return "the cause of the failure";
        case Change::kConfirm: return "confirming the condition";
        case Change::kEnforce: return "mode enforce";
        case Change::kResume: return "retention.resume";
        case Change::kUnpause: return "retention.unpause";
        case Change::kApprove: return "retention.approve";
        case Change::kWarn: return "retention.record_warning";
    }
    return nullptr;
}
bool would_change(const RowFacts &row, Change change) noexcept;

// What will happen, in the order of days.
enum class Event : uint8_t { kColumn, kHidden, kReleased, kGoes };
constexpr const char *name_of(Event event) noexcept {
    switch (event) {
        case Event::kColumn: return "a column is anonymised";
        case Event::kHidden: return "hidden";
        case Event::kReleased: return "released by law";
        case Event::kGoes: return "goes";
    }
    return nullptr;
}
struct Coming {
    Event event;
    Moment at;
    Text column;
};
// The next one after that many; false: there is none.
bool coming(const RowFacts &row, size_t number, Coming *next) noexcept;

// Rows of a person in one table of which nothing is told.
enum class Untold : uint8_t { kUngoverned, kNoRight };
constexpr const char *name_of(Untold why) noexcept {
    switch (why) {
        case Untold::kUngoverned: return "not governed";
        case Untold::kNoRight: return "no right to its policies";
    }
    return nullptr;
}
struct UntoldTable {
    Text table;
    Untold why;
};
struct PersonRows {
    Text kind;
    Text key;
    std::span<const RowFacts> rows;
    int64_t more;  // of those that are told, besides
    std::span<const UntoldTable> untold;
};

void write_why(const RowFacts &row, Language language, Sink sink);
void write_why(const PersonRows &person, Language language, Sink sink);
void write_why_json(const RowFacts &row, Sink sink);
void write_why_json(const PersonRows &person, Sink sink);

}  // namespace pg_retention::core
