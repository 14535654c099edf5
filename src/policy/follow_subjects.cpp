#include "policy/follow_subjects.hpp"

#include "pg/attempt.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"

#include "schema/person_records.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/link_path.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// Columns by name, and by the number that stays when the name changes.
struct Columns {
    int n;
    char **names;
    AttrNumber *numbers;
};

struct Named {
    const char *table;  // of the extension, in which it stands
    char *kind;
    Oid relid;
    Oid person;
    char *text;  // null: the kind itself
    LinkPath path;
    char *rendered;    // null: the path does not fit the schema
    Columns key;       // of a kind
    Columns columns;   // a kind's identifying ones, or those a link claims
    Columns scope;     // of a kind
    char *applies_to;  // of a kind; null: it has none
    Node *condition;   // cooked; null: it has none, or it cannot be asked
    char *reads;       // the condition, as the server writes it
    bool whole;
};

bool has_tables() { return extension() != nullptr && OidIsValid(get_relname_relid("contact_log", extension()->schema)); }

bool has_key(Oid relid) {
    Relation rel = RelationIdGetRelation(relid);
    if (!RelationIsValid(rel)) return false;
    const bool found = OidIsValid(naming_index(rel));
    RelationClose(rel);
    return found;
}

Columns columns_of(const SqlRow &row, int column, Oid relid) {
    Columns columns = {};
    Datum *values = nullptr;
    bool *nulls = nullptr;
    if (row.is_null(column)) return columns;
    columns.n = elements_of(row.datum(column), NAMEOID, &values, &nulls);
    columns.names = static_cast<char **>(palloc(sizeof(char *) * (columns.n + 1)));
    columns.numbers = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (columns.n + 1)));
    for (int i = 0; i < columns.n; ++i) {
        columns.names[i] = nulls[i] ? pstrdup("") : pstrdup(NameStr(*DatumGetName(values[i])));
        columns.numbers[i] = get_attnum(relid, columns.names[i]);
    }
    return columns;
}

const char *missing_column(const Columns &columns, Oid relid) {
    for (int i = 0; i < columns.n; ++i)
        if (columns.numbers[i] <= 0 && *columns.names[i] != '\0')
            return psprintf("Column \"%s\" does not exist in table %s.", columns.names[i], get_rel_name(relid));
    return nullptr;
}

// What a kind or link needs and is not there; null: nothing.
const char *missing_in(const Named &named) {
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(named.relid)) ||
        !SearchSysCacheExists1(RELOID, ObjectIdGetDatum(named.person)))
        return "Its table does not exist.";
    LinkPath path;
    Problem problem = {};
    if (named.text != nullptr && !resolve_link(named.relid, named.text, named.person, &path, &problem)) return problem.message;
    if (const char *column = missing_column(named.key, named.relid)) return column;
    if (named.key.n > 0 && named.key.n <= kMaxKeys && !is_unique_in(named.relid, named.key.numbers, named.key.n))
        return "No unique index is over the columns of its key.";
    if (const char *column = missing_column(named.columns, named.relid)) return column;
    if (const char *column = missing_column(named.scope, named.relid)) return column;
    if (named.applies_to != nullptr && named.condition == nullptr)
        return "Its condition in \"applies_to\" cannot be asked any more.";
    for (int i = 0; i <= named.path.n_steps; ++i) {
        const Oid relid = i == 0 ? named.relid : named.path.steps[i - 1].far_relid;
        if (!has_key(relid)) return psprintf("Table %s has no primary key.", get_rel_name(relid));
    }
    return nullptr;
}

char *text_of(Oid relid, Node *condition) {
    const ActingAs saved = act_as(owner_of(relid), false);
    char *text = condition_text(relid, condition);
    leave(saved);
    return text;
}

