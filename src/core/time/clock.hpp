#pragma once
// What a row carries: the policy it falls under, when its retention started, and what was decided
// about it. Ordered so that what can be swept of one policy is one range.
#include <compare>
#include <cstdint>
#include <string_view>

#include "core/data/result.hpp"
#include "core/time/schedule.hpp"

namespace pg_retention::core {

enum : uint8_t {
    kHeld = 1,        // a legal hold: final actions wait
    kRestricted = 2,  // Article 18: stored, and hidden
    kAnonymised = 4,
    kKept = 8,       // an erasure was asked for; the law keeps the row
    kAwaiting = 16,  // anonymised, and deleted when the last reference to it goes
    kDecided = 31,   // those above: what was decided about the row
    // Marks say how the start came about. Rows that have nothing else stay in the range that is swept.
    kLate = 32,      // the start was moved to a later one: was over when the row was inserted, or another had been unset under a
                     // floor. Without a start: one was unset, and the next is not to be earlier than when it is set
    kOrphaned = 64,  // a start was reached on a way that is gone; it is this one if no other has its place
    kMarks = 96,
    kAllFlags = 127,
};

// From the top: policy 16 bits, exempt 1, start 39, flags 8. Exempt is set iff a flag other than a mark is. As an integer it is the format
// on disk: see docs/formats.md before it changes.
class Clock {
  public:
    constexpr Clock() noexcept = default;
    constexpr Clock(int32_t policy, Start start, uint8_t flags) noexcept
        : bits_(static_cast<uint64_t>(static_cast<uint16_t>(policy)) << 48 | ((flags & kDecided) != 0 ? kExempt : 0) |
                static_cast<uint64_t>(start) << 8 | flags) {}
    static constexpr Clock from_integer(int64_t integer) noexcept {
        Clock clock;
        clock.bits_ = static_cast<uint64_t>(integer);
        return clock;
    }
    constexpr int64_t integer() const noexcept { return static_cast<int64_t>(bits_); }
    constexpr int32_t policy() const noexcept { return static_cast<int32_t>(bits_ >> 48); }
    constexpr Start start() const noexcept { return static_cast<Start>((bits_ >> 8) & static_cast<uint64_t>(kNotStarted)); }
    constexpr uint8_t flags() const noexcept { return static_cast<uint8_t>(bits_ & kAllBits); }
    friend constexpr auto operator<=>(const Clock &, const Clock &) = default;

  private:
    static constexpr uint64_t kExempt = uint64_t{1} << 47;
    static constexpr uint64_t kAllBits = 0xFF;
    uint64_t bits_ = 0;
};

// No policy, not started.
inline constexpr Clock kNoClock = {0, kNotStarted, 0};
// Nobody has said yet what the row's clock is: it came without one, or with that of another database. Hidden until it is stamped.
inline constexpr Clock kUnknownClock = {0, 0, 0};
// As what the row had.
inline constexpr Clock known(Clock clock) noexcept { return clock == kUnknownClock ? kNoClock : clock; }
inline constexpr size_t kClockText = 128;  // room for any clock's text

inline constexpr int32_t policy_of(Clock clock) noexcept { return clock.policy(); }
inline constexpr Start start_of(Clock clock) noexcept { return clock.start(); }
inline constexpr uint8_t flags_of(Clock clock) noexcept { return clock.flags(); }
inline constexpr bool is_started(Clock clock) noexcept { return start_of(clock) != kNotStarted; }

inline constexpr Clock make_clock(int32_t policy, Start start, uint8_t flags) noexcept { return {policy, start, flags}; }
// The same policy and start.
inline constexpr Clock with_flags(Clock clock, uint8_t flags) noexcept { return {clock.policy(), clock.start(), flags}; }
// With those flags, too.
inline constexpr Clock add_flags(Clock clock, uint8_t flags) noexcept {
    return with_flags(clock, static_cast<uint8_t>(clock.flags() | flags));
}

// The ranges of a policy's rows, by start. Every search by starts uses these, for a start may have marks. Those of rows about which nothing
// was decided, which are swept by time:
inline constexpr Clock first_from(int32_t policy, Start start) noexcept { return {policy, start, 0}; }
inline constexpr Clock last_until(int32_t policy, Start start) noexcept { return {policy, start, kMarks}; }
// And those of the others.
inline constexpr Clock first_exempt(int32_t policy) noexcept { return {policy, 0, kHeld}; }
inline constexpr Clock last_exempt(int32_t policy, Start start) noexcept { return {policy, start, kAllFlags}; }

inline constexpr uint8_t decided_of(Clock clock) noexcept { return static_cast<uint8_t>(clock.flags() & kDecided); }
inline constexpr uint8_t marks_of(Clock clock) noexcept { return static_cast<uint8_t>(clock.flags() & kMarks); }

// Something is still to be done about the row: its retention has started, or its erasure was asked for.
inline constexpr bool is_pending(Clock clock) noexcept {
    const uint8_t flags = flags_of(clock);
    return (is_started(clock) || (flags & (kKept | kAwaiting)) != 0) && (flags & (kAnonymised | kAwaiting)) != kAnonymised;
}

// `none`, `unknown`, `7`, `7 2026-01-01T10:00:00Z`, `7 2026-03-31T21:59:59.5Z held,anonymised`, `7 2026-01-01T10:00:00Z late`.
Result<Clock> parse_clock(std::string_view text) noexcept;

// Returns the length of the text, which parses to the same clock.
size_t format_clock(Clock clock, char *buf, size_t cap) noexcept;

// False when no text gives these bits: bytes from elsewhere.
bool is_valid(Clock clock) noexcept;

enum class State : uint8_t { kNone, kUnknown, kActive, kRetained, kQuarantined, kDue, kKept, kAnonymised };

// Against the cutoffs of the clock's own policy.
State state_of(Clock clock, const Cutoffs &cutoffs) noexcept;

const char *name_of(State state) noexcept;

// Quarantined, due, kept, restricted or unknown.
bool hidden(Clock clock, const Cutoffs &cutoffs) noexcept;

}  // namespace pg_retention::core
