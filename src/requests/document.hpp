#pragma once
// The parts of a document for a person that are not the data: what Article 15(1) and 15(2) ask, from the live policies and
// from retention.controller.
#include "subject/rows.hpp"

namespace pg_retention {

// "controller": {...}, "rights": [...], ... without braces around them.
void append_controller(StringInfo out);

// "processing": one object per policy on these tables.
void append_processing(StringInfo out, List *tables);

// "subject": who was asked for, and the rows that are the same person.
void append_subject(StringInfo out, const Subject &subject);

// State of a row and the dates it goes by: "state", "hidden_from", "gone_from", and, where the law keeps it, "required_until"
// and "law". Nothing for an ungoverned row.
void append_lifetime(StringInfo out, core::Clock clock);

struct Lifetime {
    const char *state;    // as retention.state() has it; null: ungoverned
    int64_t hidden_from;  // kNever: no date
    int64_t gone_from;
    int64_t required_until;  // kAlways: the law does not keep the row
    const char *law;         // null: the law does not keep the row
};
Lifetime lifetime_of(core::Clock clock);

}  // namespace pg_retention
