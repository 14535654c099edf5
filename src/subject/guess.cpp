#include "subject/guess.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/extension.hpp"
#include "schema/logical_key.hpp"
#include "schema/own.hpp"
#include "subject/keys.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

using namespace std::string_view_literals;

constexpr int kSampledRows = 1000;
constexpr int kMostTypes = 50;

// What a column is called that refers to a person, whatever the table of persons is called.
constexpr std::string_view kPersons[] = {"account"sv, "actor"sv,    "assignee"sv,    "author"sv,   "contact"sv,
                                         "creator"sv, "customer"sv, "email"sv,       "employee"sv, "login"sv,
                                         "member"sv,  "owner"sv,    "participant"sv, "person"sv,   "recipient"sv,
                                         "sender"sv,  "user"sv,     "username"sv,    "whodunnit"sv};
constexpr std::string_view kKeyEnds[] = {"_id"sv, "_uuid"sv, "_key"sv, "_pk"sv, "_ref"sv, "_fk"sv, "id"sv};
constexpr std::string_view kTypeEnds[] = {"_type"sv, "_class"sv, "_kind"sv, "_model"sv};

struct Column {
    Oid relid;
    AttrNumber number;
    const char *name;
};

// A table with a key of one column.
struct Target {
    Oid relid;
    AttrNumber key;
    const char *name;
    bool persons;
};

struct Guessing {
    const Model *model;
    Column *columns;
    int n_columns;
    Target *targets;
    int n_targets;
    List *found;
};

// "Admin::UserProfile" is "user_profile".
char *snake_case(std::string_view text) {
    if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) text.remove_prefix(colon + 1);
    if (const size_t dot = text.rfind('.'); dot != std::string_view::npos) text.remove_prefix(dot + 1);
    auto *out = static_cast<char *>(palloc(2 * text.size() + 1));
    char *to = out;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (isupper(c) && i > 0 && islower(static_cast<unsigned char>(text[i - 1]))) *to++ = '_';
        *to++ = static_cast<char>(pg_ascii_tolower(c));
    }
    *to = '\0';
    return out;
}

// Of "cases" that is "case", of "companies" "company".
bool is_singular_of(std::string_view word, std::string_view table) {
    if (word == table) return true;
    for (const std::string_view plural : {"s"sv, "es"sv})
        if (table.size() == word.size() + plural.size() && table.starts_with(word) && table.ends_with(plural)) return true;
    return word.ends_with('y') && table.size() == word.size() + 2 && table.ends_with("ies"sv) &&
           table.starts_with(word.substr(0, word.size() - 1));
}

// "user" is that of "users", and of "auth_user".
bool names_table(std::string_view word, std::string_view table) {
    if (word.size() < 2) return false;
    for (size_t from = 0;; ++from) {
        if (is_singular_of(word, table.substr(from))) return true;
        from = table.find('_', from);
        if (from == std::string_view::npos) return false;
    }
}

template <size_t N>
std::string_view without_end(std::string_view name, const std::string_view (&ends)[N]) {
    for (const std::string_view end : ends)
        if (name.size() > end.size() && name.ends_with(end)) return name.substr(0, name.size() - end.size());
    return name;
}

bool speaks_of_persons(std::string_view name) {
    if (name.ends_with("_by"sv)) return true;
    for (const std::string_view word : kPersons)
        for (size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1))
            if ((at == 0 || name[at - 1] == '_') && (at + word.size() == name.size() || name[at + word.size()] == '_'))
                return true;
    return false;
}

void read_columns(Guessing *guessing) {
    const SqlRows rows = read_own(
        "SELECT a.attrelid, a.attnum, a.attname FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid "
        "JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_type t ON t.oid = a.atttypid "
        "WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition AND r.relpersistence = 'p' AND n.oid <> $1 AND n.nspname !~ '^pg_' "
        "AND n.nspname <> 'information_schema' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "AND (t.typcategory = 'S' OR t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)) "
        "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey)) "
        "ORDER BY n.nspname, r.relname, a.attnum",
        extension()->schema);
    guessing->columns = static_cast<Column *>(palloc(sizeof(Column) * (rows.n + 1)));
    for (const SqlRow row : rows)
        guessing->columns[guessing->n_columns++] = Column{row.get<Oid>(1), row.get<int16>(2), row.text(3)};
    rows.free();
}

void read_targets(Guessing *guessing) {
    const SqlRows rows =
        read_own("SELECT DISTINCT ON (n.nspname, r.relname) r.oid, i.indkey[0], r.relname FROM pg_class r "
                 "JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_index i ON i.indrelid = r.oid "
                 "JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = i.indkey[0] "
                 "WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition AND r.relpersistence = 'p' AND n.oid <> $1 "
                 "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND i.indisunique AND i.indisvalid "
                 "AND i.indimmediate AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attnotnull "
                 "ORDER BY n.nspname, r.relname, i.indisprimary DESC, i.indexrelid",
                 extension()->schema);
    guessing->targets = static_cast<Target *>(palloc(sizeof(Target) * (rows.n + 1)));
    for (const SqlRow row : rows) {
        const Oid relid = row.get<Oid>(1);
        guessing->targets[guessing->n_targets++] =
            Target{relid, row.get<int16>(2), row.text(3), kind_of_table(*guessing->model, relid) != nullptr};
    }
    rows.free();
}

