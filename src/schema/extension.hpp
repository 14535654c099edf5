#pragma once
// OIDs of the extension's own objects in this database, cached until the catalogs change.
#include "pg/postgres.hpp"

namespace pg_retention {

struct ExtensionObjects {
    Oid schema;  // retention
    Oid clock_type;
    Oid period_type;
    Oid policy_table;
    Oid visible_function;          // retention.visible(retention.clock)
    Oid person_function;           // retention.person_visible(retention.clock, oid, int2vector, VARIADIC "any")
    Oid person_conflict_function;  // retention.person_conflict_visible, the same
    Oid unstamped_function;        // retention.unstamped_visible(retention.clock, smallint)
    Oid conflict_function;         // retention.conflict_visible(retention.clock)
    Oid statistics_function;       // retention.statistics_visible(oid): of a table
    Oid unknown_function;          // retention.unknown_visible(retention.clock)
    Oid unmanaged_function;        // retention.unmanaged_visible(retention.clock)
    Oid statistics_ext_function;   // retention.extended_statistics_visible(oid): of an object of extended statistics
    int32 number;                  // whose numbers of policies the clocks here have; 0: there is none yet
};

// Null when the extension is not installed in this database (or not connected to one, or it is being created).
const ExtensionObjects *extension();

// Whether the function is one of the two that stand as the condition in plans. The extension must be installed.
inline bool is_condition(Oid function) {
    return function == extension()->visible_function || function == extension()->person_function;
}

// Until the transaction ends nobody drops the extension. False: it is not installed.
bool hold_extension();

// Whether this is retention.policy of an extension that is installed.
bool is_policy_table(Oid relid);

// The owner of the extension's own tables. It must be installed.
Oid extension_owner();

// Attribute number of the clock column, InvalidAttrNumber when the relation is not governed. Cheap: relcache only.
AttrNumber clock_column(Oid relid);

// The clocks name policies by the numbers of another database, or nobody knows by whose: all of them are unknown. Cheap, too.
bool has_foreign_clock(Oid relid);

// Has no clock, no children that could have one, and holds neither statistics nor long values of other tables.
bool is_plain_relation(Oid relid);

// An ordinary table below the relation is governed, as a child of one that is not may be.
bool has_governed_child(Oid relid);

// Its quoted name. The relation must be governed.
const char *clock_name(Oid relid);

// Counts what this backend was told of: as long as it stays the same, no table, type, function or declaration has changed for it. To be asked
// before what is read and kept is read.
uint64_t schema_changes();

void init_extension_cache();  // registers the invalidation callbacks

}  // namespace pg_retention
