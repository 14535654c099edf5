#pragma once
// Which types are personal: the extension's own, arrays of them, and domains over them.
#include "pg/postgres.hpp"

extern "C" {
#include "access/genam.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct PersonalType {
    Oid oid;
    const char *category;
    int32 modifier;  // of a domain; -1: none
};

// Of PersonalType. The extension must be installed.
List *personal_types();

// One of these.
bool is_personal(Oid type);

// One of those the extension defines.
bool is_defined_personal(Oid type);

// What depends on the type, of an open pg_depend.
SysScanDesc scan_dependents(Relation depend, Oid type);

// OIDs of ordinary and partitioned tables, not of partitions, with a column of such a type.
List *tables_with_personal_types();
void init_personal_types();

// The personal types, and what is made of the period and the clock, which have no category (null).
List *own_types();

}  // namespace pg_retention
