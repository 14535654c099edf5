// Kinds of persons and links are checked when they are written. A dump loads them before keys and foreign keys exist: what
// was checked where it came from is taken as it is, and checked again by each use.
#include <initializer_list>

#include "ledger/at_end.hpp"
#include "ledger/terms.hpp"
#include "schema/person_records.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/link_path.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/rights.hpp"
#include "schema/row_key.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "schema/own.hpp"
#include "subject/model.hpp"
#include "subject/person_triggers.hpp"

#include "pg/running.hpp"
#include "pg/trigger.hpp"
extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

struct Written {
    HeapTuple row;
    TupleDesc desc;
    Datum get(const char *name, bool *isnull) const { return heap_getattr(row, SPI_fnumber(desc, name), desc, isnull); }
    Datum get(const char *name) const {
        bool isnull = false;
        return get(name, &isnull);
    }
    Oid get_oid(const char *name) const { return DatumGetObjectId(get(name)); }
};

Datum names_array(Oid relid, const AttrNumber *columns, int n) {
    auto *names = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
    for (int i = 0; i < n; ++i) names[i] = DirectFunctionCall1(namein, CStringGetDatum(get_attname(relid, columns[i], false)));
    return array_of(names, n, NAMEOID);
}

void check_columns(const Written &written, const char *field, Oid relid) {
    Datum *names = nullptr;
    bool *nulls = nullptr;
    bool isnull = false;
    const Datum array = written.get(field, &isnull);
    if (isnull) return;
    const int n = elements_of(array, NAMEOID, &names, &nulls);
    for (int i = 0; i < n; ++i)
        if (nulls[i] || get_attnum(relid, NameStr(*DatumGetName(names[i]))) <= 0)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("column \"%s\" in field \"%s\" does not exist in table %s",
                                   nulls[i] ? "NULL" : NameStr(*DatumGetName(names[i])), field, get_rel_name(relid))));
}

// What rows are found by must have an equality, and no two persons may share it.
void check_key(const Written &written, Oid relid) {
    Datum *names = nullptr;
    bool *nulls = nullptr;
    const int n = elements_of(written.get("key"), NAMEOID, &names, &nulls);
    AttrNumber columns[kMaxKeys] = {};
    for (int i = 0; i < n; ++i) {
        const AttrNumber column = get_attnum(relid, NameStr(*DatumGetName(names[i])));
        (void) own_equality(relid, column);
        if (i < kMaxKeys) columns[i] = column;
    }
    if (n > 0 && n <= kMaxKeys && !is_unique_in(relid, columns, n))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("field \"key\" does not name one row of table \"%s\"", get_rel_name(relid)),
                 errhint("Name the columns of a primary key or of a unique index, or else several persons would be one.")));
}

// It is asked in each request, whoever owns the table by then.
void check_applies_to(const Written &written, Oid relid) {
    bool isnull = false;
    const Datum condition = written.get("applies_to", &isnull);
    if (isnull || runs_servers_code_alone(cook_as_owner(relid, TextDatumGetCString(condition)))) return;
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("condition in field \"applies_to\" calls what a user has written"),
             errhint("Use functions, operators and types that come with the server, or a column that holds the answer.")));
}

void require_own(Oid relid) {
    require_ownership(relid, "in field \"relation\"",
                      "Whose data its rows are is said by the owner of a table or by a superuser.");
}

HeapTuple with_column(const Written &written, const char *name, Datum value) {
    int column = SPI_fnumber(written.desc, name);
    bool isnull = false;
    return heap_modify_tuple_by_cols(written.row, written.desc, 1, &column, &value, &isnull);
}

HeapTuple check_kind(Written written) {
    const Oid relid = DatumGetObjectId(written.get("relation"));
    bool no_key = false;
    (void) written.get("key", &no_key);
    check_relation(relid);
    AttrNumber key[kMaxKeys];
    const int n = primary_key(relid, key);
    if (no_key) written.row = with_column(written, "key", names_array(relid, key, n));
    check_columns(written, "key", relid);
    check_key(written, relid);
    check_columns(written, "identifying", relid);
    check_columns(written, "scope", relid);
    check_applies_to(written, relid);
    provide_person_triggers(relid);
    return with_column(written, "validated", BoolGetDatum(true));
}

