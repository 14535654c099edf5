// Kinds of persons and links are checked when they are written. A dump loads them before keys and foreign keys exist: what
// was checked where it came from is taken as it is, and checked again by each use.
#include <initializer_list>

#include "ledger/at_end.hpp"
#include "ledger/terms.hpp"
#include "schema/person_records.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/link_path.hpp"
#include "policy/held_tables.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/rights.hpp"
#include "schema/row_key.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "schema/own.hpp"
#include "subject/model.hpp"
#include "subject/person_triggers.hpp"
#include "subject/same_human.hpp"

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
    refuse_under_hold_on_person(name);
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

// A link that a hold is found by neither goes nor leads elsewhere; one whose table or kind is gone is taken along. Persons of one kind may be
// held for those of another one, who are the same humans.
void keep_held_link(const TriggerData *data, const Written &was) {
    if (is_running_own() || TRIGGER_FIRED_BY_INSERT(data->tg_event)) return;
    if (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && is_same_link(was, Written{data->tg_newtuple, was.desc})) return;
    const bool joins = strcmp(TextDatumGetCString(was.get("role")), name_of(LinkRole::kSame)) == 0;
    connect_spi();
    refuse_under_hold_on_person(joins || has_held_rows(was.get_oid("relation")) ? nullptr : TextDatumGetCString(was.get("kind")));
    SPI_finish();
}

void keep_all_kinds() {
    connect_spi();
    refuse_under_hold_on_person();
    SPI_finish();
}

bool writes_other(const Written &was, const Written &is, const char *field) {
    const int column = SPI_fnumber(was.desc, field);
    const char *before = SPI_getvalue(was.row, was.desc, column), *now = SPI_getvalue(is.row, is.desc, column);
    return (before == nullptr) != (now == nullptr) || (before != nullptr && strcmp(before, now) != 0);
}

// With one more column that identifies, more rows are one human, and none fewer.
bool drops_identifying(const Written &was, const Written &is) {
    Datum *before = nullptr, *after = nullptr;
    bool *nulls = nullptr;
    const int n_before = elements_of(was.get("identifying"), NAMEOID, &before, &nulls);
    const int n_after = elements_of(is.get("identifying"), NAMEOID, &after, &nulls);
    for (int i = 0; i < n_before; ++i) {
        bool stays = false;
        for (int k = 0; k < n_after; ++k)
            stays = stays || strcmp(NameStr(*DatumGetName(before[i])), NameStr(*DatumGetName(after[k]))) == 0;
        if (!stays) return true;
    }
    return false;
}

// Columns that were renamed, one of which is by its name alone taken for something else.
bool renames_identifying(const Written &was, const Written &is) {
    Datum *before = nullptr, *after = nullptr;
    bool *nulls = nullptr, other = false;
    const Oid relid = is.get_oid("relation");
    const int n = elements_of(was.get("identifying"), NAMEOID, &before, &nulls);
    if (elements_of(is.get("identifying"), NAMEOID, &after, &nulls) != n) return false;
    for (int i = 0; i < n; ++i)
        other = other || is_taken_otherwise(relid, NameStr(*DatumGetName(before[i])), NameStr(*DatumGetName(after[i])));
    return other;
}

// Of whatever kind: a held person's rows may be of any. The extension itself writes the names that columns have now.
void keep_held_kind(const Written &was, const Written &is) {
    bool other = drops_identifying(was, is);
    for (const char *field : {"relation", "key", "scope", "placeholders", "applies_to"})
        other = other || writes_other(was, is, field);
    if (is_running_own() ? renames_identifying(was, is) : other) keep_all_kinds();
}

// They count for all kinds.
void keep_placeholders(const Written &written) {
    if (is_from_dump() || is_written(written, true)) return;
    connect_spi();
    const SqlRows added =
        own("SELECT retention.identity(p) FROM unnest($1) p WHERE retention.identity(p) IS NOT NULL EXCEPT "
            "SELECT retention.identity(p) FROM retention.subject_kind CROSS JOIN LATERAL unnest(placeholders) p",
            typed(TEXTARRAYOID, written.get("placeholders")));
    if (added.n > 0) refuse_under_hold_on_person();
    SPI_finish();
}

HeapTuple check_and_record(const TriggerData *data, bool is_kind) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const Written written = {update ? data->tg_newtuple : data->tg_trigtuple, desc};
    if (is_kind && !update) keep_placeholders(written);
    // A dump brings the ledger, too.
    if (!update && superuser() && DatumGetBool(written.get("validated"))) return written.row;
    HeapTuple row = is_kind ? check_kind(written) : check_link(written);
    if (is_kind && update) keep_held_kind(Written{data->tg_trigtuple, desc}, Written{row, desc});
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
        if (is_kind && !is_running_own()) keep_all_kinds();
        record(data, is_kind, data->tg_trigtuple);
        return PointerGetDatum(data->tg_trigtuple);
    }
    if (update) require(Written{data->tg_newtuple, before.desc}, true);
    return PointerGetDatum(check_and_record(data, is_kind));
}
