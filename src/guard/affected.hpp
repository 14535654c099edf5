#pragma once
// The governed tables over whose rows a command evaluates expressions.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Oids of them; of an ungoverned table that stands above a governed one, too. A command over a whole schema or database has
// all that the user may maintain. Not for VACUUM, which goes table by table.
List *affected_tables(const Node *statement);

// Tables and materialised views that are governed or stand above one that is; and those of them that the user may maintain.
List *all_governed_tables();
List *governed_tables();

// As the owner of the table, its schema or the database, or by the right to.
bool may_maintain(Oid relid);

// What a VACUUM without names goes through.
List *all_relations();

// The table if it is governed or stands above one that is; InvalidOid otherwise. An index stands for its table.
Oid governed_table(const RangeVar *relation);

// Tables that have a column of this domain, or of a domain over it.
List *tables_of_domain(Oid domain);

// Tables that have a column of this composite type, or of what is made of it. From its own table, if it is the type of one's rows, apart.
List *tables_with_values_of(Oid type);

}  // namespace pg_retention
