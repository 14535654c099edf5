#include "guard/affected.hpp"

#include "schema/altered.hpp"
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

bool is_index(Oid relid) {
    const char kind = get_rel_relkind(relid);
    return kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX;
}

bool matters(Oid relid) { return is_governed(relid) || has_governed_child(relid); }

// The relations that a query names.
List *found(const char *text, Oid argument) {
    List *tables = NIL;
    connect_spi();
    for (const SqlRow row : run_here(kOnceReading, text, argument)) tables = lappend_oid(tables, row.get<Oid>(1));
    SPI_finish();
    return tables;
}

List *that_matter(List *relations) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, relations)
        if (matters(lfirst_oid(cell))) tables = lappend_oid(tables, lfirst_oid(cell));
    return tables;
}

List *add(List *tables, const RangeVar *relation) {
    const Oid relid = governed_table(relation);
    return OidIsValid(relid) ? lappend_oid(tables, relid) : tables;
}

// A change of a composite type changes the tables that were made of it.
List *of_type(const RangeVar *type) {
    const Oid relid = RangeVarGetRelid(type, NoLock, true);
    return OidIsValid(relid) ? that_matter(altered_tables(relid, AccessShareLock)) : NIL;
}

List *of_alter(const AlterTableStmt *alter) {
    if (alter->objtype == OBJECT_TYPE) return of_type(alter->relation);
    List *tables = add(NIL, alter->relation);
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AttachPartition)
            tables = add(tables, reinterpret_cast<const PartitionCmd *>(command->def)->name);
    }
    return tables;
}

List *of_statistics(const CreateStatsStmt *statistics) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, statistics->relations)
        if (IsA(lfirst(cell), RangeVar)) tables = add(tables, static_cast<const RangeVar *>(lfirst(cell)));
    return tables;
}

// A new partition's rows could stand in the default one.
List *of_create(const CreateStmt *create) {
    return create->partbound == nullptr ? NIL : add(NIL, linitial_node(RangeVar, create->inhRelations));
}

}  // namespace

bool may_maintain(Oid relid) {
    const Oid user = GetUserId();
    return owns_table(relid, user) || has_maintain_right(relid, user) || owns_schema(get_rel_namespace(relid), user) ||
           owns_database(MyDatabaseId, user);
}

List *all_governed_tables() {
    return found("WITH RECURSIVE g AS (SELECT a.attrelid AS oid FROM pg_catalog.pg_attribute a "
                 "WHERE a.atttypid OPERATOR(pg_catalog.=) $1 AND NOT a.attisdropped "
                 "UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN g ON i.inhrelid OPERATOR(pg_catalog.=) g.oid) "
                 "SELECT g.oid FROM g JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) g.oid "
                 "WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,p}'::\"char\"[]) ORDER BY g.oid",
                 extension()->clock_type);
}

List *governed_tables() {
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, all_governed_tables())
        if (may_maintain(lfirst_oid(cell))) tables = lappend_oid(tables, lfirst_oid(cell));
    return tables;
}

List *all_relations() {
    return found(
        "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,p}'::\"char\"[]) AND c.oid OPERATOR(pg_catalog.<>) $1 "
        "ORDER BY c.oid",
        InvalidOid);
}

Oid governed_table(const RangeVar *relation) {
    Oid relid = relation == nullptr ? InvalidOid : RangeVarGetRelid(relation, NoLock, true);
    if (OidIsValid(relid) && is_index(relid)) relid = IndexGetRelation(relid, true);
    return OidIsValid(relid) && matters(relid) ? relid : InvalidOid;
}

List *tables_of_domain(Oid domain) {
    return that_matter(
        found("WITH RECURSIVE d AS (SELECT $1 AS oid UNION SELECT t.oid FROM pg_catalog.pg_type t "
              "JOIN d ON t.typbasetype OPERATOR(pg_catalog.=) d.oid) "
              "SELECT DISTINCT a.attrelid FROM pg_catalog.pg_attribute a JOIN d ON a.atttypid OPERATOR(pg_catalog.=) d.oid "
              "JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid "
              "WHERE NOT a.attisdropped AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,p}'::\"char\"[])",
              domain));
}

List *tables_with_values_of(Oid type) {
    if (!OidIsValid(type)) return NIL;
    // Arrays, domains and ranges depend on the type, and columns of it; what has such a column makes a type of its own, again.
    return that_matter(found(
        "WITH RECURSIVE t AS (SELECT $1 AS oid UNION SELECT CASE WHEN c.oid IS NULL THEN d.objid ELSE c.reltype END FROM t "
        "JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass "
        "AND d.refobjid OPERATOR(pg_catalog.=) t.oid AND (d.classid OPERATOR(pg_catalog.=) d.refclassid OR d.objsubid OPERATOR(pg_catalog.>) 0) "
        "LEFT JOIN pg_catalog.pg_class c ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass "
        "AND c.oid OPERATOR(pg_catalog.=) d.objid) "
        "SELECT c.oid FROM t JOIN pg_catalog.pg_class c ON c.reltype OPERATOR(pg_catalog.=) t.oid "
        "WHERE t.oid OPERATOR(pg_catalog.<>) $1 AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m,p}'::\"char\"[]) ORDER BY c.oid",
        type));
}

// Those of the schema, where one is named.
static List *of_many(const ReindexStmt *reindex) {
    if (reindex->kind != REINDEX_OBJECT_SCHEMA) return governed_tables();
    const Oid schema = get_namespace_oid(reindex->name, true);
    List *tables = NIL;
    ListCell *cell = nullptr;
    foreach (cell, governed_tables())
        if (get_rel_namespace(lfirst_oid(cell)) == schema) tables = lappend_oid(tables, lfirst_oid(cell));
    return tables;
}

List *affected_tables(const Node *statement) {
    const RangeVar *clustered = nullptr;
    if (is_cluster(statement, &clustered)) return clustered == nullptr ? governed_tables() : add(NIL, clustered);
    switch (nodeTag(statement)) {
        case T_AlterTableStmt: return of_alter(reinterpret_cast<const AlterTableStmt *>(statement));
        case T_CreateStmt: return of_create(reinterpret_cast<const CreateStmt *>(statement));
        case T_CreateForeignTableStmt: return of_create(&reinterpret_cast<const CreateForeignTableStmt *>(statement)->base);
        case T_CreateStatsStmt: return of_statistics(reinterpret_cast<const CreateStatsStmt *>(statement));
        case T_IndexStmt: return add(NIL, reinterpret_cast<const IndexStmt *>(statement)->relation);
        case T_ReindexStmt: {
            const RangeVar *relation = reinterpret_cast<const ReindexStmt *>(statement)->relation;
            return relation == nullptr ? of_many(reinterpret_cast<const ReindexStmt *>(statement)) : add(NIL, relation);
        }
        default: return NIL;
    }
}

}  // namespace pg_retention