Named *read_named(const SqlRow &row) {
    auto *named = static_cast<Named *>(palloc0(sizeof(Named)));
    Problem problem = {};
    named->kind = row.text(1);
    named->relid = row.get<Oid>(2);
    named->person = row.get<Oid>(3);
    named->text = row.text(4);
    named->key = columns_of(row, 5, named->relid);
    named->columns = columns_of(row, 6, named->relid);
    named->scope = columns_of(row, 7, named->relid);
    named->applies_to = row.text(8);
    named->table = row.text(9);
    if (named->applies_to != nullptr && get_rel_name(named->relid) != nullptr)
        (void) attempt([named] { named->condition = cook_as_owner(named->relid, named->applies_to); });
    if (named->condition != nullptr) named->reads = text_of(named->relid, named->condition);
    if (named->text != nullptr && resolve_link(named->relid, named->text, named->person, &named->path, &problem))
        named->rendered = link_text(named->path);
    named->whole = missing_in(*named) == nullptr;
    return named;
}

Datum names_now(const Columns &columns, Oid relid, bool *changed) {
    auto *names = static_cast<Datum *>(palloc(sizeof(Datum) * (columns.n + 1)));
    for (int i = 0; i < columns.n; ++i) {
        const char *name = columns.numbers[i] > 0 ? get_attname(relid, columns.numbers[i], false) : columns.names[i];
        *changed = *changed || strcmp(name, columns.names[i]) != 0;
        names[i] = DirectFunctionCall1(namein, CStringGetDatum(name));
    }
    return array_of(names, columns.n, NAMEOID);
}

// Records of persons whose key has several columns hold it as an object of these.
void rename_in_keys(const Named &named) {
    for (int i = 0; named.key.n > 1 && i < named.key.n; ++i) {
        const char *before = named.key.names[i];
        const char *now = named.key.numbers[i] > 0 ? get_attname(named.relid, named.key.numbers[i], false) : before;
        if (strcmp(now, before) == 0) continue;
        during(own_command, true, [&] {
            for (const char *table : kPersonRecords)
                own(psprintf(
                        "UPDATE retention.%s SET key = (key - $2) || jsonb_build_object($3, key -> $2) WHERE kind = $1 AND key ? $2",
                        table),
                    named.kind, before, now);
        });
        own("UPDATE retention.contact_count SET key = ((key::jsonb - $2) || jsonb_build_object($3, key::jsonb -> $2))::text "
            "WHERE kind = $1 AND key::jsonb ? $2",
            named.kind, before, now);
    }
}

// Statements name the row that they are about.
void rename_in_row_keys(Oid relid, const char *from, const char *to) {
    AttrNumber columns[kMaxKeys];
    if (!has_key(relid) || primary_key(relid, columns) < 2) return;
    own("UPDATE retention.statement SET row_key = (row_key - $2) || jsonb_build_object($3, row_key -> $2) "
        "WHERE relation = $1 AND row_key ? $2",
        relid, from, to);
}

void write_kind(const Named &named) {
    bool changed = false;
    const SqlValue key = typed(NAMEARRAYOID, names_now(named.key, named.relid, &changed));
    const SqlValue identifying = typed(NAMEARRAYOID, names_now(named.columns, named.relid, &changed));
    const SqlValue scope = typed(NAMEARRAYOID, names_now(named.scope, named.relid, &changed));
    const char *applies_to = named.applies_to;
    const char *reads = named.condition == nullptr ? nullptr : text_of(named.relid, named.condition);
    if (reads != nullptr && strcmp(reads, named.reads) != 0) {
        applies_to = reads;
        changed = true;
    }
    if (changed)
        own("UPDATE retention.subject_kind SET key = $2, identifying = $3, scope = $4, applies_to = $5 WHERE kind = $1",
            named.kind, key, identifying, scope, applies_to);
    rename_in_keys(named);
}

void write_link(const Named &named) {
    const char *text = named.rendered != nullptr ? link_text(named.path) : nullptr;
    bool changed = text != nullptr && strcmp(text, named.rendered) != 0;
    const char *path = changed ? text : named.text;
    const SqlValue columns = typed(NAMEARRAYOID, names_now(named.columns, named.relid, &changed));
    if (!changed) return;
    // Its columns have names of their own: an empty one stands for none.
    if (strcmp(named.table, "contact_log") == 0)
        during(own_policy_write, true, [&] {
            own("UPDATE retention.contact_log SET path = $4, time_column = ($5)[1], purpose_column = nullif(($5)[2], ''), "
                "channel_column = nullif(($5)[3], '') WHERE kind = $1 AND relation = $2 AND path = $3",
                named.kind, named.relid, named.text, path, columns);
        });
    else
        own("UPDATE retention.subject_link SET path = $4, columns = $5 WHERE kind = $1 AND relation = $2 AND path = $3",
            named.kind, named.relid, named.text, path, columns);
}

}  // namespace

