#include "requests/elsewhere.hpp"

#include "core/time/clock.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "requests/remember.hpp"
#include "requests/verify.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "subject/json.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

struct Unverified {
    Oid leaf;
    const char *why;
};

struct Search {
    const Call *call;
    List *tables;  // that are reached: their rows are in the answer already
    const Traces *traces;
    const bytea *hints;
    MemoryContext context;
    List *found;       // of Sighted
    List *later;       // of Place
    List *unverified;  // of Unverified
};

bool is_text(Oid leaf, AttrNumber column) {
    char category = 0;
    bool preferred = false;
    get_type_category_preferred(getBaseType(get_atttype(leaf, column)), &category, &preferred);
    return category == TYPCATEGORY_STRING;
}

// What an index has as its first key, as SQL; null: it does not serve who looks for a value.
const char *first_key(Oid index, AttrNumber *column) {
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) return nullptr;
    const auto *form = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
    *column = form->indkey.values[0];
    const bool serves = form->indisvalid && heap_attisnull(tuple, Anum_pg_index_indpred, nullptr);
    ReleaseSysCache(tuple);
    HeapTuple relation = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
    const bool btree = HeapTupleIsValid(relation) && reinterpret_cast<Form_pg_class>(GETSTRUCT(relation))->relam == BTREE_AM_OID;
    if (HeapTupleIsValid(relation)) ReleaseSysCache(relation);
    return serves && btree ? pg_get_indexdef_columns(index, false) : nullptr;
}

bool begins_with(const char *keys, const char *key) {
    const size_t n = strlen(key);
    return strncmp(keys, key, n) == 0 && (keys[n] == '\0' || keys[n] == ',');
}

// "t.email = ANY ($1)", by which an index finds the rows; null: none does.
char *condition_by_index(const Place &place, AttrNumber column, List *indexes, const Traces &traces, Parameters *parameters) {
    const char *name = column_list(place.leaf, &column, 1, ""), *in_row = column_list(place.leaf, &column, 1, "t.");
    StringInfoData sql;
    ListCell *cell = nullptr;
    initStringInfo(&sql);
    if (!is_text(place.leaf, column)) return nullptr;
    foreach (cell, indexes) {
        AttrNumber key = 0;
        const char *keys = first_key(lfirst_oid(cell), &key);
        if (keys == nullptr) continue;
        const auto is_of = [&](const char *function) {
            return key == 0 && (begins_with(keys, psprintf("%s(%s)", function, name)) ||
                                begins_with(keys, psprintf("%s((%s)::text)", function, name)));
        };
        if (is_of("retention.identity"))
            return psprintf("retention.identity(%s::text) = ANY ($%d)", in_row,
                            add_parameter(parameters, TEXTARRAYOID, text_array(traces.values)));
        if (is_of("lower"))
            return psprintf("lower(%s::text) = ANY (ARRAY(SELECT lower(v) FROM unnest($%d::text[]) v))", in_row,
                            add_parameter(parameters, TEXTARRAYOID, text_array(traces.values)));
        if (key != column) continue;
        append_equal_any(&sql, own_equality(place.leaf, column), Operand{in_row, get_atttype(place.leaf, column)},
                         Operand{psprintf("$%d", add_parameter(parameters, TEXTARRAYOID, text_array(traces.values))), TEXTOID});
        return sql.data;
    }
    return nullptr;
}

// Those that are reached are in the answer already, with what became of them.
void append_not_reached_by(StringInfo sql, const Search &search, const Place &place, Parameters *parameters) {
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, search.tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (table->relid != place.relid) continue;
        foreach (inner, table->conditions) {
            appendStringInfoString(sql, " AND (");
            append_condition(sql, table->relid, *static_cast<const Condition *>(lfirst(inner)), parameters);
            appendStringInfoString(sql, ") IS NOT TRUE");
        }
    }
}

