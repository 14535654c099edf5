#include "policy/policy_triggers.hpp"

#include "schema/extension.hpp"
#include "policy/armed.hpp"
#include "policy/forgetting.hpp"
#include "policy/policy_argument.hpp"
#include "policy/policy_check.hpp"
#include "policy/legal_access.hpp"
#include "policy/preparation.hpp"
#include "policy/protected.hpp"
#include "policy/references.hpp"
#include "policy/provision.hpp"
#include "policy/record.hpp"
#include "policy/rights.hpp"
#include "ledger/home.hpp"
#include "ledger/terms.hpp"
#include "pg/judged.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"
#include "pg/trigger.hpp"
#include "pg/names.hpp"
#include "pg/notices.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/sqlstates.hpp"
#include "pg/time.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constexpr int kMaxStarts = 32;

const TriggerData *of_policy(FunctionCallInfo fcinfo) {
    const TriggerData *data = trigger_data(fcinfo);
    if (extension() == nullptr || RelationGetRelid(data->tg_relation) != extension()->policy_table ||
        !TRIGGER_FIRED_FOR_ROW(data->tg_event))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called for each row of retention.policy")));
    return data;
}

Datum field(const TriggerData *data, HeapTuple row, const char *name, bool *isnull) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    return heap_getattr(row, SPI_fnumber(desc, name), desc, isnull);
}

Datum field(const TriggerData *data, HeapTuple row, const char *name) {
    bool isnull = false;
    return field(data, row, name, &isnull);
}

bool same_text(const TriggerData *data, const char *name) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const int column = SPI_fnumber(desc, name);
    const char *a = SPI_getvalue(data->tg_trigtuple, desc, column);
    const char *b = SPI_getvalue(data->tg_newtuple, desc, column);
    return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0);
}

// What a policy is called and why it stands: nothing is hidden, kept, run or removed by it.
bool is_description(const char *column) {
    for (const char *name : {"name", "purpose", "legal_basis", "reference"})
        if (strcmp(column, name) == 0) return true;
    return false;
}

bool is_kept_by_extension(const char *column) {
    for (const char *name : {"validated", "ready", "written_for", "armed_at", "armed_for", "warned_until"})
        if (strcmp(column, name) == 0) return true;
    return false;
}

// What an UPDATE changes.
struct Change {
    bool describes;
    bool decides;
};

Change change_of(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    Change change = {};
    for (int i = 0; i < desc->natts; ++i) {
        const char *column = NameStr(TupleDescAttr(desc, i)->attname);
        if (TupleDescAttr(desc, i)->attisdropped || is_kept_by_extension(column) || same_text(data, column)) continue;
        (is_description(column) ? change.describes : change.decides) = true;
    }
    return change;
}

void check_rights(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    if (update && !change_of(data).decides) return;
    require_policy_tables(data->tg_trigtuple, desc);
    if (update) require_policy_tables(data->tg_newtuple, desc);
}

// Whoever has the right to the table and writes the text that runs, or the row as it was, answers for it. Whoever writes something else
// has not read it.
bool confirms(const TriggerData *data, Oid relid) {
    if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event) || !same_text(data, "applies_to")) return true;
    const Change change = change_of(data);
    return !change.decides && !change.describes && owns_table(relid, GetUserId());
}

void as_extension(const char *sql, Oid type, Datum value) {
    SPI_connect();
    const ActingAs saved = act_as(owner_of(extension()->policy_table), true);
    during(own_policy_write, true, [&] { own(sql, typed(type, value)); });
    leave(saved);
    SPI_finish();
}

// A dump loads policies before the keys and triggers they need exist: checked later, hidden meanwhile. Only a superuser's: a clock alone
// is no sign of one, for whoever owns a table can give it the column, and a partition has that of its parent.
bool is_restored(Oid relid, int16_t id) {
    return superuser() && clock_column(relid) != InvalidAttrNumber && !has_validated_policy(relid, id);
}

bool counts_days(const core::Period &period) {
    return !core::is_zero(period) && !core::is_elapsed(period) && !core::is_forever(period);
}

