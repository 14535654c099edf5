// What each policy says, which is the same wherever its configuration is, and how far it is here.
#include "report/page.hpp"
#include "report/page_vocabulary.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

const char *of_policy(const char *figure, const SqlRow &row) { return psprintf("%s/%d", figure, row.get<int16>(1)); }

const char *class_of(Mood mood) {
    switch (mood) {
        case Mood::kGood: return "good";
        case Mood::kQuiet: return "quiet";
        case Mood::kWorking: return "working";
        case Mood::kWaiting: return "waiting";
    }
    return nullptr;
}

// What stands behind a word that ends with a number: "stamping 40 %".
const char *percentage(const char *state) {
    const char *digit = strpbrk(state, "0123456789");
    return digit == nullptr ? "" : digit;
}

void state_cell(const Page &page, const SqlRow &row) {
    const char *word = row.text(5);
    const State &state = state_of(word);
    appendStringInfo(page.out, "<td><span class=\"badge %s\">", class_of(state.mood));
    page.say(state.words);
    if (percentage(word)[0] != '\0') {
        page.mark(" ");
        page.text(percentage(word));
    }
    page.mark("</span></td>");
}

void line(const Page &page, const Said &words) {
    page.mark("<div>");
    page.say(words);
    page.mark("</div>");
}

// What the view says besides: in English, or, where it may hold values or somebody's words, that there is something. Not what the cell says already.
void problem(const Page &page, const SqlRow &row) {
    const char *said = row.text(15);
    const bool has_blocked = row.get<int64>(6) > 0;
    if (!row.get<bool>(14) || state_of(row.text(5)).is_enough || (said == nullptr && has_blocked)) return;
    if (said == nullptr) {
        line(page, words::kByError);
        return;
    }
    constexpr char hidden[] = "what became hidden since ";
    if (is_of_quarantine(said) || strncmp(said, hidden, strlen(hidden)) == 0) return;
    page.mark("<div lang=\"en\">");
    page.text(said);
    page.mark("</div>");
}

void waits_cell(const Page &page, const SqlRow &row) {
    const State &state = state_of(row.text(5));
    page.mark("<td class=\"w\">");
    if (!state.waits_for.english.empty()) line(page, state.waits_for);
    if (has_time(row, 12)) {
        page.mark("<div>");
        page.say(words::kArmed);
        page.mark(" ");
        page.time(of_policy("armed_until", row), row.get<int64>(12));
        page.mark("</div>");
    }
    if (row.get_or<bool>(13, false)) line(page, words::kWarnings);
    if (row.get<int64>(6) > 0) {
        page.mark("<div><a href=\"#stuck\">");
        page.say(words::kByRows);
        page.mark("</a></div>");
    }
    problem(page, row);
    page.mark("</td>");
}

void overdue_cell(const Page &page, const SqlRow &row) {
    if (row.is_null(8)) {
        none(page);
        return;
    }
    page.mark("<td class=\"t late\">");
    page.date(of_policy("status.overdue_since", row), row.get<int64>(8));
    page.mark("</td>");
}

void state_row(const Page &page, const SqlRow &row) {
    row_head(page, row.text(2));
    state_cell(page, row);
    waits_cell(page, row);
    date_cell(page, row, 9, of_policy("status.next_due", row));
    overdue_cell(page, row);
    date_cell(page, row, 10, of_policy("status.last_success", row));
    number_cell(page, row, 6, of_policy("status.blocked", row));
    date_cell(page, row, 11, of_policy("status.last_audit", row));
    number_cell(page, row, 7, of_policy("status.findings", row));
    page.mark("</tr>\n");
}

// law: a column with what it is so by; 0: none.
void period_cell(const Page &page, const SqlRow &row, int column, int law) {
    if (row.is_null(column)) {
        none(page);
        return;
    }
    page.mark("<td>");
    page.period(row.get<core::Period>(column));
    if (law != 0 && !row.is_null(law)) {
        page.mark("<br/><small>");
        page.text(row.text(law));
        page.mark("</small>");
    }
    page.mark("</td>");
}

