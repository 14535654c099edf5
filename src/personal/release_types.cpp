// retention.release_types(): personal columns become what their types are made of, text, date, inet and point. What the types
// said goes into retention.personal_column.
#include "schema/extension.hpp"
#include "personal/own_columns.hpp"
#include "personal/personal_types.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// "text", "date[]"; null for what somebody else made of a personal type.
const char *released_type(Oid type) {
    const Oid element = get_element_type(type);
    const Oid own = OidIsValid(element) ? element : type;
    if (!is_defined_personal(own)) return nullptr;
    const Oid base = getBaseType(own);
    return psprintf("%s%s", format_type_be(base == own ? TEXTOID : base), OidIsValid(element) ? "[]" : "");
}

// A column that comes from a parent changes with it. Another session's temporary table is beyond reach.
bool is_released_here(const OwnColumn &column) {
    if (isOtherTempNamespace(get_rel_namespace(column.relid))) return false;
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(column.relid), Int16GetDatum(column.number));
    const bool inherited = HeapTupleIsValid(tuple) && reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attinhcount > 0;
    if (HeapTupleIsValid(tuple)) ReleaseSysCache(tuple);
    return !inherited;
}

void check(const OwnColumn &column) {
    if (!owns_table(column.relid, GetUserId()))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be owner of table %s", column.table),
                        errhint("Types are released by a superuser, or by the owner of all tables that have them.")));
    if (released_type(column.type) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("column \"%s\" of table %s has type %s, which is made of a personal type", column.name,
                               column.table, column.type_name),
                        errhint("Alter the type of the column first.")));
}

// Its own collation stays.
const char *collation_clause(const OwnColumn &column) {
    Oid type = InvalidOid, collation = InvalidOid;
    int32 modifier = -1;
    get_atttypetypmodcoll(column.relid, column.number, &type, &modifier, &collation);
    if (!OidIsValid(collation) || collation == get_typcollation(column.type)) return "";
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for collation %u", collation);
    const auto *row = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    const char *clause =
        psprintf(" COLLATE %s", quote_qualified_identifier(get_namespace_name(row->collnamespace), NameStr(row->collname)));
    ReleaseSysCache(tuple);
    return clause;
}

void run_as_owner(Oid relid, const char *sql) {
    const ActingAs saved = act_as(owner_of(relid), false);
    during(own_command, true, [sql] { (void) SPI_execute(sql, false, 0); });
    leave(saved);
}

// All columns of a table at once: its constraints are checked once.
void release_table(List *columns, Oid relid) {
    const bool composite = get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "ALTER %s %s", composite ? "TYPE" : "TABLE", qualified_name(relid));
    bool first = true;
    ListCell *cell = nullptr;
    foreach (cell, columns) {
        const auto *column = static_cast<const OwnColumn *>(lfirst(cell));
        if (column->relid != relid) continue;
        appendStringInfo(&sql, "%s ALTER %s %s TYPE %s%s", first ? "" : ",", composite ? "ATTRIBUTE" : "COLUMN",
                         quote_identifier(column->name), released_type(column->type), collation_clause(*column));
        first = false;
    }
    run_as_owner(relid, sql.data);
}

// Where personal types are named in an expression.
struct Place {
    int location;
    const char *name;
};

bool find_types(Node *node, void *context) {
    if (node == nullptr) return false;
    if (!IsA(node, TypeName)) return raw_expression_tree_walker(node, tree_walker_fn(find_types), context);
    auto *type = reinterpret_cast<const TypeName *>(node);
    if (list_length(type->names) != 2 || strcmp(strVal(linitial(type->names)), "retention") != 0) return false;
    auto *place = static_cast<Place *>(palloc(sizeof(Place)));
    *place = Place{type->location, strVal(lsecond(type->names))};
    auto *places = static_cast<List **>(context);
    *places = lappend(*places, place);
    return false;
}

int by_location(const ListCell *a, const ListCell *b) {
    return static_cast<const Place *>(lfirst(a))->location - static_cast<const Place *>(lfirst(b))->location;
}

