// ALTER COLUMN ... TYPE rewrites rows, and fires no trigger: what the new key of each person will be is asked before it, and written after it.
#include "requests/retyped_keys.hpp"

#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "requests/ended.hpp"
#include "schema/altered.hpp"
#include "schema/own.hpp"
#include "schema/person_records.hpp"
#include "schema/type_change.hpp"

extern "C" {
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_retention {

namespace {

// Keys (jsonb) of records.
struct Keys {
    int n;
    Datum *at;
};

// A kind of which the command changes a column of the key.
struct Retyped {
    const char *kind;
    Keys nobody;        // of records that had no row before
    Moves moves;        // of the others; to: 0 where the row will have no key
    ErrorData *error;   // what will be could not be asked: the server is to say why
    bool loses_erased;  // erased persons are known by the keys that they had
};

Keys keys_with_room(int n) { return Keys{0, static_cast<Datum *>(palloc_extended(sizeof(Datum) * (n + 1), MCXT_ALLOC_HUGE))}; }

SqlValue array_value(const Keys &keys) { return typed(JSONBARRAYOID, array_of(keys.at, keys.n, JSONBOID)); }

bool adds(const AlterTableStmt *alter, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AddColumn && strcmp(castNode(ColumnDef, command->def)->colname, name) == 0) return true;
    }
    return false;
}

// The column holds other values, which have nothing to do with those that it held.
bool replaces(const AlterTableStmt *alter, const AlterTableCmd *command) {
    return static_cast<int>(command->subtype) == AT_SetExpression ||
           (command->subtype == AT_DropColumn && adds(alter, command->name));
}

bool writes_anew(const AlterTableStmt *alter, const AlterTableCmd *command) {
    return command->subtype == AT_AlterColumnType || replaces(alter, command);
}

const AlterTableCmd *command_on(const AlterTableStmt *alter, const char *column) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (writes_anew(alter, command) && strcmp(command->name, column) == 0) return command;
    }
    return nullptr;
}

bool writes_any_anew(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds)
        if (writes_anew(alter, lfirst_node(AlterTableCmd, cell))) return true;
    return false;
}

// Names (char *) of kinds of persons that are rows of the tables, with a key that the command changes. SPI must be connected.
List *kinds_retyped(const AlterTableStmt *alter, List *tables) {
    List *kinds = NIL;
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(tables) + 1)));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, tables) oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
    const SqlRows found =
        own("SELECT k.kind, c.name::text FROM retention.subject_kind k CROSS JOIN LATERAL unnest(k.key) c (name) "
            "WHERE k.relation = ANY ($1) ORDER BY k.kind",
            typed(OIDARRAYOID, array_of(oids, n, OIDOID)));
    for (const SqlRow row : found) {
        const bool listed = kinds != NIL && strcmp(static_cast<const char *>(llast(kinds)), row.text(1)) == 0;
        if (!listed && command_on(alter, row.text(2)) != nullptr) kinds = lappend(kinds, row.text(1));
    }
    found.free();
    return kinds;
}

void refuse_replacing(const Kind &kind, const AlterTableStmt *alter) {
    for (int i = 0; i < kind.n_keys; ++i) {
        const char *name = get_attname(kind.relid, kind.keys[i], false);
        const AlterTableCmd *command = command_on(alter, name);
        if (command != nullptr && replaces(alter, command))
            ereport(ERROR,
                    (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                     errmsg("objections, consents or other records name persons of kind \"%s\" by column \"%s\" of table %s",
                            kind.name, name, get_rel_name(kind.relid)),
                     errhint("Change the values with an UPDATE, which records follow.")));
    }
}

void refuse_volatile(const Kind &kind, const char *column, const Node *expression) {
    if (contain_volatile_functions(const_cast<Node *>(expression)))
        ereport(
            ERROR,
            (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
             errmsg("records of persons of kind \"%s\" cannot follow column \"%s\" of table %s, which gets values that nobody "
                    "can know before",
                    kind.name, column, get_rel_name(kind.relid)),
             errhint("Write the new keys into another column first, and name that one in USING.")));
}

