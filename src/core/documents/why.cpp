// Why rows are still there, in sentences: one on a line. What is dated is told by the clocks of the policy's zone.
#include "core/documents/why.hpp"

#include <initializer_list>

#include "core/data/vocabulary.hpp"
#include "core/documents/why_words.hpp"

namespace pg_retention::core {

namespace {

struct Teller {
    Language language;
    Sink sink;

    void put(Text text) const { sink.append(sink.to, text); }
    // The pattern with what {0}, {1}, ... stand for, as a line.
    void line(Said said, std::initializer_list<Text> things = {}) const {
        fill(said, things);
        put("\n");
    }
    void item(Said said, std::initializer_list<Text> things = {}) const {
        put("  - ");
        line(said, things);
    }
    void fill(Said said, std::initializer_list<Text> things) const {
        Text rest = said.in(language);
        for (size_t at = rest.find('{'); at != Text::npos; at = rest.find('{')) {
            put(rest.substr(0, at));
            put(things.begin()[rest[at + 1] - '0']);
            rest.remove_prefix(at + 3);
        }
        put(rest);
    }
    Line day(const Moment &moment) const {
        Line line;
        put_local(&line, moment.local, language);
        return line;
    }
    Line length(const Period &period) const {
        Line line;
        put_period(&line, period, language);
        return line;
    }
    Line number(int64_t number) const { return Line().add(number); }
    Line law(const RowTerms &terms) const {
        Line line;
        const LawReference law = read_law(terms.reference);
        if (law.law != nullptr)
            put_law(&line, law, language);
        else
            line.add(is_given(terms.reference) ? terms.reference : Said{"the law", "loven"}.in(language));
        return line;
    }
};

void tell_state(const Teller &teller, const RowFacts &row) {
    const bool deletes = row.terms != nullptr && row.terms->deletes;
    const bool is_dated = comes(row.since);
    const Line since = teller.day(row.since);
    switch (row.state) {
        case State::kNone: teller.line(said::kNone); break;
        case State::kUnknown: teller.line(said::kUnknown); break;
        case State::kActive: teller.line(said::kActive); break;
        case State::kRetained: teller.line(said::kRetained, {since.text()}); break;
        case State::kQuarantined: teller.line(said::kQuarantined, {since.text()}); break;
        case State::kDue: teller.line(deletes ? said::kDueDelete : said::kDueAnonymise); break;
        case State::kKept: is_dated ? teller.line(said::kKeptSince, {since.text()}) : teller.line(said::kKept); break;
        case State::kAnonymised: teller.line(has_flag(row, kAwaiting) ? said::kAwaiting : said::kAnonymised); break;
    }
    if (row.state == State::kDue && is_dated) teller.line(said::kDueSince, {since.text()});
    if (row.terms != nullptr && !row.terms->acts) teller.line(said::kWouldBe);
    teller.line(row.is_hidden ? said::kHidden : said::kVisible);
}

void tell_holds(const Teller &teller, const RowFacts &row) {
    teller.line(said::kHeld);
    for (const RowHold &hold : row.holds) {
        const Said &said = hold.ground == Text{"17(3)(e)"} ? said::kHoldForClaims : said::kHoldByLaw;
        teller.item(said, {teller.number(hold.number).text(), hold.name, teller.day(hold.since).text(), hold.review});
        if (hold.is_overdue) teller.item(said::kHoldOverdue, {teller.number(hold.number).text()});
    }
    if (row.holds.empty()) teller.item(said::kHoldGone);
}

void tell_flags(const Teller &teller, const RowFacts &row) {
    if (has_flag(row, kRestricted)) {
        teller.line(said::kRestricted);
        for (const RowRestriction &restriction : row.restrictions)
            teller.item(said::kRestriction, {teller.number(restriction.number).text(), teller.day(restriction.since).text()});
        if (row.restrictions.empty()) teller.item(said::kRestrictionGone);
    }
    if (has_flag(row, kHeld)) tell_holds(teller, row);
    if (has_flag(row, kKept)) teller.line(has_flag(row, kHeld) ? said::kErasureWaits : said::kErasureAsked);
}

Said said_of(Standing standing) noexcept {
    switch (standing) {
        case Standing::kTakes: return said::kTakes;
        case Standing::kLater: return said::kLater;
        case Standing::kObserves: return said::kObservesBefore;
        case Standing::kNotItsRow: return said::kNotItsRow;
        case Standing::kUnconfirmed: return said::kUnconfirmed;
        case Standing::kFails: return said::kFails;
        case Standing::kOff: return said::kPolicyOff;
    }
    return {};
}

void tell_policies(const Teller &teller, const RowFacts &row) {
    if (row.terms == nullptr && row.policies.empty()) return teller.line(said::kNoPolicies);
    if (row.policies.size() == 1 && row.policies[0].standing == Standing::kTakes)
        return teller.line(said::kOnlyPolicy, {row.policies[0].name, teller.number(row.policies[0].number).text()});
    teller.line(said::kPolicies);
    for (const StandingPolicy &policy : row.policies)
        teller.item(said_of(policy.standing),
                    {policy.name, teller.number(policy.number).text(), teller.number(policy.priority).text()});
}

void tell_start(const Teller &teller, const RowStart &start) {
    const Line day = teller.day(start.at);
    switch (start.end) {
        case WayEnd::kSet:
            return teller.item(start.counts ? said::kStartCounts : said::kStartSet,
                               {start.path, start.table, start.column, day.text()});
        case WayEnd::kUnset: return teller.item(said::kStartUnset, {start.path, start.table, start.column});
        case WayEnd::kNoKey: return teller.item(said::kStartNoKey, {start.path});
        case WayEnd::kNoRow: return teller.item(said::kStartNoRow, {start.path});
    }
}

void tell_starts(const Teller &teller, const RowFacts &row) {
    if (comes(row.start))
        teller.line(said::kRunsFrom, {teller.day(row.start).text()});
    else
        teller.line(said::kNotStarted);
    for (const RowStart &start : row.starts) tell_start(teller, start);
    if (row.starts.size() > 1) teller.item(row.terms->starts_all ? said::kLatestCounts : said::kEarliestCounts);
    if (has_flag(row, kLate)) teller.item(comes(row.start) ? said::kLate : said::kUnsetUnderFloor);
    if (has_flag(row, kOrphaned)) teller.item(said::kOrphaned);
}

// A period, and until when it runs.
void tell_period(const Teller &teller, Said dated, Said undated, const Period &period, const Moment &until) {
    const Line length = teller.length(period);
    if (comes(until))
        teller.item(dated, {length.text(), teller.day(until).text()});
    else
        teller.item(undated, {length.text()});
}

void tell_floor(const Teller &teller, const RowFacts &row) {
    if (row.terms->must_keep_for == nullptr) return teller.item(said::kNoFloor);
    const Line law = teller.law(*row.terms), length = teller.length(*row.terms->must_keep_for);
    const bool dated = comes(row.released);
    const Line until = teller.day(row.released);
    if (dated && row.released.at <= row.asked.at) return teller.item(said::kFloorOver, {law.text(), length.text(), until.text()});
    if (dated)
        teller.item(said::kFloorUntil, {law.text(), length.text(), until.text()});
    else
        teller.item(said::kFloor, {law.text(), length.text()});
    teller.item(row.is_mandatory ? said::kMandatory : said::kNotMandatoryYet);
}

void tell_periods(const Teller &teller, const RowFacts &row) {
    teller.line(said::kPeriods);
    tell_period(teller, said::kKeepUntil, said::kKeep, row.terms->keep_for, row.hidden);
    if (is_zero(row.terms->quarantine_for))
        teller.item(said::kNoQuarantine);
    else
        tell_period(teller, said::kQuarantineUntil, said::kQuarantine, row.terms->quarantine_for, row.due);
    tell_floor(teller, row);
}

void tell_references(const Teller &teller, const RowFacts &row, Said intro, bool going_along) {
    bool any = false;
    for (const RowReference &reference : row.references) {
        if (reference.rows == 0 || reference.goes_along != going_along) continue;
        if (!any) teller.line(intro);
        any = true;
        if (reference.rows < 0)
            teller.item(said::kReferenceUncounted, {reference.table, reference.key});
        else
            teller.item(said::kReference, {reference.table, reference.key, teller.number(reference.rows).text()});
    }
}

Said said_of(Holdup holdup) noexcept {
    switch (holdup) {
        case Holdup::kResume: return said::kHoldupResume;
        case Holdup::kNotConfirmed: return said::kHoldupNotConfirmed;
        case Holdup::kPreparing: return said::kHoldupPreparing;
        case Holdup::kNotStamped: return said::kHoldupNotStamped;
        case Holdup::kOff: return said::kHoldupOff;
        case Holdup::kObserving: return said::kHoldupObserving;
        case Holdup::kPaused: return said::kHoldupPaused;
        case Holdup::kApproval: return said::kHoldupApproval;
        case Holdup::kWindow: return said::kHoldupWindow;
        case Holdup::kStandby: return said::kHoldupStandby;
        case Holdup::kArmed: return said::kHoldupArmed;
        case Holdup::kWarnings: return said::kHoldupWarnings;
        case Holdup::kTableLeft: return said::kHoldupTableLeft;
    }
    return {};
}

void tell_holdups(const Teller &teller, const RowFacts &row) {
    if (!row.holdups.empty()) teller.line(said::kHoldups);
    for (const RowHoldup &holdup : row.holdups)
        teller.item(said_of(holdup.what), {holdup.detail, teller.day(holdup.until).text()});
    if (row.blocked == nullptr) return;
    teller.line(row.blocked->columns_only ? said::kBlockedColumns : said::kBlocked, {row.blocked->cause});
    teller.item(said::kBlockedSince, {teller.number(row.blocked->attempts).text(), teller.day(row.blocked->since).text(),
                                      teller.day(row.blocked->again).text()});
}

void tell_column(const Teller &teller, const RowFacts &row, const RowColumn &column) {
    const Text words = category_words(column.category, teller.language);
    const Text category = words.empty() ? column.category : words;
    const Line length = teller.length(column.period), from = teller.day(column.from);
    if (column.is_done)
        teller.item(said::kColumnDone, {column.name, category, length.text(), from.text()});
    else if (!comes(column.from))
        teller.item(said::kColumnUndated, {column.name, category, length.text()});
    else if (column.from.at <= row.asked.at)
        teller.item(said::kColumnDue, {column.name, category, length.text(), from.text()});
    else
        teller.item(said::kColumnFrom, {column.name, category, length.text(), from.text()});
    if (!column.is_done && comes(column.waits)) teller.item(said::kColumnWaits, {column.name, teller.day(column.waits).text()});
    if (column.required_by_law && row.terms->must_keep_for != nullptr)
        teller.item(said::kColumnByLaw, {column.name, teller.law(*row.terms).text()});
}

void tell_columns(const Teller &teller, const RowFacts &row) {
    if (!row.columns.empty()) teller.line(said::kColumns);
    for (const RowColumn &column : row.columns) tell_column(teller, row, column);
}

Said said_of_going(const RowFacts &row) noexcept {
    if (!row.terms->deletes) return said::kEventAnonymised;
    if (!is_referred_to(row)) return said::kEventDeleted;
    return row.terms->anonymises_if_referenced ? said::kEventDeletedOrAnonymised : said::kEventDeletedOrLeft;
}

void tell_event(const Teller &teller, const RowFacts &row, const Coming &next) {
    const Line day = teller.day(next.at), law = row.terms == nullptr ? Line() : teller.law(*row.terms);
    switch (next.event) {
        case Event::kColumn: return teller.item(said::kEventColumn, {day.text(), next.column});
        case Event::kHidden: return teller.item(said::kEventHidden, {day.text()});
        case Event::kReleased: return teller.item(said::kEventReleased, {day.text(), law.text()});
        case Event::kGoes: return teller.item(said_of_going(row), {day.text()});
    }
}

void tell_coming(const Teller &teller, const RowFacts &row) {
    Coming next = {};
    if (!coming(row, 0, &next)) return teller.line(row.state == State::kDue ? said::kNextSweep : said::kNothingComes);
    teller.line(row.terms->acts ? said::kComing : said::kWouldCome);
    for (size_t i = 0; coming(row, i, &next); ++i) tell_event(teller, row, next);
}

Said said_of(Change change, const RowFacts &row) noexcept {
    switch (change) {
        case Change::kPolicy: return said::kChangePolicy;
        case Change::kStamping: return said::kChangeStamping;
        case Change::kStart: return said::kChangeStart;
        case Change::kOtherStart: return row.is_mandatory ? said::kChangeLaterStart : said::kChangeOtherStart;
        case Change::kReinstate: return said::kChangeReinstate;
        case Change::kLift: return said::kChangeLift;
        case Change::kHold: return said::kChangeHold;
        case Change::kErase: return said::kChangeErase;
        case Change::kWait: return said::kChangeWait;
        case Change::kReference: return said::kChangeReference;
        case Change::kCause: return said::kChangeCause;
        case Change::kConfirm: return said::kChangeConfirm;
        case Change::kEnforce: return said::kChangeEnforce;
        case Change::kResume: return said::kChangeResume;
        case Change::kUnpause: return said::kChangeUnpause;
        case Change::kApprove: return said::kChangeApprove;
        case Change::kWarn: return said::kChangeWarn;
    }
    return {};
}

void tell_changes(const Teller &teller, const RowFacts &row) {
    bool any = false;
    for (size_t i = 0; i < count_of<Change>(); ++i) {
        if (!would_change(row, static_cast<Change>(i))) continue;
        if (!any) teller.line(said::kChanges);
        any = true;
        teller.item(said_of(static_cast<Change>(i), row));
    }
}

void tell_row(const Teller &teller, const RowFacts &row) {
    if (!row.is_governed) return teller.line(said::kUngoverned, {row.table});
    if (is_given(row.key))
        teller.line(said::kRow, {row.table, row.key});
    else
        teller.line(said::kUnnamedRow, {row.table});
    teller.line(said::kAsked, {teller.day(row.asked).text(), row.timezone});
    tell_state(teller, row);
    tell_flags(teller, row);
    tell_policies(teller, row);
    if (row.terms != nullptr) {
        tell_starts(teller, row);
        tell_periods(teller, row);
        tell_columns(teller, row);
        tell_references(teller, row, row.terms->anonymises_if_referenced ? said::kReferencesAnonymise : said::kReferencesBlock,
                        false);
        tell_references(teller, row, said::kReferencesAlong, true);
    }
    tell_holdups(teller, row);
    tell_coming(teller, row);
    tell_changes(teller, row);
}

Said said_of(Untold why) noexcept {
    switch (why) {
        case Untold::kUngoverned: return said::kUntoldUngoverned;
        case Untold::kNoRight: return said::kUntoldNoRight;
    }
    return {};
}

}  // namespace

void write_why(const RowFacts &row, Language language, Sink sink) { tell_row(Teller{language, sink}, row); }

void write_why(const PersonRows &person, Language language, Sink sink) {
    const Teller teller = {language, sink};
    teller.line(said::kPerson, {person.kind, person.key});
    if (person.rows.empty()) teller.line(said::kNoRows);
    for (const RowFacts &row : person.rows) {
        teller.put("\n");
        tell_row(teller, row);
    }
    if (person.more > 0 || !person.untold.empty()) teller.put("\n");
    if (person.more > 0) teller.line(said::kMore, {teller.number(person.more).text()});
    for (const UntoldTable &table : person.untold) teller.line(said_of(table.why), {table.table});
}

}  // namespace pg_retention::core
