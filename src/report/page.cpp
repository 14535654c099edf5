// retention.report_html(): what all parts say, in one page.
#include "report/page.hpp"

#include "pg/guard.hpp"
#include "pg/language.hpp"
#include "pg/timezone.hpp"
#include "report/page_style.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

// Sums of what the parts below list, and what of it wants somebody.
struct Sums {
    int64 in_force, observing, off, waiting, overdue, blocked, findings, gaps, requests, late, problems, checks;
    bool ledger;
};

// Of one that is at work as it was told. What it waits for by itself is no problem.
bool has_problem(const SqlRow &status) {
    const char *state = status.text(5);
    if (strcmp(state, "enforcing") != 0 && strcmp(state, "observing") != 0) return false;
    const bool warns = status.get_or<bool>(13, false);
    return warns || (status.get<bool>(14) && (status.is_null(15) || !is_of_quarantine(status.text(15))));
}

Sums sums_of(const Told &told) {
    Sums sums = {};
    for (const SqlRow row : told.status) {
        const char *mode = row.text(4);
        ++(strcmp(mode, "enforce") == 0 ? sums.in_force : strcmp(mode, "observe") == 0 ? sums.observing : sums.off);
        if (state_of(row.text(5)).mood == Mood::kWaiting) ++sums.waiting;
        if (has_problem(row)) ++sums.problems;
    }
    for (const SqlRow row : told.overdue) sums.overdue += row.get_or<int64>(6, 0);
    for (const SqlRow row : told.blocked) sums.blocked += row.get<int64>(5);
    for (const SqlRow row : told.findings) sums.findings += row.get<int64>(2);
    for (const SqlRow row : told.gaps) sums.gaps += row.get<int64>(2);
    for (const SqlRow row : told.requests)
        if (strcmp(row.text(8), "late") == 0) ++sums.late;
    for (const SqlRow row : told.checks) sums.checks += row.get<int64>(2);
    sums.requests = static_cast<int64>(told.requests.n);
    sums.ledger = told.ledger.first().get<bool>(1);
    return sums;
}

void begin_tile(const Page &page, const char *kind, const Said &name) {
    appendStringInfo(page.out, "<div class=\"%s\"><dt>", kind);
    page.say(name);
    page.mark("</dt><dd>");
}

void tile(const Page &page, const Said &name, const char *figure, int64 value, bool is_wanted) {
    begin_tile(page, is_wanted ? "plain" : value == 0 ? "fine" : "bad", name);
    page.number(figure, value);
    page.mark("</dd></div>\n");
}

void tiles(const Page &page, const Sums &sums) {
    page.mark("<dl class=\"tiles\">");
    tile(page, words::kInForce, "sum/in_force", sums.in_force, true);
    tile(page, words::kObserving, "sum/observing", sums.observing, true);
    if (sums.off > 0) tile(page, words::kOff, "sum/off", sums.off, true);
    tile(page, words::kOverdueRows, "sum/overdue", sums.overdue, false);
    tile(page, words::kBlockedRows, "sum/blocked", sums.blocked, false);
    tile(page, words::kRequestsOpen, "sum/requests", sums.requests, true);
    tile(page, words::kFindingRows, "sum/findings", sums.findings, false);
    tile(page, words::kGapCount, "sum/gaps", sums.gaps, true);
    begin_tile(page, sums.ledger ? "fine" : "bad", words::kLedgerShort);
    page.say(sums.ledger ? words::kVerifies : words::kBroken);
    page.mark("</dd></div></dl>\n");
}

void need(const Page &page, const Said &what, const char *figure, int64 n, const char *where) {
    if (n == 0) return;
    appendStringInfo(page.out, "<li><a href=\"#%s\">", where);
    page.say(what);
    page.mark("</a>: ");
    page.number(figure, n);
    page.mark("</li>\n");
}