// What thousands have is nobody's in particular: rows that lead to nobody are counted first, and not more than so many in all.
void append_limit(StringInfo sql, const Place &place) {
    constexpr int kMost = 101;
    const bool governed = clock_column(place.leaf) != InvalidAttrNumber && !has_foreign_clock(place.leaf);
    appendStringInfo(sql, " ORDER BY %s3 LIMIT %d",
                     governed ? psprintf("%s, ", has_flag(psprintf("t.%s", clock_name(place.leaf)), core::kKept)) : "", kMost);
}

void look_for(Search *search, const Place &place, const char *condition, Parameters *parameters) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "%s(%s)", query_of(*search->call->model, place), condition);
    append_not_reached_by(&sql, *search, place, parameters);
    append_limit(&sql, place);
    for_each_portion(owner_of(place.leaf), kKeptWriting, sql.data, *parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows)
            for_each_value(place, row, [&](int column, const char *form) {
                const bool is_one = has_word(search->traces->forms, form);
                if (is_one) add_found(&search->found, search->context, place, column, row);
                return is_one;
            });
    });
}

BlockNumber blocks_and_indexes(Oid leaf, List **indexes) {
    Relation rel = table_open(leaf, AccessShareLock);
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    *indexes = RelationGetIndexList(rel);
    table_close(rel, NoLock);
    return blocks;
}

void leave_to_worker(Search *search, const Place &place, List *columns) {
    MemoryContext before = MemoryContextSwitchTo(search->context);
    const Place rest = place_with(place, list_copy(columns));
    search->later = lappend(search->later, std::memcpy(palloc(sizeof rest), &rest, sizeof rest));
    MemoryContextSwitchTo(before);
}

// A small table is read, in a larger one an index is asked; the columns that none has are left to the worker. Nobody waits for a table that has
// nothing to do with the person.
void look_at_place(Search *search, const Place &place) {
    if (!ConditionalLockRelationOid(place.leaf, AccessShareLock)) return leave_to_worker(search, place, place.columns);
    List *indexes = NIL, *later = NIL;
    ListCell *cell = nullptr;
    Parameters hints = {};
    if (blocks_and_indexes(place.leaf, &indexes) <= static_cast<BlockNumber>(settings::verify_at_once))
        return look_for(search, place, may_have_trace(place, add_parameter(&hints, BYTEAOID, PointerGetDatum(search->hints))),
                        &hints);
    foreach (cell, place.columns) {
        Parameters parameters = {};
        const auto column = static_cast<AttrNumber>(lfirst_int(cell));
        const char *condition = condition_by_index(place, column, indexes, *search->traces, &parameters);
        if (condition == nullptr)
            later = lappend_int(later, column);
        else
            look_for(search, place_with(place, list_make1_int(column)), condition, &parameters);
    }
    if (later != NIL) leave_to_worker(search, place, later);
}

void leave_unverified(Search *search, Oid leaf, const char *why) {
    MemoryContext before = MemoryContextSwitchTo(search->context);
    const Unverified one = {leaf, pstrdup(why)};
    search->unverified = lappend(search->unverified, std::memcpy(palloc(sizeof one), &one, sizeof one));
    MemoryContextSwitchTo(before);
}

// Nothing is kept that whoever reads the table could try values on.
void give_up_without_key(Search *search) {
    ListCell *cell = nullptr;
    if (settings::erasure_key_file[0] != '\0') return;
    foreach (cell, search->later)
        leave_unverified(search, static_cast<const Place *>(lfirst(cell))->leaf,
                         "it is too large or locked, and no retention.erasure_key_file is set to look through it later");
    search->later = NIL;
}

int64 enter(const Search &search) {
    ListCell *cell = nullptr;
    const SqlValue request = search.call->request_id == 0 ? null_of(INT8OID) : sql_value(search.call->request_id);
    List *unverified = NIL;
    foreach (cell, search.unverified) {
        const auto *one = static_cast<const Unverified *>(lfirst(cell));
        unverified = lappend(unverified, psprintf("%s: %s", qualified_name(one->leaf), one->why));
    }
    const auto id = own("INSERT INTO retention.verification (kind, request_id, begun_at, finished_at, unverified) "
                        "VALUES ($1, $2, $3, CASE WHEN $4 THEN $3 END, $5) RETURNING verification_id",
                        search.call->subject->kind->name, request, at(retention_now()), search.later == NIL,
                        typed(TEXTARRAYOID, text_array(unverified)))
                        .first()
                        .get<int64>(1);
    foreach (cell, search.found) save_found(id, *static_cast<const Sighted *>(lfirst(cell)));
    if (search.later != NIL) enter_for_later(*search.call->model, id, *search.traces, search.later);
    return id;
}

