#pragma once
// What the sweeps of this server are at, in shared memory: retention.progress shows it. A process that finds no place is not shown.
#include "sweep/engine.hpp"

namespace pg_retention {

enum class Phase : uint8_t { kLooking, kRows, kWaitingRows, kColumns, kKnots, kViews, kPreparing, kVacuum };
enum class Pausing : uint8_t { kNot, kNice, kRate, kStandby };

constexpr const char *name_of(Phase phase) noexcept {
    switch (phase) {
        case Phase::kLooking: return "looking for what is due";
        case Phase::kRows: return "rows";
        case Phase::kWaitingRows: return "rows that waited";
        case Phase::kColumns: return "columns";
        case Phase::kKnots: return "rows that refer to each other";
        case Phase::kViews: return "materialised views";
        case Phase::kPreparing: return "preparing";
        case Phase::kVacuum: return "vacuum";
    }
    return nullptr;
}

// Null: it does not.
constexpr const char *name_of(Pausing pausing) noexcept {
    switch (pausing) {
        case Pausing::kNot: return nullptr;
        case Pausing::kNice: return "nice ratio";
        case Pausing::kRate: return "rows or WAL a second";
        case Pausing::kStandby: return "a standby";
    }
    return nullptr;
}

// A pass begins; ends.
void show_pass(const Engine &engine);
void hide_pass();

// policy_id 0: none has a turn. expected: rows that are due, negative: nobody knows.
void show_turn(const Engine &engine, int16_t policy_id, Oid relid, int64 expected);
void show_phase(Phase phase, Oid relid);
void show_pausing(Pausing pausing);
// After a step: what the turn has done by now. Tells a caller of it now and then (retention.progress_interval).
void show_done(const Engine &engine);

void init_progress();  // before shared memory is made

}  // namespace pg_retention