bool counts_days(const TriggerData *data, HeapTuple row, const char *name) {
    bool isnull = false;
    core::Period period = {};
    const Datum value = field(data, row, name, &isnull);
    if (isnull) return false;
    std::memcpy(&period, DatumGetPointer(value), sizeof period);
    return counts_days(period);
}

void warn_of_default_zone(const TriggerData *data, HeapTuple row) {
    if (settings::timezone[0] != '\0' || !(counts_days(data, row, "keep_for") || counts_days(data, row, "quarantine_for") ||
                                           counts_days(data, row, "must_keep_for")))
        return;
    ereport(WARNING, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("the days of policy \"%s\" end at midnight in time zone \"%s\", which is that of the server log",
                             TextDatumGetCString(field(data, row, "name")), default_zone().name()),
                      errhint("Write the zone in which the periods are meant into field \"timezone\", or set retention.timezone "
                              "before a policy is written.")));
}

// A policy's own: the setting is no more than what it is written with.
Datum zone_of(const TriggerData *data, HeapTuple row) {
    bool isnull = false;
    const Datum value = field(data, row, "timezone", &isnull);
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && !isnull && same_text(data, "timezone")) return value;
    const char *name = isnull ? "" : TextDatumGetCString(value);
    if (name[0] == '\0') warn_of_default_zone(data, row);
    return CStringGetTextDatum(zone_for_field(name));
}

void complete(const Policy &policy) {
    Path paths[kMaxStarts] = {};
    if (policy.n_starts > kMaxStarts)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("field \"clock_starts\" has too many paths")));
    check_policy(policy, paths);
    check_units(policy, paths);
    check_anonymisers(policy, Tries::kRows);
    provide(policy, paths, policy.n_starts);
    as_extension("UPDATE retention.policy SET validated = true WHERE policy_id = $1 AND NOT validated", INT2OID,
                 Int16GetDatum(policy.id));
}

[[noreturn]] void refuse_shortening(const Policy &policy) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("policy \"%s\" keeps rows that must be kept%s%s", policy.name,
                           policy.reference != nullptr ? " under " : "", policy.reference != nullptr ? policy.reference : ""),
                    errhint("Only a superuser may shorten, switch off or drop a mandatory period, or have it protect fewer "
                            "columns; it is recorded in the ledger.")));
    pg_unreachable();
}

constinit LooserJudge looser_judge = nullptr;
// Before the statement that writes policies now.
constinit Standing standing = {};

// What nobody may be shown, or released earlier, because of a write to policies. Returns the policy whose floor a superuser loosens.
const Policy *refuse_looser(Oid relid, bool moved = false) {
    const Looser looser = looser_judge(relid, standing, moved);
    if (looser.lets_go != nullptr)
        ereport(ERROR,
                (errcode(kHeldSqlstate),
                 errmsg("rows of policy \"%s\", which a legal hold is on, may come under another one", looser.lets_go->name),
                 errhint("Place the hold on the table, and lift the one on the policy. See retention.standing_hold.")));
    if (looser.unprotects != nullptr)
        ereport(ERROR, (errcode(kHeldSqlstate),
                        errmsg("policy \"%s\" protects columns of rows that a legal hold is on", looser.unprotects->name),
                        errhint("It may protect more. See retention.standing_hold; retention.lift_hold lifts a hold.")));
    if (looser.releases != nullptr && !superuser()) refuse_shortening(*looser.releases);
    if (looser.shows != nullptr && !settings::confirm_drop)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_IN_USE), errmsg("policy \"%s\" hides rows that would reappear", looser.shows->name),
                 errhint("Set retention.confirm_drop = on to have it so all the same.")));
    return looser.releases;
}

// A way to a start that the policy does not have any more.
bool leaves_way(const Policy &was, const Policy &is) {
    for (int i = 0; i < was.n_starts; ++i) {
        Path before = {};
        Problem problem = {};
        if (!resolve_path(was.relid, was.starts[i], &before, &problem) || before.n_hops == 0) continue;
        bool stays = false;
        for (int k = 0; k < is.n_starts; ++k) {
            Path after = {};
            stays = stays || (resolve_path(is.relid, is.starts[k], &after, &problem) && is_same_way(before, after));
        }
        if (!stays) return true;
    }
    return false;
}

