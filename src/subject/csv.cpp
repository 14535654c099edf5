#include "subject/csv.hpp"

namespace pg_retention {

void append_csv(StringInfo line, bool first, const char *value) {
    if (!first) appendStringInfoChar(line, ',');
    if (value == nullptr) return;
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
