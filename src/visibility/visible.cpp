// The condition itself, evaluated per row.
#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "ledger/reveals.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/running.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "visibility/binding.hpp"
#include "visibility/persons.hpp"
#include "visibility/trust.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/parallel.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

const Binding &binding_of_call(FunctionCallInfo fcinfo) {
    const auto *binding = static_cast<const Binding *>(fcinfo->flinfo->fn_extra);
    if (binding == nullptr) {
        binding = binding_of(fcinfo->flinfo->fn_mcxt);
        fcinfo->flinfo->fn_extra = const_cast<Binding *>(binding);
    }
    return *binding;
}

// Of a call that has its persons with it: clock, table, columns, and what these hold.
constexpr int kTableArgument = 1, kColumnsArgument = 2, kFirstOfRow = 3;

struct PersonCall {
    const Binding *binding;
    void *persons;  // null until somebody is asked about
    int n;          // columns
};

PersonCall *person_call(FunctionCallInfo fcinfo) {
    auto *call = static_cast<PersonCall *>(fcinfo->flinfo->fn_extra);
    if (call == nullptr) {
        call = static_cast<PersonCall *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PersonCall)));
        call->binding = binding_of(fcinfo->flinfo->fn_mcxt);
        fcinfo->flinfo->fn_extra = call;
    }
    return call;
}

// Whoever calls it by hand might give it anything.
void require_row_of(FunctionCallInfo fcinfo, Oid relid, const int2vector *columns) {
    bool fits =
        !get_fn_expr_variadic(fcinfo->flinfo) && fcinfo->nargs >= kFirstOfRow + columns->dim1 && columns->dim1 <= kMostOfRow;
    for (int i = 0; fits && i < columns->dim1; ++i) {
        const Oid type = get_atttype(relid, columns->values[i]);
        fits = OidIsValid(type) && get_fn_expr_argtype(fcinfo->flinfo, kFirstOfRow + i) == type;
    }
    if (!fits)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("these are no columns of a row of the table"),
                        errhint("retention.person_visible is called by what stands in plans.")));
}

[[gnu::noinline]] void open_persons(FunctionCallInfo fcinfo, PersonCall *call) {
    if (PG_ARGISNULL(kTableArgument) || PG_ARGISNULL(kColumnsArgument))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a table and its columns must not be null")));
    const Oid relid = PG_GETARG_OID(kTableArgument);
    const auto *columns = reinterpret_cast<const int2vector *>(PG_DETOAST_DATUM(PG_GETARG_DATUM(kColumnsArgument)));
    require_row_of(fcinfo, relid, columns);
    MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    call->persons = withheld_rows.open(relid, columns, call->binding->acting);
    call->n = columns->dim1;
    MemoryContextSwitchTo(before);
}

[[gnu::noinline]] bool is_withheld(FunctionCallInfo fcinfo, PersonCall *call) {
    Datum values[kMostOfRow];
    bool nulls[kMostOfRow];
    if (call->persons == nullptr) open_persons(fcinfo, call);
    const int n = call->n;
    for (int i = 0; i < n; ++i) {
        values[i] = PG_GETARG_DATUM(kFirstOfRow + i);
        nulls[i] = PG_ARGISNULL(kFirstOfRow + i);
    }
    return withheld_rows.asks(call->persons, values, nulls);
}

bool is_person_visible(FunctionCallInfo fcinfo) {
    PersonCall *call = person_call(fcinfo);
    if (PG_ARGISNULL(0) || !is_visible(*call->binding, clock_argument(fcinfo, 0))) return false;
    return call->binding->acting == NIL || !is_withheld(fcinfo, call);
}

bool is_visible_to_call(FunctionCallInfo fcinfo, core::Clock clock) { return is_visible(binding_of_call(fcinfo), clock); }

// Table and constraint, as the server names them where the row is seen: clients tell by these what to do. Inside ereport().
int tell_conflict() {
    const Running *statement = running;
    const Plan *top = statement == nullptr ? nullptr : statement->query->plannedstmt->planTree;
    if (top == nullptr || !IsA(top, ModifyTable)) return 0;
    const auto *modify = reinterpret_cast<const ModifyTable *>(top);
    const Oid relid = rt_fetch(modify->nominalRelation, statement->query->plannedstmt->rtable)->relid;
    err_generic_string(PG_DIAG_SCHEMA_NAME, get_namespace_name(get_rel_namespace(relid)));
    err_generic_string(PG_DIAG_TABLE_NAME, get_rel_name(relid));
    if (list_length(modify->arbiterIndexes) == 1)
        err_generic_string(PG_DIAG_CONSTRAINT_NAME, get_rel_name(linitial_oid(modify->arbiterIndexes)));
    return 0;
}

// Whether it is hidden or withheld is not said: that would tell of the person.
void refuse_conflict() {
    ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION), errmsg("row conflicts with a row that is hidden by a retention policy"),
                    errhint("The key is free again once the hidden row is gone."), tell_conflict()));
}

}  // namespace

void record_reveal() {
    if (is_reveal_noted() || IsParallelWorker()) return;
    note_reveal(settings::reveal_reason);
    ereport(LOG, (errmsg("retention.reveal used by role \"%s\" in database \"%s\"", GetUserNameFromId(GetUserId(), false),
                         get_database_name(MyDatabaseId)),
                  errdetail("Reason: %s", settings::reveal_reason[0] != '\0' ? settings::reveal_reason : "none given")));
}

void init_visibility() {
    init_planner();
    init_acting();
    init_persons();
    init_binding();
    init_scrub();
    init_trust();
    init_statistics();
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_visible) {
    PG_RETURN_BOOL(pg_retention::is_visible_to_call(fcinfo, pg_retention::clock_argument(fcinfo, 0)));
}

RETENTION_FUNCTION(pg_retention_unstamped_visible) {
    const pg_retention::core::Clock oldest = pg_retention::core::first_from(PG_GETARG_INT16(1), 0);
    PG_RETURN_BOOL(pg_retention::is_visible_to_call(fcinfo, oldest));
}

RETENTION_FUNCTION(pg_retention_unknown_visible) {
    PG_RETURN_BOOL(pg_retention::is_visible_to_call(fcinfo, pg_retention::core::kUnknownClock));
}

RETENTION_FUNCTION(pg_retention_unmanaged_visible) {
    PG_RETURN_BOOL(pg_retention::is_known(pg_retention::binding_of_call(fcinfo), pg_retention::clock_argument(fcinfo, 0)));
}

RETENTION_FUNCTION(pg_retention_conflict_visible) {
    if (!pg_retention::is_visible_to_call(fcinfo, pg_retention::clock_argument(fcinfo, 0))) pg_retention::refuse_conflict();
    PG_RETURN_BOOL(true);
}

RETENTION_FUNCTION(pg_retention_person_visible) { PG_RETURN_BOOL(pg_retention::is_person_visible(fcinfo)); }

RETENTION_FUNCTION(pg_retention_person_conflict_visible) {
    if (!pg_retention::is_person_visible(fcinfo)) pg_retention::refuse_conflict();
    PG_RETURN_BOOL(true);
}

RETENTION_FUNCTION(pg_retention_state) {
    using namespace pg_retention;
    PG_RETURN_TEXT_P(cstring_to_text(state_text(clock_argument(fcinfo, 0), retention_now())));
}