void policy_inserted(const TriggerData *data, int16_t id) {
    const Policy *policy = policy_by_id(id);
    const Oid relid = policy->relid;
    check_relation(relid);
    const bool restored = is_restored(relid, id);
    if (restored) {
        (void) refuse_looser(relid, true);
    } else {
        const bool fresh = clock_column(relid) == InvalidAttrNumber && is_empty(relid);
        require_index_rights(relid);
        complete(*policy);
        if (fresh) provide_index(relid);
        record_home_if_empty();
        const Policy *loosened = refuse_looser(relid);
        record_policy(LedgerAction::kPolicyCreated, RelationGetDescr(data->tg_relation), nullptr, data->tg_trigtuple);
        if (loosened != nullptr) record_loosened(*loosened);
        bool says_nothing = false;
        (void) field(data, data->tg_trigtuple, "protects", &says_nothing);
        if (says_nothing) tell_of_unprotected(*policy_by_id(id));
        tell_of_references(*policy_by_id(id));
    }
    const bool empty = !restored && is_empty(relid);
    if (empty)
        as_extension("UPDATE retention.policy SET ready = true WHERE policy_id = $1", INT2OID, Int16GetDatum(id));
    else
        plan_preparation(relid);
}

void record_change(LedgerAction action, const TriggerData *data, Entered when = Entered::kNow) {
    record_policy(action, RelationGetDescr(data->tg_relation), data->tg_trigtuple, data->tg_newtuple, when);
}

void policy_updated(const TriggerData *data, const Policy &old, int16_t id) {
    const Policy *policy = policy_by_id(id);
    if (!same_text(data, "name")) follow_name(old.name, policy->name);
    if (!change_of(data).decides && policy->written_for == old.written_for && policy->validated) {
        record_change(LedgerAction::kPolicyChanged, data);
        return;
    }
    const bool moves_rows = !same_text(data, "clock_starts") || !same_text(data, "applies_to") || !same_text(data, "priority") ||
                            !same_text(data, "starts_when") || !same_text(data, "timezone");
    // What one action has done to rows the other does not take for done: clock/claims.
    const bool acts_otherwise = !same_text(data, "action");
    const bool reorders = !same_text(data, "mode") || !same_text(data, "must_keep_for");
    const bool switched = !same_text(data, "mode") && (old.mode == Mode::kOff || policy->mode == Mode::kOff);
    complete(*policy);
    forget_approval(id);
    if (leaves_way(old, *policy)) refuse_forgetting(*policy);
    const Policy *loosened = refuse_looser(policy->relid);
    policy = policy_by_id(id);
    if (!old.validated) record_unknown_policy(id);
    record_change(loosened != nullptr && loosened->id == id ? LedgerAction::kPeriodLoosened : LedgerAction::kPolicyChanged, data);
    if (loosened != nullptr && loosened->id != id) record_loosened(*loosened);
    arm_changed(old, *policy, moves_rows || reorders);
    if (moves_rows || acts_otherwise || switched || policy->written_for != old.written_for || (reorders && shares_rows(*policy)))
        plan_preparation(policy->relid);
}

