#include "core/time/cap.hpp"

#include <algorithm>

namespace pg_retention::core {

namespace {

constexpr const char *kCapHint =
    "Write, for example, \"2 per calendar month\", \"2 per calendar year\", \"1 per 14 days\" or \"1 per 24 hours\".";
constexpr const char *kWindowNames[] = {"day", "week", "month", "quarter", "year"};

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

// Takes a word away when the text begins with it.
bool take(std::string_view *text, std::string_view word) noexcept {
    if (text->size() < word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (lower((*text)[i]) != word[i]) return false;
    if (text->size() > word.size() && !is_space((*text)[word.size()])) return false;
    *text = trimmed(text->substr(word.size()));
    return true;
}

// False: no number stands there, or one that no cap has.
bool take_count(std::string_view *text, int32_t *count) noexcept {
    size_t digits = 0;
    *count = 0;
    for (; digits < text->size() && (*text)[digits] >= '0' && (*text)[digits] <= '9'; ++digits) {
        *count = *count * 10 + ((*text)[digits] - '0');
        if (*count > kMaxCapCount) return false;
    }
    *text = trimmed(text->substr(digits));
    return digits > 0 && *count > 0;
}

Error not_a_cap(std::string_view text) noexcept {
    return make_error(ErrorCode::kInvalidText, kCapHint, "invalid cap: \"%.*s\"",
                      static_cast<int>(std::min<size_t>(text.size(), 60)), text.data() == nullptr ? "" : text.data());
}

Result<Cap> parse_window(std::string_view text, std::string_view rest, Cap cap) noexcept {
    for (uint8_t window = 0; window < static_cast<uint8_t>(CapWindow::kRolling); ++window) {
        std::string_view left = rest;
        cap.window = static_cast<CapWindow>(window);
        if (take(&left, kWindowNames[window]) && left.empty()) return cap;
    }
    return not_a_cap(text);
}

// A day in the calendar's weeks, of which 1970-01-01 was the fourth.
Day end_of_week(Day day) noexcept { return day + 6 - ((day + 3) % 7 + 7) % 7; }

Day last_of(Day day, CapWindow window) noexcept {
    switch (window) {
        case CapWindow::kWeek: return end_of_week(day);
        case CapWindow::kMonth: return end_of_month(day);
        case CapWindow::kQuarter: return end_of_quarter(day);
        case CapWindow::kYear: return end_of_fiscal_year(day, 12, 31);
        case CapWindow::kDay:
        case CapWindow::kRolling: break;
    }
    return day;
}

// Times in their order with one more among them.
struct WithOneMore {
    const Micros *times;
    int n;
    int place;
    Micros at;
    Micros operator[](int i) const noexcept { return i < place ? times[i] : i == place ? at : times[i - 1]; }
};

// The first instant at which it no longer stands against this one; kAlways when it does not.
Micros against(const WithOneMore &all, const Cap &cap, const Zone &zone) noexcept {
    for (int first = std::max(0, all.place - cap.count); first <= all.place && first + cap.count <= all.n; ++first) {
        const Micros until = counts_until(all[first], cap, zone);
        if (all[first + cap.count] < until) return until;
    }
    return kAlways;
}

}  // namespace

Result<Cap> parse_cap(std::string_view text) noexcept {
    std::string_view rest = trimmed(text);
    Cap cap = {};
    if (!take_count(&rest, &cap.count) || !take(&rest, "per") || rest.empty()) return not_a_cap(text);
    if (take(&rest, "calendar")) return parse_window(text, rest, cap);
    const Result<Period> period = parse_period(rest);
    if (!period.ok() || is_zero(period.value()) || is_forever(period.value()) || period.value().anchor != kNoAnchor)
        return not_a_cap(text);
    cap.window = CapWindow::kRolling;
    cap.period = period.value();
    return cap;
}

Micros counts_until(Micros at, const Cap &cap, const Zone &zone) noexcept {
    if (cap.window == CapWindow::kRolling) {
        const Result<Micros> over = over_from(at, cap.period, zone);
        return over.ok() ? over.value() : kNever;
    }
    if (at >= kEndOfTime) return kNever;
    const Day last = last_of(zone.day_of(at), cap.window);
    return last >= kLastDay ? kNever : zone.first_instant(last + 1);
}

Leave may_send(const Micros *times, int n, Micros at, const Caps &caps) noexcept {
    Leave leave = {true, 0, at};
    for (int i = 0; i < caps.n && leave.from != kNever;) {
        const auto place = static_cast<int>(std::upper_bound(times, times + n, leave.from) - times);
        const Micros until = against(WithOneMore{times, n, place, leave.from}, caps.cap[i], *caps.zone);
        if (until == kAlways) {
            ++i;
            continue;
        }
        if (leave.given) leave.cap = i;
        leave.given = false;
        leave.from = until;
        i = 0;
    }
    return leave;
}

bool still_counts(Micros at, Micros now, const Caps &caps) noexcept {
    if (at > now) return true;
    for (int i = 0; i < caps.n; ++i)
        if (counts_until(at, caps.cap[i], *caps.zone) > now) return true;
    return false;
}

int keep_what_counts(Micros *times, int n, Micros now, const Caps &caps) noexcept {
    int most = 0;
    for (int i = 0; i < caps.n; ++i) most = std::max(most, caps.cap[i].count);
    // Of what was sent the latest ones tell whether a cap is reached.
    const auto sent = static_cast<int>(std::upper_bound(times, times + n, now) - times);
    int first = std::max(0, sent - most);
    while (first < sent && !still_counts(times[first], now, caps)) ++first;
    std::move(times + first, times + n, times);
    return n - first;
}

}  // namespace pg_retention::core
