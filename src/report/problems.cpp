// What stands against a policy: what writing it in force would refuse, and what keeps rows from it.
#include "report/preview.hpp"

#include "pg/attempt.hpp"
#include "schema/own.hpp"
#include "policy/policy_check.hpp"
#include "policy/rights.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

// Of policies whose rows would go with those of the policy, by keys that cascade.
constexpr char kHeldAlong[] =
    "WITH RECURSIVE along AS (SELECT c.conrelid FROM pg_catalog.pg_constraint c WHERE c.confrelid = $1 AND c.contype = 'f' AND c.confdeltype = 'c' "
    "UNION SELECT c.conrelid FROM along a JOIN pg_catalog.pg_constraint c ON c.confrelid = a.conrelid AND c.contype = 'f' AND c.confdeltype = 'c') "
    "SELECT DISTINCT p.relation::text, p.name, coalesce(h.state, 'waiting for retention.record_warning()') FROM along a JOIN retention.policy p ON p.relation = a.conrelid "
    "OR p.relation IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(a.conrelid) t) LEFT JOIN retention.held_policy h USING (policy_id) "
    "WHERE p.mode = 'enforce' AND p.policy_id <> $2 AND (h.state IS NOT NULL OR p.warned_until < 'infinity') ORDER BY 1, 2, 3";

// As it is checked when it is written.
const char *refusal(const Policy &policy) {
    auto *paths = static_cast<Path *>(palloc0(sizeof(Path) * static_cast<Size>(policy.n_starts + 1)));
    const ErrorData *error = attempt([&] {
        check_policy(policy, paths);
        check_units(policy, paths);
    });
    return error == nullptr ? nullptr : error->message;
}

}  // namespace

void preview_problems(const Preview &preview) {
    const Policy &policy = *preview.policy;
    if (!is_confirmed(policy))
        put(preview, "problem", "applies_to", kNotCounted,
            "it was written for another owner of the table: whoever owns it now has to confirm it");
    struct Said {
        const char *item;
        const char *problem;
    };
    const Said said[] = {{"policy", refusal(policy)},
                         {"anonymisers", anonymiser_problem(policy)},
                         {"redaction", redaction_problem(policy)},
                         {"applies_to", condition_failure(policy)},
                         {"priority", why_out_of_reach(policy)}};
    for (const Said &one : said)
        if (one.problem != nullptr) put(preview, "problem", one.item, kNotCounted, one.problem);
    for (const SqlRow row :
         read_own("SELECT state, detail FROM retention.held_policy WHERE policy_id = $1 ORDER BY state", policy.id))
        put(preview, "problem", "sweeps", kNotCounted, psprintf("%s: %s", row.text(1), row.text(2)));
    if (!TIMESTAMP_IS_NOEND(policy.warned_until))
        put(preview, "problem", "sweeps", kNotCounted, "what becomes hidden waits for retention.record_warning()");
    for (const SqlRow row : read_own(kHeldAlong, policy.relid, policy.id))
        put(preview, "problem", "goes along", kNotCounted,
            psprintf("rows of table %s may go along, and policy \"%s\" lets none go: %s", row.text(1), row.text(2), row.text(3)));
}

}  // namespace pg_retention