// Invalid: there is no such kind. One that there is stays until the end of the transaction.
Oid table_of_kind(const Written &written) {
    connect_spi();
    const SqlRows found =
        own("SELECT relation FROM retention.subject_kind WHERE kind = $1 FOR KEY SHARE", typed(TEXTOID, written.get("kind")));
    const Oid relid = found.n > 0 ? found.first().get<Oid>(1) : InvalidOid;
    SPI_finish();
    return relid;
}

// With a kind its links go, or lead to another table.
void require_linked_tables(const Written &written) {
    connect_spi();
    const SqlRows found = read_own(
        "SELECT relation FROM retention.subject_link WHERE kind = $1 UNION SELECT relation FROM retention.contact_log WHERE kind = $1",
        typed(TEXTOID, written.get("kind")));
    for (const SqlRow row : found)
        require_ownership(row.get<Oid>(1), "in retention.subject_link",
                          "Its rows lead to persons of this kind. Remove the link first.");
    SPI_finish();
}

void require_tables_of_kind(const Written &written, bool new_row) {
    require_own(DatumGetObjectId(written.get("relation")));
    if (!new_row) require_linked_tables(written);
}

// Those that the path leads through, the person's own included. One that leads nowhere is refused elsewhere.
void require_tables_of_link(const Written &written, bool) {
    const Oid relid = DatumGetObjectId(written.get("relation"));
    const char *way = TextDatumGetCString(written.get("path"));
    LinkPath path;
    Problem problem = {};
    require_own(relid);
    const Oid person = table_of_kind(written);
    if (!OidIsValid(person) || get_rel_name(relid) == nullptr || !resolve_link(relid, way, person, &path, &problem)) return;
    for (int i = 0; i < path.n_steps; ++i)
        require_ownership(path.steps[i].far_relid, psprintf("on path \"%s\" in field \"path\"", way),
                          "Whose data are found on a path is said by the owner of its tables or by a superuser.");
}

// One human in two tables: a person's row that refers to another person's.
void check_same(Oid relid, const LinkPath &path) {
    connect_spi();
    const bool is_person = own("SELECT 1 FROM retention.subject_kind WHERE relation = $1", relid).n > 0;
    SPI_finish();
    if (is_person && path.n_steps == 1 && !path.steps[0].down && !path.steps[0].repeats && path.steps[0].key.given == nullptr)
        return;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("role \"same\" does not fit table \"%s\" and its path", get_rel_name(relid)),
                    errhint("The table of another kind of persons may have it, with a path of one foreign key.")));
}

HeapTuple check_link(Written written) {
    const Oid relid = DatumGetObjectId(written.get("relation"));
    AttrNumber key[kMaxKeys];
    LinkPath path;
    Problem problem = {};
    check_relation(relid);
    (void) primary_key(relid, key);
    const char *way = TextDatumGetCString(written.get("path"));
    if (*way == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("field \"path\" is empty"),
                        errhint("The rows of a kind's own table need no link.")));
    const Oid person = table_of_kind(written);
    if (!OidIsValid(person))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("kind of subject \"%s\" does not exist", TextDatumGetCString(written.get("kind"))),
                        errhint("Write it into retention.subject_kind first.")));
    if (!resolve_link(relid, way, person, &path, &problem))
        ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
    for (int i = 0; i < path.n_steps; ++i) (void) primary_key(path.steps[i].far_relid, key);
    if (strcmp(TextDatumGetCString(written.get("role")), name_of(LinkRole::kSame)) == 0) check_same(relid, path);
    check_columns(written, "columns", relid);
    return with_column(written, "validated", BoolGetDatum(true));
}

void rename_kind(const SqlValue &from, const SqlValue &to) {
    const auto rename = [&](const char *table) {
        own(psprintf("UPDATE retention.%s SET kind = $2 WHERE kind = $1 AND $1 <> $2", table), from, to);
    };
    for (const char *table : {"subject_link", "verification", "objection", "contact_count"}) rename(table);
    during(own_command, true, [&] {
        for (const char *table : kPersonRecords) rename(table);
    });
    during(own_policy_write, true, [&] { rename("contact_log"); });
}

