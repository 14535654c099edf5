#pragma once
// What is personal, and how it is anonymised, may be declared anew, by a table or by a type. What was anonymised before is not that then.
#include "sweep/engine.hpp"

namespace pg_retention {

// All that decides what anonymising leaves of a column: c is its row in retention.personal_columns, a that in pg_attribute.
inline constexpr const char *kDeclaration =
    "pg_catalog.concat_ws(' ', a.atttypid, a.atttypmod, c.anonymise, pg_catalog.quote_nullable(c.constant), "
    "pg_catalog.quote_nullable(c.argument))";

// False: nothing is another.
bool compare_declarations();

// Compares the declarations of governed tables with those that the last pass found, and has tables looked through where one is another.
void notice_declarations(Engine *engine);

// Of PersonalColumn: those for which the table is being looked through. In a step.
List *columns_declared_anew(Oid relid);

}  // namespace pg_retention
