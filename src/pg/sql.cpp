#include "pg/sql.hpp"

#include <algorithm>

#include "pg/security.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr long kPortion = 500;

void check(int code, const char *sql) {
    if (code < 0) elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(code));
}

SqlRows execute_here(const How &how, const char *sql, int n, Oid *types, Datum *values, const char *nulls) {
    MemoryContext context = CurrentMemoryContext;
    const int code = execute_own(how, sql, n, types, values, nulls);
    check(code, sql);
    MemoryContextSwitchTo(context);
    return {SPI_processed, SPI_tuptable};
}

SqlRows execute_as(Oid owner, const How &how, const char *sql, int n, Oid *types, Datum *values, const char *nulls) {
    const ActingAs saved = act_as(owner, true);
    if (how.by_index) prefer_index_order();
    const SqlRows rows = execute_here(how, sql, n, types, values, nulls);
    leave(saved);
    return rows;
}

// What SPI takes.
struct Lists {
    Oid *types;
    Datum *values;
    char *nulls;
};

// In the memory of the caller's context: a few words.
Lists lists_of(const SqlValue *given, int n) {
    Lists lists = {};
    if (n == 0) return lists;
    lists.types = static_cast<Oid *>(palloc(sizeof(Oid) * n));
    lists.values = static_cast<Datum *>(palloc(sizeof(Datum) * n));
    for (int i = 0; i < n; ++i) {
        lists.types[i] = given[i].type;
        lists.values[i] = given[i].datum;
        if (!given[i].is_null) continue;
        if (lists.nulls == nullptr) {
            lists.nulls = static_cast<char *>(palloc0(n + 1));
            std::fill_n(lists.nulls, n, ' ');
        }
        lists.nulls[i] = 'n';
    }
    return lists;
}

[[noreturn]] void no_value(TupleDesc desc, int column) {
    elog(ERROR, "column %d (\"%s\") of an internal query is null", column, SPI_fname(desc, column));
    pg_unreachable();
}

}  // namespace

int add_parameter(Parameters *parameters, Oid type, Datum value) {
    for (int i = 0; i < parameters->n; ++i)
        if (parameters->types[i] == type && parameters->values[i] == value) return i + 1;
    if (parameters->n == parameters->room) {
        const int room = parameters->room == 0 ? 8 : 2 * parameters->room;
        auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * room));
        auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * room));
        std::copy(parameters->types, parameters->types + parameters->n, types);
        std::copy(parameters->values, parameters->values + parameters->n, values);
        parameters->types = types;
        parameters->values = values;
        parameters->room = room;
    }
    parameters->types[parameters->n] = type;
    parameters->values[parameters->n++] = value;
    return parameters->n;
}

bool SqlRow::is_null(int column) const {
    bool isnull = false;
    (void) SPI_getbinval(tuple, desc, column, &isnull);
    return isnull;
}

char *SqlRow::text(int column) const { return SPI_getvalue(tuple, desc, column); }

Datum SqlRow::datum(int column) const {
    bool isnull = false;
    const Datum value = SPI_getbinval(tuple, desc, column, &isnull);
    if (isnull) no_value(desc, column);
    return value;
}

Datum SqlRow::detoasted(int column) const { return PointerGetDatum(PG_DETOAST_DATUM_COPY(datum(column))); }

SqlRow SqlRows::operator[](uint64 row) const {
    if (table == nullptr || row >= table->numvals) elog(ERROR, "an internal query returned too few rows");
    return {table->vals[row], table->tupdesc};
}

void connect_spi() {
    MemoryContext context = CurrentMemoryContext;
    SPI_connect();
    MemoryContextSwitchTo(context);
}

SqlRows run_governed_values(const How &how, const char *sql, const SqlValue *values, int n) {
    MemoryContext context = CurrentMemoryContext;
    const Lists lists = lists_of(values, n);
    const int code = SPI_execute_with_args(sql, n, lists.types, lists.values, lists.nulls, how.sees == Sees::kCaller, how.limit);
    check(code, sql);
    MemoryContextSwitchTo(context);
    return {SPI_processed, SPI_tuptable};
}

SqlRows run_governed(const How &how, const char *sql, const Parameters &parameters) {
    auto *values = static_cast<SqlValue *>(palloc(sizeof(SqlValue) * (parameters.n + 1)));
    for (int i = 0; i < parameters.n; ++i) values[i] = typed(parameters.types[i], parameters.values[i]);
    return run_governed_values(how, sql, values, parameters.n);
}