// Of a row t, as it will be: "(t.id)::text". Names are written for the search_path of act_as().
char *value_after(const Kind &kind, Oid altered, const AlterTableStmt *alter, AttrNumber key) {
    const char *name = get_attname(kind.relid, key, false);
    const AlterTableCmd *command = command_on(alter, name);
    char *value = column_list(kind.relid, &key, 1, "t.");
    if (command == nullptr) return value;
    const auto *def = castNode(ColumnDef, command->def);
    Target target = {InvalidOid, -1};
    typenameTypeIdAndMod(nullptr, def->typeName, &target.type, &target.modifier);
    Node *expression = nullptr;
    if (def->raw_default != nullptr) {
        Relation rel = relation_open(altered, NoLock);
        expression = cook_expression(rel, def->raw_default, EXPR_KIND_ALTER_COL_TRANSFORM, Target{InvalidOid, -1});
        relation_close(rel, NoLock);
        refuse_volatile(kind, name, expression);
    }
    const ActingAs saved = act_as(owner_of(kind.relid), false);
    if (expression != nullptr) value = deparse_expression(expression, deparse_context_for("t", altered), true, false);
    value = psprintf("(%s)::%s", value,
                     format_type_extended(target.type, target.modifier, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
    leave(saved);
    return value;
}

bool has_null(const SqlRow &row, int n) {
    for (int i = 1; i <= n; ++i)
        if (row.is_null(i)) return true;
    return false;
}

// What becomes of the keys that these records have.
Moves moves_of(const Kind &kind, Oid altered, const AlterTableStmt *alter, const Keys &records) {
    Moves moves = {0, keys_with_room(records.n).at, keys_with_room(records.n).at};
    Parameters parameters = {};
    StringInfoData sql;
    if (records.n == 0) return moves;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    for (int i = 0; i < kind.n_keys; ++i) appendStringInfo(&sql, "%s, ", value_after(kind, altered, alter, kind.keys[i]));
    appendStringInfoString(&sql, "k.place");
    append_keys_join(&sql, kind, qualified_name(kind.relid), set_of_records(kind, records.at, records.n), &parameters);
    const SqlRows found = run_as(owner_of(kind.relid), kOnce, sql.data, parameters);
    for_each_key(kind, found, 1, [&](const SqlRow &row, const char *key) {
        moves.from[moves.n] = records.at[row.get<int64>(kind.n_keys + 1) - 1];
        moves.to[moves.n++] = has_null(row, kind.n_keys) ? 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(key));
    });
    found.free();
    return moves;
}

// How a value stands in the key of which a hash is kept; 0: nobody knows.
int written_form(Oid type) {
    switch (getBaseType(type)) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
        case NUMERICOID: return 1;
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID: return 2;
        default: return 0;
    }
}

bool is_written_otherwise(const Kind &kind, const AlterTableStmt *alter) {
    for (int i = 0; i < kind.n_keys; ++i) {
        const AlterTableCmd *command = command_on(alter, get_attname(kind.relid, kind.keys[i], false));
        if (command == nullptr) continue;
        if (replaces(alter, command)) return true;
        const auto *def = castNode(ColumnDef, command->def);
        const Oid before = get_atttype(kind.relid, kind.keys[i]), after = typenameTypeId(nullptr, def->typeName);
        const int form = written_form(before);
        if (def->raw_default != nullptr || (before != after && (form == 0 || form != written_form(after)))) return true;
    }
    return false;
}

Retyped *read_retyped(const Kind &kind, Oid altered, const AlterTableStmt *alter) {
    auto *retyped = static_cast<Retyped *>(palloc0(sizeof(Retyped)));
    retyped->kind = pstrdup(kind.name);
    List *rows = all_recorded(kind);
    ListCell *cell = nullptr;
    Keys records = keys_with_room(list_length(rows));
    retyped->nobody = keys_with_room(list_length(rows));
    foreach (cell, rows) {
        const auto *row = static_cast<const RecordedRow *>(lfirst(cell));
        Keys &keys = row->key == 0 ? retyped->nobody : records;
        keys.at[keys.n++] = row->record;
    }
    if (rows != NIL) refuse_replacing(kind, alter);
    retyped->error = attempt([&] {
        retyped->moves = moves_of(kind, altered, alter, records);
        retyped->loses_erased = is_written_otherwise(kind, alter);
    });
    return retyped;
}

// Of Retyped: what is recorded under keys that the command changes.
List *note_retyped(const AlterTableStmt *alter) {
    List *noted = NIL;
    // Without a lock: whoever may not alter the table is to wait for nobody.
    const Oid altered = RangeVarGetRelid(alter->relation, NoLock, true);
    if (!OidIsValid(altered) || !owns_table(altered, GetUserId())) return NIL;
    connect_spi();
    List *kinds = kinds_retyped(alter, altered_tables(altered, NoLock));
    if (kinds != NIL) {
        // Nothing more is recorded until it is done; the server takes the same lock.
        LockRelationOid(altered, AccessExclusiveLock);
        (void) altered_tables(altered, AccessExclusiveLock);
        CommandCounterIncrement();
    }
    ListCell *cell = nullptr;
    foreach (cell, kinds) {
        const Kind *kind = kind_that_fits(static_cast<const char *>(lfirst(cell)));
        if (kind != nullptr) noted = lappend(noted, read_retyped(*kind, altered, alter));
    }
    SPI_finish();
    return noted;
}