void policy_gone(const TriggerData *data, const Policy &policy) {
    auto *paths = static_cast<Path *>(palloc(sizeof(Path) * (policy.n_starts + 1)));
    int n = 0;
    Problem problem = {};
    for (int i = 0; i < policy.n_starts; ++i)
        if (resolve_path(policy.relid, policy.starts[i], &paths[n], &problem)) ++n;
    withdraw(policy.relid, paths, n);
    arm_others(policy);
    as_extension(
        "WITH p AS (DELETE FROM retention.column_progress WHERE policy_id = $1), "
        "l AS (DELETE FROM retention.column_late WHERE policy_id = $1), "
        "f AS (DELETE FROM retention.fuse WHERE policy_id = $1), z AS (DELETE FROM retention.pause WHERE policy_id = $1), "
        "q AS (DELETE FROM retention.quarantine_record WHERE policy_id = $1), s AS (DELETE FROM retention.sweep_rate WHERE policy_id = $1) "
        "DELETE FROM retention.blocked_row WHERE policy_id = $1",
        INT2OID, Int16GetDatum(policy.id));
    if (clock_column(policy.relid) != InvalidAttrNumber)
        plan_preparation(policy.relid);
    else
        as_extension("DELETE FROM retention.preparation WHERE relation = $1", OIDOID, ObjectIdGetDatum(policy.relid));
    // Whoever holds the chain waits for no table: a sweep that has this one waits for the chain.
    record_policy(LedgerAction::kPolicyDropped, RelationGetDescr(data->tg_relation), data->tg_trigtuple, nullptr);
}

// Policies as they were, between the BEFORE and the AFTER triggers of a statement; ends with the transaction.
constinit List *leaving = NIL;  // of Policy

void forget_leaving(void *) { leaving = NIL; }

void keep_leaving(const Policy *policy) {
    MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    if (leaving == NIL) {
        auto *callback = static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
        callback->func = forget_leaving;
        MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    }
    leaving = lappend(leaving, const_cast<Policy *>(policy));
    MemoryContextSwitchTo(before);
}

// Null: there was none.
const Policy *old_policy(int16_t id) {
    const Policy *old = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, leaving)
        if (static_cast<const Policy *>(lfirst(cell))->id == id) old = static_cast<const Policy *>(lfirst(cell));
    return old;
}

struct Armed {
    Datum at;
    Datum quarantine;
};

// What is due already when a policy is put in force, or changed while it is, does not go before its quarantine has run from now on, or the
// one that it had, if that is longer. What a dump brings is armed for what it says: it is so when retention is resumed, too.
Armed armed(const TriggerData *data, HeapTuple row, bool is_restored) {
    const bool enforces = strcmp(TextDatumGetCString(field(data, row, "mode")), "enforce") == 0;
    const Datum own = field(data, row, "quarantine_for");
    if (!enforces) return {TimestampTzGetDatum(DT_NOBEGIN), own};
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && !change_of(data).decides)
        return {field(data, data->tg_trigtuple, "armed_at"), field(data, data->tg_trigtuple, "armed_for")};
    const Policy *old =
        TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? old_policy(DatumGetInt16(field(data, row, "policy_id"))) : nullptr;
    auto *longer = static_cast<core::Period *>(palloc0(sizeof(core::Period)));
    if (is_restored) std::memcpy(longer, DatumGetPointer(field(data, row, "armed_for")), sizeof *longer);
    if (old != nullptr && old->mode == Mode::kEnforce) *longer = quarantine_from_now(*old);
    core::Period period = {};
    std::memcpy(&period, DatumGetPointer(own), sizeof period);
    if (core::compare(period, *longer) > 0) *longer = period;
    return {TimestampTzGetDatum(retention_now()), PointerGetDatum(longer)};
}

