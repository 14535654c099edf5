// What is on record: requests, the ledger, gaps, the audit; and where all of it is from.
#include "report/page.hpp"
#include "report/page_vocabulary.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

// A name with its value, in a list of such. The value is written between.
void begin_fact(const Page &page, const Said &name) {
    page.mark("<div><dt>");
    page.say(name);
    page.mark("</dt><dd>");
}
void end_fact(const Page &page) { page.mark("</dd></div>\n"); }

void number_fact(const Page &page, const Said &name, const SqlRow &row, int column, const char *figure) {
    begin_fact(page, name);
    if (row.is_null(column))
        page.say(words::kNone);
    else
        page.number(figure, row.get<int64>(column));
    end_fact(page);
}

void time_fact(const Page &page, const Said &name, const SqlRow &row, int column, const char *figure,
               const Said &otherwise = words::kNone) {
    begin_fact(page, name);
    if (row.is_null(column))
        page.say(otherwise);
    else
        page.time(figure, row.get<int64>(column));
    end_fact(page);
}

// A kind, how many there are of it, and the first of their objects, where they have any.
void kind_row(const Page &page, const SqlRow &row, const char *view, const Said *said) {
    const char *kind = row.text(1);
    page.mark(said == nullptr ? "<tr><th scope=\"row\" lang=\"en\">" : "<tr><th scope=\"row\">");
    if (said == nullptr)
        page.text(kind);
    else
        page.say(*said);
    page.mark("</th>");
    number_cell(page, row, 2, psprintf("%s/%s", view, kind));
    if (row.is_null(3)) {
        none(page);
        page.mark("</tr>\n");
        return;
    }
    Datum *objects = nullptr;
    const int n = elements_of(row.datum(3), TEXTOID, &objects);
    page.mark("<td>");
    for (int i = 0; i < n; ++i) {
        page.mark(i == 0 ? "<code>" : ", <code>");
        page.text(TextDatumGetCString(objects[i]));
        page.mark("</code>");
    }
    if (row.get<int64>(2) > n) page.mark(", &#x2026;");
    page.mark("</td></tr>\n");
}

void begin_kinds(const Page &page, const char *id, const Said &caption, const Said &kind) {
    begin_table(page, id, caption);
    page.mark("<thead><tr>");
    head(page, kind);
    number_head(page, words::kCount);
    head(page, words::kWhere);
    page.mark("</tr></thead><tbody>\n");
}

void findings(const Page &page, const SqlRows &found) {
    begin_table(page, "findings", words::kFindings);
    page.mark("<thead><tr>");
    head(page, words::kFinding);
    number_head(page, words::kRows);
    number_head(page, words::kTables);
    page.mark("</tr></thead><tbody>\n");
    for (const SqlRow row : found) {
        const char *finding = row.text(1);
        page.mark("<tr>");
        word_cell(page, words::find(words::kAuditFindings, finding), finding);
        number_cell(page, row, 2, psprintf("audit_finding.rows/%s", finding));
        number_cell(page, row, 3, psprintf("audit_finding.tables/%s", finding));
        page.mark("</tr>\n");
    }
    end_table(page);
}

void audit_facts(const Page &page, const SqlRow &audits) {
    page.mark("<dl class=\"facts\">");
    number_fact(page, words::kAuditTables, audits, 1, "audit_run.tables");
    number_fact(page, words::kAuditFull, audits, 2, "audit_run.finished");
    time_fact(page, words::kAuditOldest, audits, 3, "audit_run.oldest");
    time_fact(page, words::kAuditNewest, audits, 4, "audit_run.newest");
    number_fact(page, words::kAuditRows, audits, 5, "audit_run.rows");
    if (audits.get<int64>(6) > 0) number_fact(page, words::kAuditProblems, audits, 6, "audit_run.problems");
    page.mark("</dl>\n");
}

void run_facts(const Page &page, const SqlRow &run) {
    page.mark("<dl class=\"facts\">");
    time_fact(page, words::kRunStarted, run, 1, "sweep_run.started_at");
    time_fact(page, words::kRunEnded, run, 2, "sweep_run.finished_at", words::kRunGoesOn);
    number_fact(page, words::kRunDeleted, run, 4, "sweep_run.deleted");
    number_fact(page, words::kRunAnonymised, run, 5, "sweep_run.anonymised");
    number_fact(page, words::kRunColumns, run, 6, "sweep_run.columns_anonymised");
    number_fact(page, words::kRunBlocked, run, 7, "sweep_run.blocked");
    page.mark("</dl>\n");
    if (run.get<bool>(8)) paragraph(page, words::kRunProblem);
}

}  // namespace