List *named_subjects() {
    if (!has_tables()) return NIL;
    List *list = NIL;
    connect_spi();
    const ActingAs saved = act_as(extension_owner(), true);
    const SqlRows found = own(
        "SELECT * FROM (SELECT kind, relation, relation, NULL, key, identifying, scope, applies_to, 'subject_kind' FROM retention.subject_kind "
        "UNION ALL SELECT l.kind, l.relation, k.relation, l.path, NULL, l.columns, NULL, NULL, 'subject_link' "
        "FROM retention.subject_link l JOIN retention.subject_kind k USING (kind) "
        "UNION ALL SELECT l.kind, l.relation, k.relation, l.path, NULL, "
        "ARRAY[l.time_column, coalesce(l.purpose_column, ''), coalesce(l.channel_column, '')], NULL, NULL, 'contact_log' "
        "FROM retention.contact_log l JOIN retention.subject_kind k USING (kind)) "
        "AS named (kind, relation, person, path, key, columns, scope, applies_to, configuration) "
        "ORDER BY pg_catalog.length(path) NULLS FIRST, path COLLATE \"C\", kind, relation");
    for (const SqlRow row : found) list = lappend(list, read_named(row));
    leave(saved);
    SPI_finish();
    return list;
}

void rename_subjects(List *before, List *tables, const char *from, const char *to) {
    if (before == NIL) return;
    SPI_connect();
    const ActingAs saved = act_as(extension_owner(), true);
    ListCell *cell = nullptr;
    foreach (cell, before) {
        const auto *named = static_cast<const Named *>(lfirst(cell));
        if (named->text == nullptr)
            write_kind(*named);
        else
            write_link(*named);
    }
    if (from != nullptr)
        foreach (cell, tables) rename_in_row_keys(lfirst_oid(cell), from, to);
    leave(saved);
    SPI_finish();
}

void require_subjects(List *before, bool confirmed) {
    if (before == NIL) return;
    CommandCounterIncrement();
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, named_subjects()) {
        const auto *now = static_cast<const Named *>(lfirst(cell));
        const bool link = now->text != nullptr;
        bool fitted = false;
        foreach (inner, before) {
            const auto *then = static_cast<const Named *>(lfirst(inner));
            fitted = fitted || (then->whole && then->relid == now->relid && strcmp(then->kind, now->kind) == 0 &&
                                strcmp(then->table, now->table) == 0 && (!link || strcmp(then->text, now->text) == 0));
        }
        if (now->whole || !fitted) continue;
        ereport(
            confirmed ? WARNING : ERROR,
            (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
             link ? errmsg("kind of subject \"%s\" needs path \"%s\" of table %s", now->kind, now->text, get_rel_name(now->relid))
                  : errmsg("kind of subject \"%s\" needs table %s as it is", now->kind, get_rel_name(now->relid)),
             errdetail_internal("%s", missing_in(*now)), errhint("Change or delete the row of retention.%s first.", now->table)));
    }
}

void forget_dropped_subjects() {
    if (!has_tables()) return;
    SPI_connect();
    own("DELETE FROM retention.subject_link l USING retention.subject_kind k WHERE k.kind = l.kind "
        "AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = k.relation)");
    const char *const tables[] = {"subject_link", "subject_kind",       "personal_column",      "dropped_column",
                                  "statement",    "verification_table", "verification_finding", "return_run",
                                  "contact_log",  "refused_messages"};
    for (const char *table : tables)
        own(psprintf("DELETE FROM retention.%s t WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.relation)",
                     table));
    own("DELETE FROM retention.left_out_view o WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = o.view)");
    // What the ledger says of it, policy/follow_columns says.
    during(own_policy_write, true, [] {
        own("DELETE FROM retention.personal_column p USING pg_catalog.pg_event_trigger_dropped_objects() d "
            "WHERE d.object_type = 'table column' AND d.objid = p.relation AND d.address_names[3] = p.column_name");
    });
    SPI_finish();
}

}  // namespace pg_retention
