// What stands against a policy: what writing it in force would refuse, and what keeps rows from it.
#include "report/preview.hpp"

#include "pg/attempt.hpp"
#include "schema/own.hpp"
#include "policy/policy_check.hpp"
#include "policy/rights.hpp"

namespace pg_retention {

namespace {

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
    // What waits for approval is said of what is due.
    for (const SqlRow row : read_own("SELECT state, detail FROM retention.held_policy WHERE policy_id = $1 AND "
                                     "state <> 'waiting for retention.approve()' ORDER BY state",
                                     policy.id))
        put(preview, "problem", "sweeps", kNotCounted, psprintf("%s: %s", row.text(1), row.text(2)));
}

}  // namespace pg_retention