// The expression with "::text" for "::retention.email('1 year')", and so on.
char *released_expression(const char *text) {
    const char *select = psprintf("SELECT %s", text);
    List *places = NIL;
    find_types(linitial_node(RawStmt, raw_parser(select, RAW_PARSE_DEFAULT))->stmt, &places);
    list_sort(places, by_location);
    StringInfoData out;
    initStringInfo(&out);
    const char *rest = select + strlen("SELECT ");
    ListCell *cell = nullptr;
    foreach (cell, places) {
        const auto *place = static_cast<const Place *>(lfirst(cell));
        const char *released = released_type(
            GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(place->name), ObjectIdGetDatum(extension()->schema)));
        if (released == nullptr) continue;
        const char *at = select + place->location;
        appendBinaryStringInfo(&out, rest, static_cast<int>(at - rest));
        appendStringInfoString(&out, released);
        rest = at + strlen("retention.") + strlen(place->name);
        if (*rest == '(') rest = strchr(rest, ')') + 1;
    }
    appendStringInfoString(&out, rest);
    return out.data;
}

struct Command {
    Oid relid;
    char *sql;
};

// Defaults and CHECK constraints of tables name the types of their constants, and would go with them.
List *constants_of_types() {
    // The second pair: validated is what was checked once, and says the same in other words.
    const char *sql =
        "WITH t AS (SELECT type FROM retention.personal_types()) "
        "SELECT a.attrelid, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT ', a.attrelid::regclass, a.attname), "
        "pg_get_expr(f.adbin, f.adrelid), '' "
        "FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated = '' "
        "JOIN pg_class c ON c.oid = a.attrelid AND NOT pg_is_other_temp_schema(c.relnamespace) "
        "WHERE EXISTS (SELECT FROM pg_depend d, t WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid "
        "AND d.refclassid = 'pg_type'::regclass AND d.refobjid = t.type) "
        "UNION ALL "
        "SELECT k.conrelid, format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I CHECK (', k.conrelid::regclass, k.conname), "
        "pg_get_expr(k.conbin, k.conrelid), format(')%s%s', CASE WHEN k.connoinherit THEN ' NO INHERIT' END, CASE WHEN NOT k.convalidated THEN ' NOT VALID' END) "
        "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid AND NOT pg_is_other_temp_schema(c.relnamespace) "
        "WHERE k.contype = 'c' AND k.coninhcount = 0 AND EXISTS (SELECT FROM pg_depend d, t WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid "
        "AND d.refclassid = 'pg_type'::regclass AND d.refobjid = t.type)";
    List *commands = NIL;
    for (const SqlRow row : run_governed(kOnceReading, sql)) {
        auto *command = static_cast<Command *>(palloc(sizeof(Command)));
        *command = Command{row.get<Oid>(1), psprintf("%s%s%s", row.text(2), released_expression(row.text(3)), row.text(4))};
        commands = lappend(commands, command);
    }
    return commands;
}

void release_constants() {
    ListCell *cell = nullptr;
    const ActingAs saved = act_as(extension_owner(), true);
    List *commands = constants_of_types();
    leave(saved);
    foreach (cell, commands) {
        const auto *command = static_cast<const Command *>(lfirst(cell));
        if (!owns_table(command->relid, GetUserId()))
            ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                            errmsg("must be owner of table %s", qualified_name(command->relid))));
        run_as_owner(command->relid, command->sql);
    }
}

void remember_declarations() {
    own("INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, origin) "
        "SELECT relation, column_name, category, keep_for, anonymise, origin FROM retention.personal_columns WHERE declared_by = 'type'");
}

List *release_types() {
    List *columns = NIL, *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns_of_types(personal_types())) {
        auto *column = static_cast<OwnColumn *>(lfirst(cell));
        if (!is_released_here(*column)) continue;
        check(*column);
        columns = lappend(columns, column);
        tables = list_append_unique_oid(tables, column->relid);
    }
    SPI_connect();
    during(own_command, true, [] { remember_declarations(); });
    foreach (cell, tables) release_table(columns, lfirst_oid(cell));
    CommandCounterIncrement();
    release_constants();
    SPI_finish();
    return columns;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_release_types) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    if (pg_retention::extension() == nullptr)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("extension pg_retention is not complete")));
    ListCell *cell = nullptr;
    foreach (cell, pg_retention::release_types()) {
        const auto *column = static_cast<const pg_retention::OwnColumn *>(lfirst(cell));
        Datum values[3] = {ObjectIdGetDatum(column->relid), DirectFunctionCall1(namein, CStringGetDatum(column->name)),
                           CStringGetTextDatum(column->type_name)};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}
