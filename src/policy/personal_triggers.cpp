// A declaration of a personal column is checked when it is written. A dump loads it before the policies of the table are checked:
// then it is, with them.
#include "personal/anonymiser.hpp"
#include "personal/constraints.hpp"
#include "schema/extension.hpp"
#include "policy/held_tables.hpp"
#include "policy/policy_check.hpp"
#include "policy/protected.hpp"
#include "personal/personal_types.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/record.hpp"
#include "policy/rights.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"

extern "C" {
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/inval.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// By ids: checking one may renew the list.
List *validated_policies(Oid relid) {
    List *ids = NIL;
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (policy[i].relid == relid && policy[i].validated) ids = lappend_int(ids, policy[i].id);
    return ids;
}

// Pseudonyms of one domain that are not of one length are not equal.
void check_domain(const PersonalColumn &column, Problem *problem) {
    const std::string_view domain = pseudonym_domain(column);
    if (domain.empty()) return;
    const size_t digits = pseudonym_room(column, column.relid);
    const SqlRows found = own(
        "SELECT DISTINCT relation FROM retention.personal_column WHERE anonymise = 'pseudonymise' AND argument IS NOT NULL ORDER BY relation");
    for (const SqlRow row : found) {
        ListCell *cell = nullptr;
        if (get_rel_name(row.get<Oid>(1)) == nullptr) continue;
        foreach (cell, personal_columns_of(row.get<Oid>(1))) {
            const auto *other = static_cast<const PersonalColumn *>(lfirst(cell));
            if (pseudonym_domain(*other) != domain) continue;
            const size_t others = pseudonym_room(*other, other->relid);
            if (others == digits) continue;
            *problem = Problem{
                ERRCODE_INVALID_PARAMETER_VALUE,
                psprintf("its pseudonyms have %zu characters, and those of column \"%s\" of table %s in the same domain %zu",
                         digits, other->name, get_rel_name(other->relid), others),
                "Write the same length for all columns of the domain, in one statement."};
            return;
        }
    }
}

void check_by_itself(Oid relid, const char *name) {
    SPI_connect();
    Problem problem = {};
    const PersonalColumn *column = find_personal_column(personal_columns_of(relid), relid, get_attnum(relid, name));
    if (column != nullptr && get_attgenerated(relid, column->column) != '\0')
        refuse_anonymiser(*column, ERRCODE_GENERATED_ALWAYS, "it is generated", "Declare the columns that it is generated from.");
    if (column != nullptr && !check_anonymiser(*column, owner_of(relid), &problem))
        refuse_anonymiser(*column, problem.sqlstate, problem.message, problem.hint);
    if (column != nullptr) check_domain(*column, &problem);
    if (problem.message != nullptr) refuse_anonymiser(*column, problem.sqlstate, problem.message, problem.hint);
    SPI_finish();
}

void check_personal_column(const TriggerData *data) {
    HeapTuple row = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    bool isnull = false;
    const Oid relid = DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull));
    const char *name = NameStr(*DatumGetName(heap_getattr(row, SPI_fnumber(desc, "column_name"), desc, &isnull)));
    if (get_rel_name(relid) == nullptr) return;
    List *policies = validated_policies(relid);
    ListCell *cell = nullptr;
    foreach (cell, policies) {
        check_anonymisers(*policy_by_id(static_cast<int16_t>(lfirst_int(cell))), Tries::kRows);
        check_protected(*policy_by_id(static_cast<int16_t>(lfirst_int(cell))));
    }
    const bool restored = policies == NIL && clock_column(relid) != InvalidAttrNumber;
    if (!restored) check_by_itself(relid, name);
    foreach (cell, policies) warn_of_lost_words(*policy_by_id(static_cast<int16_t>(lfirst_int(cell))));
}

