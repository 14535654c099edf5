#pragma once
// Tables of messages, and whom their rows lead to: read row by row, followed some thousand rows at a time.
#include "contact/said.hpp"
#include "subject/along.hpp"

namespace pg_retention {

// A row of retention.contact_log.
struct ContactLog {
    Oid relid;
    const char *kind;
    const char *path;
    const char *time_column;
    const char *purpose;         // null: a column says it
    const char *purpose_column;  // null: it is the same for all rows
};

// Of the table and those it is a partition of or inherits from; InvalidOid: all there are. SPI must be connected.
List *contact_logs_of(Oid relid);

// Where a row, of the table or of one below it, has what is read of it.
constexpr int kMostRead = 2 + 2 * kMaxKeys;
struct RowShape {
    int n;  // columns
    AttrNumber columns[kMostRead];
    Oid types[kMostRead];
};

// One message of one person. The key lives until the consumer returns.
using ContactConsumer = void (*)(void *argument, const Said &said);

// Reads rows of one log.
struct LogReader {
    const ContactLog *log;
    List *purposes;
    Along along;
    RowShape shape;  // the time, the purpose if a column says it, what the way to the person begins with
    int first;       // of that among these
    ContactConsumer consumer;
    void *argument;
    MemoryContext context;  // of the rows that wait
    int n;
    Datum *values[kMaxKeys];
    bool *nulls[kMaxKeys];
    const Purpose **of;
    TimestampTz *times;
    bool *was;
};

// relid: the log's own table, or one below it. Error 55000 where the log no longer fits the schema.
LogReader open_reader(const ContactLog &log, Oid relid, List *purposes, ContactConsumer consumer, void *argument);

// values: as the shape has them. was: it is what the row held before. Rows without a time or a known purpose are passed over.
void read_row(LogReader *reader, const Datum *values, const bool *nulls, bool was);
void close_reader(LogReader *reader);

}  // namespace pg_retention
