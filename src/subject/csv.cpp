#include "subject/csv.hpp"

namespace pg_retention {

namespace {

// What a spreadsheet would compute. A number with its sign, or a telephone number, is none.
bool is_formula(const char *value) {
    if (*value == '=' || *value == '@' || *value == '\t' || *value == '\r') return true;
    if (*value != '+' && *value != '-') return false;
    return strspn(value + 1, "0123456789 .,eE+-()/") != strlen(value + 1);
}

}  // namespace

void append_csv(StringInfo line, bool first, const char *value) {
    if (!first) appendStringInfoChar(line, ',');
    if (value == nullptr) return;
    if (is_formula(value)) value = psprintf("'%s", value);
    if (*value != '\0' && strpbrk(value, ",\"\r\n") == nullptr) {
        appendStringInfoString(line, value);
        return;
    }
    appendStringInfoChar(line, '"');
    for (const char *p = value; *p != '\0'; ++p) {
        if (*p == '"') appendStringInfoChar(line, '"');
        appendStringInfoChar(line, *p);
    }
    appendStringInfoChar(line, '"');
}

}  // namespace pg_retention
