#pragma once
// How the library runs SQL of its own, which sees hidden rows. Parameters and columns have the types of C++; whom a statement runs as, with
// which plan and in which snapshot is chosen by the call:
//
//   call                        runs as                plan                     sees                           writes
//   own(sql, ...)               the extension's owner  kept for the session     what is committed by now       yes
//   read_own(sql, ...)          the extension's owner  kept                     what the caller's query sees   no
//   write_as(owner, sql, ...)   owner                  kept                     what is committed by now       yes
//   read_as(owner, sql, ...)    owner                  kept                     what the caller's query sees   no
//   run_as(owner, how, ...)     owner                  as how says              as how says                    as how says
//   run_here(how, ...)          whoever acts now       as how says              as how says                    as how says
//   run_governed(how, ...)      whoever acts now       as anybody's             no hidden rows                 as how says
//   for_each_portion(...)       owner                  kept, in a cursor        as read_as or write_as         as those
//
//   const SqlRows found = own("SELECT attempts, problem FROM retention.view_refresh WHERE view = $1 AND retry_at < $2", relid, at(now));
//   for (const SqlRow row : found) note(row.get<int32>(1), row.text(2));
//
// own and read_own stand in schema/own.hpp, for the extension's owner is a matter of the catalog. A text that names a table that users
// choose (one of many) is not for keeping, unless it comes again at once. Whoever runs as an owner is restricted to what that owner may do,
// so that nobody's code runs with more rights than its author has. SPI must be connected (connect_spi()); the memory context stays what it was,
// and so results may be copied into it. A failure is an error, never a code to be looked at.
#include <type_traits>

#include "core/time/clock.hpp"
#include "core/time/period.hpp"
#include "pg/clock_datum.hpp"
#include "pg/internal.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/itemptr.h"
#include "utils/xid8.h"
}

namespace pg_retention {

// A parameter: a value and the type it has in SQL.
struct SqlValue {
    Oid type;
    Datum datum;
    bool is_null;
};

inline SqlValue typed(Oid type, Datum datum) { return {type, datum, false}; }
inline SqlValue null_of(Oid type) { return {type, 0, true}; }
inline SqlValue at(TimestampTz time) { return {TIMESTAMPTZOID, TimestampTzGetDatum(time), false}; }
inline SqlValue xid_value(TransactionId xid) { return {XIDOID, TransactionIdGetDatum(xid), false}; }

inline SqlValue sql_value(const SqlValue &value) { return value; }
inline SqlValue sql_value(bool value) { return {BOOLOID, BoolGetDatum(value), false}; }
inline SqlValue sql_value(int16 value) { return {INT2OID, Int16GetDatum(value), false}; }
inline SqlValue sql_value(int32 value) { return {INT4OID, Int32GetDatum(value), false}; }
inline SqlValue sql_value(int64 value) { return {INT8OID, Int64GetDatum(value), false}; }
inline SqlValue sql_value(Oid value) { return {OIDOID, ObjectIdGetDatum(value), false}; }
inline SqlValue sql_value(const NameData &value) { return {NAMEOID, NameGetDatum(&value), false}; }
inline SqlValue sql_value(const ItemPointerData &value) { return {TIDOID, PointerGetDatum(&value), false}; }
inline SqlValue sql_value(const FullTransactionId &value) { return {XID8OID, FullTransactionIdGetDatum(value), false}; }
// Text; null when the pointer is.
inline SqlValue sql_value(const char *value) {
    return value == nullptr ? null_of(TEXTOID) : typed(TEXTOID, CStringGetTextDatum(value));
}
inline SqlValue sql_value(char *value) { return sql_value(static_cast<const char *>(value)); }
// Whatever else must be given its type: a Datum, a time, a pointer that would pass for a truth value.
template <typename T>
SqlValue sql_value(const T &) = delete;

// Parameters of a statement, collected while its text is written.
struct Parameters {
    int n;
    int room;
    Oid *types;
    Datum *values;
};

// Adds one, which is not null, and returns its number, from 1; the same value again has the same number.
int add_parameter(Parameters *parameters, Oid type, Datum value);
inline int add_parameter(Parameters *parameters, const SqlValue &value) {
    return add_parameter(parameters, value.type, value.datum);
}

// One row of a result. Columns count from 1.
struct SqlRow {
    HeapTuple tuple;
    TupleDesc desc;

    bool is_null(int column) const;
    // Null only where SQL's value is.
    char *text(int column) const;
    // Must not be null, nor any of those below: else an internal error names the column.
    Datum datum(int column) const;
    // A copy that outlives the result.
    Datum detoasted(int column) const;
    template <typename T>
    T get(int column) const;
    template <typename T>
    T get_or(int column, T otherwise) const {
        return is_null(column) ? otherwise : get<T>(column);
    }
};

// int64 is a number or a time, Oid an OID or a transaction's number.
template <typename T>
T SqlRow::get(int column) const {
    const Datum value = datum(column);
    if constexpr (std::is_same_v<T, bool>)
        return DatumGetBool(value);
    else if constexpr (std::is_same_v<T, int16> || std::is_same_v<T, int32> || std::is_same_v<T, Oid>)
        return static_cast<T>(value);
    else if constexpr (std::is_same_v<T, int64>)
        return DatumGetInt64(value);
    else if constexpr (std::is_same_v<T, core::Clock>)
        return datum_clock(value);
    else if constexpr (std::is_same_v<T, FullTransactionId>)
        return DatumGetFullTransactionId(value);
    else if constexpr (std::is_same_v<T, NameData> || std::is_same_v<T, ItemPointerData> || std::is_same_v<T, core::Period>) {
        T copy;
        std::memcpy(&copy, DatumGetPointer(value), sizeof copy);
        return copy;
    } else {
        static_assert(!sizeof(T), "a type that no column has");
    }
}

// A result, which lives until SPI_finish() or free(), whatever is run meanwhile.
struct SqlRows {
    uint64 n;  // rows found, or written
    SPITupleTable *table;