void write_ledger(const Page &page, const Told &told) {
    const SqlRow row = told.ledger.first();
    const bool ok = row.get<bool>(1);
    const bool now = row.is_null(6);
    begin_section(
        page, "ledger", words::kLedger,
        now ? "retention.verify_ledger(), retention.ledger_head()" : "retention.ledger_verification, retention.ledger_head()",
        true);
    page.mark(ok ? "<p><span class=\"badge good\">" : "<p><span class=\"badge waiting\">");
    page.say(ok ? words::kVerifies : words::kBroken);
    page.mark("</span> ");
    page.say(ok ? words::kLedgerGood : words::kLedgerBad);
    page.mark("</p>\n<dl class=\"facts\">");
    time_fact(page, words::kVerified, row, 6, "ledger_verification.verified_at", words::kVerifiedNow);
    number_fact(page, words::kEntries, row, 2, now ? "verify_ledger.entries" : "ledger_verification.entries");
    if (!row.is_null(3)) number_fact(page, words::kFirstBad, row, 3, "verify_ledger.first_bad");
    number_fact(page, words::kAcknowledged, row, 4, now ? "verify_ledger.acknowledged" : "ledger_verification.acknowledged");
    begin_fact(page, words::kHead);
    page.mark("<code class=\"hash\">");
    page.text(row.text(5));
    page.mark("</code>");
    end_fact(page);
    page.mark("</dl>\n");
    paragraph(page, words::kHeadSays);
    end_section(page);
}

void write_gaps(const Page &page, const Told &told) {
    begin_section(page, "gaps", words::kGaps, "retention.gaps", false);
    if (told.gaps.n == 0)
        paragraph(page, words::kGapsNone);
    else {
        paragraph(page, words::kGapsSays);
        begin_kinds(page, "gaps", words::kGaps, words::kGap);
        for (const SqlRow row : told.gaps) kind_row(page, row, "gaps", words::find(words::kGapKinds, row.text(1)));
        end_table(page);
    }
    end_section(page);
}

void write_checks(const Page &page, const Told &told) {
    begin_section(page, "check", words::kChecks, "retention.check()", true);
    if (told.checks.n == 0)
        paragraph(page, words::kChecksNone);
    else {
        paragraph(page, words::kChecksSays);
        begin_kinds(page, "check", words::kChecks, words::kCheck);
        for (const SqlRow row : told.checks) kind_row(page, row, "check", words::find(words::kCheckWords, row.text(1)));
        end_table(page);
    }
    end_section(page);
}

void write_audit(const Page &page, const Told &told) {
    begin_section(page, "audit", words::kAudit, "retention.audit_run, retention.audit_finding, retention.sweep_run", true);
    const SqlRow audits = told.audits.first();
    if (audits.get<int64>(2) == 0)
        paragraph(page, words::kAuditNone);
    else
        audit_facts(page, audits);
    if (told.findings.n == 0)
        paragraph(page, words::kFindingsNone);
    else
        findings(page, told.findings);
    if (told.run.n == 0)
        paragraph(page, words::kRunNone);
    else
        run_facts(page, told.run.first());
    end_section(page);
}

void write_about(const Page &page, const Told &told) {
    page.mark("<footer id=\"about\"><h2>");
    page.say(words::kAbout);
    page.mark("</h2>\n<p><small class=\"place\">");
    page.say(words::kOfPlace);
    page.mark("</small> ");
    page.say(words::kAboutPlace);
    page.mark("</p>\n");
    paragraph(page, words::kAboutFigures);
    page.mark("<p>");
    page.say(words::kAboutZone);
    page.mark(" ");
    page.text(pg_get_timezone_name(page.zone));
    page.mark(".</p>\n<p data-place=\"\">");
    page.say(words::kMadeBy);
    page.mark(" ");
    page.text(told.place.text(2));
    page.mark(", PostgreSQL ");
    page.text(told.place.text(3));
    page.mark(".</p></footer>\n");
}

void write_requests(const Page &page, const Told &told) {
    begin_section(page, "requests", words::kRequests, "retention.requests_due", false);
    if (told.requests.n == 0) {
        paragraph(page, words::kRequestsNone);
        end_section(page);
        return;
    }
    begin_table(page, "requests", words::kRequests);
    page.mark("<thead><tr>");
    for (const Said *words :
         {&words::kRequest, &words::kAsked, &words::kKind, &words::kState, &words::kReceived, &words::kTarget, &words::kLegalDue})
        head(page, *words);
    number_head(page, words::kDaysLeft);
    page.mark("</tr></thead><tbody>\n");
    uint64 n = 0;
    for (const SqlRow row : told.requests) {
        if (n++ == kMostListed) break;
        const auto request = static_cast<long long>(row.get<int64>(1));
        row_head(page, psprintf("%lld", request));
        word_cell(page, words::find(words::kRequestTypes, row.text(2)), row.text(2));
        if (row.is_null(3))
            none(page);
        else
            cell(page, row.text(3));
        word_cell(page, words::find(words::kRequestStates, row.text(8)), row.text(8));
        date_cell(page, row, 4, psprintf("requests_due.received/%lld", request));
        day_cell(page, row, 5, psprintf("requests_due.target/%lld", request));
        day_cell(page, row, 6, psprintf("requests_due.legal_due/%lld", request));
        number_cell(page, int64{row.get<int32>(7)}, psprintf("requests_due.days_left/%lld", request));
        page.mark("</tr>\n");
    }
    end_table(page);
    more(page, told.requests.n);
    end_section(page);
}

}  // namespace pg_retention
