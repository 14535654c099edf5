#include "subject/same_human.hpp"

#include "core/data/anonymiser.hpp"
#include "ledger/home.hpp"
#include "pg/guard.hpp"
#include "pg/running.hpp"
#include "pg/trigger.hpp"
#include "personal/personal.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// A row of retention.personal_column.
struct Declared {
    Oid relid;  // invalid: there is none
    const char *column;
    const char *category;
    const char *written;  // what is written in place of values, so that those that are it are nobody's; null: NULL alone
};

Declared declared_in(TupleDesc desc, HeapTuple row) {
    const auto text = [&](const char *field) { return SPI_getvalue(row, desc, SPI_fnumber(desc, field)); };
    bool isnull = false;
    if (row == nullptr) return Declared{InvalidOid, "", nullptr, nullptr};
    Declared said = {DatumGetObjectId(heap_getattr(row, SPI_fnumber(desc, "relation"), desc, &isnull)), text("column_name"),
                     text("category"), nullptr};
    const char *anonymiser = text("anonymise"), *constant = text("constant"), *argument = text("argument");
    for (const auto one : {core::Anonymiser::kConstant, core::Anonymiser::kGeneralise, core::Anonymiser::kTruncate})
        if (strcmp(core::name_of(one), anonymiser) == 0)
            said.written =
                psprintf("%s %s %s", anonymiser, constant == nullptr ? "" : constant, argument == nullptr ? "" : argument);
    return said;
}

bool same(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

bool is_about(const Declared &said, const Declared &about) {
    return said.relid == about.relid && strcmp(said.column, about.column) == 0;
}

const char *category_of(const Declared &said, const Declared &about) {
    return is_about(said, about)
             ? said.category
             : category_without_declaration(get_atttype(about.relid, get_attnum(about.relid, about.column)), about.column);
}

// Values of the column count with those of other columns than before, or some no longer count.
bool tells_others(const Declared &before, const Declared &after, const Declared &about) {
    const char *was = is_about(before, about) ? before.written : nullptr, *is = is_about(after, about) ? after.written : nullptr;
    return !same(category_of(before, about), category_of(after, about)) || (is != nullptr && !same(was, is));
}

bool is_identifying(const Declared &said) {
    if (!OidIsValid(said.relid) || get_rel_name(said.relid) == nullptr || get_attnum(said.relid, said.column) <= 0) return false;
    return own("SELECT 1 FROM retention.subject_kind WHERE relation = $1 AND $2::name = ANY (identifying)", said.relid,
               said.column)
               .n > 0;
}

void keep_identity(const TriggerData *data) {
    if (own_policy_write || is_running_own() || (TRIGGER_FIRED_BY_INSERT(data->tg_event) && is_from_dump())) return;
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool inserts = TRIGGER_FIRED_BY_INSERT(data->tg_event), updates = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const Declared before = declared_in(desc, inserts ? nullptr : data->tg_trigtuple);
    const Declared after = declared_in(desc, updates ? data->tg_newtuple : inserts ? data->tg_trigtuple : nullptr);
    connect_spi();
    for (const Declared *about : {&before, &after})
        if (is_identifying(*about) && tells_others(before, after, *about)) refuse_under_hold_on_person();
    SPI_finish();
}

}  // namespace

bool is_taken_otherwise(Oid relid, const char *from, const char *to) {
    const Oid type = get_atttype(relid, get_attnum(relid, to));
    if (same(category_without_declaration(type, from), category_without_declaration(type, to))) return false;
    connect_spi();
    const bool declared =
        own("SELECT 1 FROM retention.personal_column WHERE relation = $1 AND column_name IN ($2::name, $3::name)", relid, from,
            to)
            .n > 0;
    SPI_finish();
    return !declared;
}

bool is_from_dump() { return superuser() && !home_known(); }

void refuse_under_hold_on_person(const char *kind) {
    const SqlRows found =
        own("SELECT kind FROM retention.hold WHERE kind = coalesce($1, kind) AND lifted_at IS NULL LIMIT 1", kind);
    if (found.n == 0) return;
    ereport(ERROR, (errcode(MAKE_SQLSTATE('R', 'T', '0', '0', '3')),
                    errmsg("a legal hold is on persons of kind \"%s\"", found.first().text(1)),
                    errhint("Who they are, and which rows are about them, stays as it is until retention.lift_hold lifts it.")));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_keep_identity) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    // Everybody may put it into a trigger of another table.
    if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) || extension() == nullptr ||
        RelationGetRelid(data->tg_relation) != get_relname_relid("personal_column", extension()->schema))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired after INSERT, UPDATE or DELETE of retention.personal_column",
                               data->tg_trigger->tgname)));
    keep_identity(data);
    return static_cast<Datum>(0);
}