Hop key_between(const Column &column, const Target &target) {
    Hop key = {};
    key.from_relid = column.relid;
    key.to_relid = target.relid;
    key.n_keys = 1;
    key.from[0] = column.number;
    key.to[0] = target.key;
    if (!logical_equality(column.relid, column.number, target.relid, target.key, &key.equal[0])) key.n_keys = 0;
    return key;
}

// Adds the key when nearly all values that a sample has are there; what is empty tells nothing.
void try_key(Guessing *guessing, const Hop &key) {
    if (key.n_keys == 0) return;
    const char *column = column_list(key.from_relid, &key.from[0], 1, "t."),
               *condition = given_condition(key.from_relid, key.given);
    Parameters parameters = {}, found = {};
    const char *sample =
        psprintf("FROM (SELECT t.* FROM %s t WHERE %s IS NOT NULL AND %s LIMIT %d) t WHERE true", qualified_name(key.from_relid),
                 column, condition == nullptr ? "true" : condition, kSampledRows);
    const Equalities referred = key_equalities(key, Side::kReferenced);
    const KeySet values = distinct_keys(key.from_relid, key.from, 1, referred, sample, &parameters, false);
    if (values.n == 0) return;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT count(*) FROM %s t WHERE ", qualified_name(key.to_relid));
    append_key_condition(&sql, key.to_relid, key.to, referred, values, &found);
    const SqlRows rows = read_as(owner_of(key.to_relid), sql.data, found);
    const auto there = rows.first().get<int64>(1);
    rows.free();
    if (there * 20 < static_cast<int64>(values.n) * 19) return;
    auto *guess = static_cast<Guess *>(palloc(sizeof(Guess)));
    *guess = Guess{key, values.n, there};
    guessing->found = lappend(guessing->found, guess);
}

const Column *column_beside(const Guessing &guessing, const Column &column, std::string_view base) {
    for (int i = 0; i < guessing.n_columns; ++i)
        for (const std::string_view end : kTypeEnds) {
            const std::string_view name(guessing.columns[i].name);
            if (guessing.columns[i].relid == column.relid && name.size() == base.size() + end.size() && name.starts_with(base) &&
                name.ends_with(end))
                return &guessing.columns[i];
        }
    return nullptr;
}

// A number and what it is a number of: one key for each type that a sample has.
void try_types(Guessing *guessing, const Column &column, const Column &type) {
    const char *name = column_list(type.relid, &type.number, 1, "t.");
    const SqlRows rows =
        read_as(owner_of(type.relid),
                psprintf("SELECT DISTINCT %s::text FROM (SELECT * FROM %s t WHERE %s IS NOT NULL LIMIT %d) t ORDER BY 1 LIMIT %d",
                         name, qualified_name(type.relid), name, kSampledRows, kMostTypes));
    List *types = NIL;
    for (const SqlRow row : rows) types = lappend(types, row.text(1));
    rows.free();
    ListCell *cell = nullptr;
    foreach (cell, types) {
        const std::string_view word(snake_case(static_cast<char *>(lfirst(cell))));
        for (int i = 0; i < guessing->n_targets; ++i) {
            if (!names_table(word, guessing->targets[i].name)) continue;
            Hop key = key_between(column, guessing->targets[i]);
            auto *given = static_cast<Given *>(palloc0(sizeof(Given)));
            *given = Given{1, {type.number}, {static_cast<char *>(lfirst(cell))}};
            key.given = given;
            try_key(guessing, key);
        }
    }
}

// Numbers are alike in many tables, so that only names tell; a name or a UUID that stands in the key of persons is theirs whatever its column is called.
bool may_refer(const Column &column, std::string_view base, const Target &target) {
    const Oid type = getBaseType(get_atttype(column.relid, column.number));
    const bool number = is_integer(type);
    if (column.relid == target.relid && column.number == target.key) return false;
    return names_table(base, target.name) || (target.persons && (!number || speaks_of_persons(column.name)));
}

}  // namespace

List *guess_keys(const Model &model) {
    Guessing guessing = {};
    guessing.model = &model;
    read_columns(&guessing);
    read_targets(&guessing);
    for (int i = 0; i < guessing.n_columns; ++i) {
        CHECK_FOR_INTERRUPTS();
        const Column &column = guessing.columns[i];
        const std::string_view base = without_end(std::string_view(snake_case(column.name)), kKeyEnds);
        if (const Column *type = column_beside(guessing, column, base)) {
            try_types(&guessing, column, *type);
            continue;
        }
        for (int k = 0; k < guessing.n_targets; ++k)
            if (may_refer(column, base, guessing.targets[k])) try_key(&guessing, key_between(column, guessing.targets[k]));
    }
    return guessing.found;
}

}  // namespace pg_retention
