// How the page is written: text that becomes no mark, figures, cells, sections.
#include "core/text/letters.hpp"
#include "report/page.hpp"
#include "report/page_words.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/datetime.h"
}

namespace pg_retention {

namespace {

// What XML has no place for, or HTML reads otherwise, is told as the sign for that.
bool is_told(char32_t c) noexcept {
    return c == ' ' || (c > ' ' && c < 0x7F) || (c >= 0xA0 && (c & 0xFFFE) != 0xFFFE && c != core::kNoLetter);
}

void append_letter(StringInfo out, char32_t c) {
    switch (c) {
        case '&': appendStringInfoString(out, "&amp;"); break;
        case '<': appendStringInfoString(out, "&lt;"); break;
        case '>': appendStringInfoString(out, "&gt;"); break;
        case '"': appendStringInfoString(out, "&quot;"); break;
        case '\t':
        case '\n':
        case '\r': appendStringInfoChar(out, ' '); break;
        default:
            if (is_told(c) && c < 0x7F)
                appendStringInfoChar(out, static_cast<char>(c));
            else
                appendStringInfo(out, "&#x%X;", is_told(c) ? static_cast<unsigned>(c) : 0xFFFDU);
    }
}

void append_utf8(StringInfo out, std::string_view all) {
    for (size_t at = 0; at < all.size();) {
        const core::Letter letter = core::letter_at(all, at);
        append_letter(out, letter.code);
        at += letter.size;
    }
}

struct Local {
    int year, month, day, hour, minute, second;
};

// As HTML's <time> has it, in UTC.
constexpr char kStamp[] = "%04d-%02d-%02dT%02d:%02d:%02dZ";

Local local_of(TimestampTz at, pg_tz *zone) {
    struct pg_tm tm = {};
    fsec_t fraction = 0;
    int offset = 0;
    const char *name = nullptr;
    if (timestamp2tm(at, &offset, &tm, &fraction, &name, zone) != 0)
        ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return {tm.tm_year, tm.tm_mon - 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
}

void say_day(const Page &page, int year, int month, int day) {
    appendStringInfo(page.out, page.is_bokmal() ? "%d. " : "%d ", day);
    page.say(words::kMonthNames[month]);
    appendStringInfo(page.out, " %d", year);
}

void open_figure(const Page &page, const char *element, const char *figure) {
    appendStringInfo(page.out, "<%s data-figure=\"", element);
    page.text(figure);
    appendStringInfoString(page.out, "\" ");
}

Local open_time(const Page &page, const char *figure, TimestampTz value) {
    const Local utc = local_of(value, pg_tzset("GMT"));
    open_figure(page, "time", figure);
    appendStringInfoString(page.out, "datetime=\"");
    appendStringInfo(page.out, kStamp, utc.year, utc.month + 1, utc.day, utc.hour, utc.minute, utc.second);
    appendStringInfoString(page.out, "\">");
    return local_of(value, page.zone);
}

void say_unit(const Page &page, int64 n, const words::Unit &unit, const char **before) {
    if (n == 0) return;
    page.mark(*before);
    append_number(page, n);
    page.mark(" ");
    page.say(n == 1 ? unit.one : unit.many);
    *before = " ";
}

void say_anchor(const Page &page, const core::Period &period) {
    page.say(words::kAnchors[period.anchor]);
    const bool last_day = period.end_month == 12 && period.end_day == 31;
    if (period.anchor != core::kFiscalYearEnd || period.end_month == 0 || last_day) return;
    page.say(words::kFiscalEnd);
    appendStringInfo(page.out, page.is_bokmal() ? "%d. " : "%d ", period.end_day);
    page.say(words::kMonthNames[period.end_month - 1]);
}

}  // namespace

void Page::say(const Said &words) const { append_utf8(out, words.in(language)); }

void Page::text(const char *value) const {
    // A database without an encoding has bytes of any.
    const bool known = GetDatabaseEncoding() != PG_SQL_ASCII;
    append_utf8(out, known ? pg_server_to_any(value, static_cast<int>(strlen(value)), PG_UTF8) : value);
}

void append_number(const Page &page, int64 value) {
    char digits[32];
    const int n = snprintf(digits, sizeof digits, "%lld", static_cast<long long>(value));
    const int first = digits[0] == '-' ? 1 : 0;
    if (first == 1) page.mark("&#x2212;");
    for (int i = first; i < n; ++i) {
        if (i > first && (n - i) % 3 == 0) page.mark(page.is_bokmal() ? "&#xA0;" : ",");
        appendStringInfoChar(page.out, digits[i]);
    }
}

void Page::number(const char *figure, int64 value) const {
    open_figure(*this, "data", figure);
    appendStringInfo(out, "value=\"%lld\">", static_cast<long long>(value));
    append_number(*this, value);
    mark("</data>");
}

void Page::date(const char *figure, TimestampTz value) const {
    const Local local = open_time(*this, figure, value);
    say_day(*this, local.year, local.month, local.day);
    mark("</time>");
}

void Page::time(const char *figure, TimestampTz value) const {
    const Local local = open_time(*this, figure, value);
    say_day(*this, local.year, local.month, local.day);
    appendStringInfo(out, is_bokmal() ? " kl. %02d.%02d" : ", %02d:%02d", local.hour, local.minute);
    mark("</time>");
}

void Page::day(const char *figure, int32 date) const {
    int year = 0, month = 0, day = 0;
    j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
    open_figure(*this, "time", figure);
    appendStringInfo(out, "datetime=\"%04d-%02d-%02d\">", year, month, day);
    say_day(*this, year, month - 1, day);
    mark("</time>");
}

void Page::month(int month) const {
    say(words::kMonthNames[month_of(month)]);
    appendStringInfo(out, " %d", year_of(month));
}

const Said &short_month(int month) { return words::kShortMonths[month_of(month)]; }

void Page::period(const core::Period &period) const {
    if (core::is_forever(period)) {
        say(words::kForever);
        return;
    }
    const char *before = "";
    say_unit(*this, period.months / 12, words::kYear, &before);
    say_unit(*this, period.months % 12, words::kMonths, &before);
    say_unit(*this, period.days, words::kDay, &before);
    say_unit(*this, period.seconds / 3600, words::kHour, &before);
    say_unit(*this, period.seconds / 60 % 60, words::kMinute, &before);
    say_unit(*this, period.seconds % 60, words::kSecond, &before);
    if (*before == '\0') {
        mark("0 ");
        say(words::kDay.many);
    }
    say_anchor(*this, period);
}

void begin_table(const Page &page, const char *id, const Said &caption) {
    // Who has no mouse scrolls it with the keys.
    appendStringInfo(page.out,
                     "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"c-%s\"><table><caption id=\"c-%s\">",
                     id, id);
    page.say(caption);
    page.mark("</caption>\n");
}

void end_table(const Page &page) { page.mark("</tbody></table></div>\n"); }

void head(const Page &page, const Said &words) {
    page.mark("<th scope=\"col\">");
    page.say(words);
    page.mark("</th>");
}

void number_head(const Page &page, const Said &words) {
    page.mark("<th scope=\"col\" class=\"n\">");
    page.say(words);
    page.mark("</th>");
}

void row_head(const Page &page, const char *name, const char *code) {
    page.mark("<tr><th scope=\"row\">");
    page.text(name);
    if (code != nullptr) {
        page.mark("<br/><code>");
        page.text(code);
        page.mark("</code>");
    }
    page.mark("</th>");
}

void cell(const Page &page, const char *text) {
    page.mark("<td>");
    page.text(text);
    page.mark("</td>");
}

void cell(const Page &page, const Said &words) {
    page.mark("<td>");
    page.say(words);
    page.mark("</td>");
}

void code_cell(const Page &page, const char *code) {
    page.mark("<td><code>");
    page.text(code);
    page.mark("</code></td>");
}

void word_cell(const Page &page, const Said *said, const char *word) {
    if (said != nullptr) {
        cell(page, *said);
        return;
    }
    page.mark("<td lang=\"en\">");
    page.text(word);
    page.mark("</td>");
}

void more(const Page &page, uint64 n) {
    if (n <= kMostListed) return;
    page.mark("<p>+&#xA0;");
    append_number(page, static_cast<int64>(n - kMostListed));
    page.mark(" ");
    page.say(words::kMore);
    page.mark("</p>\n");
}

void no_number(const Page &page) { page.mark("<td class=\"n none\">&#x2013;</td>"); }

void none(const Page &page) { page.mark("<td class=\"none\">&#x2013;</td>"); }

void number_cell(const Page &page, int64 value, const char *figure) {
    page.mark("<td class=\"n\">");
    page.number(figure, value);
    page.mark("</td>");
}

void number_cell(const Page &page, const SqlRow &row, int column, const char *figure) {
    if (row.is_null(column))
        no_number(page);
    else
        number_cell(page, row.get<int64>(column), figure);
}

bool has_time(const SqlRow &row, int column) { return !row.is_null(column) && !TIMESTAMP_NOT_FINITE(row.get<int64>(column)); }

void time_cell(const Page &page, const SqlRow &row, int column, const char *figure) {
    if (!has_time(row, column)) {
        none(page);
        return;
    }
    page.mark("<td class=\"t\">");
    page.time(figure, row.get<int64>(column));
    page.mark("</td>");
}

void date_cell(const Page &page, const SqlRow &row, int column, const char *figure) {
    if (!has_time(row, column)) {
        none(page);
        return;
    }
    page.mark("<td class=\"t\">");
    page.date(figure, row.get<int64>(column));
    page.mark("</td>");
}

void day_cell(const Page &page, const SqlRow &row, int column, const char *figure) {
    if (row.is_null(column)) {
        none(page);
        return;
    }
    page.mark("<td class=\"t\">");
    page.day(figure, row.get<int32>(column));
    page.mark("</td>");
}

void begin_section(const Page &page, const char *id, const Said &title, const char *sources, bool of_place) {
    appendStringInfo(page.out, "<section id=\"%s\"%s><h2>", id, of_place ? " data-place=\"\"" : "");
    page.say(title);
    if (of_place) {
        page.mark(" <small class=\"place\">");
        page.say(words::kOfPlace);
        page.mark("</small>");
    }
    page.mark("</h2>\n<p class=\"from\">");
    page.say(words::kFrom);
    appendStringInfo(page.out, " <code>%s</code></p>\n", sources);
}

void end_section(const Page &page) { page.mark("</section>\n"); }

void paragraph(const Page &page, const Said &words) {
    page.mark("<p>");
    page.say(words);
    page.mark("</p>\n");
}

}  // namespace pg_retention
