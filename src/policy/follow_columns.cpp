#include "policy/follow_columns.hpp"

#include "ledger/terms.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/notices.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/record.hpp"
#include "schema/altered.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// A row of retention.personal_columns.
struct DeclaredColumn {
    Oid relid;
    AttrNumber number;
    const char *name;
    bool by_type;
    HeapTuple row;
    AttrNumber last;  // of the table, before the command
};

// Whether the command gives columns, takes them or changes what they are.
bool changes_columns(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const AlterTableType what = lfirst_node(AlterTableCmd, cell)->subtype;
        if (what == AT_AddColumn || what == AT_DropColumn || what == AT_AlterColumnType) return true;
    }
    return false;
}

// Null: it detaches none.
const PartitionCmd *detaching(const Node *statement) {
    if (!IsA(statement, AlterTableStmt)) return nullptr;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_DetachPartition || command->subtype == AT_DetachPartitionFinalize)
            return castNode(PartitionCmd, command->def);
    }
    return nullptr;
}

// The table whose columns it changes, or the composite type. Null: it changes none.
const RangeVar *changed_table(const Node *statement) {
    if (IsA(statement, RenameStmt)) {
        const auto *rename = reinterpret_cast<const RenameStmt *>(statement);
        return renames_column(rename) ? rename->relation : nullptr;
    }
    if (!IsA(statement, AlterTableStmt)) return nullptr;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    return changes_columns(alter) ? alter->relation : nullptr;
}

// Columns go with what they depend on.
bool may_take_columns(const Node *statement) {
    if (IsA(statement, DropOwnedStmt)) return reinterpret_cast<const DropOwnedStmt *>(statement)->behavior == DROP_CASCADE;
    return IsA(statement, DropStmt) && reinterpret_cast<const DropStmt *>(statement)->behavior == DROP_CASCADE;
}

constexpr char kDeclared[] =
    "SELECT a.attnum, c.* FROM retention.personal_columns c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.relation "
    "AND a.attname = c.column_name AND NOT a.attisdropped";

Datum tables_array(List *tables) {
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(tables) + 1)));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, tables) oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
    return array_of(oids, n, OIDOID);
}

AttrNumber last_column(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidAttrNumber;
    const AttrNumber last = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relnatts;
    ReleaseSysCache(tuple);
    return last;
}

// SPI must be connected.
void read_declared(DeclaredBefore *to) {
    const SqlRows found = to->tables == NIL ? own(kDeclared)
                                            : own(psprintf("%s WHERE c.relation = ANY ($1)", kDeclared),
                                                  typed(OIDARRAYOID, tables_array(to->tables)));
    for (const SqlRow row : found) {
        if (to->desc == nullptr) to->desc = CreateTupleDescCopy(row.desc);
        auto *column = static_cast<DeclaredColumn *>(palloc(sizeof(DeclaredColumn)));
        *column = DeclaredColumn{row.get<Oid>(2),
                                 row.get<int16>(1),
                                 row.text(3),
                                 strcmp(row.text(SPI_fnumber(row.desc, "declared_by")), "type") == 0,
                                 heap_copytuple(row.tuple),
                                 last_column(row.get<Oid>(2))};
        to->columns = lappend(to->columns, column);
    }
}

DeclaredBefore declared_now(List *tables) {
    DeclaredBefore now = {};
    now.tables = tables;
    CommandCounterIncrement();
    read_declared(&now);
    return now;
}

const DeclaredColumn *find(const DeclaredBefore &in, const DeclaredColumn &column) {
    ListCell *cell = nullptr;
    foreach (cell, in.columns) {
        const auto *one = static_cast<const DeclaredColumn *>(lfirst(cell));
        if (one->relid == column.relid && one->number == column.number) return one;
    }
    return nullptr;
}

bool is_there(const DeclaredColumn &column) {
    HeapTuple tuple = SearchSysCacheAttNum(column.relid, column.number);
    if (!HeapTupleIsValid(tuple)) return false;
    ReleaseSysCache(tuple);
    return true;
}

NameData name_of(const char *text) {
    NameData name;
    namestrcpy(&name, text);
    return name;
}

// What was said of the column, kept by its name.
void keep(const DeclaredColumn &column, TupleDesc desc) {
    const auto text = [&](const char *field) { return SPI_getvalue(column.row, desc, SPI_fnumber(desc, field)); };
    own("INSERT INTO retention.dropped_column (relation, column_name, category, keep_for, anonymise, constant, argument, origin, "
        "required_by_law) VALUES ($1, $2, $3, $4::retention.period, $5, $6, $7, $8, $9::pg_catalog.bool) "
        "ON CONFLICT (relation, column_name) DO UPDATE SET category = excluded.category, keep_for = excluded.keep_for, "
        "anonymise = excluded.anonymise, constant = excluded.constant, argument = excluded.argument, origin = excluded.origin, "
        "required_by_law = excluded.required_by_law, may_be_in = '{}'",
        column.relid, name_of(column.name), text("category"), text("keep_for"), text("anonymise"), text("constant"),
        text("argument"), text("origin"), text("required_by_law"));
}

