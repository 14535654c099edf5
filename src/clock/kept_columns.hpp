#pragma once
// What is written into a row that must be kept: not into the columns that its policy protects, and of a row that is held not into its personal
// ones either. Compared is what is stored, not what the type takes for equal: 1.0 is not 1.00.
#include "clock/decide.hpp"
#include "core/time/clock.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"
#include "pg/running.hpp"
#include "policy/protected.hpp"

extern "C" {
#include "access/htup.h"
#include "commands/trigger.h"
}

namespace pg_retention {

// Whether the columns, of the table or partition, have what is asked about.
bool asks_for(const Bitmapset *columns, Oid leaf, const ColumnAsked &asked);

// Whether the row's policy protects the column, or a hold keeps it, from what is to become of it.
bool is_kept_column(Oid leaf, core::Clock clock, const Verdict &verdict, const ColumnAsked &asked);

// Whether that can be so of any row there: a policy protects the column; or, with holds, it is personal.
bool may_be_kept_column(Oid leaf, const ColumnAsked &asked, bool with_holds);

// Of a row that is updated, as the trigger finds it: nothing that fires behind that one may change it.
void check_columns(const TriggerData *data, core::Clock before);

// Of a row that comes from another partition, where it stood as this.
void check_moved(const TriggerData *data, const Departure &from, Floors floors);

// What retention.rectify is about to write, with leave and reason, in one statement of its own; null: nothing.
struct Rectified {
    Oid relid;
    const char *const *columns;  // names
    int n;
};
extern Dynamic<const Rectified *> rectified;

constexpr char kVoucherHint[] =
    "Books are corrected by a voucher of their own: insert a row that corrects this one. Only retention.rectify changes it, where the policy has "
    "rectify_protected.";

}  // namespace pg_retention
