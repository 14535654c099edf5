#include "personal/constraints.hpp"

#include "personal/anonymiser.hpp"
#include "schema/extension.hpp"
#include "schema/indexes.hpp"
#include "pg/compat.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

using core::Difference;

constexpr char kUseNull[] = "Only null goes together with a foreign key: use it, or do not declare the column.";
constexpr char kUseDistinct[] = "Use a random token, or null where it may stand there several times.";
constexpr char kLeaveOut[] = "Do not declare it in retention.personal_column.";

struct Table {
    Relation rel;
    bool is_whole;  // false: a partition or a child; what it shares with its table is checked there
    List *columns;  // of PersonalColumn
};

// Null when the column is not anonymised.
const PersonalColumn *column_at(const Table &table, AttrNumber number) {
    if (number <= 0) return nullptr;
    const char *name = NameStr(TupleDescAttr(RelationGetDescr(table.rel), number - 1)->attname);
    ListCell *cell = nullptr;
    foreach (cell, table.columns)
        if (strcmp(static_cast<const PersonalColumn *>(lfirst(cell))->name, name) == 0)
            return static_cast<const PersonalColumn *>(lfirst(cell));
    return nullptr;
}

bool refuses_null(Form_pg_attribute att) {
    bool refuses = att->attnotnull;
    for (Oid type = att->atttypid; !refuses && get_typtype(type) == TYPTYPE_DOMAIN;) {
        HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
        refuses = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typnotnull;
        type = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typbasetype;
        ReleaseSysCache(tuple);
    }
    return refuses;
}

// What the column itself does not allow.
void check_column(const Table &table, Form_pg_attribute att, const PersonalColumn &column) {
    Problem problem = {};
    // It follows the columns that it is generated from; retention.gaps lists it.
    if (att->attgenerated != '\0') return;
    if (att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
        refuse_anonymiser(column, ERRCODE_GENERATED_ALWAYS, "it is an identity column that is always generated", kLeaveOut);
    if (att->attnum == clock_column(RelationGetRelid(table.rel)))
        refuse_anonymiser(column, ERRCODE_GENERATED_ALWAYS, "it is the retention clock", kLeaveOut);
    if (!check_anonymiser(column, table.rel->rd_rel->relowner, &problem))
        refuse_anonymiser(column, problem.sqlstate, problem.message, problem.hint);
}

void check_columns(const Table &table) {
    TupleDesc desc = RelationGetDescr(table.rel);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        const PersonalColumn *column = att->attisdropped ? nullptr : column_at(table, att->attnum);
        if (column == nullptr) continue;
        if (table.is_whole) check_column(table, att, *column);
        if (may_give_null(*column) && refuses_null(att))
            ereport(
                ERROR,
                (errcode(ERRCODE_NOT_NULL_VIOLATION),
                 errmsg("personal column \"%s\" of table %s is anonymised to null but is not nullable", column->name,
                        get_rel_name(column->relid)),
                 errhint("Set anonymise = 'constant' with a constant in retention.personal_column, or use another anonymiser."),
                 err_generic_string(PG_DIAG_COLUMN_NAME, column->name)));
    }
}

// What an index reads: a column, or an expression on some.
struct Element {
    AttrNumber column;  // 0: an expression
    Node *expression;
    Bitmapset *columns;
};

struct Key {
    const char *name;
    bool is_primary;
    bool is_exclusion;
    bool nulls_are_equal;
    bool is_partial;
    int n;
    Element elements[INDEX_MAX_KEYS];
};

Bitmapset *columns_read(Node *expression) {
    Bitmapset *offset = nullptr, *columns = nullptr;
    pull_varattnos(expression, 1, &offset);
    for (int i = -1; (i = bms_next_member(offset, i)) >= 0;)
        if (i + FirstLowInvalidHeapAttributeNumber > 0) columns = bms_add_member(columns, i + FirstLowInvalidHeapAttributeNumber);
    return columns;
}

