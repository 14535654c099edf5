// Whether data about a person may be disclosed, and to whom. Decided by the trigger of retention.disclosure, so for whoever writes there and
// however; what was recorded is neither changed nor removed but by the extension itself.
#include "clock/decide.hpp"
#include "core/countries/eea.hpp"
#include "core/text/conninfo.hpp"
#include "pg/guard.hpp"
#include "pg/latest.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/trigger.hpp"
#include "requests/disclosures.hpp"
#include "pg/actor.hpp"
#include "requests/wishes.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr int kNoRecipientSqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '6');
constexpr int kNoTransferSqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '7');
constexpr int kThirdPartySqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '8');
constexpr int kObjectedSqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '9');

// The columns of retention.disclosure.
enum Column { kId = 1, kRecipient, kPurpose, kKind, kKey, kWhat, kGround, kInquiry, kAt, kBy, kRequest, kChecked };

struct Disclosure {
    const char *recipient;  // null: of an inquiry alone, as the next
    const char *purpose;
    const char *ground;
    bool inquiry;
};

struct Recipient {
    bool registered;
    const char *country;
    bool outside;  // the EEA, and nothing says by which right
    bool decides;  // it is a controller, and no joint one
    bool is_one;   // now
    bool has_purpose;
};

Recipient find_recipient(const Disclosure &disclosure) {
    const SqlRows found =
        run_as(extension_owner(), kKeptLatest,
               "SELECT country, transfer_basis IS NULL AND NOT retention.in_eea(country), role = 'controller', "
               "coalesce(since <= $3, true) AND coalesce(until > $3, true), coalesce($2 = ANY (purposes), false) "
               "FROM retention.recipient WHERE name = $1 FOR KEY SHARE",
               disclosure.recipient, disclosure.purpose, at(retention_now()));
    Recipient recipient = {};
    if (found.n > 0) {
        const SqlRow row = found.first();
        recipient = {true, row.text(1), row.get<bool>(2), row.get<bool>(3), row.get<bool>(4), row.get<bool>(5)};
    }
    found.free();
    return recipient;
}

// Whether it is one of direct marketing.
bool require_purpose(const char *name) {
    PurposeTerms purpose = {};
    if (name == nullptr || !find_purpose(name, &purpose))
        ereport(ERROR, (errcode(kNoRecipientSqlstate), errmsg("data are not disclosed for a purpose that is not registered"),
                        name == nullptr ? errdetail("None is named.") : errdetail("There is no purpose \"%s\".", name),
                        errhint("Name one of retention.purpose.")));
    return purpose.direct_marketing;
}

void require_recipient(const Disclosure &disclosure, const Recipient &recipient) {
    const char *name = disclosure.recipient == nullptr ? "" : disclosure.recipient;
    if (!recipient.registered)
        ereport(ERROR,
                (errcode(kNoRecipientSqlstate), errmsg("recipient \"%s\" is not registered", name),
                 errhint("Write it into retention.recipient. Only an authority is none, in a particular inquiry: name that in "
                         "inquiry.")));
    if (!recipient.is_one)
        ereport(ERROR, (errcode(kNoRecipientSqlstate), errmsg("\"%s\" is no recipient now", name),
                        errhint("See since and until in retention.recipient.")));
    if (!recipient.has_purpose)
        ereport(ERROR, (errcode(kNoRecipientSqlstate),
                        errmsg("data are not disclosed to \"%s\" for purpose \"%s\"", name, disclosure.purpose),
                        errhint("See purposes in retention.recipient.")));
}

// One that processes for the controller, or decides with it on this very purpose, is no third party (Article 4(10)).
void refuse_marketing(const Disclosure &disclosure) {
    ereport(ERROR, (errcode(kThirdPartySqlstate), errmsg("data are not disclosed to third parties for direct marketing"),
                    errdetail("Purpose \"%s\" is direct marketing.", disclosure.purpose),
                    errhint("Only a processor, or a controller that decides jointly on this purpose, may get them; see role in "
                            "retention.recipient.")));
}

