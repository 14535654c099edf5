#include "requests/hold_terms.hpp"

#include "pg/actor.hpp"
#include "pg/arguments.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/timezone.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_check.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "subject/json.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Days of the server count from there.
constexpr int kEpoch = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;

constexpr const char *kGrounds[] = {"17(3)(b)", "17(3)(e)"};

// Where the arguments stand: of a hold by key, and of one without.
struct Places {
    int key, relation, kind, policy, condition, owner, review_on, readers;
};
constexpr Places kByKey = {3, 4, 5, -1, -1, 6, 7, 8};
constexpr Places kWithoutKey = {-1, 3, -1, 4, 5, 6, 7, 8};

bool is_given(FunctionCallInfo fcinfo, int argument) { return argument >= 0 && !PG_ARGISNULL(argument); }

const char *text_argument(FunctionCallInfo fcinfo, int argument) {
    return is_given(fcinfo, argument) ? text_to_cstring(PG_GETARG_TEXT_PP(argument)) : nullptr;
}

const char *said(FunctionCallInfo fcinfo, int argument, const char *what) {
    const char *text = text_argument(fcinfo, argument);
    if (text == nullptr || text[strspn(text, " \t\n\r")] == '\0')
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the %s of a hold must not be empty", what),
                 errhint("Nothing was done. Say it for whoever has to answer for the hold later; no data about persons.")));
    return text;
}

[[noreturn]] void refuse_combination(const char *hint) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("it is not clear what is to be held"), errhint("%s", hint)));
    pg_unreachable();
}

const char *ground_argument(FunctionCallInfo fcinfo, int argument) {
    const char *ground = text_argument(fcinfo, argument);
    for (const char *known : kGrounds)
        if (ground != nullptr && strcmp(ground, known) == 0) return ground;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    ground == nullptr ? errmsg("the ground of a hold must not be null")
                                      : errmsg("\"%s\" is no ground of a hold", ground),
                    errhint("It is 17(3)(b), a law requires the data, or 17(3)(e), legal claims.")));
    pg_unreachable();
}

// What nothing guards nothing can hold.
Oid governed_table(FunctionCallInfo fcinfo, int argument) {
    const Oid relid = PG_GETARG_OID(argument);
    if (get_rel_name(relid) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
    if (clock_column(relid) == InvalidAttrNumber || !is_managed(relid))
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("table \"%s\" has no policy, and nothing guards its rows", get_rel_name(relid)),
                        errhint("Write a policy for it first; one that only observes will do.")));
    return relid;
}

void read_policy(const char *name, HoldTerms *terms) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        if (strcmp(policy[i].name, name) != 0) continue;
        terms->scope = HoldScope::kPolicy;
        terms->policy_id = policy[i].id;
        terms->governed = policy[i].relid;
        return;
    }
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("policy \"%s\" does not exist", name), errhint("See retention.policy.")));
}

// As it is kept. Whoever writes it, it is asked in everybody's name.
const char *checked_condition(Oid relid, const char *text) {
    Relation rel = table_open(relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, false);
    Node *condition = cook_condition(rel, text, "condition");
    const char *kept = condition_text(relid, condition);
    leave(saved);
    table_close(rel, AccessShareLock);
    if (!runs_servers_code_alone(condition))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("condition of a hold calls code of a user's"),
                        errhint("Use functions, operators and types of the server alone.")));
    return kept;
}

void read_condition(FunctionCallInfo fcinfo, const Places &places, HoldTerms *terms) {
    const char *policy = text_argument(fcinfo, places.policy), *condition = text_argument(fcinfo, places.condition);
    const bool table = is_given(fcinfo, places.relation);
    if ((policy != nullptr) == table || (condition != nullptr && !table))
        refuse_combination("Name a policy, or a relation, and with a relation perhaps a condition on its rows.");
    if (policy != nullptr) return read_policy(policy, terms);
    terms->relid = governed_table(fcinfo, places.relation);
    terms->scope = condition == nullptr ? HoldScope::kTable : HoldScope::kCondition;
    terms->condition = condition == nullptr ? nullptr : checked_condition(terms->relid, condition);
}

// As the extension writes keys.
Datum json_of_key(Oid relid, const AttrNumber *columns, int n, const RowKey &key) {
    StringInfoData out;
    initStringInfo(&out);
    if (n > 1) appendStringInfoChar(&out, '{');
    for (int i = 0; i < n; ++i) {
        if (n > 1) {
            appendStringInfoString(&out, i == 0 ? "" : ", ");
            append_json_text(&out, get_attname(relid, columns[i], false));
            appendStringInfoString(&out, ": ");
        }
        JsonColumn form = json_column(key.values[i].type);
        append_json(&out, &form, key.values[i].datum, false);
    }
    if (n > 1) appendStringInfoChar(&out, '}');
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

void read_key(FunctionCallInfo fcinfo, const Places &places, HoldTerms *terms) {
    const bool row = is_given(fcinfo, places.relation), person = is_given(fcinfo, places.kind);
    require_argument(fcinfo, places.key, "the key of what is to be held");
    if (row == person) refuse_combination("With a key, name the relation of the row, or the kind of the person.");
    if (row) {
        AttrNumber columns[kMaxKeys];
        terms->scope = HoldScope::kRow;
        terms->relid = governed_table(fcinfo, places.relation);
        const int n = primary_key(terms->relid, columns);
        terms->key = json_of_key(terms->relid, columns, n, key_argument(terms->relid, columns, n, fcinfo, places.key));
        return;
    }
    terms->scope = HoldScope::kSubject;
    terms->kind = text_argument(fcinfo, places.kind);
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, terms->kind);
    terms->subject =
        open_subject(*model, *kind, set_of(key_argument(kind->relid, kind->keys, kind->n_keys, fcinfo, places.key)), true);
    terms->key = DirectFunctionCall1(jsonb_in, CStringGetDatum(key_json(*terms->subject)));
}

// A year from today, as days are here.
Datum review_argument(FunctionCallInfo fcinfo, int argument) {
    if (is_given(fcinfo, argument)) {
        require_finite(PG_GETARG_DATUM(argument));
        return PG_GETARG_DATUM(argument);
    }
    core::Period year = {};
    year.months = 12;
    return DateADTGetDatum(core::last_day(default_zone().day_of(retention_now()), year) - kEpoch);
}

}  // namespace

void require_finite(Datum day) {
    if (DATE_NOT_FINITE(DatumGetDateADT(day)))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the day of review of a hold must be a day"),
                        errhint("A hold stands until it is lifted, whatever the day of its review is.")));
}

const char *reason_of_hold(FunctionCallInfo fcinfo, int argument) { return said(fcinfo, argument, "reason"); }

HoldTerms read_hold_terms(FunctionCallInfo fcinfo, bool with_key) {
    const Places &places = with_key ? kByKey : kWithoutKey;
    HoldTerms terms = {};
    terms.name = said(fcinfo, 0, "name");
    terms.reason = said(fcinfo, 1, "reason");
    terms.ground = ground_argument(fcinfo, 2);
    terms.owner = text_argument(fcinfo, places.owner);
    if (terms.owner == nullptr) terms.owner = session_role();
    terms.review_on = review_argument(fcinfo, places.review_on);
    terms.readers = is_given(fcinfo, places.readers) ? PG_GETARG_DATUM(places.readers) : array_of(nullptr, 0, REGROLEOID);
    if (with_key)
        read_key(fcinfo, places, &terms);
    else
        read_condition(fcinfo, places, &terms);
    return terms;
}

}  // namespace pg_retention
