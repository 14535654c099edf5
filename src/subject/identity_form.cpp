#include "subject/identity_form.hpp"

#include "core/text/letters.hpp"
#include "core/text/telling.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "common/string.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
}

namespace pg_retention {

const char *composed_of(const char *value) {
    if (GetDatabaseEncoding() != PG_UTF8 || pg_is_ascii(value)) return value;
    return TextDatumGetCString(
        DirectFunctionCall2(unicode_normalize_func, CStringGetTextDatum(value), CStringGetTextDatum("NFC")));
}

char *identity_of(const char *value) {
    std::string_view given(value);
    if (core::is_placeholder(given)) return nullptr;
    for (core::Letter l = core::letter_at(given, 0); core::is_blank(l.code); l = core::letter_at(given, 0))
        given.remove_prefix(l.size);
    for (core::Letter l = core::letter_before(given, given.size()); core::is_blank(l.code);
         l = core::letter_before(given, given.size()))
        given.remove_suffix(l.size);
    const char *composed = composed_of(pnstrdup(given.data(), given.size()));
    const size_t length = strlen(composed);
    auto *form = static_cast<char *>(palloc(length + 1));
    const bool folds = strchr(composed, '@') != nullptr;
    const size_t n = folds ? core::fold_into(std::string_view(composed, length), form, length) : 0;
    if (n == 0) std::memcpy(form, composed, length);
    form[n == 0 ? length : n] = '\0';
    return form;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_identity) {
    const char *form = pg_retention::identity_of(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    if (form == nullptr) PG_RETURN_NULL();
    return CStringGetTextDatum(form);
}