Key key_of(Relation index) {
    Key key = {};
    const Form_pg_index form = index->rd_index;
    key.name = pstrdup(RelationGetRelationName(index));
    key.is_primary = form->indisprimary;
    key.is_exclusion = form->indisexclusion;
    key.nulls_are_equal = form->indnullsnotdistinct;
    key.is_partial = RelationGetIndexPredicate(index) != NIL;
    key.n = IndexRelationGetNumberOfKeyAttributes(index);
    List *expressions = RelationGetIndexExpressions(index);
    int next = 0;
    for (int i = 0; i < key.n; ++i) {
        Element *element = &key.elements[i];
        element->column = form->indkey.values[i];
        if (element->column != 0) {
            element->columns = bms_make_singleton(element->column);
            continue;
        }
        element->expression = static_cast<Node *>(list_nth(expressions, next++));
        element->columns = columns_read(element->expression);
    }
    return key;
}

// The keys of a table: what no two rows may share.
List *keys_of(Relation rel, bool own_only) {
    List *keys = NIL;
    for_each_index(rel, [&](Relation index) {
        const Form_pg_index form = index->rd_index;
        if (!(form->indisunique || form->indisexclusion) || (own_only && index->rd_rel->relispartition)) return;
        auto *key = static_cast<Key *>(palloc(sizeof(Key)));
        *key = key_of(index);
        keys = lappend(keys, key);
    });
    return keys;
}

// A column of the element that is anonymised; null: none.
const PersonalColumn *anonymised_in(const Table &table, const Element &element) {
    for (int c = -1; (c = bms_next_member(element.columns, c)) >= 0;)
        if (const PersonalColumn *column = column_at(table, static_cast<AttrNumber>(c))) return column;
    return nullptr;
}

// What anonymising leaves of the difference between two rows in this element.
Difference difference_in(const Table &table, const Key &key, const Element &element) {
    // Two rows that are NULL here may be duplicates.
    const bool nulls_meet =
        key.nulls_are_equal || (element.expression != nullptr && contain_nonstrict_functions(element.expression));
    Difference difference = Difference::kKept;
    for (int c = -1; (c = bms_next_member(element.columns, c)) >= 0;) {
        const PersonalColumn *column = column_at(table, static_cast<AttrNumber>(c));
        if (column == nullptr) continue;
        switch (core::difference_after(column->anonymiser)) {
            case Difference::kMade: return Difference::kMade;
            case Difference::kNulled:
                if (!nulls_meet) return Difference::kMade;
                difference = Difference::kLost;
                break;
            case Difference::kLost: difference = Difference::kLost; break;
            case Difference::kKept:
                if (element.expression != nullptr) difference = Difference::kLost;
                break;
        }
    }
    return difference;
}

// Whether the columns that keep their differences are enough to tell rows apart, for another key says so.
bool has_key_within(const Table &table, const Bitmapset *kept) {
    ListCell *cell = nullptr;
    foreach (cell, keys_of(table.rel, false)) {
        const auto *key = static_cast<const Key *>(lfirst(cell));
        bool within = !key->is_exclusion && !key->is_partial;
        for (int i = 0; i < key->n && within; ++i)
            within = key->elements[i].column != 0 && bms_is_member(key->elements[i].column, kept);
        if (within) return true;
    }
    return false;
}

void check_key(const Table &table, const Key &key) {
    const PersonalColumn *lost = nullptr;
    Bitmapset *kept = nullptr;
    for (int i = 0; i < key.n; ++i) {
        const Element &element = key.elements[i];
        const PersonalColumn *column = anonymised_in(table, element);
        if (column != nullptr && key.is_primary)
            refuse_anonymiser(*column, ERRCODE_INVALID_TABLE_DEFINITION,
                              psprintf("it is part of the primary key \"%s\"", key.name), kLeaveOut);
        const Difference difference = difference_in(table, key, element);
        if (difference == Difference::kMade) return;
        if (difference == Difference::kLost) lost = column;
        if (difference == Difference::kKept && element.column != 0) kept = bms_add_member(kept, element.column);
    }
    if (lost == nullptr || has_key_within(table, kept)) return;
    if (key.is_exclusion)
        refuse_anonymiser(*lost, ERRCODE_EXCLUSION_VIOLATION,
                          psprintf("exclusion constraint \"%s\" may not allow the result", key.name), kUseDistinct);
    refuse_anonymiser(*lost, ERRCODE_UNIQUE_VIOLATION, psprintf("rows may become equal in unique index \"%s\"", key.name),
                      kUseDistinct);
}