// Which of the keys are among the others, or are not: their places.
List *places_of(const Keys &keys, const Keys &others, bool among) {
    List *places = NIL;
    const SqlRows found =
        own("SELECT r.place FROM unnest($1) WITH ORDINALITY r (key, place) WHERE (r.key IN (SELECT unnest($2))) = $3",
            array_value(keys), array_value(others), among);
    for (const SqlRow row : found) places = lappend_int(places, static_cast<int>(row.get<int64>(1)) - 1);
    found.free();
    return places;
}

// Records that a row has by now.
Keys recorded_now(const Kind &kind, List **rows) {
    *rows = NIL;
    List *all = all_recorded(kind);
    Keys records = keys_with_room(list_length(all));
    ListCell *cell = nullptr;
    foreach (cell, all) {
        auto *row = static_cast<RecordedRow *>(lfirst(cell));
        if (row->key == 0) continue;
        records.at[records.n++] = row->record;
        *rows = lappend(*rows, row);
    }
    return records;
}

// Of nobody before: whoever has such a key now inherits nothing.
void end_inherited(const Kind &kind, const Keys &nobody) {
    List *rows = NIL, *inherited = NIL;
    ListCell *cell = nullptr;
    if (nobody.n == 0) return;
    const Keys records = recorded_now(kind, &rows);
    foreach (cell, places_of(records, nobody, true)) inherited = lappend(inherited, list_nth(rows, lfirst_int(cell)));
    end_records(kind, kind.relid, inherited, nullptr);
}

void require_followed(const Kind &kind, const Moves &moves) {
    List *rows = NIL;
    Keys wanted = keys_with_room(moves.n);
    for (int i = 0; i < moves.n; ++i)
        if (moves.to[i] != 0) wanted.at[wanted.n++] = moves.to[i];
    if (wanted.n == 0) return;
    const int lost = list_length(places_of(wanted, recorded_now(kind, &rows), false));
    if (lost > 0)
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                        errmsg_plural("records of %d person of kind \"%s\" do not follow the key",
                                      "records of %d persons of kind \"%s\" do not follow their keys",
                                      static_cast<unsigned long>(lost), lost, kind.name),
                        errhint("Write the new keys into another column first, and name that one in USING.")));
}

void tell_of_erased(const char *kind) {
    if (own("SELECT 1 FROM retention.erasure LIMIT 1").n > 0)
        ereport(
            WARNING,
            (errcode(ERRCODE_WARNING),
             errmsg("erased persons of kind \"%s\" are known by the names and keys that their table had, and not by those of now",
                    kind),
             errhint("A replay over a backup from before finds them; retention.was_erased and retention.came_back do not.")));
}

void follow(const Retyped &retyped) {
    if (retyped.error != nullptr) ReThrowError(retyped.error);
    if (retyped.loses_erased) tell_of_erased(retyped.kind);
    if (retyped.moves.n == 0 && retyped.nobody.n == 0) return;
    const Kind *kind = load_kind(retyped.kind);
    const Moves &all = retyped.moves;
    Moves moves = {0, keys_with_room(all.n).at, keys_with_room(all.n).at};
    List *gone = NIL;
    for (int i = 0; i < all.n; ++i) {
        if (all.to[i] == 0) {
            auto *row = static_cast<RecordedRow *>(palloc(sizeof(RecordedRow)));
            *row = RecordedRow{all.from[i], 0};
            gone = lappend(gone, row);
        } else if (!datumIsEqual(all.from[i], all.to[i], false, -1)) {
            moves.from[moves.n] = all.from[i];
            moves.to[moves.n++] = all.to[i];
        }
    }
    end_inherited(*kind, retyped.nobody);
    end_records(*kind, kind->relid, gone, nullptr);
    move_records(*kind, moves);
    require_followed(*kind, all);
}

void follow_table(const Command &command) {
    List *noted = note_retyped(command.as<AlterTableStmt>());
    proceed(command);
    if (noted == NIL) return;
    CommandCounterIncrement();
    connect_spi();
    ListCell *cell = nullptr;
    foreach (cell, noted) follow(*static_cast<const Retyped *>(lfirst(cell)));
    SPI_finish();
}