// Other rows than before, or the same by other columns. One that was renamed is not there by the name it had.
bool names_others(const Written &was, const Written &is) {
    const Oid relid = DatumGetObjectId(was.get("relation"));
    if (relid != DatumGetObjectId(is.get("relation"))) return true;
    Datum *before = nullptr, *after = nullptr;
    bool *nulls = nullptr;
    const int n = elements_of(was.get("key"), NAMEOID, &before, &nulls);
    if (elements_of(is.get("key"), NAMEOID, &after, &nulls) != n) return true;
    for (int i = 0; i < n; ++i) {
        const char *name = NameStr(*DatumGetName(before[i]));
        if (strcmp(name, NameStr(*DatumGetName(after[i]))) != 0 && get_attnum(relid, name) > 0) return true;
    }
    return false;
}

// A restriction that stands could not be lifted: nobody would know whose rows it hides.
void refuse_restricted(const SqlValue &kind, const char *name) {
    if (own("SELECT 1 FROM retention.restriction WHERE kind = $1 AND lifted_at IS NULL LIMIT 1", kind).n > 0)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_IN_USE), errmsg("processing of persons of kind \"%s\" is restricted (Article 18)", name),
                 errhint("Lift the restrictions with retention.lift_restriction first.")));
}

// What a hold reaches is asked of its kind and links each time.
void refuse_held(const SqlValue &kind, const char *name) {
    if (own("SELECT 1 FROM retention.hold WHERE kind = $1 AND lifted_at IS NULL LIMIT 1", kind).n > 0)
        ereport(ERROR,
                (errcode(MAKE_SQLSTATE('R', 'T', '0', '0', '3')), errmsg("a legal hold is on persons of kind \"%s\"", name),
                 errhint("Which rows are about them stays as it is until retention.lift_hold lifts it.")));
}

// One that was lifted needs no longer say whose it was.
void forget_lifted(const SqlValue &kind) {
    during(own_command, true,
           [&] { own("UPDATE retention.hold SET key = NULL WHERE kind = $1 AND lifted_at IS NOT NULL", kind); });
}

// Records name persons by the key that the kind has: under another one they would be others'.
void refuse_recorded(const SqlValue &kind, const char *name) {
    if (own("SELECT 1 FROM (" RETENTION_PERSON_RECORDS ") r WHERE kind = $1 AND key IS NOT NULL LIMIT 1", kind).n > 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                        errmsg("objections, consents or other records name persons of kind \"%s\" by the key that it has", name),
                        errhint("Write another kind, or end these records first.")));
}

void remove_kind(const SqlValue &kind, const char *name, Oid relid) {
    refuse_restricted(kind, name);
    refuse_held(kind, name);
    forget_lifted(kind);
    for (const char *table : {"subject_link", "contact_log", "contact_count"})
        own(psprintf("DELETE FROM retention.%s WHERE kind = $1", table), kind);
    // Another kind of its name would have them. With a dropped table it goes, and is written anew for the one that takes its place.
    if (get_rel_name(relid) != nullptr && !settings::confirm_drop) refuse_recorded(kind, name);
}

// Whether a row of the same key stands already, so that this one is not written: ON CONFLICT.
bool is_written(const Written &row, bool is_kind) {
    connect_spi();
    const SqlValue kind = typed(TEXTOID, row.get("kind"));
    const bool written =
        is_kind
            ? own("SELECT 1 FROM retention.subject_kind WHERE kind = $1 OR relation = $2", kind, row.get_oid("relation")).n > 0
            : own("SELECT 1 FROM retention.subject_link WHERE kind = $1 AND relation = $2 AND path = $3", kind,
                  row.get_oid("relation"), typed(TEXTOID, row.get("path")))
                      .n > 0;
    SPI_finish();
    return written;
}