    SqlRow operator[](uint64 row) const;
    SqlRow first() const { return (*this)[0]; }
    void free() const { SPI_freetuptable(table); }

    struct Iterator {
        const SqlRows *rows;
        uint64 row;
        SqlRow operator*() const { return (*rows)[row]; }
        Iterator &operator++() {
            ++row;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return row != other.row; }
    };
    Iterator begin() const { return {this, 0}; }
    Iterator end() const { return {this, table == nullptr ? 0 : n}; }
};

// SPI_connect() without another memory context. SPI_finish() ends it.
void connect_spi();

// Without parameters by type: of a text that is put together.
SqlRows run_here(const How &how, const char *sql, const Parameters &parameters);
SqlRows run_as(Oid owner, const How &how, const char *sql, const Parameters &parameters);

SqlRows run_values(const How &how, const char *sql, const SqlValue *values, int n);
SqlRows run_values_as(Oid owner, const How &how, const char *sql, const SqlValue *values, int n);

template <typename... T>
SqlRows run_here(const How &how, const char *sql, const T &...values) {
    const SqlValue given[] = {sql_value(values)..., SqlValue{}};
    return run_values(how, sql, given, sizeof...(values));
}

// Commands, and queries that see what anybody sees who acts now: hidden rows are none of it. Of how only what it sees, and the limit.
SqlRows run_governed(const How &how, const char *sql, const Parameters &parameters);
SqlRows run_governed_values(const How &how, const char *sql, const SqlValue *values, int n);
template <typename... T>
SqlRows run_governed(const How &how, const char *sql, const T &...values) {
    const SqlValue given[] = {sql_value(values)..., SqlValue{}};
    return run_governed_values(how, sql, given, sizeof...(values));
}

template <typename... T>
SqlRows run_as(Oid owner, const How &how, const char *sql, const T &...values) {
    const SqlValue given[] = {sql_value(values)..., SqlValue{}};
    return run_values_as(owner, how, sql, given, sizeof...(values));
}

template <typename... T>
SqlRows read_as(Oid owner, const char *sql, const T &...values) {
    return run_as(owner, kKeptReading, sql, values...);
}

template <typename... T>
SqlRows write_as(Oid owner, const char *sql, const T &...values) {
    return run_as(owner, kKeptWriting, sql, values...);
}

// How many rows the planner expects of a query by owner: nothing is read but statistics.
double expect_values_as(Oid owner, const char *sql, const SqlValue *values, int n);
template <typename... T>
double expect_as(Oid owner, const char *sql, const T &...values) {
    const SqlValue given[] = {sql_value(values)..., SqlValue{}};
    return expect_values_as(owner, sql, given, sizeof...(values));
}

// With a plan of prepare_internal(), which is asked for each row: as kLatest, as whoever acts now.
SqlRows run_prepared(SPIPlanPtr plan, Datum *values, long limit);
// What it found before that command of this transaction.
SqlRows run_prepared_before(CommandId command, SPIPlanPtr plan, Datum *values, long limit);

// A cursor that is read in portions. Nobody's but ours, by its name.
struct Portions {
    Oid owner;
    Portal portal;
    MemoryContext before;
    MemoryContext context;  // of one portion
    bool more;
};
Portions open_portions(Oid owner, const How &how, const char *sql, const Parameters &parameters);
bool next_portion(Portions *portions, SqlRows *rows);
void close_portions(const Portions &portions);

// Calls body(rows) with a few hundred rows at a time, in a memory context that is emptied between them.
template <typename F>
void for_each_portion(Oid owner, const How &how, const char *sql, const Parameters &parameters, F body) {
    Portions portions = open_portions(owner, how, sql, parameters);
    SqlRows rows = {};
    while (next_portion(&portions, &rows)) body(rows);
    close_portions(portions);
}

// An array of values, none of them null, of any type.
Datum array_of(Datum *values, int n, Oid type);
// text[], of char *.
Datum text_array(List *texts);
// The elements of one. nulls may be a null pointer where none is.
int elements_of(Datum array, Oid type, Datum **values, bool **nulls = nullptr);

// Text for a condition: from $from to $to on a table's clock (its quoted name), and the same of rows that are pending, which an index has.
char *clock_range(const char *clock, int from, int to);
char *pending_range(const char *clock, int from, int to);

// The same: that the clock has this flag.
char *has_flag(const char *clock, uint8_t flag);

}  // namespace pg_retention
