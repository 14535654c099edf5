#include "ledger/terms.hpp"

#include <initializer_list>

#include "pg/names.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

bool is_one_of(const char *column, std::initializer_list<const char *> names) {
    for (const char *name : names)
        if (strcmp(column, name) == 0) return true;
    return false;
}

// The entry has a column for the number, and what the extension keeps is nobody's decision.
bool is_left_out(const char *column) {
    return is_one_of(column, {"policy_id", "attnum", "validated", "ready", "armed_at", "armed_for", "warned_until"});
}

// The entry begins with it, or has a column for it.
bool is_name(const char *column) { return is_one_of(column, {"name", "column_name", "relation"}); }

// A role has a number in these tables, and its name says more.
const char *text_of(HeapTuple row, TupleDesc desc, int column) {
    const Oid type = TupleDescAttr(desc, column - 1)->atttypid;
    bool isnull = false;
    const Datum value = SPI_getbinval(row, desc, column, &isnull);
    if (isnull) return nullptr;
    if (type == BOOLOID) return DatumGetBool(value) ? "true" : "false";
    if (type == REGCLASSOID && get_rel_name(DatumGetObjectId(value)) != nullptr) return qualified_name(DatumGetObjectId(value));
    if (type != OIDOID) return SPI_getvalue(row, desc, column);
    return OidIsValid(DatumGetObjectId(value)) ? GetUserNameFromId(DatumGetObjectId(value), true) : nullptr;
}

bool same_text(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

void put_key(StringInfo out, const char *key) {
    if (out->len > 0 && out->data[out->len - 1] != '{') appendStringInfoString(out, ", ");
    escape_json(out, key);
    appendStringInfoString(out, ": ");
}

// other: null where there is none to differ from.
void put_object(StringInfo out, TupleDesc desc, HeapTuple row, HeapTuple other) {
    appendStringInfoChar(out, '{');
    for (int column = 1; column <= desc->natts; ++column) {
        const char *name = NameStr(TupleDescAttr(desc, column - 1)->attname);
        if (TupleDescAttr(desc, column - 1)->attisdropped || is_left_out(name)) continue;
        const char *value = text_of(row, desc, column);
        const bool shown =
            other != nullptr ? !same_text(value, text_of(other, desc, column)) : value != nullptr && !is_name(name);
        if (shown) put_json(out, name, value);
    }
    appendStringInfoChar(out, '}');
}

}  // namespace

void put_json(StringInfo out, const char *key, const char *value) {
    put_key(out, key);
    if (value == nullptr)
        appendStringInfoString(out, "null");
    else
        escape_json(out, value);
}

void put_raw_json(StringInfo out, const char *key, const char *json) {
    put_key(out, key);
    appendStringInfoString(out, json);
}

void put_terms(StringInfo out, TupleDesc desc, HeapTuple row) { put_object(out, desc, row, nullptr); }

void put_change(StringInfo out, TupleDesc desc, HeapTuple before, HeapTuple after) {
    if (before != nullptr) {
        put_key(out, "old");
        put_object(out, desc, before, after);
    }
    if (after != nullptr) {
        put_key(out, "new");
        put_object(out, desc, after, before);
    }
}

bool same_terms(TupleDesc desc, HeapTuple before, HeapTuple after) {
    for (int column = 1; column <= desc->natts; ++column)
        if (!TupleDescAttr(desc, column - 1)->attisdropped && !is_left_out(NameStr(TupleDescAttr(desc, column - 1)->attname)) &&
            !same_text(text_of(before, desc, column), text_of(after, desc, column)))
            return false;
    return true;
}

}  // namespace pg_retention