// A label stands in each key that has it; of those of nobody, too.
void follow_label(const Kind &kind, const SqlValue &columns, const char *from, const char *to) {
    const SqlRows found = own(
        "SELECT DISTINCT r.key, CASE WHEN $4 THEN to_jsonb($3) ELSE (SELECT jsonb_object_agg(e.key, CASE WHEN e.key = ANY ($5) "
        "AND e.value = to_jsonb($2) THEN to_jsonb($3) ELSE e.value END) FROM jsonb_each(r.key) e) END FROM (" RETENTION_PERSON_RECORDS
        ") r WHERE r.kind = $1 AND CASE WHEN $4 THEN r.key = to_jsonb($2) "
        "ELSE EXISTS (SELECT FROM jsonb_each(r.key) e WHERE e.key = ANY ($5) AND e.value = to_jsonb($2)) END",
        kind.name, from, to, kind.n_keys == 1, columns);
    Moves moves = {0, keys_with_room(static_cast<int>(found.n)).at, keys_with_room(static_cast<int>(found.n)).at};
    for (const SqlRow row : found) {
        moves.from[moves.n] = row.detoasted(1);
        moves.to[moves.n++] = row.detoasted(2);
    }
    found.free();
    move_records(kind, moves);
    tell_of_erased(kind.name);
}

void follow_enum(const AlterEnumStmt *alter) {
    connect_spi();
    const SqlRows found = own(
        "WITH RECURSIVE t (oid) AS (SELECT $1 UNION SELECT d.oid FROM pg_type d JOIN t ON d.typbasetype = t.oid) "
        "SELECT k.kind, array_agg(c.name::text) FROM retention.subject_kind k CROSS JOIN LATERAL unnest(k.key) c (name) "
        "JOIN pg_attribute a ON a.attrelid = k.relation AND a.attname = c.name WHERE a.atttypid IN (SELECT t.oid FROM t) GROUP BY 1",
        typenameTypeId(nullptr, makeTypeNameFromNameList(alter->typeName)));
    for (const SqlRow row : found) {
        const Kind *kind = kind_that_fits(row.text(1));
        if (kind == nullptr) continue;
        LockRelationOid(kind->relid, ExclusiveLock);
        CommandCounterIncrement();
        follow_label(*kind, typed(TEXTARRAYOID, row.detoasted(2)), alter->oldVal, alter->newVal);
    }
    found.free();
    SPI_finish();
}

// What stands in the hash of an erased person beside the values of the key, by kind.
struct Hashed {
    const char *kind;
    const char *names;
};

List *hashed_names() {
    List *hashed = NIL;
    connect_spi();
    const SqlRows found =
        own("SELECT kind, relation, CASE WHEN cardinality(key) > 1 THEN key::text END FROM retention.subject_kind "
            "WHERE EXISTS (SELECT FROM retention.erasure)");
    for (const SqlRow row : found) {
        if (get_rel_name(row.get<Oid>(2)) == nullptr) continue;
        auto *one = static_cast<Hashed *>(palloc(sizeof(Hashed)));
        const char *columns = row.text(3);
        *one = Hashed{row.text(1), psprintf("%s %s", qualified_name(row.get<Oid>(2)), columns == nullptr ? "" : columns)};
        hashed = lappend(hashed, one);
    }
    SPI_finish();
    return hashed;
}

// A table, a schema or a column of a key is renamed.
void follow_names(const Command &command) {
    List *before = hashed_names();
    proceed(command);
    if (before == NIL || extension() == nullptr) return;
    CommandCounterIncrement();
    List *after = hashed_names();
    connect_spi();
    ListCell *cell = nullptr, *other = nullptr;
    foreach (cell, before) {
        const auto *was = static_cast<const Hashed *>(lfirst(cell));
        foreach (other, after) {
            const auto *is = static_cast<const Hashed *>(lfirst(other));
            if (strcmp(was->kind, is->kind) == 0 && strcmp(was->names, is->names) != 0) tell_of_erased(is->kind);
        }
    }
    SPI_finish();
}

bool has_tables() { return extension() != nullptr && OidIsValid(get_relname_relid("contact_count", extension()->schema)); }

}  // namespace

void follow_retyped_keys(const Command &command) {
    const Node *statement = command.statement();
    const bool retypes = IsA(statement, AlterTableStmt) && writes_any_anew(command.as<AlterTableStmt>());
    const bool renames = IsA(statement, AlterEnumStmt) && command.as<AlterEnumStmt>()->oldVal != nullptr;
    const bool names = IsA(statement, RenameStmt) || IsA(statement, AlterObjectSchemaStmt);
    if ((!retypes && !renames && !names) || own_command || !has_tables()) return proceed(command);
    if (retypes) return follow_table(command);
    if (names) return follow_names(command);
    proceed(command);
    CommandCounterIncrement();
    follow_enum(command.as<AlterEnumStmt>());
}

}  // namespace pg_retention
