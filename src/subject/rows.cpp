#include "subject/rows.hpp"

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "core/data/portable.hpp"
#include "pg/clock_datum.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "subject/csv.hpp"
#include "subject/json.hpp"
#include "subject/others.hpp"
#include "subject/texts.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

struct Column {
    AttrNumber number;
    const char *name;
    const PersonalColumn *personal;  // null: not personal
    bool is_text;                    // words and numbers may stand in it
    JsonColumn json;
};

struct Reader {
    Subject *subject;
    const ReachedTable *table;
    const RowChoice *choice;
    const Link *link;  // by which the rows of this query were reached
    int n_columns;
    Column *columns;
    int n_key;
    AttrNumber key[kMaxKeys];
    int key_places[kMaxKeys];
    int clock_place;  // 0: ungoverned
    List *other_links;
    Datum *values;  // of one row
    bool *nulls;
    StringInfoData key_text;
    StringInfoData data;
};

// The columns that are written: all of them but the clock; for Article 20 not the derived ones.
void list_columns(Reader *reader, Oid relid) {
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    const AttrNumber clock = clock_column(relid);
    const Bitmapset *logical = logical_key_columns(*reader->subject->model, relid);
    reader->columns = static_cast<Column *>(palloc0(sizeof(Column) * desc->natts));
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attnum == clock) continue;
        const PersonalColumn *personal = personal_column(*reader->subject->model, relid, att->attnum);
        if (reader->choice->portable && personal != nullptr && personal->derived) continue;
        Column *column = &reader->columns[reader->n_columns++];
        column->number = att->attnum;
        column->name = pstrdup(NameStr(att->attname));
        column->personal = personal;
        column->json = exported_column(att->atttypid);
        // What says where a row leads is no text, whatever somebody is called.
        column->is_text = holds_words(att->atttypid) && !bms_is_member(att->attnum, logical);
    }
    table_close(rel, NoLock);
}

char *query_of(Reader *reader, int condition, Parameters *parameters) {
    const Oid relid = reader->table->relid;
    StringInfoData sql;
    initStringInfo(&sql);
    // Sorted outside, or an index on the key would be read from end to end to save the sorting.
    appendStringInfo(&sql, "%sSELECT ", reader->choice->by_key ? "SELECT * FROM (" : "");
    for (int i = 0; i < reader->n_columns; ++i) {
        const char *name = column_list(relid, &reader->columns[i].number, 1, "t.");
        appendStringInfo(&sql, "%s%s(%s)", i == 0 ? "" : ", ", json_function(get_atttype(relid, reader->columns[i].number)),
                         name);
    }
    for (int i = 0; i < reader->n_key; ++i) {
        appendStringInfo(&sql, ", %s", column_list(relid, &reader->key[i], 1, "t."));
        reader->key_places[i] = reader->n_columns + i + 1;
    }
    reader->clock_place = clock_column(relid) == InvalidAttrNumber ? 0 : reader->n_columns + reader->n_key + 1;
    appendStringInfo(&sql, ", %s%s", reader->clock_place == 0 ? "" : "t.", reader->clock_place == 0 ? "NULL" : clock_name(relid));
    append_leads(&sql, reader->other_links);
    append_rows_of(&sql, *reader->table, condition, parameters);
    if (reader->choice->by_key) appendStringInfoString(&sql, " OFFSET 0) AS found ORDER BY ");
    for (int i = 0; reader->choice->by_key && i < reader->n_key; ++i)
        appendStringInfo(&sql, "%s%d", i == 0 ? "" : ", ", reader->key_places[i]);
    return sql.data;
}

struct Portion {
    SPITupleTable *rows;
    int n;
    List **others;  // per row: of Other
};

// What is to be taken out of one row.
struct Redaction {
    Bitmapset *hidden;  // columns shown as null
    WordArray remove;
    WordArray keep;
};

Bitmapset *first_columns(const Link &link) {
    const bool own = link.path.n_steps == 0;
    const AttrNumber *columns = own ? link.kind->keys : link.path.steps[0].near_columns;
    Bitmapset *set = nullptr;
    for (int i = 0; i < (own ? link.kind->n_keys : link.path.steps[0].n); ++i) set = bms_add_member(set, columns[i]);
    return set;
}