// Purpose, legal basis, and a law that is named without a floor.
void basis_cell(const Page &page, const SqlRow &row) {
    const char *const said[] = {row.text(10), row.text(11), row.is_null(8) ? row.text(9) : nullptr};
    const char *before = "<td>";
    for (const char *text : said) {
        if (text == nullptr) continue;
        page.mark(before);
        page.mark("<small>");
        page.text(text);
        page.mark("</small>");
        before = "<br/>";
    }
    if (strcmp(before, "<td>") == 0)
        none(page);
    else
        page.mark("</td>");
}

// Sums of a policy, which stand behind those of the months.
void sum_cell(const Page &page, const SqlRows &sums, int16 policy, int column, const char *figure) {
    for (const SqlRow sum : sums)
        if (sum.is_null(2) && !sum.is_null(1) && sum.get<int16>(1) == policy) {
            number_cell(page, sum, column, psprintf("%s/%d", figure, policy));
            return;
        }
    no_number(page);
}

const Said &mode_of(const char *mode) {
    if (strcmp(mode, "enforce") == 0) return words::kModes[0];
    return words::kModes[strcmp(mode, "observe") == 0 ? 1 : 2];
}

void policy_row(const Page &page, const SqlRow &row, const Told &told) {
    row_head(page, row.text(2), row.text(3));
    cell(page, mode_of(row.text(4)));
    period_cell(page, row, 6, 0);
    period_cell(page, row, 7, 0);
    cell(page, strcmp(row.text(5), "delete") == 0 ? words::kDelete : words::kAnonymise);
    period_cell(page, row, 8, 9);
    basis_cell(page, row);
    sum_cell(page, told.due, row.get<int16>(1), 5, "forecast.rows");
    sum_cell(page, told.done, row.get<int16>(1), 6, "ledger.row_count");
    page.mark("</tr>\n");
}

}  // namespace

bool is_of_quarantine(const char *problem) {
    constexpr char armed[] = "what was due before ";
    return strncmp(problem, armed, strlen(armed)) == 0;
}

const State &state_of(const char *state) {
    for (const State &one : words::kStateWords)
        if (strncmp(state, one.state, strlen(one.state)) == 0) return one;
    static constexpr State kUnknown = {"", Mood::kWaiting, {"see retention.status", "se retention.status"}, {"", ""}, false};
    return kUnknown;
}

void write_states(const Page &page, const Told &told) {
    begin_section(page, "state", words::kStates, "retention.status", true);
    if (told.status.n == 0) {
        paragraph(page, words::kNoPolicies);
        end_section(page);
        return;
    }
    begin_table(page, "state", words::kStates);
    page.mark("<thead><tr>");
    for (const Said *words :
         {&words::kPolicy, &words::kState, &words::kWaitsFor, &words::kNextDue, &words::kOverdueSince, &words::kLastTaken})
        head(page, *words);
    number_head(page, words::kBlocked);
    head(page, words::kLastAudit);
    number_head(page, words::kFindings);
    page.mark("</tr></thead><tbody>\n");
    for (const SqlRow row : told.status) state_row(page, row);
    end_table(page);
    end_section(page);
}

void write_policies(const Page &page, const Told &told) {
    begin_section(page, "policies", words::kPolicies, "retention.policy, retention.forecast(24), retention.ledger", false);
    if (told.policies.n == 0) {
        paragraph(page, words::kNoPolicies);
        end_section(page);
        return;
    }
    begin_table(page, "policies", words::kPolicies);
    page.mark("<thead><tr>");
    for (const Said *words : {&words::kPolicy, &words::kMode, &words::kKeepFor, &words::kQuarantine, &words::kAction,
                              &words::kMustKeep, &words::kBasis})
        head(page, *words);
    number_head(page, words::kDueTotal);
    number_head(page, words::kDoneTotal);
    page.mark("</tr></thead><tbody>\n");
    for (const SqlRow row : told.policies) policy_row(page, row, told);
    end_table(page);
    end_section(page);
}

}  // namespace pg_retention