void append_found(StringInfo out, const Search &search) {
    ListCell *cell = nullptr;
    bool first = true;
    appendStringInfoString(out, ", \"elsewhere\": [");
    foreach (cell, search.found) {
        const auto *found = static_cast<const Sighted *>(lfirst(cell));
        appendStringInfo(out, "%s{\"table\": ", first ? "" : ", ");
        append_json_text(out, qualified_name(found->leaf));
        appendStringInfoString(out, ", \"column\": ");
        append_json_text(out, get_attname(found->leaf, found->column, false));
        appendStringInfo(out, ", \"rows\": " INT64_FORMAT ", \"whose\": \"%s\"}", found->rows,
                         found->others ? "others" : "nobody known");
        first = false;
    }
    appendStringInfoChar(out, ']');
}

void append_later(StringInfo out, const Search &search) {
    ListCell *cell = nullptr, *inner = nullptr;
    appendStringInfoString(out, ", \"verifying\": [");
    foreach (cell, search.later) {
        const auto *place = static_cast<const Place *>(lfirst(cell));
        appendStringInfoString(out, cell == list_head(search.later) ? "{\"table\": " : ", {\"table\": ");
        append_json_text(out, qualified_name(place->leaf));
        appendStringInfoString(out, ", \"columns\": [");
        foreach (inner, place->columns) {
            if (inner != list_head(place->columns)) appendStringInfoString(out, ", ");
            append_json_text(out, get_attname(place->leaf, static_cast<AttrNumber>(lfirst_int(inner)), false));
        }
        appendStringInfoString(out, "]}");
    }
    appendStringInfoString(out, "], \"unverified\": [");
    foreach (cell, search.unverified) {
        const auto *one = static_cast<const Unverified *>(lfirst(cell));
        appendStringInfoString(out, cell == list_head(search.unverified) ? "{\"table\": " : ", {\"table\": ");
        append_json_text(out, qualified_name(one->leaf));
        appendStringInfoString(out, ", \"why\": ");
        append_json_text(out, one->why);
        appendStringInfoChar(out, '}');
    }
    appendStringInfoChar(out, ']');
}

bool is_open(const Search &search) {
    ListCell *cell = nullptr;
    foreach (cell, search.found)
        if (!static_cast<const Sighted *>(lfirst(cell))->others) return true;
    return search.later != NIL || search.unverified != NIL;
}

}  // namespace

bool append_elsewhere(StringInfo out, const Call &call, List *tables, const Traces &traces, Occasion occasion,
                      const char **verification) {
    Search search = {&call, tables, &traces, hints_of(traces), CurrentMemoryContext, NIL, NIL, NIL};
    ListCell *cell = nullptr;
    List *places = traces.forms == NIL ? NIL : places_to_look(*call.model);
    foreach (cell, places) {
        const auto *place = static_cast<const Place *>(lfirst(cell));
        const ErrorData *error = attempt([&] { look_at_place(&search, *place); });
        if (error != nullptr) leave_unverified(&search, place->leaf, cause_of(error));
    }
    give_up_without_key(&search);
    append_found(out, search);
    append_later(out, search);
    const bool entered = occasion != Occasion::kPreview && (is_open(search) || search.found != NIL);
    const int64 number = entered ? enter(search) : 0;
    appendStringInfo(out, ", \"verification\": %s", entered ? psprintf(INT64_FORMAT, number) : "null");
    *verification = entered ? psprintf("verification " INT64_FORMAT, number) : nullptr;
    return is_open(search);
}

}  // namespace pg_retention
