// Rows of policies in force, beside one that observes and would go before them: each row's clock is computed as if it did already.
#include "report/preview.hpp"

#include "clock/stamp.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/attached.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

constexpr int kMostJudged = 10000;  // rows of one policy in one table or partition, those that started first

struct Taken {
    const char *from;
    int64 due;
    int64 hidden;
    bool all;  // were looked at
};

bool is_about_rows_of(const Policy &policy, const Policy &other) {
    return other.relid == policy.relid || is_part_of(other.relid, policy.relid) || is_part_of(policy.relid, other.relid);
}

void add_taken(const Preview &preview, const Policy &other, Oid leaf, Taken *taken) {
    const How how = {PlanKind::kOnce, Sees::kCaller, kMostJudged, true};
    const char *clock = clock_name(leaf);
    const SqlRows found =
        run_as(owner_of(leaf), how,
               psprintf("SELECT ctid FROM ONLY %s WHERE %s ORDER BY %s", qualified_name(leaf), clock_range(clock, 1, 2), clock),
               clock_value(core::first_from(other.id, 0)), clock_value(core::last_until(other.id, core::kNotStarted)));
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (found.n + 1)));
    int n = 0;
    for (const SqlRow row : found) tids[n++] = row.get<ItemPointerData>(1);
    const core::Clock *clocks = clocks_by_policies(leaf, tids, n, Cause{.as_if = preview.policy->id});
    for (int i = 0; i < n; ++i) {
        if (core::policy_of(clocks[i]) != preview.policy->id) continue;
        const core::State state = core::state_of(clocks[i], preview.cutoffs);
        if (state == core::State::kDue) ++taken->due;
        if (state == core::State::kQuarantined || state == core::State::kKept) ++taken->hidden;
    }
    if (n == kMostJudged) taken->all = false;
    found.free();
}

void put_taken(const Preview &preview, const Taken &taken) {
    const char *item = psprintf("from policy \"%s\"", taken.from);
    const char *which =
        psprintf("%sthat has them until this one is in force and they are stamped anew; not in the numbers of months and columns",
                 taken.all ? "" : psprintf("at least: only the first %d rows of a table were looked at; ", kMostJudged));
    if (taken.due > 0) put(preview, "due", item, taken.due, psprintf("among them: %s", which));
    if (taken.hidden > 0) put(preview, "hidden", item, taken.hidden, psprintf("would be hidden by this policy: %s", which));
}

}  // namespace

void count_taken_over(Preview *preview) {
    const Policy &policy = *preview->policy;
    int count = 0;
    const Policy *other = all_policies(&count);
    if (enforced(*preview->now)) return;
    for (int i = 0; i < count; ++i) {
        if (other[i].id == policy.id || !enforced(other[i]) || !is_about_rows_of(policy, other[i]) ||
            !goes_before(policy, other[i]))
            continue;
        auto *taken = static_cast<Taken *>(palloc0(sizeof(Taken)));
        taken->from = other[i].name;
        taken->all = true;
        ListCell *cell = nullptr;
        foreach (cell, preview->leaves)
            if (is_part_of(lfirst_oid(cell), other[i].relid)) add_taken(*preview, other[i], lfirst_oid(cell), taken);
        preview->due += taken->due;
        preview->taken = lappend(preview->taken, taken);
    }
}

void preview_taken_over(const Preview &preview) {
    ListCell *cell = nullptr;
    foreach (cell, preview.taken) put_taken(preview, *static_cast<const Taken *>(lfirst(cell)));
}

}  // namespace pg_retention
