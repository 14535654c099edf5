#include "schema/logical_key.hpp"

#include "pg/names.hpp"
#include "schema/key_equality.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"
}

namespace pg_retention {

namespace {

constexpr char kHint[] =
    "Write (column = schema.table.column), or downwards [schema.table.column = column], pairs joined by commas, and "
    "column = 'value' for what the row that refers holds besides.";

bool refuse(int sqlstate, char *message, Problem *problem) {
    *problem = Problem{sqlstate, message, kHint};
    return false;
}

bool malformed(const char *element, Problem *problem) {
    return refuse(ERRCODE_SYNTAX_ERROR, psprintf("element \"%s\" in field \"path\" is not well-formed", element), problem);
}

// The place of a character outside of quotes, or the end.
const char *find_outside(const char *p, char wanted) {
    for (char quote = '\0'; *p != '\0' && (quote != '\0' || *p != wanted); ++p)
        if (quote != '\0')
            quote = *p == quote ? '\0' : quote;
        else if (*p == '"' || *p == '\'')
            quote = *p;
    return p;
}

char *trimmed(const char *begin, const char *end) {
    while (begin < end && isspace(static_cast<unsigned char>(*begin))) ++begin;
    while (end > begin && isspace(static_cast<unsigned char>(end[-1]))) --end;
    return pnstrdup(begin, end - begin);
}

// What a literal, 'x' or 17, says; null when it is none.
char *literal(const char *text) {
    const size_t n = strlen(text);
    if (n > 0 && strspn(text, "0123456789") == n) return pstrdup(text);
    if (n < 2 || text[0] != '\'' || text[n - 1] != '\'') return nullptr;
    char *value = static_cast<char *>(palloc(n));
    char *to = value;
    for (const char *p = text + 1; p < text + n - 1; ++p) {
        if (*p == '\'' && (p + 1 >= text + n - 1 || *++p != '\'')) return nullptr;
        *to++ = *p;
    }
    *to = '\0';
    return value;
}

// Schema, table and column, the schema of the other table when not named.
bool find_column(Oid beside, List *names, Oid *relid, AttrNumber *column, Problem *problem) {
    const int n = list_length(names);
    const char *shown = n == 0 ? "" : static_cast<char *>(llast(names));
    if (n != 2 && n != 3)
        return refuse(ERRCODE_SYNTAX_ERROR, psprintf("\"%s\" in field \"path\" does not name a table and its column", shown),
                      problem);
    const Oid schema = n == 3 ? get_namespace_oid(static_cast<char *>(linitial(names)), true) : get_rel_namespace(beside);
    *relid = OidIsValid(schema) ? get_relname_relid(static_cast<char *>(list_nth(names, n - 2)), schema) : InvalidOid;
    if (!OidIsValid(*relid))
        return refuse(ERRCODE_UNDEFINED_TABLE,
                      psprintf("table \"%s\" in field \"path\" does not exist", static_cast<char *>(list_nth(names, n - 2))),
                      problem);
    *column = get_attnum(*relid, shown);
    if (*column > 0) return true;
    return refuse(ERRCODE_UNDEFINED_COLUMN,
                  psprintf("column \"%s\" in field \"path\" does not exist in table %s", shown, get_rel_name(*relid)), problem);
}

bool find_own_column(Oid relid, List *names, AttrNumber *column, Problem *problem) {
    const char *name = list_length(names) == 1 ? static_cast<char *>(linitial(names)) : nullptr;
    *column = name == nullptr ? InvalidAttrNumber : get_attnum(relid, name);
    if (*column > 0) return true;
    if (name == nullptr)
        return refuse(ERRCODE_SYNTAX_ERROR, psprintf("a pair in field \"path\" has no column of table %s", get_rel_name(relid)),
                      problem);
    return refuse(ERRCODE_UNDEFINED_COLUMN,
                  psprintf("column \"%s\" in field \"path\" does not exist in table %s", name, get_rel_name(relid)), problem);
}

// A value that is compared with must be one of the column's type, or no row could be read any more; and one that it does not cut, or it would
// be another.
bool may_be_given(Oid relid, AttrNumber column, const char *value) {
    Oid declared = InvalidOid, collation = InvalidOid;
    int32 modifier = -1;
    char category = 0;
    bool preferred = false;
    get_atttypetypmodcoll(relid, column, &declared, &modifier, &collation);
    const Oid type = getBaseTypeAndTypmod(declared, &modifier);
    const size_t n = strlen(value);
    const bool digits = n > 0 && strspn(value, "0123456789") == n;
    if (get_typtype(type) == TYPTYPE_ENUM)
        return SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(value));
    if (type == BOOLOID) return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (is_integer(type))
        return digits && n <= (type == INT2OID ? 4 : 9);  // of the smallest type any number of four digits is one
    if (type == NAMEOID) return n < NAMEDATALEN;
    get_type_category_preferred(type, &category, &preferred);
    const bool fits = modifier < static_cast<int32>(VARHDRSZ) || pg_mbstrlen(value) <= modifier - static_cast<int32>(VARHDRSZ);
    return category == TYPCATEGORY_STRING && fits;
}

bool add_given(Given *given, Oid relid, List *names, const char *value, Problem *problem) {
    if (given->n == kMaxKeys)
        return refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, psprintf("field \"path\" has more than %d values", kMaxKeys), problem);
    AttrNumber *column = &given->columns[given->n];
    if (!find_own_column(relid, names, column, problem)) return false;
    if (!may_be_given(relid, *column, value))
        return refuse(ERRCODE_DATATYPE_MISMATCH,
                      psprintf("column \"%s\" of table %s cannot be compared with '%s' in field \"path\"",
                               get_attname(relid, *column, false), get_rel_name(relid), value),
                      problem);
    given->values[given->n++] = value;
    return true;
}

