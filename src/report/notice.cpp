// The privacy notice: core writes it in UTF-8, SQL gets it in the encoding of the database.
#include "report/notice.hpp"

#include "core/documents/notice.hpp"
#include "facts/facts.hpp"
#include "facts/reader.hpp"
#include "pg/arguments.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
}

namespace pg_retention {

namespace {

void append_to(void *to, std::string_view bytes) {
    appendBinaryStringInfo(static_cast<StringInfo>(to), bytes.data(), static_cast<int>(bytes.size()));
}

core::DocumentForm form_argument(FunctionCallInfo fcinfo, int argument) {
    require_argument(fcinfo, argument, "the format");
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    core::DocumentForm form = {};
    if (!core::find_word(name, &form))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid format: \"%s\"", name),
                        errhint("%s", core::kAllWords<core::DocumentForm>.text)));
    return form;
}

Datum privacy_notice(FunctionCallInfo fcinfo) {
    const core::Language language = language_argument(fcinfo, 0);
    const core::DocumentForm form = form_argument(fcinfo, 1);
    StringInfoData out;
    initStringInfo(&out);
    connect_spi();
    const core::Facts facts = read_facts(PG_UTF8);
    const core::Wordings wordings = read_wordings(language);
    core::Document document(core::Sink{&out, append_to}, form);
    core::write_notice(facts, wordings, &document);
    SPI_finish();
    return PointerGetDatum(cstring_to_text(pg_any_to_server(out.data, out.len, PG_UTF8)));
}

}  // namespace

core::Language language_argument(FunctionCallInfo fcinfo, int argument) {
    require_argument(fcinfo, argument, "the language");
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    core::Language language = {};
    if (!core::find_language(name, &language))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there are no words in language \"%s\"", name),
                        errhint("The languages are en (English) and nb, or no (Norwegian).")));
    return language;
}

core::Wordings read_wordings(core::Language language) {
    const FactReader reader = {PG_UTF8};
    const SqlRows found =
        read_own("SELECT object, name, words FROM retention.wording WHERE language = $1 ORDER BY object, name COLLATE \"C\"",
                 name_of(language));
    const auto all = room_for<core::Wording>(found.n);
    for (uint64 i = 0; i < found.n; ++i) {
        if (!core::find_word(std::string_view(found[i].text(1)), &all[i].object)) elog(ERROR, "unknown object of a wording");
        all[i].name = reader.text_in(found[i], 2);
        all[i].words = reader.text_in(found[i], 3);
    }
    found.free();
    return {all, language};
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_privacy_notice) { return pg_retention::privacy_notice(fcinfo); }