void require_allowed(const Disclosure &disclosure) {
    const Recipient recipient = find_recipient(disclosure);
    const bool named = disclosure.purpose != nullptr || !disclosure.inquiry;
    const bool marketing = named && require_purpose(disclosure.purpose);
    if (!disclosure.inquiry) require_recipient(disclosure, recipient);
    if (marketing && (disclosure.inquiry || recipient.decides)) refuse_marketing(disclosure);
    if (recipient.outside)
        ereport(ERROR, (errcode(kNoTransferSqlstate),
                        errmsg("recipient \"%s\" is in %s, outside the European Economic Area, and nothing allows the transfer",
                               disclosure.recipient, recipient.country),
                        errhint("Name the adequacy decision, the safeguard or the derogation (Articles 45, 46, 49) in "
                                "retention.recipient.")));
}

// Somebody who was erased, and is here again, has objected as well.
bool objected_then(const Subject &subject, const char *purpose) {
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        const KeySet &keys = subject.roots[kind->index];
        if (keys.n > 0 && objected_before(*subject.model, *kind, keys, purpose) != NIL) return true;
    }
    return false;
}

// What stands against it is recorded under whichever row of this human.
void require_person(const Disclosure &disclosure, const Subject &subject) {
    const Recorded recorded =
        recorded_of(subject, "(SELECT kind, key FROM retention.restriction WHERE lifted_at IS NULL UNION ALL "
                             "SELECT kind, key FROM retention.standing_objection)");
    const SqlRows found = run_as(
        extension_owner(), kKeptLatest,
        "SELECT EXISTS (SELECT FROM retention.restriction r WHERE r.lifted_at IS NULL AND (r.kind, r.key) IN (SELECT * FROM unnest($1, $2))), "
        "EXISTS (SELECT FROM retention.standing_objection o WHERE o.purpose = $3 AND (o.kind, o.key) IN (SELECT * FROM unnest($1, $2)))",
        kinds_of(recorded), keys_of(recorded), disclosure.purpose);
    const SqlRow row = found.first();
    const auto restricted = row.get<bool>(1), objected = row.get<bool>(2);
    found.free();
    if (restricted && disclosure.ground == nullptr)
        ereport(ERROR,
                (errcode(kRestrictedSqlstate),
                 errmsg("cannot disclose data about this person: their processing is restricted (Article 18)"),
                 errhint("Consent, legal claims, the rights of another or an important public interest allow it: say which in "
                         "ground. See retention.restriction.")));
    if (!disclosure.inquiry && (objected || objected_then(subject, disclosure.purpose)))
        ereport(ERROR, (errcode(kObjectedSqlstate), errmsg("this person objected to purpose \"%s\"", disclosure.purpose),
                        errhint("See retention.standing_objection.")));
}

// Read once for a statement that writes many rows.
const Model &model_of_statement(FmgrInfo *flinfo) {
    struct Kept {
        uint64_t changes;
        Model *model;
    };
    auto *kept = static_cast<Kept *>(flinfo->fn_extra);
    const uint64_t changes = schema_changes();
    if (kept != nullptr && kept->changes == changes) return *kept->model;
    MemoryContext before = MemoryContextSwitchTo(flinfo->fn_mcxt);
    kept = static_cast<Kept *>(palloc(sizeof(Kept)));
    *kept = Kept{changes, load_model()};
    MemoryContextSwitchTo(before);
    flinfo->fn_extra = kept;
    return *kept->model;
}

// Whoever erases or restricts the person waits until this is written, and sees it then; where somebody has done so meanwhile, we see that.
// Returns the key as it is written in the row: JSON; null unless it is there, once.
const char *hold_person(const Kind &kind, const KeySet &key) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s t WHERE ", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                     qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, key, &parameters);
    appendStringInfo(&sql, "%s FOR KEY SHARE", and_is_person(kind));
    const SqlRows found = write_as(owner_of(kind.relid), sql.data, parameters);
    const char *written = found.n == 1 ? key_in(kind, found.first()) : nullptr;
    found.free();
    return written;
}

