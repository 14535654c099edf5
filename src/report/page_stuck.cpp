// What stays though its time is over, and what holds sweeps back.
#include "report/page.hpp"
#include "report/page_vocabulary.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

// A policy by its name; of no policy a dash.
void policy_head(const Page &page, const SqlRow &row) { row_head(page, row.is_null(2) ? "-" : row.text(2)); }

const Said &overdue_reason(const char *reason) {
    const Said *said = words::find(words::kOverdueReasons, reason, true);
    if (said != nullptr) return *said;
    for (const State &one : words::kStateWords)
        if (strncmp(reason, one.state, strlen(one.state)) == 0 && strchr(": ", reason[strlen(one.state)]) != nullptr)
            return one.words;
    // Its words may hold values of the row.
    return words::kAnError;
}

void overdue(const Page &page, const Told &told) {
    page.mark("<h3>");
    page.say(words::kOverdue);
    page.mark("</h3>\n");
    if (told.overdue.n == 0) {
        paragraph(page, words::kOverdueNone);
        return;
    }
    paragraph(page, words::kOverdueSays);
    begin_table(page, "overdue", words::kOverdue);
    page.mark("<thead><tr>");
    head(page, words::kPolicy);
    head(page, words::kTable);
    head(page, words::kSince);
    number_head(page, words::kRows);
    head(page, words::kWhy);
    page.mark("</tr></thead><tbody>\n");
    uint64 n = 0;
    for (const SqlRow row : told.overdue) {
        if (n++ == kMostListed) break;
        const char *of = psprintf("%d/%s", row.get<int16>(1), row.text(3));
        policy_head(page, row);
        code_cell(page, row.text(3));
        date_cell(page, row, 5, psprintf("overdue.since/%s", of));
        number_cell(page, row, 6, psprintf("overdue.rows/%s", of));
        cell(page, overdue_reason(row.text(7)));
        page.mark("</tr>\n");
    }
    end_table(page);
    more(page, told.overdue.n);
}

void hold_row(const Page &page, const SqlRow &row) {
    row_head(page, psprintf(INT64_FORMAT, row.get<int64>(1)));
    code_cell(page, row.text(2));
    word_cell(page, words::find(words::kScopes, row.text(3)), row.text(3));
    code_cell(page, row.is_null(4) ? "-" : row.text(4));
    date_cell(page, row, 5, psprintf("hold.placed_at/" INT64_FORMAT, row.get<int64>(1)));
    page.mark("<td>");
    page.text(row.text(6));
    if (row.get<bool>(7)) {
        page.mark(" ");
        page.say(words::kReviewOverdue);
    }
    page.mark("</td></tr>\n");
}

void holds(const Page &page, const SqlRows &standing) {
    page.mark("<h3>");
    page.say(words::kHolds);
    page.mark("</h3>\n");
    paragraph(page, standing.n == 0 ? words::kHoldsNone : words::kHoldsSay);
    if (standing.n == 0) return;
    begin_table(page, "holds", words::kHolds);
    page.mark("<thead><tr>");
    for (const Said &said : {words::kHold, words::kGround, words::kHeld, words::kOn, words::kSince, words::kReview})
        head(page, said);
    page.mark("</tr></thead><tbody>\n");
    uint64 n = 0;
    for (const SqlRow row : standing) {
        if (n++ == kMostListed) break;
        hold_row(page, row);
    }
    end_table(page);
    more(page, standing.n);
}

void error_cell(const Page &page, const char *sqlstate) {
    page.mark("<td>");
    const Said *said = words::find(words::kErrors, sqlstate);
    page.say(said == nullptr ? words::kAnError : *said);
    page.mark(" <code>");
    page.text(sqlstate);
    page.mark("</code></td>");
}

void blocked_head(const Page &page, const Said &what, bool is_number) {
    page.mark("<thead><tr>");
    head(page, words::kPolicy);
    head(page, words::kTable);
    head(page, words::kWhy);
    if (is_number)
        number_head(page, what);
    else
        head(page, what);
    head(page, words::kSince);
    head(page, words::kNextTry);
    page.mark("</tr></thead><tbody>\n");
}

