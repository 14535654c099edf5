#pragma once
// Writing JSON: the same forms that PostgreSQL's own row_to_json gives.
#include "pg/postgres.hpp"

extern "C" {
#include "fmgr.h"
#include "lib/stringinfo.h"
}

namespace pg_retention {

enum class JsonForm : uint8_t { kText, kNumber, kBoolean, kJson, kDate, kTimestamp, kTimestampTz };

struct JsonColumn {
    JsonForm form;
    bool made;  // JSON is made of its values, and numbers in it are written as those of columns are
    FmgrInfo output;
};

// Types that need more than their own output function (arrays, rows, ranges) go through to_jsonb in the query.
bool needs_to_jsonb(Oid type);
// By which: jsonb has not every text that json has, nor -0, so what is made of json or of such numbers goes through to_json. Empty: by none.
const char *json_function(Oid type);

JsonColumn json_column(Oid type);
JsonColumn exported_column(Oid type);  // of what json_function() gives
void append_as_json(StringInfo out, const JsonColumn &column, const char *json);
void append_json(StringInfo out, JsonColumn *column, Datum value, bool isnull);
void append_json_text(StringInfo out, const char *text);  // quoted; null becomes null
void append_json_time(StringInfo out, int64_t at);        // timestamptz; infinities become null

}  // namespace pg_retention