void needs(const Page &page, const Sums &sums, int64 tables) {
    if (sums.waiting + sums.problems + sums.overdue + sums.blocked + tables + sums.late + sums.findings + sums.checks == 0 &&
        sums.ledger) {
        page.mark("<p class=\"needs nobody\">");
        page.say(words::kNeedsNobody);
        page.mark("</p>\n");
        return;
    }
    page.mark("<div class=\"needs\"><h3>");
    page.say(words::kNeeds);
    page.mark("</h3><ul>\n");
    if (!sums.ledger) {
        page.mark("<li><a href=\"#ledger\">");
        page.say(words::kLedgerBad);
        page.mark("</a></li>\n");
    }
    need(page, words::kRequestsLate, "sum/late", sums.late, "requests");
    need(page, words::kWaitingPolicies, "sum/waiting", sums.waiting, "state");
    need(page, words::kProblemPolicies, "sum/problems", sums.problems, "state");
    need(page, words::kOverdueRows, "sum/overdue", sums.overdue, "stuck");
    need(page, words::kBlockedRows, "sum/blocked", sums.blocked, "stuck");
    need(page, words::kBlockedTables, "sum/tables", tables, "stuck");
    need(page, words::kFindingRows, "sum/findings", sums.findings, "audit");
    need(page, words::kChecks, "sum/checks", sums.checks, "check");
    page.mark("</ul></div>\n");
}

void contents(const Page &page) {
    struct Entry {
        const char *id;
        const Said *title;
    };
    constexpr Entry entries[] = {{"check", &words::kChecks}, {"state", &words::kStates}, {"policies", &words::kPolicies},
                                 {"due", &words::kDue},      {"done", &words::kDone},    {"requests", &words::kRequests},
                                 {"stuck", &words::kStuck},  {"fuse", &words::kFuse},    {"ledger", &words::kLedger},
                                 {"gaps", &words::kGaps},    {"audit", &words::kAudit},  {"about", &words::kAbout}};
    page.mark("<nav aria-label=\"");
    page.say(words::kContents);
    page.mark("\"><ul>");
    for (const Entry &entry : entries) {
        appendStringInfo(page.out, "<li><a href=\"#%s\">", entry.id);
        page.say(*entry.title);
        page.mark("</a></li>");
    }
    page.mark("</ul></nav>\n");
}

void begin_document(const Page &page, const Told &told) {
    appendStringInfo(page.out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n",
                     name_of(page.language));
    page.mark("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
    page.say(words::kTitle);
    page.mark("</title>\n<style>");
    page.mark(kStyle);
    page.mark("</style>\n</head>\n<body>\n<main>\n<header><h1>");
    page.say(words::kTitle);
    page.mark("</h1>\n");
    paragraph(page, words::kIntro);
    page.mark("<dl class=\"made\" data-place=\"\"><div><dt>");
    page.say(words::kDatabase);
    page.mark("</dt><dd>");
    page.text(told.place.text(1));
    page.mark("</dd></div><div><dt>");
    page.say(words::kMadeAt);
    page.mark("</dt><dd>");
    page.time("time_now", told.place.get<int64>(4));
    page.mark("</dd></div></dl></header>\n");
}

text *report_html(core::Language language) {
    StringInfoData out;
    initStringInfo(&out);
    const Page page = {&out, language, default_zone().zone()};
    connect_spi();
    const Told told = read_views(page.zone);
    begin_document(page, told);
    write_summary(page, told);
    for (void (*write)(const Page &, const Told &) :
         {write_checks, write_states, write_policies, write_due, write_done, write_requests, write_stuck, write_fuse,
          write_ledger, write_gaps, write_audit, write_about})
        write(page, told);
    page.mark("</main>\n</body>\n</html>\n");
    SPI_finish();
    return cstring_to_text_with_len(out.data, out.len);
}

}  // namespace

void write_summary(const Page &page, const Told &told) {
    const Sums sums = sums_of(told);
    contents(page);
    begin_section(page, "glance", words::kGlance, "retention.status, retention.overdue, retention.gaps, retention.check()", true);
    needs(page, sums, static_cast<int64>(told.tables.n));
    tiles(page, sums);
    end_section(page);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_report_html) {
    PG_RETURN_TEXT_P(pg_retention::report_html(pg_retention::language_argument(fcinfo, 0)));
}