struct Reading {
    Oid at;
    bool down;
    Hop *key;
    Given *given;
};

Oid *table_that(const Reading &reading, bool refers) { return refers ? &reading.key->from_relid : &reading.key->to_relid; }

bool add_pair(const Reading &reading, List *own, List *other, Problem *problem) {
    Hop *key = reading.key;
    Oid relid = InvalidOid;
    AttrNumber near = 0, far = 0;
    if (key->n_keys == kMaxKeys)
        return refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, psprintf("a key in field \"path\" has more than %d columns", kMaxKeys),
                      problem);
    if (!find_own_column(reading.at, own, &near, problem) || !find_column(reading.at, other, &relid, &far, problem)) return false;
    Oid *beyond = table_that(reading, reading.down);
    if (OidIsValid(*beyond) && *beyond != relid)
        return refuse(ERRCODE_SYNTAX_ERROR,
                      psprintf("a key in field \"path\" leads to %s and to %s", get_rel_name(*beyond), get_rel_name(relid)),
                      problem);
    *beyond = relid;
    const int k = key->n_keys++;
    key->from[k] = reading.down ? far : near;
    key->to[k] = reading.down ? near : far;
    if (logical_equality(key->from_relid, key->from[k], key->to_relid, key->to[k], &key->equal[k])) return true;
    return refuse(ERRCODE_DATATYPE_MISMATCH,
                  psprintf("column \"%s\" of table %s cannot refer to column \"%s\" of table %s",
                           get_attname(key->from_relid, key->from[k], false), get_rel_name(key->from_relid),
                           get_attname(key->to_relid, key->to[k], false), get_rel_name(key->to_relid)),
                  problem);
}

}  // namespace

List *dotted_names(const char *text) {
    List *names = NIL;
    return SplitIdentifierString(pstrdup(text), '.', &names) ? names : NIL;
}

bool is_logical_key(const char *element) {
    return element[0] == '(' || (element[0] == '[' && *find_outside(element, '=') == '=');
}

