#include "requests/leftover.hpp"

#include "core/time/clock.hpp"
#include "personal/personal_types.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/extension.hpp"
#include "schema/foreign_key.hpp"
#include "schema/own.hpp"
#include "subject/json.hpp"
#include "subject/others.hpp"
#include "subject/texts.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

struct Looked {
    AttrNumber column;
    bool json;
    int64 rows;  // in which a word stands
};

// The columns that words may stand in.
List *columns_to_look_at(Oid relid) {
    List *columns = NIL;
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attnum == clock_column(relid) || !holds_words(att->atttypid)) continue;
        auto *column = static_cast<Looked *>(palloc0(sizeof(Looked)));
        *column = Looked{att->attnum, holds_json(att->atttypid), 0};
        columns = lappend(columns, column);
    }
    table_close(rel, NoLock);
    return columns;
}

bool is_in(const char *text, const Looked &column, const core::Words &words) {
    return text != nullptr && holds_any(text, column.json, words);
}

// Rows that some word may stand in, others told apart.
void look_at(const Subject &subject, const SqlRows &rows, List *columns, List *links) {
    const core::Words words = words_of(subject);
    List **others = nullptr;
    ListCell *cell = nullptr;
    for (uint64 i = 0; i < rows.n; ++i) {
        int place = 2;
        // What the law keeps, or a hold or a restriction, is in the answer already.
        if ((core::flags_of(rows[i].get_or(1, core::kNoClock)) & core::kKept) != 0) continue;
        foreach (cell, columns) {
            auto *column = static_cast<Looked *>(lfirst(cell));
            const char *text = rows[i].text(place++);
            if (!is_in(text, *column, words)) continue;
            if (others == nullptr)
                others = find_others(subject, links, rows.table, static_cast<int>(rows.n), 2 + list_length(columns));
            if (is_in(text, *column, words_of(subject, words_of_others(subject, others[i])))) ++column->rows;
        }
    }
}

void look_through(const Subject &subject, const ReachedTable &table, List *columns) {
    for (int i = 0; i < list_length(table.conditions); ++i) {
        Parameters parameters = {};
        StringInfoData sql;
        ListCell *cell = nullptr;
        List *links = links_elsewhere(subject, *static_cast<const Condition *>(list_nth(table.conditions, i))->link);
        initStringInfo(&sql);
        const bool governed = clock_column(table.relid) != InvalidAttrNumber && !has_foreign_clock(table.relid);
        appendStringInfo(&sql, "SELECT %s%s", governed ? "t." : "", governed ? clock_name(table.relid) : "NULL");
        foreach (cell, columns)
            appendStringInfo(&sql, ", %s::text", column_list(table.relid, &static_cast<Looked *>(lfirst(cell))->column, 1, "t."));
        append_leads(&sql, links);
        append_rows_of(&sql, table, i, &parameters);
        for_each_portion(owner_of(table.relid), kKeptWriting, sql.data, parameters,
                         [&](const SqlRows &rows) { look_at(subject, rows, columns, links); });
    }
}

// To the person, or, for what is nobody's in particular, to any.
bool is_linked(const Subject &subject, Oid relid, bool to_anybody) {
    ListCell *cell = nullptr;
    foreach (cell, list_concat_copy(subject.model->links, subject.model->same)) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (link->relid == relid && (to_anybody || subject.roots[link->kind->index].n > 0)) return true;
    }
    return false;
}

void add_not_reached(StringInfo out, List **known, Oid relid, const char *why) {
    if (list_member_oid(*known, relid)) return;
    appendStringInfo(out, "%s{\"table\": ", *known == NIL ? "" : ", ");
    append_json_text(out, qualified_name(relid));
    appendStringInfoString(out, ", \"why\": ");
    append_json_text(out, why);
    appendStringInfoChar(out, '}');
    *known = lappend_oid(*known, relid);
}

// A number of a large object, which is in no table.
void add_large_objects(StringInfo out, List **known, Oid relid) {
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    const char *column = nullptr;
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (!att->attisdropped && getBaseType(att->atttypid) == OIDOID) column = pstrdup(NameStr(att->attname));
    }
    table_close(rel, NoLock);
    if (column != nullptr)
        add_not_reached(out, known, relid,
                        psprintf("column %s may name large objects, which are not looked at", quote_identifier(column)));
}

// A partition is reached with its table.
bool is_reached(const Subject &subject, List *tables, Oid relid) {
    List *above = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const Oid reached = static_cast<const ReachedTable *>(lfirst(cell))->relid;
        if (reached == relid || list_member_oid(above, reached)) return true;
    }
    foreach (cell, lcons_oid(relid, above))
        if (is_linked(subject, lfirst_oid(cell), false)) return true;
    return false;
}

// An archive of what is deleted holds what the rows held.
void add_written_to(StringInfo out, List **known, const Subject &subject, List *tables, const Account &account) {
    ListCell *cell = nullptr;
    foreach (cell, consequences_in(account)) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        if (one->effect == Effect::kAdded && !is_reached(subject, tables, one->relid))
            add_not_reached(out, known, one->relid, "rows were added to it in consequence, and no link leads from it");
    }
}

}  // namespace

bool append_left(StringInfo out, const Subject &subject, List *tables) {
    bool first = true;
    ListCell *cell = nullptr, *inner = nullptr;
    appendStringInfoString(out, ", \"left\": [");
    CommandCounterIncrement();
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        List *columns = subject.words == NIL ? NIL : columns_to_look_at(table->relid);
        if (columns != NIL) look_through(subject, *table, columns);
        foreach (inner, columns) {
            const auto *column = static_cast<const Looked *>(lfirst(inner));
            if (column->rows == 0) continue;
            appendStringInfo(out, "%s{\"table\": ", first ? "" : ", ");
            append_json_text(out, qualified_name(table->relid));
            appendStringInfoString(out, ", \"column\": ");
            append_json_text(out, get_attname(table->relid, column->column, false));
            appendStringInfo(out, ", \"rows\": " INT64_FORMAT "}", column->rows);
            first = false;
        }
    }
    appendStringInfoChar(out, ']');
    return !first;
}

bool append_not_reached(StringInfo out, const Subject &subject, List *tables, const Account *account) {
    List *known = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    appendStringInfoString(out, ", \"not_reached\": [");
    foreach (cell, tables) {
        const Oid relid = static_cast<const ReachedTable *>(lfirst(cell))->relid;
        foreach (inner, foreign_keys_of(relid)) {
            ForeignKey key = {};
            if (!load_foreign_key(lfirst_oid(inner), &key) || key.inherited || key.referred != relid ||
                is_linked(subject, key.referring, false))
                continue;
            add_not_reached(out, &known, key.referring,
                            psprintf("it refers to %s, and no link leads from it", qualified_name(relid)));
        }
    }
    foreach (cell, tables) add_large_objects(out, &known, static_cast<const ReachedTable *>(lfirst(cell))->relid);
    // The view retention.personal_columns, which goes through all types, takes longer than a copy.
    List *personal = tables_with_personal_types();
    for (const SqlRow row : read_own("SELECT relation FROM retention.personal_column"))
        personal = list_append_unique_oid(personal, row.get<Oid>(1));
    foreach (cell, personal)
        if (!is_linked(subject, lfirst_oid(cell), true))
            add_not_reached(out, &known, lfirst_oid(cell), "it has personal columns, and no link leads from it");
    if (account != nullptr) add_written_to(out, &known, subject, tables, *account);
    appendStringInfoChar(out, ']');
    return known != NIL;
}

}  // namespace pg_retention
