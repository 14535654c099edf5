#pragma once
// One page of HTML for a person who would rather look than query. It is well-formed XML as well, and ASCII: other characters are written as
// references, so that it reads the same in whatever encoding it is saved.
#include "core/documents/language.hpp"
#include "core/time/period.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "pgtime.h"
}

namespace pg_retention {

// Words are those of report/page_words.hpp.
using core::Said;

struct Page {
    StringInfo out;
    core::Language language;
    pg_tz *zone;  // of times

    // Marks of ours, as they are.
    void mark(const char *html) const { appendStringInfoString(out, html); }
    // What comes from the database.
    void text(const char *value) const;
    void say(const Said &words) const;
    bool is_bokmal() const { return language == core::Language::kBokmal; }

    // A figure: what is shown for a reader, and as data-figure and its value where it comes from. The name is <view>.<column>/<row>.
    void number(const char *figure, int64 value) const;
    void time(const char *figure, TimestampTz value) const;
    void date(const char *figure, TimestampTz value) const;  // its day is shown alone
    void day(const char *figure, int32 date) const;          // as a datum has it
    void month(int month) const;
    void period(const core::Period &period) const;
};

// A number with its separators, without marks.
void append_number(const Page &page, int64 value);

// Months are counted from that of the year 0.
constexpr int year_of(int month) { return month / 12; }
constexpr int month_of(int month) { return month % 12; }
const Said &short_month(int month);

// Cells of a table.
void begin_table(const Page &page, const char *id, const Said &caption);
void end_table(const Page &page);
void head(const Page &page, const Said &words);
void number_head(const Page &page, const Said &words);
// The first cell of a row says which it is of. code: stands below; null: nothing does.
void row_head(const Page &page, const char *name, const char *code = nullptr);
void cell(const Page &page, const char *text);
void cell(const Page &page, const Said &words);
void code_cell(const Page &page, const char *code);
void none(const Page &page);
void no_number(const Page &page);
// A word of a view: in the page's language, or as it is where that is null.
void word_cell(const Page &page, const Said *said, const char *word);
// Of n rows more are counted than are listed.
constexpr uint64 kMostListed = 200;
void more(const Page &page, uint64 n);
// Whether there is one, and it is neither infinity.
bool has_time(const SqlRow &row, int column);
// NULL is a dash.
void number_cell(const Page &page, const SqlRow &row, int column, const char *figure);
void number_cell(const Page &page, int64 value, const char *figure);
void time_cell(const Page &page, const SqlRow &row, int column, const char *figure);
void date_cell(const Page &page, const SqlRow &row, int column, const char *figure);
void day_cell(const Page &page, const SqlRow &row, int column, const char *figure);
// A heading with what it is read from. of_place: may differ after a restore.
void begin_section(const Page &page, const char *id, const Said &title, const char *sources, bool of_place);
void end_section(const Page &page);
void paragraph(const Page &page, const Said &words);

// What is drawn: of each month so many of each kind, one upon the other.
struct Bars {
    const Said *name;
    const int64 *rows;  // of each month
};
void chart(const Page &page, const char *id, const Said &title, int first_month, int n, const Bars *bars, int kinds);

// Everything that is told, read before any of it is written. Rows are those of views.
struct Told {
    SqlRow place;
    SqlRows policies, status, overdue, holds, blocked, tables, fuse, requests, gaps, checks, findings, audits, due, done, run,
        ledger;
};
Told read_views(pg_tz *zone);

// The parts, in their order.
void write_summary(const Page &page, const Told &told);
void write_checks(const Page &page, const Told &told);
void write_states(const Page &page, const Told &told);
void write_policies(const Page &page, const Told &told);
void write_due(const Page &page, const Told &told);
void write_done(const Page &page, const Told &told);
void write_requests(const Page &page, const Told &told);
void write_stuck(const Page &page, const Told &told);
void write_fuse(const Page &page, const Told &told);
void write_ledger(const Page &page, const Told &told);
void write_gaps(const Page &page, const Told &told);
void write_audit(const Page &page, const Told &told);
void write_about(const Page &page, const Told &told);

// What a state of a policy means: whether it is as it should be, and whom it waits for.
enum class Mood : uint8_t { kGood, kQuiet, kWorking, kWaiting };
struct State {
    const char *state;  // as retention.status has it, or how it begins
    Mood mood;
    Said words;
    Said waits_for;
    bool is_enough;  // what the view says besides is the same, or somebody's own words
};
const State &state_of(const char *state);

// What a policy's problem says of a quarantine that runs: it ends by itself.
bool is_of_quarantine(const char *problem);

}  // namespace pg_retention