// Those that hold the key of the person whom the path leads to, or a part of it: of the foreign key at once, or handed on by the keys on the
// way (an order is named by its customer and a number).
Bitmapset *columns_with_key(const LinkPath &path) {
    Bitmapset *holding = nullptr;
    for (int i = path.n_steps - 1; i >= 0; --i) {
        const Step &step = path.steps[i];
        Bitmapset *nearer = nullptr;
        for (int k = 0; k < step.n && !step.down; ++k)
            if (i == path.n_steps - 1 || bms_is_member(step.far_columns[k], holding))
                nearer = bms_add_member(nearer, step.near_columns[k]);
        holding = nearer;
    }
    return holding;
}

// All of a row that is another person: which columns of it are personal does not matter.
Bitmapset *add_columns_but_key(Bitmapset *set, const Reader &reader) {
    for (int i = 0; i < reader.n_columns; ++i) {
        bool is_key = false;
        for (int k = 0; k < reader.n_key; ++k) is_key = is_key || reader.key[k] == reader.columns[i].number;
        if (!is_key) set = bms_add_member(set, reader.columns[i].number);
    }
    return set;
}

// Columns that lead to another person, and those that concern that person alone. A column that leads to the subject, too (of
// keys with several columns), gives nobody away.
Bitmapset *columns_of_others(const Reader &reader, List *others) {
    if (others == NIL) return nullptr;
    Bitmapset *hidden = nullptr, *leading = nullptr, *own = first_columns(*reader.link);
    ListCell *cell = nullptr;
    foreach (cell, others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->is_subject) own = bms_add_members(own, first_columns(*other->link));
        if (other->is_subject || leads_to_subject(others, other->link)) continue;
        hidden = bms_add_members(hidden, other->link->claimed);
        if (other->link->path.n_steps == 0) leading = add_columns_but_key(leading, reader);
        leading = bms_add_members(leading, columns_with_key(other->link->path));
    }
    return bms_difference(bms_union(hidden, bms_difference(leading, own)), reader.link->claimed);
}

Redaction redaction_of(const Reader &reader, List *others) {
    Redaction redaction = {};
    if (reader.link->role == LinkRole::kAccesses) return redaction;
    redaction.hidden = columns_of_others(reader, others);
    if (reader.link->role == LinkRole::kMentioned)
        for (int i = 0; i < reader.n_columns; ++i)
            if (reader.columns[i].personal != nullptr && !bms_is_member(reader.columns[i].number, reader.link->claimed))
                redaction.hidden = bms_add_member(redaction.hidden, reader.columns[i].number);
    redaction.remove = words_to_hide(*reader.subject, others);
    redaction.keep = reader.subject->own;
    return redaction;
}

// The value as text, or as JSON, with other persons taken out; null when nothing has to be looked for.
char *redacted(const Column &column, const Redaction &redaction, Datum value) {
    const bool free_text = column.personal != nullptr && column.personal->is_free_text;
    if (!column.is_text || (redaction.remove.n == 0 && !free_text)) return nullptr;
    const std::string_view text(OutputFunctionCall(const_cast<FmgrInfo *>(&column.json.output), value));
    const core::Words words = {redaction.remove.words, redaction.remove.n, redaction.keep.words, redaction.keep.n};
    return without_words(text, column.json.form == JsonForm::kJson, words, free_text);
}

void write_row(Reader *reader, const Redaction &redaction) {
    resetStringInfo(&reader->data);
    if (!reader->choice->as_csv) appendStringInfoChar(&reader->data, '{');
    for (int i = 0; i < reader->n_columns; ++i) {
        Column *column = &reader->columns[i];
        const Datum value = reader->values[i];
        const bool isnull = reader->nulls[i] || bms_is_member(column->number, redaction.hidden);
        const char *text = isnull ? nullptr : redacted(*column, redaction, value);
        if (reader->choice->as_csv) {
            append_csv(&reader->data, i == 0,
                       isnull            ? nullptr
                       : text != nullptr ? text
                                         : OutputFunctionCall(&column->json.output, value));
            continue;
        }
        if (i > 0) appendStringInfoString(&reader->data, ", ");
        append_json_text(&reader->data, column->name);
        appendStringInfoString(&reader->data, ": ");
        if (text != nullptr && column->json.form == JsonForm::kJson)
            append_as_json(&reader->data, column->json, text);
        else if (text != nullptr)
            append_json_text(&reader->data, text);
        else
            append_json(&reader->data, &column->json, value, isnull);
    }
    if (!reader->choice->as_csv) appendStringInfoChar(&reader->data, '}');
}