Datum before_policy(const TriggerData *data) {
    if (!own_policy_write) check_rights(data);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        const Policy *policy = policy_by_id(DatumGetInt16(field(data, data->tg_trigtuple, "policy_id")));
        if (policy != nullptr) refuse_dropping(*policy);
        return PointerGetDatum(data->tg_trigtuple);
    }
    HeapTuple row = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
    if (own_policy_write) return PointerGetDatum(row);
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const Oid relid = DatumGetObjectId(field(data, row, "relation"));
    const bool restored = TRIGGER_FIRED_BY_INSERT(data->tg_event) && is_restored(relid, 0);
    const Armed now = armed(data, row, restored);
    int columns[] = {SPI_fnumber(desc, "validated"),   SPI_fnumber(desc, "ready"),    SPI_fnumber(desc, "written_for"),
                     SPI_fnumber(desc, "timezone"),    SPI_fnumber(desc, "armed_at"), SPI_fnumber(desc, "armed_for"),
                     SPI_fnumber(desc, "warned_until")};
    Datum values[] = {BoolGetDatum(false),
                      BoolGetDatum(false),
                      ObjectIdGetDatum(owner_of(relid)),
                      zone_of(data, row),
                      now.at,
                      now.quarantine,
                      field(data, row, "warned_until")};
    bool nulls[lengthof(values)] = {};
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event)) {
        if (!same_text(data, "policy_id") || !same_text(data, "relation"))
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("fields \"policy_id\" and \"relation\" of a policy cannot be changed"),
                            errhint("Write a new policy.")));
        values[0] = field(data, data->tg_trigtuple, "validated");
        values[1] = field(data, data->tg_trigtuple, "ready");
        values[6] = field(data, data->tg_trigtuple, "warned_until");
        if (!confirms(data, relid)) values[2] = field(data, data->tg_trigtuple, "written_for");
    } else if (restored) {
        values[1] = field(data, row, "ready");
    } else {
        values[6] = TimestampTzGetDatum(DT_NOEND);
    }
    return PointerGetDatum(heap_modify_tuple_by_cols(row, desc, lengthof(values), columns, values, nulls));
}

constinit Dynamic<bool> names_dropped{false};

// The name that a table had which the command drops; null where none does.
const char *dropped_name(Oid relid) {
    if (!names_dropped) return nullptr;
    connect_spi();
    const SqlRows found = own("SELECT object_identity FROM pg_catalog.pg_event_trigger_dropped_objects() "
                              "WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objid = $1 AND objsubid = 0",
                              relid);
    const char *name = found.n == 0 ? nullptr : found.first().text(1);
    SPI_finish();
    return name;
}

// The schema changed, and the policy with it: a column is renamed, a table is dropped.
void record_own_write(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && !same_terms(desc, data->tg_trigtuple, data->tg_newtuple))
        record_change(LedgerAction::kPolicyChanged, data, Entered::kAtEnd);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
        record_policy(LedgerAction::kPolicyDropped, desc, data->tg_trigtuple, nullptr, Entered::kAtEnd,
                      dropped_name(DatumGetObjectId(field(data, data->tg_trigtuple, "relation"))));
}

void after_policy(const TriggerData *data) {
    if (own_policy_write) {
        CacheInvalidateRelcacheByRelid(RelationGetRelid(data->tg_relation));
        record_own_write(data);
        return;
    }
    const int16_t id = DatumGetInt16(field(data, data->tg_trigtuple, "policy_id"));
    const Policy *old = old_policy(id);
    CacheInvalidateRelcacheByRelid(RelationGetRelid(data->tg_relation));
    CommandCounterIncrement();
    keep_roles_of_legal_access(id);
    if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
        policy_inserted(data, id);
    else if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
        policy_updated(data, old != nullptr ? *old : Policy{}, id);
    else if (old != nullptr && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(old->relid))) {
        const Policy *loosened = refuse_looser(old->relid);
        policy_gone(data, *old);
        if (loosened != nullptr) record_loosened(*loosened);
    }
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) return;
    warn_of_pseudonyms(*policy_by_id(id));
    warn_of_lost_words(*policy_by_id(id));
}

void remember_old(const TriggerData *data) {
    standing.policies = all_policies(&standing.n);
    if (TRIGGER_FIRED_BY_INSERT(data->tg_event)) return;
    const Policy *policy = policy_by_id(DatumGetInt16(field(data, data->tg_trigtuple, "policy_id")));
    if (policy != nullptr) keep_leaving(policy);
}

}  // namespace

bool has_validated_policy(Oid relid, int16_t but) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    List *tables = list_concat_copy(find_all_inheritors(relid, NoLock, nullptr),
                                    get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL);
    for (int i = 0; i < count; ++i)
        if (policy[i].id != but && policy[i].validated && list_member_oid(tables, policy[i].relid)) return true;
    return false;
}

void set_looser_judge(LooserJudge judge) { looser_judge = judge; }

