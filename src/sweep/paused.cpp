#include "sweep/paused.hpp"

#include "ledger/home.hpp"
#include "ledger/ledger.hpp"
#include "pg/event.hpp"
#include "pg/actor.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/time.hpp"
#include "pg/trigger.hpp"
#include "policy/policy_argument.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"
}

namespace pg_retention {

void retry_held_rows() {
    own("UPDATE retention.blocked_row SET retry_at = least(retry_at, $1) WHERE sqlstate = '55006'", at(retention_now()));
}

void record_held(LedgerAction action, const Policy *policy, int64 rows, const char *detail) {
    LedgerEntry entry = {};
    entry.action = action;
    if (policy != nullptr) entry.policy_id = policy->id;
    if (policy != nullptr) entry.relid = policy->relid;
    entry.row_count = rows;
    entry.detail = detail;
    append_ledger(entry);
    tell_listeners(policy == nullptr ? psprintf("policies %s", name_of(action))
                                     : psprintf("policy %s %s", name_of(action), policy->name));
}

namespace {

constexpr int16 kAllPolicies = 0;  // in retention.pause

const char *reason_argument(FunctionCallInfo fcinfo, int argument) {
    const char *reason = PG_ARGISNULL(argument) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(argument));
    if (reason[strspn(reason, " \t\n\r")] == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the reason of a pause must not be empty"),
                        errhint("Nothing was paused. Say why, for whoever looks at retention.status later.")));
    return reason;
}

int16 number_of(const Policy *policy) { return policy == nullptr ? kAllPolicies : policy->id; }

const char *called(const Policy *policy) { return policy == nullptr ? "all policies" : psprintf("policy \"%s\"", policy->name); }

// Who paused it; null: nobody did. Locked until the transaction ends.
const char *paused_by(const Policy *policy) {
    const SqlRows found = own("SELECT paused_by FROM retention.pause WHERE policy_id = $1 FOR UPDATE", number_of(policy));
    return found.n == 0 ? nullptr : found.first().text(1);
}

bool is_session_role(const char *role) { return strcmp(role, session_role()) == 0; }

// Whoever said so, who stands for that role, and superusers. A role that is gone nobody stands for: whoever may call the function does.
bool may_unpause(const char *role) {
    const Oid by = get_role_oid(role, true);
    return is_session_role(role) || !OidIsValid(by) || has_privs_of_role(GetUserId(), by);
}

// policy: null: all. One statement, or who comes at the same time would overwrite what the other said.
void pause(const Policy *policy, const char *reason) {
    connect_spi();
    uint64 written = 0;
    during(own_policy_write, true, [&] {
        written = own("INSERT INTO retention.pause AS p (policy_id, paused_at, paused_by, reason) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (policy_id) DO UPDATE SET reason = excluded.reason WHERE p.paused_by = excluded.paused_by "
                      "RETURNING policy_id",
                      number_of(policy), at(retention_now()), session_role(), reason)
                      .n;
    });
    if (written == 0)
        ereport(
            ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("%s: role \"%s\" has paused that already", called(policy), paused_by(policy)),
             errhint("Whoever did, a member of that role, or a superuser can unpause it, and you can pause it again in the same "
                     "transaction.")));
    record_held(LedgerAction::kPaused, policy, -1, reason);
    SPI_finish();
}

void unpause(const Policy *policy) {
    connect_spi();
    const char *by = paused_by(policy);
    if (by != nullptr && !may_unpause(by))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("%s: role \"%s\" has paused that", called(policy), by),
                        errhint("That role, a member of it, or a superuser can unpause it.")));
    if (by != nullptr) {
        during(own_policy_write, true, [&] { own("DELETE FROM retention.pause WHERE policy_id = $1", number_of(policy)); });
        retry_held_rows();
        record_held(LedgerAction::kUnpaused, policy, -1, nullptr);
    }
    SPI_finish();
}

// A dump brings what was paused, before anybody said that sweeps may act in the database.
void keep_pause(const TriggerData *data) {
    if (own_policy_write || (TRIGGER_FIRED_BY_INSERT(data->tg_event) && superuser() && !home_known())) return;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("retention.%s is written by its functions alone", RelationGetRelationName(data->tg_relation)),
                    errhint("See retention.pause(), pause_all(), unpause() and unpause_all().")));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_pause) {
    pg_retention::pause(&pg_retention::own_policy_argument(fcinfo), pg_retention::reason_argument(fcinfo, 1));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_pause_all) {
    pg_retention::pause(nullptr, pg_retention::reason_argument(fcinfo, 0));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_unpause) {
    pg_retention::unpause(&pg_retention::own_policy_argument(fcinfo));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_unpause_all) {
    pg_retention::unpause(nullptr);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_keep_pause) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    pg_retention::keep_pause(data);
    return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple);
}