SqlRows run_here(const How &how, const char *sql, const Parameters &parameters) {
    return execute_here(how, sql, parameters.n, parameters.types, parameters.values, nullptr);
}

SqlRows run_as(Oid owner, const How &how, const char *sql, const Parameters &parameters) {
    return execute_as(owner, how, sql, parameters.n, parameters.types, parameters.values, nullptr);
}

SqlRows run_values(const How &how, const char *sql, const SqlValue *values, int n) {
    const Lists lists = lists_of(values, n);
    return execute_here(how, sql, n, lists.types, lists.values, lists.nulls);
}

SqlRows run_values_as(Oid owner, const How &how, const char *sql, const SqlValue *values, int n) {
    const Lists lists = lists_of(values, n);
    return execute_as(owner, how, sql, n, lists.types, lists.values, lists.nulls);
}

double expect_values_as(Oid owner, const char *sql, const SqlValue *values, int n) {
    const Lists lists = lists_of(values, n);
    MemoryContext context = CurrentMemoryContext;
    const ActingAs saved = act_as(owner, true);
    const double rows = expected_rows(sql, n, lists.types, lists.values);
    leave(saved);
    MemoryContextSwitchTo(context);
    return rows;
}

SqlRows run_prepared(SPIPlanPtr plan, Datum *values, long limit) {
    check(execute_internal_plan(plan, values, limit), "a prepared statement");
    return {SPI_processed, SPI_tuptable};
}

SqlRows run_prepared_before(CommandId command, SPIPlanPtr plan, Datum *values, long limit) {
    check(execute_internal_plan_before(command, plan, values, limit), "a prepared statement");
    return {SPI_processed, SPI_tuptable};
}

Portions open_portions(Oid owner, const How &how, const char *sql, const Parameters &parameters) {
    MemoryContext context = CurrentMemoryContext;
    const ActingAs saved = act_as(owner, true);
    Portal portal = open_internal_cursor(how, sql, parameters.n, parameters.types, parameters.values);
    leave(saved);
    MemoryContextSwitchTo(context);
    return {owner, portal, context, AllocSetContextCreate(context, "pg_retention portion", ALLOCSET_DEFAULT_SIZES), true};
}

bool next_portion(Portions *portions, SqlRows *rows) {
    MemoryContextSwitchTo(portions->before);
    MemoryContextReset(portions->context);
    if (rows->table != nullptr) rows->free();
    rows->table = nullptr;
    if (!portions->more) return false;
    CHECK_FOR_INTERRUPTS();
    const ActingAs saved = act_as(portions->owner, true);
    SPI_cursor_fetch(portions->portal, true, kPortion);
    leave(saved);
    *rows = {SPI_processed, SPI_tuptable};
    portions->more = rows->n == kPortion;
    MemoryContextSwitchTo(portions->context);
    return true;
}

void close_portions(const Portions &portions) {
    SPI_cursor_close(portions.portal);
    MemoryContextSwitchTo(portions.before);
    MemoryContextDelete(portions.context);
}

Datum text_array(List *texts) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(texts) + 1)));
    ListCell *cell = nullptr;
    foreach (cell, texts) values[foreach_current_index(cell)] = CStringGetTextDatum(static_cast<char *>(lfirst(cell)));
    return array_of(values, list_length(texts), TEXTOID);
}

Datum array_of(Datum *values, int n, Oid type) {
    int16 length = 0;
    bool by_value = false;
    char alignment = 0;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    return PointerGetDatum(construct_array(values, n, type, length, by_value, alignment));
}

int elements_of(Datum array, Oid type, Datum **values, bool **nulls) {
    int16 length = 0;
    bool by_value = false;
    char alignment = 0;
    int n = 0;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    deconstruct_array(DatumGetArrayTypeP(array), type, length, by_value, alignment, values, nulls, &n);
    return n;
}

char *clock_range(const char *clock, int from, int to) {
    return psprintf("%s OPERATOR(retention.>=) $%d AND %s OPERATOR(retention.<=) $%d", clock, from, clock, to);
}

char *pending_range(const char *clock, int from, int to) {
    return psprintf("%s AND retention.pending(%s)", clock_range(clock, from, to), clock);
}

char *has_flag(const char *clock, uint8_t flag) {
    return psprintf("retention.with_flags(%s, %d) OPERATOR(retention.=) %s", clock, flag, clock);
}

}  // namespace pg_retention