void refuse_looser_place(Oid relid) {
    standing.policies = all_policies(&standing.n);
    const Policy *loosened = refuse_looser(relid, true);
    if (loosened != nullptr) record_loosened(*loosened);
}

static void delete_dropped() {
    as_extension("WITH gone AS (DELETE FROM retention.policy p WHERE NOT EXISTS "
                 "(SELECT FROM pg_catalog.pg_class c WHERE c.oid = p.relation) RETURNING p.relation, p.policy_id), "
                 "b AS (DELETE FROM retention.blocked_row WHERE relation IN (SELECT relation FROM gone)), "
                 "d AS (DELETE FROM retention.column_progress t WHERE NOT EXISTS "
                 "(SELECT FROM pg_catalog.pg_class k WHERE k.oid = t.relation)), "
                 "e AS (DELETE FROM retention.column_late t WHERE NOT EXISTS "
                 "(SELECT FROM pg_catalog.pg_class k WHERE k.oid = t.relation)), "
                 "c AS (DELETE FROM retention.personal_column WHERE relation IN (SELECT relation FROM gone)), "
                 "f AS (DELETE FROM retention.fuse WHERE policy_id IN (SELECT policy_id FROM gone)), "
                 "z AS (DELETE FROM retention.pause WHERE policy_id IN (SELECT policy_id FROM gone)) "
                 "DELETE FROM retention.preparation WHERE relation IN (SELECT relation FROM gone) AND $1 IS NOT NULL",
                 OIDOID, ObjectIdGetDatum(extension()->policy_table));
}

// Where a migration makes a table anew, nothing else says that what was declared of it is gone: by its name it is still there.
static void tell_of_gone() {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(policy[i].relid)))
            ereport(NOTICE,
                    (errmsg("policy \"%s\" goes with its table", policy[i].name),
                     errhint("A table that takes its place has none, nor what was declared of columns: write them anew.")));
}

void forget_dropped(bool dropping) {
    if (dropping) say(tell_of_gone);
    during(names_dropped, dropping, [] { delete_dropped(); });
    CommandCounterIncrement();
    keep_roles_of_legal_access(0);
    drop_idle_path_triggers();
}

constinit Dynamic<bool> own_policy_write{false};

static void complete_all(Oid relid) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        if (policy[i].relid != relid) continue;
        complete(policy[i]);
        if (!policy[i].validated) record_unknown_policy(policy[i].id);
    }
}

bool validate_relation(Oid relid, char **problem) {
    const ErrorData *error = attempt([relid] { complete_all(relid); });
    if (error != nullptr) *problem = pstrdup(cause_of(error));
    return error == nullptr;
}

void uncheck(Oid relid) {
    as_extension("UPDATE retention.policy SET validated = false WHERE relation = $1", OIDOID, ObjectIdGetDatum(relid));
    plan_preparation(relid);
    arm_policies_of(relid);
}

void validate_all() {
    int count = 0;
    const Policy *policy = all_policies(&count);
    List *relations = NIL;
    for (int i = 0; i < count; ++i) relations = list_append_unique_oid(relations, policy[i].relid);
    ListCell *cell = nullptr;
    foreach (cell, relations) {
        const Oid relid = lfirst_oid(cell);
        char *problem = nullptr;
        if (validate_relation(relid, &problem)) continue;
        uncheck(relid);
        ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                          errmsg("the policies of table \"%s\" do not fit the schema: %s", get_rel_name(relid), problem),
                          errhint("Rows stay hidden; nothing is acted on there until retention.status shows no problem.")));
    }
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_policy_before) {
    const TriggerData *data = pg_retention::of_policy(fcinfo);
    pg_retention::note_change_of(pg_retention::Judge::kPolicies);
    if (!pg_retention::own_policy_write) pg_retention::remember_old(data);
    return pg_retention::before_policy(data);
}

RETENTION_FUNCTION(pg_retention_policy_after) {
    pg_retention::after_policy(pg_retention::of_policy(fcinfo));
    return static_cast<Datum>(0);
}
