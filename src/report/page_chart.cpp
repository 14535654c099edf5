// A chart: a bar for each month, of one kind upon the other. Its figures are in the table beside it.
#include "report/page.hpp"
#include "report/page_words.hpp"

namespace pg_retention {

namespace {

constexpr int kLeft = 64, kTop = 32, kWide = 644, kRight = 12, kBelow = 44;

// The first of 1, 2, 5, 10, 20, 50 and so on that is enough for four of it to reach the top.
int64 step_for(int64 most) {
    int64 step = 1;
    for (;;) {
        for (const int64 times : {1, 2, 5})
            if (step * times * 4 >= most) return step * times;
        step *= 10;
    }
}

int64 sum_of(const Bars *bars, int kinds, int month) {
    int64 sum = 0;
    for (int k = 0; k < kinds; ++k) sum += bars[k].rows[month];
    return sum;
}

// In tenths of a pixel, for numbers with a decimal comma are no coordinates anywhere.
void coordinate(StringInfo out, const char *name, int64 tenths) {
    appendStringInfo(out, " %s=\"%lld.%lld\"", name, static_cast<long long>(tenths / 10), static_cast<long long>(tenths % 10));
}

void label(const Page &page, int64 x, int64 y, const char *anchor) {
    appendStringInfo(page.out, "<text text-anchor=\"%s\"", anchor);
    coordinate(page.out, "x", x);
    coordinate(page.out, "y", y);
    page.mark(">");
}

void grid(const Page &page, int64 step, int high) {
    for (int i = 0; i <= 4; ++i) {
        const int64 y = kTop * 10 + high * 10 * (4 - i) / 4;
        appendStringInfo(page.out, "<path class=\"%s\" d=\"M%d %lld.%lldH%d\"/>", i == 0 ? "axis" : "grid", kLeft,
                         static_cast<long long>(y / 10), static_cast<long long>(y % 10), kLeft + kWide);
        label(page, (kLeft - 8) * 10, y + 40, "end");
        append_number(page, step * i);
        page.mark("</text>\n");
    }
}

void bar(const Page &page, const Bars *bars, int kinds, int month, int n, int64 top, int high) {
    const int64 slot = kWide * 10 / n, wide = Min(slot * 7 / 10, 360);
    const int64 x = kLeft * 10 + slot * month + (slot - wide) / 2;
    int64 below = 0;
    for (int k = 0; k < kinds; ++k) {
        if (bars[k].rows[month] == 0) continue;
        // Of what is there at least a line is seen.
        const int64 tall = Max(bars[k].rows[month] * high * 10 / top, 10);
        appendStringInfo(page.out, "<rect class=\"s%d\"", k);
        coordinate(page.out, "x", x);
        coordinate(page.out, "y", Max((kTop + high) * 10 - below - tall, 0));
        coordinate(page.out, "width", wide);
        coordinate(page.out, "height", tall);
        page.mark("/>");
        below += tall;
    }
}

void months(const Page &page, int first_month, int n, int high) {
    const int64 slot = kWide * 10 / n;
    for (int i = 0; i < n; ++i) {
        const int64 x = kLeft * 10 + slot * i + slot / 2;
        label(page, x, (kTop + high + 18) * 10, "middle");
        page.say(short_month(first_month + i));
        page.mark("</text>");
        if (i != 0 && month_of(first_month + i) != 0) continue;
        label(page, x, (kTop + high + 36) * 10, "middle");
        appendStringInfo(page.out, "%d</text>", year_of(first_month + i));
    }
}

}  // namespace

void chart(const Page &page, const char *id, const Said &title, int first_month, int n, const Bars *bars, int kinds) {
    int64 most = 0;
    for (int i = 0; i < n; ++i) most = Max(most, sum_of(bars, kinds, i));
    const int64 step = step_for(most);
    // As the table beside it is.
    const int high = n > 12 ? 400 : 236;
    appendStringInfo(page.out, "<figure><figcaption id=\"t-%s\">", id);
    page.say(title);
    page.mark("</figcaption>\n<ul class=\"legend\">");
    for (int k = 0; k < kinds; ++k) {
        appendStringInfo(page.out, "<li><span class=\"key k%d\"></span>", k);
        page.say(*bars[k].name);
        page.mark("</li>");
    }
    appendStringInfo(page.out,
                     "</ul>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"t-%s\">"
                     "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t-%s\">",
                     id, kLeft + kWide + kRight, kTop + high + kBelow, id);
    label(page, 0, 120, "start");
    page.say(words::kRows);
    page.mark("</text>\n");
    grid(page, step, high);
    for (int i = 0; i < n; ++i) bar(page, bars, kinds, i, n, step * 4, high);
    months(page, first_month, n, high);
    page.mark("</svg></div></figure>\n");
}

}  // namespace pg_retention