core::Clock clock_of(const Reader &reader, HeapTuple row, TupleDesc desc) {
    bool isnull = true;
    const Datum value = reader.clock_place == 0 ? 0 : heap_getattr(row, reader.clock_place, desc, &isnull);
    return datum_clock(value, isnull);
}

bool is_portable(core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    return policy != nullptr && policy->legal_basis != nullptr && core::is_portable_basis(policy->legal_basis);
}

void consume_portion(Reader *reader, const Portion &portion, RowConsumer consumer, void *argument) {
    TupleDesc desc = portion.rows->tupdesc;
    KeyText key = key_text_of(reader->table->relid, reader->key, reader->n_key, desc, reader->key_places);
    reader->values = static_cast<Datum *>(palloc(sizeof(Datum) * desc->natts));
    reader->nulls = static_cast<bool *>(palloc(sizeof(bool) * desc->natts));
    for (int i = 0; i < portion.n; ++i) {
        HeapTuple row = portion.rows->vals[i];
        FoundRow found = {};
        found.clock = clock_of(*reader, row, desc);
        if (reader->choice->portable && !is_portable(found.clock)) continue;
        resetStringInfo(&reader->key_text);
        const Redaction redaction = redaction_of(*reader, portion.others[i]);
        append_key(&reader->key_text, &key, row, desc, reader->key_places, redaction.hidden);
        heap_deform_tuple(row, desc, reader->values, reader->nulls);
        write_row(reader, redaction);
        found.relid = reader->table->relid;
        found.link = reader->link;
        found.key = reader->key_text.data;
        found.data = reader->data.data;
        consumer(argument, found);
    }
}

void read_condition(Reader *reader, int condition, RowConsumer consumer, void *argument) {
    reader->link = static_cast<const Condition *>(list_nth(reader->table->conditions, condition))->link;
    reader->other_links = links_elsewhere(*reader->subject, *reader->link);
    Parameters parameters = {};
    const char *sql = query_of(reader, condition, &parameters);
    for_each_portion(owner_of(reader->table->relid), kKeptReading, sql, parameters, [&](const SqlRows &rows) {
        Portion portion = {rows.table, static_cast<int>(rows.n), nullptr};
        portion.others =
            find_others(*reader->subject, reader->other_links, portion.rows, portion.n, reader->n_columns + reader->n_key + 2);
        consume_portion(reader, portion, consumer, argument);
    });
}

}  // namespace

void for_each_row(Subject *subject, const ReachedTable &table, const RowChoice &choice, RowConsumer consumer, void *argument) {
    Reader reader = {};
    reader.subject = subject;
    reader.table = &table;
    reader.choice = &choice;
    list_columns(&reader, table.relid);
    reader.n_key = primary_key(table.relid, reader.key);
    initStringInfo(&reader.key_text);
    initStringInfo(&reader.data);
    for (int i = 0; i < list_length(table.conditions); ++i) {
        const auto *condition = static_cast<const Condition *>(list_nth(table.conditions, i));
        if (!choice.portable || is_owner(condition->link->role)) read_condition(&reader, i, consumer, argument);
    }
}

char *csv_header(const Subject &subject, const ReachedTable &table) {
    const RowChoice choice = {false, true, true};
    Reader reader = {};
    reader.subject = const_cast<Subject *>(&subject);
    reader.choice = &choice;
    list_columns(&reader, table.relid);
    StringInfoData header;
    initStringInfo(&header);
    for (int i = 0; i < reader.n_columns; ++i) append_csv(&header, i == 0, reader.columns[i].name);
    return header.data;
}

}  // namespace pg_retention