// Its data may be in another column by now, that was added while it was there: nobody can know. The clock tells which columns the table had
// when its first policy was written, and those say nothing. False: in none of this table.
bool note_where_it_may_be(const DeclaredColumn &column) {
    return own("UPDATE retention.dropped_column d SET may_be_in = n.names FROM (SELECT pg_catalog.array_agg(a.attname ORDER BY a.attnum) "
               "FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1 AND a.attnum > $3 AND a.attnum <= $4 AND NOT a.attisdropped "
               "AND a.attnum > (SELECT k.column_number FROM retention.clock_column k WHERE k.relation = $1) "
               "AND a.attgenerated = '' AND NOT EXISTS (SELECT FROM "
               "retention.personal_columns c WHERE c.relation = $1 AND c.column_name = a.attname)) n (names) "
               "WHERE d.relation = $1 AND d.column_name = $2 AND n.names IS NOT NULL RETURNING 1",
               column.relid, name_of(column.name), static_cast<int16>(column.number), static_cast<int16>(column.last))
               .n > 0;
}

// It is said again, of the column that has the name now. Errors: it does not fit.
void declare_kept(Oid relid, const char *name) {
    const NameData column = name_of(name);
    CommandCounterIncrement();
    own("INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, constant, argument, origin, "
        "required_by_law) SELECT relation, column_name, category, keep_for, anonymise, constant, argument, origin, required_by_law "
        "FROM retention.dropped_column WHERE relation = $1 AND column_name = $2",
        relid, column);
    own("DELETE FROM retention.dropped_column WHERE relation = $1 AND column_name = $2", relid, column);
}

// The column has another type, which says nothing.
void move_declaration(const DeclaredColumn &column, TupleDesc desc) {
    const char *name = get_attname(column.relid, column.number, false);
    keep(column, desc);
    ErrorData *error = attempt([&] { declare_kept(column.relid, name); });
    if (error != nullptr) {
        const bool hinted = error->hint != nullptr;
        error->hint =
            psprintf("%s%srite into retention.personal_column first what shall become of the column: that goes on when its type "
                     "changes.",
                     hinted ? error->hint : "", hinted ? " Or w" : "W");
        ReThrowError(error);
    }
    say([&] {
        ereport(NOTICE,
                (errmsg("column \"%s\" of table %s stays personal: what its type said is in retention.personal_column now", name,
                        get_rel_name(column.relid))));
    });
}

void tell_of_replaced(Oid relid, const char *name, const ErrorData *error) {
    if (error == nullptr)
        ereport(NOTICE,
                (errmsg("column \"%s\" of table %s is personal as the one that it takes the place of", name, get_rel_name(relid)),
                 errhint("Delete its row from retention.personal_column if it is not.")));
    else
        ereport(WARNING, (errcode(error->sqlerrcode),
                          errmsg("column \"%s\" of table %s takes the place of a personal one, and is not declared: %s", name,
                                 get_rel_name(relid), error->message),
                          errhint("Declare it in retention.personal_column; until then retention.gaps lists it.")));
}

// A column that has the name of one that was dropped: added anew, copied into and renamed, as migrations replace columns.
void declare_replaced(List *tables) {
    const SqlRows found = own(
        "SELECT d.relation, d.column_name FROM retention.dropped_column d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.relation "
        "AND a.attname = d.column_name AND NOT a.attisdropped WHERE d.relation = ANY ($1) AND NOT EXISTS (SELECT FROM "
        "retention.personal_columns c WHERE c.relation = d.relation AND c.column_name = d.column_name)",
        typed(OIDARRAYOID, tables_array(tables)));
    for (const SqlRow row : found) {
        const Oid relid = row.get<Oid>(1);
        const char *name = row.text(2);
        const ErrorData *error = attempt([&] { declare_kept(relid, name); });
        say([&] { tell_of_replaced(relid, name, error); });
    }
}

// What a type says it goes on saying; what a table says is said of its partitions as long as they are such.
void declare_detached(Oid partition, List *above) {
    own("INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise, constant, argument, origin, "
        "required_by_law) SELECT DISTINCT ON (p.column_name) $1, p.column_name, p.category, p.keep_for, p.anonymise, p.constant, "
        "p.argument, p.origin, p.required_by_law FROM retention.personal_column p JOIN pg_catalog.pg_attribute a ON a.attrelid = $1 "
        "AND a.attname = p.column_name AND NOT a.attisdropped WHERE p.relation = ANY ($2) "
        "ORDER BY p.column_name, pg_catalog.array_position($2, p.relation::pg_catalog.oid) ON CONFLICT DO NOTHING",
        partition, typed(OIDARRAYOID, tables_array(above)));
}

