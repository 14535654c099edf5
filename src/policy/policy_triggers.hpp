#pragma once
// What happens when a row of retention.policy is written: checked, provided for, undone.
#include "policy/policy_cache.hpp"
#include "schema/path.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// While the extension writes policies by itself: validated and ready may be written, and nothing is checked or recorded.
extern Dynamic<bool> own_policy_write;

// All policies as they were at some time.
struct Standing {
    const Policy *policies;
    int n;
};

// Policies as they were whose rows would be released earlier, or shown though they are hidden, or that a legal hold is on and whose rows
// may be another's. Null: none.
struct Looser {
    const Policy *releases;
    const Policy *shows;
    const Policy *lets_go;
    const Policy *unprotects;  // held rows
};

// The judge of that (guard/looser) reads rows, and so lies above this.
// moved: its rows fall under other policies than before, though no policy was written.
using LooserJudge = Looser (*)(Oid relid, const Standing &before, bool moved);
void set_looser_judge(LooserJudge judge);

// After a command by which the table came under other policies, or left some: nothing is shown, or released earlier, by that.
void refuse_looser_place(Oid relid);

// Whether one stands for the table, for one above it or for one below it, that was checked; but: of another number.
bool has_validated_policy(Oid relid, int16_t but);

// Checks every policy of the relation, as after a restore, and completes what is missing. False: *problem says why.
bool validate_relation(Oid relid, char **problem);

// The same for every table; what does not fit is left to the sweep, which says so in retention.status.
void validate_all();

// The policies of the table are as after a restore: they hide and guard, and nothing is acted on before they fit the schema again.
void uncheck(Oid relid);

// Removes what belonged to tables that are gone, and path triggers nobody needs any more.
// dropping: within the event that says what a command drops.
void forget_dropped(bool dropping);

}  // namespace pg_retention
