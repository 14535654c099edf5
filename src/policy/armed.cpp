#include "policy/armed.hpp"

#include "pg/guard.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

template <typename... T>
void write(const char *sql, const T &...values) {
    connect_spi();
    during(own_policy_write, true, [&] { own(sql, values...); });
    SPI_finish();
}

bool still_runs(const Policy &policy) { return armed_until(policy) > retention_now(); }

bool may_share(Oid a, Oid b) { return is_part_of(a, b) || is_part_of(b, a); }

bool is_other(const Policy &policy, const Policy &other) { return other.id != policy.id && may_share(other.relid, policy.relid); }

// In one statement, for each that writes policies has all of them read anew.
template <typename F>
void arm_those(F is_one) {
    int count = 0, n = 0;
    const Policy *policy = all_policies(&count);
    auto *ids = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<size_t>(count + 1)));
    for (int i = 0; i < count; ++i)
        if (policy[i].mode == Mode::kEnforce && is_one(policy[i])) ids[n++] = Int16GetDatum(policy[i].id);
    if (n == 0) return;
    write(
        "UPDATE retention.policy SET armed_at = $2, armed_for = CASE WHEN retention.armed_until(policy_id) IS NULL THEN quarantine_for "
        "ELSE greatest(armed_for, quarantine_for) END WHERE policy_id = ANY ($1)",
        typed(INT2ARRAYOID, array_of(ids, n, INT2OID)), at(retention_now()));
}

}  // namespace

bool shares_rows(const Policy &policy) {
    int count = 0;
    const Policy *other = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (is_other(policy, other[i])) return true;
    return false;
}

core::Period quarantine_from_now(const Policy &policy) {
    const bool runs_longer = still_runs(policy) && core::compare(policy.armed_for, policy.terms.quarantine_for) > 0;
    return runs_longer ? policy.armed_for : policy.terms.quarantine_for;
}

void arm(const Policy &policy) {
    arm_those([&policy](const Policy &one) { return one.id == policy.id; });
}

void arm_others(const Policy &policy) {
    if (policy.mode != Mode::kEnforce) return;
    arm_those([&policy](const Policy &other) { return is_other(policy, other); });
}

void arm_changed(const Policy &was, const Policy &is, bool leaves_rows) {
    const bool confirmed = is.written_for != was.written_for;
    if (leaves_rows || confirmed) arm_others(was);
    if (confirmed) arm(is);
}

void arm_policies_of(Oid relid) {
    arm_those([relid](const Policy &policy) { return may_share(policy.relid, relid); });
}

void arm_again(Oid relid, TimestampTz since) {
    arm_those([relid, since](const Policy &policy) {
        return policy.armed_at >= since && policy.armed_at < retention_now() && may_share(policy.relid, relid);
    });
}

void approve_armed(int16_t id) {
    write("UPDATE retention.policy SET armed_at = '-infinity' WHERE policy_id = $1 AND armed_at <> '-infinity'", id);
}

void forget_approval(int16_t id) {
    write(
        "UPDATE retention.fuse SET approved = 0, approved_along = false, approved_columns = false, blown_at = NULL, due = NULL, reason = NULL, columns_only = false WHERE policy_id = $1",
        id);
}

void arm_all() {
    write("DELETE FROM retention.fuse");
    arm_those([](const Policy &) { return true; });
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_armed_until) {
    using namespace pg_retention;
    const Policy *policy = policy_by_id(PG_GETARG_INT16(0));
    const TimestampTz until = policy == nullptr || policy->mode != Mode::kEnforce ? DT_NOBEGIN : armed_until(*policy);
    if (until <= retention_now()) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(until);
}