void check_foreign_key(const Table &table, const ForeignKeyCacheInfo &key) {
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(key.conoid));
    const auto form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
    const char *name = pstrdup(NameStr(form->conname));
    const bool full = form->confmatchtype == FKCONSTR_MATCH_FULL;
    const bool inherited = OidIsValid(form->conparentid);
    ReleaseSysCache(tuple);
    const PersonalColumn *unset = nullptr;
    bool all = true;
    for (int i = 0; i < key.nkeys && !(inherited && !table.is_whole); ++i) {
        const PersonalColumn *column = column_at(table, key.conkey[i]);
        all = all && column != nullptr;
        if (column == nullptr) continue;
        if (core::difference_after(column->anonymiser) != Difference::kNulled)
            refuse_anonymiser(*column, ERRCODE_FOREIGN_KEY_VIOLATION, psprintf("it is part of the foreign key \"%s\"", name),
                              kUseNull);
        unset = column;
    }
    if (full && unset != nullptr && !all)
        refuse_anonymiser(*unset, ERRCODE_FOREIGN_KEY_VIOLATION,
                          psprintf("foreign key \"%s\" with MATCH FULL allows null only in all of its columns", name),
                          "Declare the other columns of the foreign key, too.");
}

void check_references(const Table &table) {
    ListCell *cell = nullptr;
    foreach (cell, table.columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        const AttrNumber number = get_attnum(RelationGetRelid(table.rel), column->name);
        const SqlRows found = read_own("SELECT c.conname, c.conrelid FROM pg_catalog.pg_constraint c WHERE c.contype = 'f' "
                                       "AND c.confrelid = $1 AND $2 = ANY (c.confkey) AND c.conparentid = 0 ORDER BY 1 LIMIT 1",
                                       RelationGetRelid(table.rel), number);
        if (found.n == 0) continue;
        const SqlRow key = found.first();
        refuse_anonymiser(*column, ERRCODE_FOREIGN_KEY_VIOLATION,
                          psprintf("foreign key \"%s\" of table %s refers to it", key.text(1), get_rel_name(key.get<Oid>(2))),
                          kLeaveOut);
    }
}

void check_partition_key(const Table &table) {
    ListCell *cell = nullptr;
    foreach (cell, table.columns) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        const AttrNumber number = get_attnum(RelationGetRelid(table.rel), column->name);
        bool in_expression = false;
        if (has_partition_attrs(table.rel, bms_make_singleton(number - FirstLowInvalidHeapAttributeNumber), &in_expression))
            refuse_anonymiser(*column, ERRCODE_INVALID_TABLE_DEFINITION,
                              psprintf("it is part of the partition key of table %s", RelationGetRelationName(table.rel)),
                              kLeaveOut);
    }
}

void check_table(const Table &table) {
    ListCell *cell = nullptr;
    check_columns(table);
    foreach (cell, keys_of(table.rel, !table.is_whole)) check_key(table, *static_cast<const Key *>(lfirst(cell)));
    foreach (cell, copyObject(RelationGetFKeyList(table.rel)))
        check_foreign_key(table, *static_cast<const ForeignKeyCacheInfo *>(lfirst(cell)));
    check_references(table);
    check_partition_key(table);
}

}  // namespace

void refuse_anonymiser(const PersonalColumn &column, int sqlstate, const char *reason, const char *hint) {
    ereport(ERROR, (errcode(sqlstate),
                    errmsg("personal column \"%s\" of table %s cannot be anonymised with \"%s\": %s", column.name,
                           get_rel_name(column.relid), core::name_of(column.anonymiser), reason),
                    errhint("%s", hint), err_generic_string(PG_DIAG_COLUMN_NAME, column.name)));
    pg_unreachable();
}

void check_constraints(Oid relid, List *columns, const char *applies_to, Tries tries) {
    ListCell *cell = nullptr;
    List *known = NIL;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const bool is_whole = lfirst_oid(cell) == relid;
        Relation rel = table_open(lfirst_oid(cell), AccessShareLock);
        check_table(Table{rel, is_whole, columns});
        known = check_samples(rel, columns, applies_to, tries, known);
        table_close(rel, NoLock);
    }
}

}  // namespace pg_retention
