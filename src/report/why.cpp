// retention.why: why a row, or the rows about a person, are still there.
#include "report/why.hpp"

#include "core/data/vocabulary.hpp"
#include "pg/arguments.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/attached.hpp"
#include "report/keys.hpp"
#include "pg/language.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

enum class WhyForm : uint8_t { kText, kJson };
constexpr const char *name_of(WhyForm form) noexcept {
    switch (form) {
        case WhyForm::kText: return "text";
        case WhyForm::kJson: return "json";
    }
    return nullptr;
}

struct Answer {
    core::Language language;
    WhyForm form;
};

Answer answer_arguments(FunctionCallInfo fcinfo) {
    Answer answer = {language_argument(fcinfo, 2), {}};
    require_argument(fcinfo, 3, "the format");
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(3));
    if (!core::find_word(name, &answer.form))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid format: \"%s\"", name),
                        errhint("%s", core::kAllWords<WhyForm>.text)));
    return answer;
}

void append_to(void *to, std::string_view bytes) {
    appendBinaryStringInfo(static_cast<StringInfo>(to), bytes.data(), static_cast<int>(bytes.size()));
}

template <typename Facts>
Datum answered(const Facts &facts, const Answer &answer) {
    StringInfoData out;
    initStringInfo(&out);
    const core::Sink sink = {&out, append_to};
    if (answer.form == WhyForm::kJson)
        core::write_why_json(facts, sink);
    else
        core::write_why(facts, answer.language, sink);
    return PointerGetDatum(cstring_to_text(pg_any_to_server(out.data, out.len, PG_UTF8)));
}

void require_right(Oid relid) {
    if (may_ask_why(relid)) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("must be owner of table %s or have the rights of role pg_monitor", get_rel_name(topmost(relid))),
                    errhint("Why a row is still there is told to who has the right to its policies.")));
}

[[noreturn]] void no_such_row(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("no such row in table \"%s\"", get_rel_name(relid)),
                    errhint("Rows are named by their primary key; those that row security keeps from you are none.")));
    pg_unreachable();
}

core::RowFacts facts_of(Oid relid, FunctionCallInfo fcinfo) {
    AttrNumber columns[kMaxKeys];
    const int n = primary_key(relid, columns);
    const KeyColumns key = key_columns_of(relid);
    Parameters parameters = {};
    StringInfoData condition;
    initStringInfo(&condition);
    append_row_condition(&condition, key_argument(relid, columns, n, fcinfo, 1), &parameters);
    // Hidden rows are none for who is bound: of them row security cannot be asked.
    if (is_bound_by_row_security(relid)) {
        const ActingAs saved = act_as(GetUserId(), false);
        const SqlRows shown = run_governed(
            kOnceReading, psprintf("SELECT 1 FROM %s t WHERE %s", qualified_name(relid), condition.data), parameters);
        leave(saved);
        if (shown.n == 0) no_such_row(relid);
    }
    const SqlRows found = run_as(owner_of(relid), kOnceReading,
                                 psprintf("SELECT t.tableoid, t.ctid, t.%s, %s FROM %s t WHERE %s", clock_name(relid),
                                          key_list(relid, key), qualified_name(relid), condition.data),
                                 parameters);
    if (found.n == 0) no_such_row(relid);
    const SqlRow row = found.first();
    return row_facts(relid, row.get<Oid>(1), row.get<ItemPointerData>(2), row.get<core::Clock>(3), key_json(relid, key, row, 4));
}

Datum why_row(FunctionCallInfo fcinfo) {
    require_argument(fcinfo, 0, "the table of a row");
    const Answer answer = answer_arguments(fcinfo);
    const Oid relid = PG_GETARG_OID(0);
    if (get_rel_name(relid) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
    require_right(relid);
    connect_spi();
    core::RowFacts facts = {};
    if (clock_column(relid) == InvalidAttrNumber)
        facts.table = kReader.text_in(qualified_name(relid));
    else
        facts = facts_of(relid, fcinfo);
    const Datum text = answered(facts, answer);
    SPI_finish();
    return text;
}

Datum why_person(FunctionCallInfo fcinfo) {
    require_argument(fcinfo, 0, "the kind of a subject");
    require_argument(fcinfo, 1, "the key of a subject");
    const Answer answer = answer_arguments(fcinfo);
    connect_spi();
    const Datum text = answered(person_rows(fcinfo), answer);
    SPI_finish();
    return text;
}

}  // namespace

bool may_ask_why(Oid relid) {
    const Oid user = GetUserId();
    return owns_table(topmost(relid), user) || user == extension_owner() || has_privs_of_role(user, ROLE_PG_MONITOR);
}

bool may_ask_of_all(Oid relid) { return may_ask_why(relid) && !is_bound_by_row_security(relid); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_why_row) { return pg_retention::why_row(fcinfo); }

RETENTION_FUNCTION(pg_retention_why_person) { return pg_retention::why_person(fcinfo); }
