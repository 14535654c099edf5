// What comes and what was done, month by month: a chart, and a table beside it that has the figures.
#include "report/page.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

constexpr int kMostKinds = 3;

struct Series {
    const char *id;
    const char *figure;
    const char *kinds[kMostKinds];  // as figures are named
    const Said *names[kMostKinds];
    int n_kinds;
    int first;
    int n;
    int64 *rows[kMostKinds];
};

void make_room(Series *series) {
    for (int k = 0; k < series->n_kinds; ++k)
        series->rows[k] = static_cast<int64 *>(palloc0(sizeof(int64) * static_cast<Size>(series->n)));
}

// Rows of months have the kinds from column 3 on.
void fill(Series *series, const SqlRows &rows) {
    for (const SqlRow row : rows) {
        if (row.is_null(2)) continue;
        const int month = row.get<int32>(2) - series->first;
        for (int k = 0; k < series->n_kinds; ++k) series->rows[k][month] = row.get_or<int64>(3 + k, 0);
    }
}

bool is_empty(const Series &series) {
    for (int k = 0; k < series.n_kinds; ++k)
        for (int i = 0; i < series.n; ++i)
            if (series.rows[k][i] != 0) return false;
    return true;
}

void table(const Page &page, const Series &series, const Said &caption) {
    begin_table(page, series.id, caption);
    page.mark("<thead><tr>");
    head(page, words::kMonth);
    for (int k = 0; k < series.n_kinds; ++k) number_head(page, *series.names[k]);
    page.mark("</tr></thead><tbody>\n");
    for (int i = 0; i < series.n; ++i) {
        const int month = series.first + i;
        page.mark("<tr><th scope=\"row\">");
        page.month(month);
        page.mark("</th>");
        for (int k = 0; k < series.n_kinds; ++k)
            number_cell(page, series.rows[k][i],
                        psprintf("%s/%04d-%02d/%s", series.figure, year_of(month), month_of(month) + 1, series.kinds[k]));
        page.mark("</tr>\n");
    }
    end_table(page);
}

void chart_and_table(const Page &page, const Series &series, const Said &title, const Said &in_figures, const Said &nothing) {
    if (is_empty(series)) {
        paragraph(page, nothing);
        return;
    }
    Bars bars[kMostKinds] = {};
    for (int k = 0; k < series.n_kinds; ++k) bars[k] = {series.names[k], series.rows[k]};
    page.mark("<div class=\"beside\">");
    chart(page, series.id, title, series.first, series.n, bars, series.n_kinds);
    table(page, series, in_figures);
    page.mark("</div>\n");
}

// Months of policies begin by their time zones, so that there may be one more.
void find_months(Series *series, const SqlRows &rows) {
    for (const SqlRow row : rows) {
        if (row.is_null(2)) continue;
        if (series->n == 0) series->first = row.get<int32>(2);
        series->n = row.get<int32>(2) - series->first + 1;
    }
}

bool has_unknown(const SqlRows &due) {
    for (const SqlRow row : due)
        if (row.get<bool>(6)) return true;
    return false;
}

}  // namespace

void write_due(const Page &page, const Told &told) {
    Series series = {"due", "forecast.rows", {"enforce", "observe"}, {&words::kDueForce, &words::kDueObserve}, 2, 0, 0, {}};
    begin_section(page, "due", words::kDue, "retention.forecast(24)", false);
    paragraph(page, words::kDueSays);
    find_months(&series, told.due);
    make_room(&series);
    fill(&series, told.due);
    chart_and_table(page, series, words::kDueChart, words::kDueTable, words::kNothingDue);
    if (has_unknown(told.due)) paragraph(page, words::kDueUnknown);
    end_section(page);
}

void write_done(const Page &page, const Told &told) {
    Series series = {"done",
                     "ledger.row_count",
                     {"deleted", "anonymised", "columns anonymised"},
                     {&words::kDoneDeleted, &words::kDoneAnonymised, &words::kDoneColumns},
                     3,
                     told.place.get<int32>(5) - 11,
                     12,
                     {}};
    begin_section(page, "done", words::kDone, "retention.ledger", false);
    paragraph(page, words::kDoneSays);
    make_room(&series);
    fill(&series, told.done);
    chart_and_table(page, series, words::kDoneChart, words::kDoneTable, words::kNothingDone);
    end_section(page);
}

}  // namespace pg_retention
