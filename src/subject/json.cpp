#include "subject/json.hpp"

#include <cfloat>
#include <cmath>

extern "C" {
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

JsonForm form_of(Oid type) {
    switch (type) {
        case BOOLOID: return JsonForm::kBoolean;
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case FLOAT4OID:
        case FLOAT8OID:
        case NUMERICOID: return JsonForm::kNumber;
        case JSONOID:
        case JSONBOID: return JsonForm::kJson;
        case DATEOID: return JsonForm::kDate;
        case TIMESTAMPOID: return JsonForm::kTimestamp;
        case TIMESTAMPTZOID: return JsonForm::kTimestampTz;
        default: return JsonForm::kText;
    }
}

// A number as it is written: its digits from the first that is not zero, and where the point stands among them.
struct Decimal {
    static constexpr int kMost = 17;  // that a double can need
    char digits[kMost];
    int n;
    int needed;  // without zeros at the end
    long point;  // after how many digits, which may be none of them
    bool whole;  // neither point nor exponent is written
};

Decimal decimal_of(const char *text) {
    Decimal number = {{}, 0, 0, 0, true};
    bool after_point = false;
    for (const char *p = text; *p != '\0'; ++p) {
        if (*p == 'e' || *p == 'E') {
            number.whole = false;
            number.point += strtol(p + 1, nullptr, 10);
            break;
        }
        if (*p == '.') after_point = true;
        if (*p < '0' || *p > '9') continue;
        const bool counts = number.n > 0 || *p != '0';
        number.point += after_point ? (counts ? 0 : -1) : (counts ? 1 : 0);
        if (!counts) continue;
        if (number.n < Decimal::kMost) number.digits[number.n] = *p;
        ++number.n;
        if (*p != '0') number.needed = number.n;
    }
    number.whole = number.whole && !after_point;
    return number;
}

bool is_normal(const char *text) {
    const double value = fabs(strtod(text, nullptr));
    return value >= DBL_MIN && value <= DBL_MAX;
}

// Readers take numbers for doubles: of up to 15 digits, and of whole ones below 2^53, none is lost. A sign of zero is.
bool survives(const char *text) {
    constexpr double kMostWhole = 9007199254740992.0;
    constexpr long kNearest = 300;  // powers of ten, in which doubles have all their digits
    const Decimal number = decimal_of(text);
    if (number.n == 0) return *text != '-';
    if (number.whole) return number.n <= 15 || (number.n <= 16 && fabs(strtod(text, nullptr)) < kMostWhole);
    return number.n <= 15 && (labs(number.point) < kNearest || is_normal(text));
}

// What an application wrote is a number where that is what a double is: 17 digits of a coordinate are.
bool is_a_double(const char *text) {
    const Decimal number = decimal_of(text);
    if (number.n == 0 || survives(text)) return true;
    if (number.needed > Decimal::kMost || !is_normal(text)) return false;
    char shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
    double_to_shortest_decimal_buf(strtod(text, nullptr), shortest);
    const Decimal nearest = decimal_of(shortest);
    return number.needed == nearest.needed && number.point == nearest.point &&
           std::memcmp(number.digits, nearest.digits, number.needed) == 0;
}

bool is_number(const char *text) {
    const char *first = *text == '-' ? text + 1 : text;
    return *first >= '0' && *first <= '9';
}

// NaN and infinities have no form as a number, and what readers would round is a text.
void append_number(StringInfo out, const char *text, bool (*keeps)(const char *)) {
    if (is_number(text) && keeps(text))
        appendStringInfoString(out, text);
    else
        escape_json(out, text);
}

// Numbers within JSON: those that readers would round are texts here, too.
void append_exact(StringInfo out, const char *json, bool (*keeps)(const char *)) {
    while (*json != '\0') {
        size_t n = strcspn(json, "\"-0123456789");
        if (json[n] == '"') {
            for (++n; json[n] != '\0' && json[n] != '"'; n += json[n] == '\\' && json[n + 1] != '\0' ? 2 : 1) {}
            n += json[n] == '"' ? 1 : 0;
        }
        appendBinaryStringInfo(out, json, static_cast<int>(n));
        json += n;
        n = strspn(json, "-+.0123456789eE");
        if (*json != '-' && (*json < '0' || *json > '9')) continue;
        append_number(out, pnstrdup(json, n), keeps);
        json += n;
    }
}

void append_date_time(StringInfo out, JsonForm form, Datum value) {
    char text[MAXDATELEN + 1];
    const Oid type = form == JsonForm::kDate ? DATEOID : form == JsonForm::kTimestamp ? TIMESTAMPOID : TIMESTAMPTZOID;
    JsonEncodeDateTime(text, value, type, nullptr);
    appendStringInfo(out, "\"%s\"", text);
}

}  // namespace

bool needs_to_jsonb(Oid type) {
    const Oid base = getBaseType(type);
    const char kind = get_typtype(base);
    return OidIsValid(get_element_type(base)) || kind == TYPTYPE_COMPOSITE || kind == TYPTYPE_RANGE || kind == TYPTYPE_MULTIRANGE;
}

const char *json_function(Oid type) {
    const Oid base = getBaseType(type);
    const Oid listed = get_element_type(base), element = OidIsValid(listed) ? getBaseType(listed) : InvalidOid;
    const bool kept =
        element == JSONOID || element == FLOAT4OID || element == FLOAT8OID || get_typtype(base) == TYPTYPE_COMPOSITE;
    return !needs_to_jsonb(type) ? "" : kept ? "to_json" : "to_jsonb";
}

JsonColumn exported_column(Oid type) {
    const char *made = json_function(type);
    const Oid element = get_element_type(getBaseType(type));
    JsonColumn column = json_column(*made == '\0' ? type : strcmp(made, "to_json") == 0 ? JSONOID : JSONBOID);
    column.made = *made != '\0' && element != JSONOID && element != JSONBOID;
    return column;
}

JsonColumn json_column(Oid type) {
    JsonColumn column = {};
    Oid output = InvalidOid;
    bool varlena = false;
    const Oid base = getBaseType(type);
    column.form = form_of(base);
    column.made = false;
    getTypeOutputInfo(base, &output, &varlena);
    fmgr_info(output, &column.output);
    return column;
}

void append_as_json(StringInfo out, const JsonColumn &column, const char *json) {
    append_exact(out, json, column.made ? survives : is_a_double);
}

void append_json(StringInfo out, JsonColumn *column, Datum value, bool isnull) {
    if (isnull) {
        appendStringInfoString(out, "null");
        return;
    }
    switch (column->form) {
        case JsonForm::kBoolean: appendStringInfoString(out, DatumGetBool(value) ? "true" : "false"); break;
        case JsonForm::kNumber: append_number(out, OutputFunctionCall(&column->output, value), survives); break;
        case JsonForm::kJson: append_as_json(out, *column, OutputFunctionCall(&column->output, value)); break;
        case JsonForm::kText: escape_json(out, OutputFunctionCall(&column->output, value)); break;
        default: append_date_time(out, column->form, value);
    }
}

void append_json_text(StringInfo out, const char *text) {
    if (text == nullptr)
        appendStringInfoString(out, "null");
    else
        escape_json(out, text);
}

void append_json_time(StringInfo out, int64_t at) {
    if (TIMESTAMP_NOT_FINITE(at))
        appendStringInfoString(out, "null");
    else
        append_date_time(out, JsonForm::kTimestampTz, TimestampTzGetDatum(at));
}

}  // namespace pg_retention