void blocked_rows(const Page &page, const SqlRows &blocked) {
    begin_table(page, "blocked", words::kBlockedTitle);
    blocked_head(page, words::kRows, true);
    uint64 n = 0;
    for (const SqlRow row : blocked) {
        if (n++ == kMostListed) break;
        const char *of = psprintf("%d/%s/%s", row.get<int16>(1), row.text(3), row.text(4));
        policy_head(page, row);
        code_cell(page, row.text(3));
        error_cell(page, row.text(4));
        number_cell(page, row, 5, psprintf("blocked_row/%s", of));
        time_cell(page, row, 6, psprintf("blocked_row.first_failed/%s", of));
        time_cell(page, row, 7, psprintf("blocked_row.retry_at/%s", of));
        page.mark("</tr>\n");
    }
    end_table(page);
    more(page, blocked.n);
}

void blocked_tables(const Page &page, const SqlRows &tables) {
    begin_table(page, "tables", words::kTablesTitle);
    blocked_head(page, words::kWork, false);
    uint64 n = 0;
    for (const SqlRow row : tables) {
        if (n++ == kMostListed) break;
        const char *of = psprintf("%d/%s/%s", row.get<int16>(1), row.text(3), row.text(5));
        policy_head(page, row);
        code_cell(page, row.text(3));
        error_cell(page, row.text(4));
        word_cell(page, words::find(words::kWorks, row.text(5)), row.text(5));
        time_cell(page, row, 6, psprintf("blocked_table.first_failed/%s", of));
        time_cell(page, row, 7, psprintf("blocked_table.retry_at/%s", of));
        page.mark("</tr>\n");
    }
    end_table(page);
    more(page, tables.n);
}

void fuse_row(const Page &page, const SqlRow &row) {
    const int policy = row.get<int16>(1);
    row_head(page, row.text(2));
    time_cell(page, row, 3, psprintf("fuse.blown_at/%d", policy));
    number_cell(page, row, 4, psprintf("fuse.due/%d", policy));
    number_cell(page, row, 6, psprintf("fuse.approved/%d", policy));
    time_cell(page, row, 7, psprintf("fuse.approved_at/%d", policy));
    page.mark("</tr>\n");
}

}  // namespace

void write_stuck(const Page &page, const Told &told) {
    begin_section(page, "stuck", words::kStuck,
                  "retention.overdue, retention.standing_hold, retention.blocked_row, retention.blocked_table", true);
    overdue(page, told);
    holds(page, told.holds);
    page.mark("<h3>");
    page.say(words::kBlocked);
    page.mark("</h3>\n");
    paragraph(page, told.blocked.n == 0 && told.tables.n == 0 ? words::kBlockedNone : words::kStuckSays);
    if (told.blocked.n > 0) blocked_rows(page, told.blocked);
    if (told.tables.n > 0) blocked_tables(page, told.tables);
    end_section(page);
}

void write_fuse(const Page &page, const Told &told) {
    begin_section(page, "fuse", words::kFuse, "retention.fuse, retention.max_share", true);
    const auto share = DatumGetFloat8(told.place.datum(6));
    if (share >= 100)
        paragraph(page, words::kFuseOff);
    else {
        page.mark("<p>");
        page.say(words::kFuseShare);
        appendStringInfo(page.out, " <data data-figure=\"max_share\" value=\"%g\">%g&#xA0;%%</data></p>\n", share, share);
    }
    if (told.fuse.n == 0)
        paragraph(page, words::kFuseNone);
    else {
        begin_table(page, "fuse", words::kFuse);
        page.mark("<thead><tr>");
        head(page, words::kPolicy);
        head(page, words::kFuseBlown);
        number_head(page, words::kFuseDue);
        number_head(page, words::kFuseApproved);
        head(page, words::kFuseApprovedAt);
        page.mark("</tr></thead><tbody>\n");
        for (const SqlRow row : told.fuse) fuse_row(page, row);
        end_table(page);
    }
    end_section(page);
}

}  // namespace pg_retention
