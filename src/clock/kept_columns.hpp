#pragma once
// What is written into a row that must be kept: not into the columns that its policy protects, and of a row that is held not into its personal
// ones either. Compared is what is stored, not what the type takes for equal: 1.0 is not 1.00.
#include "clock/decide.hpp"
#include "core/time/clock.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"
#include "pg/running.hpp"

extern "C" {
#include "access/htup.h"
#include "commands/trigger.h"
}

namespace pg_retention {

// Whether the row's policy protects the column of the table or partition, or a hold keeps it. Invalid: any column that is made of a composite
// type, or an enum.
bool is_kept_column(Oid leaf, core::Clock clock, const Verdict &verdict, AttrNumber column);

// Whether it can be of any row there: a policy protects it, or it is personal, for which a hold may stand.
bool may_be_kept_column(Oid leaf, AttrNumber column);

// Of a row that is updated, as the trigger finds it: nothing that fires behind that one may change it.
void check_columns(const TriggerData *data, core::Clock before);

// Of a row that comes from another partition, where it stood as this.
void check_columns_of_moved(const TriggerData *data, const Departure &from, Floors floors);

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