// Whose data rows are decides what is erased, and what of it. row: as it will be, or was where it is deleted.
void record(const TriggerData *data, bool is_kind, HeapTuple row) {
    const Written last = {row, RelationGetDescr(data->tg_relation)};
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && same_terms(last.desc, data->tg_trigtuple, row)) return;
    if (TRIGGER_FIRED_BY_INSERT(data->tg_event) && is_written(last, is_kind)) return;
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_json(&detail, is_kind ? "subject_kind" : "subject_link", TextDatumGetCString(last.get("kind")));
    if (!is_kind) put_json(&detail, "path", TextDatumGetCString(last.get("path")));
    put_change(&detail, last.desc, TRIGGER_FIRED_BY_INSERT(data->tg_event) ? nullptr : data->tg_trigtuple,
               TRIGGER_FIRED_BY_DELETE(data->tg_event) ? nullptr : row);
    appendStringInfoChar(&detail, '}');
    LedgerEntry entry = {};
    entry.action = LedgerAction::kConfigurationChanged;
    entry.relid = last.get_oid("relation");
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger_at_end(entry);
}

bool is_same_link(const Written &was, const Written &is) {
    return was.get_oid("relation") == is.get_oid("relation") && same_terms(was.desc, was.row, is.row);
}

// A link that a hold is found by neither goes nor leads elsewhere; one whose table or kind is gone is taken along.
void keep_held_link(const TriggerData *data, const Written &was) {
    if (is_running_as(Exemption::kOwn) || TRIGGER_FIRED_BY_INSERT(data->tg_event)) return;
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && is_same_link(was, Written{data->tg_newtuple, was.desc})) return;
    connect_spi();
    refuse_held(typed(TEXTOID, was.get("kind")), TextDatumGetCString(was.get("kind")));
    SPI_finish();
}

HeapTuple check_and_record(const TriggerData *data, bool is_kind) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const Written written = {update ? data->tg_newtuple : data->tg_trigtuple, desc};
    // A dump brings the ledger, too.
    if (!update && superuser() && DatumGetBool(written.get("validated"))) return written.row;
    HeapTuple row = is_kind ? check_kind(written) : check_link(written);
    record(data, is_kind, row);
    return row;
}

void follow_kind(const TriggerData *data) {
    const Written was = {data->tg_trigtuple, RelationGetDescr(data->tg_relation)};
    const Written is = {data->tg_newtuple, RelationGetDescr(data->tg_relation)};
    const Datum kind = was.get("kind");
    connect_spi();
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        remove_kind(typed(TEXTOID, kind), TextDatumGetCString(kind), was.get_oid("relation"));
    } else {
        if (names_others(was, is)) refuse_held(typed(TEXTOID, kind), TextDatumGetCString(kind));
        if (names_others(was, is)) refuse_restricted(typed(TEXTOID, kind), TextDatumGetCString(kind));
        if (names_others(was, is)) forget_lifted(typed(TEXTOID, kind));
        if (names_others(was, is)) refuse_recorded(typed(TEXTOID, kind), TextDatumGetCString(kind));
        rename_kind(typed(TEXTOID, kind), typed(TEXTOID, is.get("kind")));
    }
    SPI_finish();
    withdraw_person_triggers();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_follow_kind) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    const bool fits = TRIGGER_FIRED_AFTER(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event) &&
                      (TRIGGER_FIRED_BY_UPDATE(data->tg_event) || TRIGGER_FIRED_BY_DELETE(data->tg_event));
    // Everybody may put it into a trigger of another table.
    if (!fits || RelationGetRelid(data->tg_relation) != get_relname_relid("subject_kind", pg_retention::extension()->schema))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired after UPDATE or DELETE of retention.subject_kind",
                               data->tg_trigger->tgname)));
    pg_retention::follow_kind(data);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_check_subject) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const bool is_kind = strcmp(RelationGetRelationName(data->tg_relation), "subject_kind") == 0;
    const auto require = is_kind ? require_tables_of_kind : require_tables_of_link;
    if (is_kind) CacheInvalidateRelcacheByRelid(RelationGetRelid(data->tg_relation));
    const Written before = {data->tg_trigtuple, RelationGetDescr(data->tg_relation)};
    require(before, TRIGGER_FIRED_BY_INSERT(data->tg_event));
    if (!is_kind) keep_held_link(data, before);
    if (TRIGGER_FIRED_BY_DELETE(data->tg_event)) {
        record(data, is_kind, data->tg_trigtuple);
        return PointerGetDatum(data->tg_trigtuple);
    }
    if (update) require(Written{data->tg_newtuple, before.desc}, true);
    return PointerGetDatum(check_and_record(data, is_kind));
}
