#include "guard/retyped.hpp"

#include "guard/forms.hpp"
#include "pg/compat.hpp"
#include "personal/personal.hpp"
#include "personal/personal_types.hpp"
#include "policy/attached.hpp"
#include "policy/protected.hpp"
#include "schema/key_equality.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct ColumnType {
    Oid type;  // as it is declared
    Oid collation;
};

ColumnType type_now(Oid relid, AttrNumber column) {
    ColumnType now = {};
    int32 modifier = -1;
    get_atttypetypmodcoll(relid, column, &now.type, &modifier, &now.collation);
    return now;
}

bool is_text(Oid type) { return type == TEXTOID || type == VARCHAROID || is_defined_personal(type); }

// Whether a condition on values, or a comparison of their texts, says the same of them under both.
bool are_read_alike(const ColumnType &was, const ColumnType &is) {
    const Oid before = getBaseType(was.type), after = getBaseType(is.type);
    if (is_integer(before) && is_integer(after)) return true;
    return was.collation == is.collation && (before == after || (is_text(before) && is_text(after)));
}

bool same(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

// Of a column that nothing but its type, or its name, says that of.
bool holds_the_same(const char *name, Oid was, Oid is) {
    return same(category_without_declaration(was, name), category_without_declaration(is, name));
}

// Or a table above it is, whose columns it has.
bool is_declared(Oid relid, const char *column) {
    ListCell *cell = nullptr;
    bool declared = false;
    connect_spi();
    foreach (cell, with_ancestors(relid))
        declared = declared || own("SELECT 1 FROM retention.personal_column WHERE relation = $1 AND column_name = $2",
                                   lfirst_oid(cell), typed(NAMEOID, CStringGetDatum(column)))
                                       .n > 0;
    SPI_finish();
    return declared;
}

List *changes_of_type(const AlterTableStmt *alter, const AlterTableCmd *command, Oid relid, AttrNumber column) {
    auto *def = castNode(ColumnDef, command->def);
    const Oid type = LookupTypeNameOid(nullptr, def->typeName, true);
    List *changes = NIL;
    if (!OidIsValid(type)) return NIL;
    if (ruling_of(alter, command, relid).loses) return list_make1_int(static_cast<int>(ColumnChange::kAllValues));
    const ColumnType was = type_now(relid, column), is = {type, GetColumnDefCollation(nullptr, def, type)};
    // What becomes personal is protected no more.
    if (is_personal(type) && !is_personal(was.type)) changes = lappend_int(changes, static_cast<int>(ColumnChange::kValue));
    const bool by_type = (is_personal(was.type) || is_personal(type)) && !is_declared(relid, command->name);
    if (by_type && !is_personal(type)) changes = lappend_int(changes, static_cast<int>(ColumnChange::kUndeclared));
    if (!are_read_alike(was, is) || (by_type && !holds_the_same(command->name, was.type, type)))
        changes = lappend_int(changes, static_cast<int>(ColumnChange::kReading));
    return changes;
}

}  // namespace

List *changes_of(const AlterTableStmt *alter, const AlterTableCmd *command, Oid relid) {
    const AttrNumber column = command->name == nullptr ? InvalidAttrNumber : get_attnum(relid, command->name);
    if (column <= 0) return NIL;
    switch (static_cast<int>(command->subtype)) {
        case AT_SetExpression: return list_make1_int(static_cast<int>(ColumnChange::kAllValues));
        case AT_AlterColumnType: return changes_of_type(alter, command, relid, column);
        default: return NIL;
    }
}

}  // namespace pg_retention