bool read_logical_key(Oid at, const char *element, bool down, Hop *key, Problem *problem) {
    const size_t length = strlen(element);
    if (length < 2 || element[length - 1] != (down ? ']' : ')')) return malformed(element, problem);
    auto *given = static_cast<Given *>(palloc0(sizeof(Given)));
    List *literals = NIL;
    *key = Hop{};
    const Reading reading = {at, down, key, given};
    *table_that(reading, !down) = at;
    const char *rest = pnstrdup(element + 1, length - 2);
    for (bool more = true; more;) {
        const char *end = find_outside(rest, ',');
        const char *equal = find_outside(rest, '=');
        if (equal >= end) return malformed(element, problem);
        List *left = dotted_names(trimmed(rest, equal));
        char *right = trimmed(equal + 1, end);
        if (left == NIL) return malformed(element, problem);
        more = *end == ',';
        rest = end + 1;
        if (char *value = literal(right)) {
            literals = lappend(literals, list_make2(left, value));
            continue;
        }
        List *names = dotted_names(right);
        if (names == NIL) return malformed(element, problem);
        if (!add_pair(reading, down ? names : left, down ? left : names, problem)) return false;
    }
    if (key->n_keys == 0) return malformed(element, problem);
    ListCell *cell = nullptr;
    foreach (cell, literals) {
        auto *pair = static_cast<List *>(lfirst(cell));
        List *names = static_cast<List *>(linitial(pair));
        // Downwards the column is named with its table, upwards it is the table's own.
        Oid named = key->from_relid;
        AttrNumber column = 0;
        if (down && list_length(names) > 1) {
            if (!find_column(at, names, &named, &column, problem)) return false;
            names = list_make1(llast(names));
        }
        if (named != key->from_relid)
            return refuse(ERRCODE_SYNTAX_ERROR,
                          psprintf("a value in field \"path\" is of table %s, not of %s, which refers", get_rel_name(named),
                                   get_rel_name(key->from_relid)),
                          problem);
        if (!add_given(given, key->from_relid, names, static_cast<char *>(lsecond(pair)), problem)) return false;
    }
    if (given->n > 0) key->given = given;
    return true;
}

char *logical_key_text(const Hop &key, bool down) {
    StringInfoData text;
    initStringInfo(&text);
    const char *beyond = qualified_name(down ? key.from_relid : key.to_relid);
    appendStringInfoChar(&text, down ? '[' : '(');
    for (int k = 0; k < key.n_keys; ++k) {
        const char *from = column_list(key.from_relid, &key.from[k], 1, ""), *to = column_list(key.to_relid, &key.to[k], 1, "");
        appendStringInfoString(&text, k == 0 ? "" : ", ");
        if (down)
            appendStringInfo(&text, "%s.%s = %s", beyond, from, to);
        else
            appendStringInfo(&text, "%s = %s.%s", from, beyond, to);
    }
    for (int i = 0; key.given != nullptr && i < key.given->n; ++i) {
        StringInfoData value;
        initStringInfo(&value);
        for (const char *p = key.given->values[i]; *p != '\0'; ++p) {
            if (*p == '\'') appendStringInfoChar(&value, '\'');
            appendStringInfoChar(&value, *p);
        }
        appendStringInfo(&text, ", %s%s%s = '%s'", down ? beyond : "", down ? "." : "",
                         column_list(key.from_relid, &key.given->columns[i], 1, ""), value.data);
    }
    appendStringInfoChar(&text, down ? ']' : ')');
    return text.data;
}

char *given_condition(Oid relid, const Given *given) {
    if (given == nullptr) return nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < given->n; ++i) {
        const AttrNumber column = given->columns[i];
        const Oid type = getBaseType(get_atttype(relid, column));
        appendStringInfoString(&sql, i == 0 ? "" : " AND ");
        append_equal(&sql, equality_of(relid, column), Operand{column_list(relid, &column, 1, "t."), get_atttype(relid, column)},
                     Operand{psprintf("%s::%s", quote_literal_cstr(given->values[i]), type_name(type)), type});
    }
    return sql.data;
}

bool same_given(const Given *a, const Given *b) {
    if (a == nullptr || b == nullptr) return a == b;
    bool same = a->n == b->n && std::memcmp(a->columns, b->columns, sizeof(AttrNumber) * a->n) == 0;
    for (int i = 0; same && i < a->n; ++i) same = strcmp(a->values[i], b->values[i]) == 0;
    return same;
}

}  // namespace pg_retention
