#include "core/time/clock.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>

namespace pg_retention::core {

namespace {

constexpr int64_t kHalvesPerDay = 2 * 86400;
constexpr int32_t kMaxPolicy = INT16_MAX;
constexpr const char *kFlagNames[] = {"held", "restricted", "anonymised", "kept", "awaiting", "late", "orphaned"};
constexpr const char *kHint =
    "A clock reads \"none\", \"unknown\", or a policy's number, its start and its flags: \"7 2026-01-01T10:00:00Z held\".";

Error bad_text(std::string_view text) noexcept {
    size_t shown = text.size();
    if (shown > 80)
        for (shown = 80; shown > 0 && (static_cast<unsigned char>(text[shown]) & 0xC0) == 0x80; --shown) {}
    return make_error(ErrorCode::kInvalidText, kHint, "invalid input syntax for type retention.clock: \"%.*s%s\"",
                      static_cast<int>(shown), text.data(), shown < text.size() ? "..." : "");
}

// How a start came about, or what the next is to be, is said of a policy.
bool may_be_unset_with(int32_t policy, uint8_t flags) noexcept { return policy != 0 || (flags & kMarks) == 0; }

std::string_view next_word(std::string_view &rest) noexcept {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

// Digits only, the whole of them.
bool number(std::string_view digits, int32_t *value) noexcept {
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *value);
    return error == std::errc() && end == digits.data() + digits.size();
}

// YYYY-MM-DDTHH:MM:SS[.5]Z, as format_clock writes it.
bool parse_start(std::string_view text, Start *start) noexcept {
    int32_t year, month, day, hour, minute, second;
    const bool half = text.size() == 22 && text.substr(19) == ".5Z";
    if (!half && (text.size() != 20 || text[19] != 'Z')) return false;
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;
    if (!number(text.substr(0, 4), &year) || !number(text.substr(5, 2), &month) || !number(text.substr(8, 2), &day) ||
        !number(text.substr(11, 2), &hour) || !number(text.substr(14, 2), &minute) || !number(text.substr(17, 2), &second))
        return false;
    const Day date = day_from_date(year, month, day);
    if (date == kNoDay || hour > 23 || minute > 59 || second > 59) return false;
    *start = (int64_t{date} - kFirstDay) * kHalvesPerDay + 2 * (hour * 3600 + minute * 60 + second) + (half ? 1 : 0);
    return true;
}

bool parse_flags(std::string_view text, uint8_t *flags) noexcept {
    for (;;) {
        const size_t comma = text.find(',');
        const std::string_view name = text.substr(0, comma);
        uint8_t flag = 0;
        for (size_t i = 0; i < std::size(kFlagNames); ++i)
            if (name == kFlagNames[i]) flag = static_cast<uint8_t>(1U << i);
        if (flag == 0 || (*flags & flag) != 0) return false;
        *flags |= flag;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

Result<Clock> parse_clock(std::string_view text) noexcept {
    std::string_view rest = text;
    int32_t policy = 0;
    const std::string_view first = next_word(rest);
    // As applications write that have a field for every column.
    if (first.empty()) return kNoClock;
    if (first == "unknown" && rest.find_first_not_of(' ') == rest.npos) return kUnknownClock;
    if (first != "none" && (!number(first, &policy) || policy < 1 || policy > kMaxPolicy)) return bad_text(text);
    Start start = kNotStarted;
    uint8_t flags = 0;
    std::string_view word = next_word(rest);
    if (!word.empty() && word.front() >= '0' && word.front() <= '9') {
        if (policy == 0 || !parse_start(word, &start)) return bad_text(text);
        word = next_word(rest);
    }
    if (!word.empty() && !parse_flags(word, &flags)) return bad_text(text);
    if (!next_word(rest).empty()) return bad_text(text);
    if (start == kNotStarted && !may_be_unset_with(policy, flags)) return bad_text(text);
    return make_clock(policy, start, flags);
}

size_t format_clock(Clock clock, char *buf, size_t cap) noexcept {
    if (clock == kUnknownClock) return static_cast<size_t>(std::snprintf(buf, cap, "unknown"));
    char start[32] = "";
    if (is_started(clock)) {
        const Start halves = start_of(clock);
        const Date date = date_of(static_cast<Day>(kFirstDay + halves / kHalvesPerDay));
        const auto second = static_cast<int>(halves % kHalvesPerDay / 2);
        std::snprintf(start, sizeof start, " %04d-%02d-%02dT%02d:%02d:%02d%sZ", date.year, date.month, date.day, second / 3600,
                      second / 60 % 60, second % 60, halves % 2 != 0 ? ".5" : "");
    }
    char flags[64] = "";
    size_t length = 0;
    for (size_t i = 0; i < std::size(kFlagNames); ++i)
        if ((flags_of(clock) >> i & 1) != 0)
            length += static_cast<size_t>(
                std::snprintf(flags + length, sizeof flags - length, "%s%s", length == 0 ? " " : ",", kFlagNames[i]));
    char policy[16] = "none";
    if (policy_of(clock) != 0) std::snprintf(policy, sizeof policy, "%d", policy_of(clock));
    const int written = std::snprintf(buf, cap, "%s%s%s", policy, start, flags);
    return static_cast<size_t>(written) < cap ? static_cast<size_t>(written) : cap - 1;
}

bool is_valid(Clock clock) noexcept {
    if (clock == kUnknownClock) return true;
    const uint8_t flags = flags_of(clock);
    if (clock != make_clock(policy_of(clock), start_of(clock), flags)) return false;
    if (policy_of(clock) > kMaxPolicy || (flags & ~kAllFlags) != 0) return false;
    if (!is_started(clock)) return may_be_unset_with(policy_of(clock), flags);
    return policy_of(clock) != 0 && start_of(clock) < kEndOfStarts;
}

State state_of(Clock clock, const Cutoffs &cutoffs) noexcept {
    const Start start = start_of(clock);
    const uint8_t flags = flags_of(clock);
    if (policy_of(clock) == 0) return is_started(clock) ? State::kUnknown : State::kNone;
    if ((flags & kAnonymised) != 0) return State::kAnonymised;
    const bool mandatory = start > cutoffs.release;
    if ((flags & kKept) != 0) return mandatory ? State::kKept : State::kDue;
    if (start == kNotStarted) return State::kActive;
    if (start <= cutoffs.due) return State::kDue;
    if (start > cutoffs.hide) return State::kRetained;
    return mandatory ? State::kKept : State::kQuarantined;
}

const char *name_of(State state) noexcept {
    switch (state) {
        case State::kNone: return "none";
        case State::kUnknown: return "unknown";
        case State::kActive: return "active";
        case State::kRetained: return "retained";
        case State::kQuarantined: return "quarantined";
        case State::kDue: return "due";
        case State::kKept: return "kept";
        case State::kAnonymised: return "anonymised";
    }
    return "none";
}

bool hidden(Clock clock, const Cutoffs &cutoffs) noexcept {
    if ((flags_of(clock) & kRestricted) != 0) return true;
    switch (state_of(clock, cutoffs)) {
        case State::kUnknown:
        case State::kQuarantined:
        case State::kDue:
        case State::kKept: return true;
        default: return false;
    }
}

}  // namespace pg_retention::core