// Of most persons nothing stands against it, and who else they are need not be asked.
bool may_be_refused(const Disclosure &disclosure) {
    const SqlRows found = run_as(extension_owner(), kKeptLatest,
                                 "SELECT EXISTS (SELECT FROM retention.restriction WHERE lifted_at IS NULL) "
                                 "OR EXISTS (SELECT FROM retention.objection WHERE purpose = $1 AND withdrawn_at IS NULL)",
                                 disclosure.purpose);
    const auto may_be = found.first().get<bool>(1);
    found.free();
    return may_be;
}

void require_not_null(const SqlRow &row, int column, const char *name) {
    if (row.is_null(column))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s of a disclosure must not be null", name)));
}

HeapTuple as_recorded(HeapTuple tuple, TupleDesc desc, const char *key) {
    int columns[] = {kKey, kAt, kBy, kChecked};
    Datum values[] = {DirectFunctionCall1(jsonb_in, CStringGetDatum(key)), TimestampTzGetDatum(retention_now()),
                      CStringGetTextDatum(session_role()), BoolGetDatum(true)};
    bool nulls[] = {false, false, false, false};
    return heap_modify_tuple_by_cols(tuple, desc, lengthof(columns), columns, values, nulls);
}

HeapTuple check(const TriggerData *data, FmgrInfo *flinfo) {
    const SqlRow row = {data->tg_trigtuple, RelationGetDescr(data->tg_relation)};
    // A dump brings what was checked where it came from, before the tables that it would be checked against.
    if (superuser() && !row.is_null(kChecked) && row.get<bool>(kChecked)) return data->tg_trigtuple;
    require_not_null(row, kKind, "kind");
    require_not_null(row, kKey, "key");
    require_not_null(row, kWhat, "what");
    const Disclosure disclosure = {row.text(kRecipient), row.text(kPurpose), row.text(kGround), !row.is_null(kInquiry)};
    connect_spi();
    const Model &model = model_of_statement(flinfo);
    const Kind *kind = kind_named(model, row.text(kKind));
    const KeySet key = set_of(key_from_json(kind->relid, kind->keys, kind->n_keys, row.datum(kKey)));
    require_allowed(disclosure);
    const char *json = hold_person(*kind, key);
    if (json == nullptr || may_be_refused(disclosure))
        seeing_what_was_done([&] {
            const Subject *subject = find_human(model, *kind, key);
            require_person(disclosure, *subject);
            json = key_json(*subject);
        });
    HeapTuple recorded = as_recorded(data->tg_trigtuple, row.desc, json);
    SPI_finish();
    return recorded;
}

SqlValue text_argument(FunctionCallInfo fcinfo, int argument) {
    return PG_ARGISNULL(argument) ? null_of(TEXTOID) : typed(TEXTOID, PG_GETARG_DATUM(argument));
}

// As jsonb, from which the trigger reads it.
SqlValue key_value(FunctionCallInfo fcinfo, int argument) {
    const Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument);
    if (PG_ARGISNULL(argument)) return null_of(JSONBOID);
    if (type == JSONBOID) return typed(JSONBOID, PG_GETARG_DATUM(argument));
    Oid output = InvalidOid;
    bool varlena = false;
    getTypeOutputInfo(type, &output, &varlena);
    const char *text = OidOutputFunctionCall(output, PG_GETARG_DATUM(argument));
    StringInfoData json;
    initStringInfo(&json);
    if (type == INT8OID)
        appendStringInfoString(&json, text);
    else
        escape_json(&json, text);
    return typed(JSONBOID, DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

SqlValue request_argument(FunctionCallInfo fcinfo, int argument) {
    return PG_ARGISNULL(argument) ? null_of(INT8OID) : typed(INT8OID, PG_GETARG_DATUM(argument));
}

int64 disclose(FunctionCallInfo fcinfo) {
    connect_spi();
    const SqlRows written =
        own("INSERT INTO retention.disclosure (recipient, purpose, kind, key, what, ground, inquiry, request_id) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING disclosure_id",
            text_argument(fcinfo, 0), text_argument(fcinfo, 1), text_argument(fcinfo, 2), key_value(fcinfo, 3),
            text_argument(fcinfo, 4), text_argument(fcinfo, 5), text_argument(fcinfo, 6), request_argument(fcinfo, 7));
    const auto id = written.first().get<int64>(1);
    SPI_finish();
    return id;
}

int64 disclose_all(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(3)) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("keys must not be null")));
    connect_spi();
    const auto written =
        own("INSERT INTO retention.disclosure (recipient, purpose, kind, key, what, ground, inquiry, request_id) "
            "SELECT $1, $2, $3, k, $5, $6, $7, $8 FROM unnest($4) k",
            text_argument(fcinfo, 0), text_argument(fcinfo, 1), text_argument(fcinfo, 2),
            typed(JSONBARRAYOID, PG_GETARG_DATUM(3)), text_argument(fcinfo, 4), text_argument(fcinfo, 5),
            text_argument(fcinfo, 6), request_argument(fcinfo, 7))
            .n;
    SPI_finish();
    return static_cast<int64>(written);
}