void check_rights(HeapTuple row, TupleDesc desc) {
    bool isnull = false;
    const Oid relid = DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull));
    if (!isnull)
        require_ownership(relid, "in field \"relation\"",
                          "What becomes of its columns is said by the owner of a table or by a superuser.");
}

bool is_same(const TriggerData *data, int column) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const char *before = SPI_getvalue(data->tg_trigtuple, desc, column);
    const char *now = SPI_getvalue(data->tg_newtuple, desc, column);
    return before == now || (before != nullptr && now != nullptr && strcmp(before, now) == 0);
}

// Something is written, and not what is called.
bool writes_only_other(const TriggerData *data) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    bool other = false;
    for (const char *name : {"anonymise", "argument"})
        if (!is_same(data, SPI_fnumber(desc, name))) return false;
    for (int column = 1; column <= desc->natts; ++column) other = other || !is_same(data, column);
    return other;
}

// Whoever writes the function that the row names, or the row as it was, answers for it.
HeapTuple written_now(const TriggerData *data) {
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    HeapTuple row = update ? data->tg_newtuple : data->tg_trigtuple;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    int column = SPI_fnumber(desc, "written_for");
    bool isnull = false;
    const Oid relid = DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull));
    Datum owner = isnull ? 0 : ObjectIdGetDatum(owner_of(relid));
    if (update && (own_policy_write || writes_only_other(data))) owner = heap_getattr(data->tg_trigtuple, column, desc, &isnull);
    bool null = false;
    return heap_modify_tuple_by_cols(row, desc, 1, &column, &owner, &null);
}

struct Said {
    Oid relid;
    const char *column;
    bool required;
};

// By a row of the table; null: by none.
Said said_in(TupleDesc desc, HeapTuple row) {
    bool isnull = false;
    const auto get = [&](const char *field) { return heap_getattr(row, SPI_fnumber(desc, field), desc, &isnull); };
    if (row == nullptr) return Said{InvalidOid, "", false};
    return Said{DatumGetObjectId(get("relation")), NameStr(*DatumGetName(get("column_name"))),
                DatumGetBool(get("required_by_law"))};
}

// Personal, and not needed by the law.
bool is_unneeded(const Said &said, const Said &about) {
    if (said.relid == about.relid && strcmp(said.column, about.column) == 0) return !said.required;
    return is_personal(get_atttype(about.relid, get_attnum(about.relid, about.column)));
}

void refuse_unprotecting(const Said &about) {
    int count = 0;
    const Policy *policy = policies_of(about.relid, &count);
    for (int i = 0; i < count; ++i)
        if (enforced(policy[i]) && protects_all(policy[i]))
            ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                            errmsg("policy \"%s\" would no longer protect column \"%s\"", policy[i].name, about.column),
                            errhint("Only a superuser may declare a column personal, and not required by law, that is protected; "
                                    "it is recorded in the ledger.")));
}

// Under {*} a column that becomes one which the law does not need is protected no more: as for a shorter floor, that takes a superuser.
void check_unprotecting(const TriggerData *data) {
    if (superuser() || own_policy_write) return;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool inserts = TRIGGER_FIRED_BY_INSERT(data->tg_event), updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const Said before = said_in(desc, inserts ? nullptr : data->tg_trigtuple);
    const Said after = said_in(desc, updates ? data->tg_newtuple : inserts ? data->tg_trigtuple : nullptr);
    for (const Said *about : {&before, &after})
        if (get_rel_name(about->relid) != nullptr && is_unneeded(after, *about) && !is_unneeded(before, *about))
            refuse_unprotecting(*about);
}