void follow_detached(Oid partition, List *above) {
    if (get_rel_name(partition) == nullptr || get_rel_relispartition(partition)) return;
    const ErrorData *error = attempt([&] { declare_detached(partition, above); });
    if (error == nullptr) return;
    say([&] {
        ereport(WARNING, (errcode(error->sqlerrcode),
                          errmsg("what was declared of partition \"%s\" with its table is not declared of it: %s",
                                 get_rel_name(partition), error->message),
                          errhint("Declare it in retention.personal_column.")));
    });
}

void tell_of_dropped(const DeclaredColumn &column, bool listed) {
    say([&] {
        ereport(NOTICE,
                (errmsg("column \"%s\" of table %s was personal, and is no more", column.name, get_rel_name(column.relid)),
                 errhint("If its data are in another column by now, declare that one in retention.personal_column.%s",
                         listed ? " Until then retention.gaps lists it." : "")));
    });
}

// Of what was declared before, what is not so any more.
void follow_lost(const DeclaredBefore &before, const DeclaredBefore &now) {
    ListCell *cell = nullptr;
    foreach (cell, before.columns) {
        const auto *column = static_cast<const DeclaredColumn *>(lfirst(cell));
        if (get_rel_name(column->relid) == nullptr || find(now, *column) != nullptr) continue;
        if (!is_there(*column)) {
            keep(*column, before.desc);
            tell_of_dropped(*column, note_where_it_may_be(*column));
        } else if (column->by_type)
            move_declaration(*column, before.desc);
    }
}

void record_changes(const DeclaredBefore &before, const DeclaredBefore &now) {
    ListCell *cell = nullptr;
    foreach (cell, before.columns) {
        const auto *column = static_cast<const DeclaredColumn *>(lfirst(cell));
        const DeclaredColumn *later = find(now, *column);
        if (later == nullptr || !same_terms(before.desc, column->row, later->row))
            record_declaration(column->relid, before.desc, column->row, later == nullptr ? nullptr : later->row, Entered::kAtEnd);
    }
    foreach (cell, now.columns) {
        const auto *column = static_cast<const DeclaredColumn *>(lfirst(cell));
        if (find(before, *column) == nullptr) record_declaration(column->relid, now.desc, nullptr, column->row, Entered::kAtEnd);
    }
}

void follow(const DeclaredBefore &before) {
    const DeclaredBefore now = declared_now(before.tables);
    follow_lost(before, now);
    if (OidIsValid(before.detached)) follow_detached(before.detached, before.above);
    CommandCounterIncrement();
    if (before.tables != NIL) declare_replaced(before.tables);
    record_changes(before, declared_now(before.tables));
}

// pg_upgrade makes the extension's tables one by one, among those of others, and drops columns of these.
bool has_tables() {
    return !IsBinaryUpgrade && OidIsValid(get_relname_relid("personal_columns", extension()->schema)) &&
           OidIsValid(get_relname_relid("dropped_column", extension()->schema));
}

}  // namespace

DeclaredBefore declared_before(const PlannedStmt *planned) {
    DeclaredBefore before = {};
    if (own_command || !has_tables()) return before;
    const PartitionCmd *detached = detaching(planned->utilityStmt);
    const RangeVar *table = detached != nullptr ? reinterpret_cast<const AlterTableStmt *>(planned->utilityStmt)->relation
                                                : changed_table(planned->utilityStmt);
    // Without a lock: whoever may not alter the table is to wait for nobody.
    const Oid relid = table == nullptr ? InvalidOid : RangeVarGetRelid(table, NoLock, true);
    before.any = OidIsValid(relid) || may_take_columns(planned->utilityStmt);
    if (!before.any) return before;
    if (detached != nullptr) before.detached = RangeVarGetRelid(detached->name, NoLock, true);
    if (OidIsValid(before.detached))
        before.above = lcons_oid(relid, get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL);
    if (OidIsValid(relid))
        before.tables = OidIsValid(before.detached) ? list_make1_oid(before.detached) : altered_tables(relid, NoLock);
    connect_spi();
    read_declared(&before);
    SPI_finish();
    return before;
}

void follow_declared(const DeclaredBefore &before) {
    if (!before.any || extension() == nullptr) return;
    connect_spi();
    during(own_policy_write, true, [&] { follow(before); });
    SPI_finish();
}

}  // namespace pg_retention