void require_fired_on(const TriggerData *data, const char *table) {
    const bool fits = TRIGGER_FIRED_BEFORE(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event) &&
                      RelationGetRelid(data->tg_relation) == get_relname_relid(table, extension()->schema);
    if (!fits)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("trigger \"%s\" must be fired before rows of retention.%s are written", data->tg_trigger->tgname,
                               table)));
}

// It would no longer be known what a disclosure's recipient is, and where it is told.
void hold_recipient(const SqlRow &was) {
    connect_spi();
    if (own("SELECT 1 FROM retention.disclosure WHERE recipient = $1 UNION ALL "
            "SELECT 1 FROM retention.notice_to_recipient WHERE recipient = $1 AND state = 'open' LIMIT 1",
            was.text(1))
            .n > 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE), errmsg("data were disclosed to recipient \"%s\"", was.text(1)),
                        errhint("Set until instead: nothing is disclosed to it from then on, and it can still be told.")));
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_check_disclosure) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    require_fired_on(data, "disclosure");
    if (!TRIGGER_FIRED_BY_INSERT(data->tg_event)) {
        if (!own_command)
            ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("disclosures can only be added"),
                            errhint("They go with the person, or after retention.disclosure_age.")));
        return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple);
    }
    return PointerGetDatum(check(data, fcinfo->flinfo));
}

RETENTION_FUNCTION(pg_retention_hold_recipient) {
    using namespace pg_retention;
    const TriggerData *data = trigger_data(fcinfo);
    require_fired_on(data, "recipient");
    const SqlRow was = {data->tg_trigtuple, RelationGetDescr(data->tg_relation)};
    const bool update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
    const bool renamed = update && strcmp(was.text(1), SqlRow{data->tg_newtuple, was.desc}.text(1)) != 0;
    if (!update || renamed) hold_recipient(was);
    return PointerGetDatum(update ? data->tg_newtuple : data->tg_trigtuple);
}

RETENTION_FUNCTION(pg_retention_disclose) { PG_RETURN_INT64(pg_retention::disclose(fcinfo)); }

RETENTION_FUNCTION(pg_retention_disclose_all) { PG_RETURN_INT64(pg_retention::disclose_all(fcinfo)); }

RETENTION_FUNCTION(pg_retention_in_eea) {
    const text *country = PG_GETARG_TEXT_PP(0);
    PG_RETURN_BOOL(pg_retention::core::is_in_eea({VARDATA_ANY(country), VARSIZE_ANY_EXHDR(country)}));
}

RETENTION_FUNCTION(pg_retention_conninfo_host) {
    const text *conninfo = PG_GETARG_TEXT_PP(0);
    char *room = static_cast<char *>(palloc(VARSIZE_ANY_EXHDR(conninfo) + 1));
    const std::string_view host = pg_retention::core::conninfo_host({VARDATA_ANY(conninfo), VARSIZE_ANY_EXHDR(conninfo)}, room);
    PG_RETURN_TEXT_P(cstring_to_text_with_len(host.data(), static_cast<int>(host.size())));
}
