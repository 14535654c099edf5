#include "personal/personal.hpp"

#include "core/text/letters.hpp"
#include "core/text/telling.hpp"
#include "personal/personal_types.hpp"
#include "schema/extension.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
}

namespace pg_retention {

namespace {

constexpr char kSelect[] = "SELECT relation, column_name, category, anonymise, constant, argument, keep_for IS NOT NULL, "
                           "origin = 'derived', required_by_law, written_for FROM retention.";

core::Anonymiser anonymiser_named(const char *word) {
    const core::Result<core::Anonymiser> parsed = core::parse_anonymiser(word);
    if (!parsed.ok()) raise(parsed.error());
    return parsed.value();
}

List *columns_found(const SqlRows &found) {
    List *columns = NIL;
    for (const SqlRow row : found) {
        auto *column = static_cast<PersonalColumn *>(palloc0(sizeof(PersonalColumn)));
        column->relid = row.get<Oid>(1);
        column->name = row.text(2);
        column->column = get_attnum(column->relid, column->name);
        if (column->column <= 0) continue;
        column->category = row.text(3);
        column->anonymiser = anonymiser_named(row.text(4));
        column->constant = row.text(5);
        column->argument = row.is_null(6) ? "" : row.text(6);
        column->has_period = row.get_or(7, false);
        column->derived = row.get_or(8, false);
        column->required_by_law = row.get_or(9, false);
        column->written_for = row.get_or(10, InvalidOid);
        column->is_free_text = strcmp(column->category, "free text") == 0;
        columns = lappend(columns, column);
    }
    found.free();
    return columns;
}

// A column of a type that PostgreSQL does not bring along: it may be one of ours, or be made of one.
bool may_have_personal_type(Oid relid) {
    Relation rel = RelationIdGetRelation(relid);
    bool found = false;
    if (!RelationIsValid(rel)) return false;
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts && !found; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        found = !att->attisdropped && att->atttypid >= FirstNormalObjectId && att->atttypid != extension()->clock_type;
    }
    RelationClose(rel);
    return found;
}

}  // namespace

// The view that knows the types looks through the catalogs: only where there may be one.
static const char *where_declared(bool may_be_by_type) { return may_be_by_type ? "personal_columns" : "personal_column"; }

List *personal_columns_of(Oid relid) {
    return columns_found(
        own(psprintf("%s%s WHERE relation = $1 ORDER BY column_name", kSelect, where_declared(may_have_personal_type(relid))),
            relid));
}

List *personal_columns_in(List *relids) {
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(relids) + 1)));
    bool any_typed = false;
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, relids) {
        oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
        any_typed = any_typed || may_have_personal_type(lfirst_oid(cell));
    }
    return columns_found(
        read_own(psprintf("%s%s WHERE relation = ANY ($1) ORDER BY column_name", kSelect, where_declared(any_typed)),
                 typed(OIDARRAYOID, array_of(oids, n, OIDOID))));
}

const PersonalColumn *find_personal_column(List *columns, Oid relid, AttrNumber column) {
    ListCell *cell = nullptr;
    foreach (cell, columns) {
        const auto *found = static_cast<const PersonalColumn *>(lfirst(cell));
        if (found->relid == relid && found->column == column) return found;
    }
    return nullptr;
}

const char *category_without_declaration(Oid type, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, is_personal(type) ? personal_types() : NIL)
        if (static_cast<const PersonalType *>(lfirst(cell))->oid == type)
            return static_cast<const PersonalType *>(lfirst(cell))->category;
    const std::string_view category = core::category_of_name(name);
    return category.empty() ? nullptr : pnstrdup(category.data(), category.size());
}

bool tells_who(const PersonalColumn &column) {
    return !column.is_free_text && core::need_of(column.anonymiser) != core::Need::kWords &&
           getBaseType(get_atttype(column.relid, column.column)) != BOOLOID;
}

char *text_of_column(const PersonalColumn &column, const char *prefix) {
    const bool is_date = getBaseType(get_atttype(column.relid, column.column)) == DATEOID;
    return psprintf(is_date ? "pg_catalog.to_char(%s%s, 'YYYY-MM-DD')" : "CAST(%s%s AS text)", prefix,
                    quote_identifier(column.name));
}

bool has_word(List *words, const char *word) {
    ListCell *cell = nullptr;
    foreach (cell, words)
        if (strcmp(static_cast<char *>(lfirst(cell)), word) == 0) return true;
    return false;
}

List *add_word(List *words, const char *word) {
    if (word == nullptr || *word == '\0' || has_word(words, word)) return words;
    return lappend(words, pstrdup(word));
}

// Names are written in parts, too: "Lie, Kari" names Lie and Kari.
static List *add_parts(List *words, const char *name) {
    const std::string_view text(name);
    for (size_t i = 0; i < text.size();) {
        size_t end = i;
        core::Letter letter = core::letter_at(text, end);
        for (; letter.size > 0 && !core::is_blank(letter.code) && letter.code != ','; letter = core::letter_at(text, end))
            end += letter.size;
        if (end - i > 1 && text[end - 1] != '.') words = add_word(words, pnstrdup(name + i, end - i));
        i = end + Max(letter.size, 1);
    }
    return words;
}

List *add_words_of(List *words, const PersonalColumn &column, const char *value) {
    if (value == nullptr || (column.constant != nullptr && strcmp(value, column.constant) == 0)) return words;
    if (core::is_placeholder(value) || (!core::is_telling_category(column.category) && core::is_common_word(value))) return words;
    int year = 0, month = 0, day = 0;
    const bool is_date = getBaseType(get_atttype(column.relid, column.column)) == DATEOID;
    words = add_word(words, value);
    if (strcmp(column.category, "name") == 0) words = add_parts(words, value);
    if (!is_date || sscanf(value, "%d-%d-%d", &year, &month, &day) != 3) return words;
    for (const char *form : {"%02d.%02d.%04d", "%d.%d.%04d", "%02d/%02d/%04d"})
        words = add_word(words, psprintf(form, day, month, year));
    return words;
}

}  // namespace pg_retention
