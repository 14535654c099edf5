#include "subject/json.hpp"

#include <cmath>

extern "C" {
#include "catalog/pg_type.h"
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

// Readers take numbers for doubles: of up to 15 digits, and of whole ones below 2^53, none is lost.
bool survives(const char *text) {
    constexpr double kMostWhole = 9007199254740992.0;
    int digits = 0;
    bool whole = true;
    for (const char *p = text; *p != '\0'; ++p) {
        if (*p == 'e') return digits <= 15;
        whole = whole && *p != '.';
        digits += *p >= '0' && *p <= '9' && (digits > 0 || *p != '0') ? 1 : 0;
    }
    return digits <= 15 || (whole && digits <= 16 && fabs(strtod(text, nullptr)) < kMostWhole);
}

// NaN and infinities have no form as a number, and what readers would round is a text.
void append_number(StringInfo out, const char *text) {
    if (((*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9')) && survives(text))
        appendStringInfoString(out, text);
    else
        escape_json(out, text);
}

// Numbers within JSON that was made of values: those that readers would round are texts here, too.
void append_exact(StringInfo out, const char *json) {
    bool in_text = false;
    for (const char *p = json; *p != '\0';) {
        if (in_text || (*p != '-' && (*p < '0' || *p > '9'))) {
            const int n = in_text && *p == '\\' ? 2 : 1;
            if (*p == '"') in_text = !in_text;
            appendBinaryStringInfo(out, p, n);
            p += n;
            continue;
        }
        const size_t n = strspn(p, "-+.0123456789eE");
        append_number(out, pnstrdup(p, n));
        p += n;
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
    const bool kept = get_element_type(base) == JSONOID || get_typtype(base) == TYPTYPE_COMPOSITE;
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
    if (column.made)
        append_exact(out, json);
    else
        appendStringInfoString(out, json);
}

void append_json(StringInfo out, JsonColumn *column, Datum value, bool isnull) {
    if (isnull) {
        appendStringInfoString(out, "null");
        return;
    }
    switch (column->form) {
        case JsonForm::kBoolean: appendStringInfoString(out, DatumGetBool(value) ? "true" : "false"); break;
        case JsonForm::kNumber: append_number(out, OutputFunctionCall(&column->output, value)); break;
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