// Of a held row nobody writes what is personal over, and so it stays declared; or its type says so.
void keep_declared(const TriggerData *data) {
    if (own_policy_write || TRIGGER_FIRED_BY_INSERT(data->tg_event)) return;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const Said before = said_in(desc, data->tg_trigtuple);
    const Said after = said_in(desc, TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : nullptr);
    if (get_rel_name(before.relid) == nullptr || (before.relid == after.relid && strcmp(before.column, after.column) == 0))
        return;
    const AttrNumber column = get_attnum(before.relid, before.column);
    if (column <= 0 || is_personal(get_atttype(before.relid, column)) || !may_have_held_rows(before.relid)) return;
    ereport(ERROR, (errcode(MAKE_SQLSTATE('R', 'T', '0', '0', '3')),
                    errmsg("column \"%s\" of table \"%s\" must stay declared: a legal hold stands", before.column,
                           get_rel_name(before.relid)),
                    errhint("See retention.standing_hold; retention.lift_hold lifts a hold.")));
}

// Somebody says himself what a column is that has the name of one that was dropped.
void forget_dropped_column(Oid relid, const NameData &name) {
    SPI_connect();
    own("DELETE FROM retention.dropped_column WHERE relation = $1 AND column_name = $2", relid, name);
    SPI_finish();
}

// What the extension writes because the schema changed is recorded by whoever sees it change.
void record_write(const TriggerData *data) {
    if (own_policy_write) return;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool inserts = TRIGGER_FIRED_BY_INSERT(data->tg_event);
    HeapTuple before = inserts ? nullptr : data->tg_trigtuple;
    HeapTuple after = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : (inserts ? data->tg_trigtuple : nullptr);
    bool isnull = false;
    const auto get = [&](HeapTuple row, const char *field) { return heap_getattr(row, SPI_fnumber(desc, field), desc, &isnull); };
    const Oid from = before == nullptr ? InvalidOid : DatumGetObjectId(get(before, "relation"));
    const Oid to = after == nullptr ? InvalidOid : DatumGetObjectId(get(after, "relation"));
    if (before == nullptr) forget_dropped_column(to, *DatumGetName(get(after, "column_name")));
    // retention.release_types() goes on to change tables.
    const Entered when = own_command ? Entered::kAtEnd : Entered::kNow;
    if (from == to) return record_declaration(to, desc, before, after, when);
    // Each table has its own story.
    if (before != nullptr) record_declaration(from, desc, before, nullptr, when);
    if (after != nullptr) record_declaration(to, desc, nullptr, after, when);
}

// made_for: "BEFORE INSERT", for the error.
const TriggerData *of_personal_column(FunctionCallInfo fcinfo, bool before, const char *made_for) {
    const TriggerData *data = trigger_data(fcinfo);
    const bool own = extension() != nullptr &&
                     RelationGetRelid(data->tg_relation) == get_relname_relid("personal_column", extension()->schema);
    const bool timed = before ? TRIGGER_FIRED_BEFORE(data->tg_event) : TRIGGER_FIRED_AFTER(data->tg_event);
    if (!own || !timed || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as a trigger of retention.personal_column"),
                        errdetail("It is made for %s, for each row.", made_for)));
    return data;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_personal_column_before) {
    const TriggerData *data = pg_retention::of_personal_column(fcinfo, true, "BEFORE INSERT OR UPDATE OR DELETE");
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    pg_retention::check_rights(data->tg_trigtuple, desc);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) return PointerGetDatum(data->tg_trigtuple);
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event)) pg_retention::check_rights(data->tg_newtuple, desc);
    return PointerGetDatum(pg_retention::written_now(data));
}

RETENTION_FUNCTION(pg_retention_check_personal_column) {
    const TriggerData *data = pg_retention::of_personal_column(fcinfo, false, "AFTER INSERT OR UPDATE OR DELETE");
    // Sweeps look at declarations where anything was told since they last did.
    CacheInvalidateRelcacheByRelid(RelationGetRelid(data->tg_relation));
    pg_retention::keep_declared(data);
    if (!TRIGGER_FIRED_BY_DELETE(data->tg_event)) pg_retention::check_personal_column(data);
    pg_retention::check_unprotecting(data);
    pg_retention::record_write(data);
    return static_cast<Datum>(0);
}
