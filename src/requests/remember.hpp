#pragma once
// Who was erased, as keyed hashes (HMAC-SHA-256) of table and key: a restored backup can be brought up to date, and nobody can
// tell from the list who is on it without the key, which lives in a file outside the cluster.
#include <initializer_list>

#include "pg/secret.hpp"
#include "subject/subject.hpp"

namespace pg_retention {

// These bytes as a value of SQL.
bytea *bytes_of(const void *bytes, int n);

constexpr int kPrintBytes = 16;

struct ToRemember;
// All rows that are the person, as they are before anything is done. Null, with a warning, when retention.erasure_key_file is not set.
ToRemember *read_to_remember(const Subject &subject);
// When they are erased. False: there is nothing to remember them by, or the key of a kind has no form that equal keys share.
bool remember_erasure(const ToRemember *persons);

struct ErasureKey {
    SecretKey secret;
    uint8 print[8];  // tells which key it is
};

// A keyed hash of the parts, which tells them apart from others that would read the same in a row.
void print_parts(const ErasureKey &key, std::initializer_list<const char *> parts, char (&print)[kPrintBytes]);

// Which key it is, as a value of SQL.
inline SqlValue print_value(const ErasureKey &key) {
    return typed(BYTEAOID, PointerGetDatum(bytes_of(key.print, sizeof key.print)));
}

// Error 55000 when none is set; a file that cannot be read or is shorter than 32 bytes is an error, too.
ErasureKey read_erasure_key();

// What rows of a kind hold, as keyed hashes that mean something beside one key alone: by them a row that was erased is told from a later one
// that got its key.
struct Prints {
    List *telling;     // bytea *: of what tells who the person is
    List *beside_key;  // those of them that are not of a key, which stays where a row is anonymised
    List *others;      // bytea *: of every column
};

// ", t.a, t.b": what prints_of reads from column `first` on. To be run under fix_writing().
void append_printed(StringInfo sql, const Model &model, const Kind &kind);
Prints prints_of(const ErasureKey &key, const Kind &kind, const char *key_json, const SqlRow &row, int first);

bool share_print(List *prints, List *remembered);

// Whether a row may be one of those that were remembered by these prints: it shares what tells who somebody is; where nothing does, half of
// what it holds.
bool may_be_same(const Prints &row, List *remembered);

void hash_person(const ErasureKey &key, Oid relid, const char *key_json, uint8 (&hash)[kHashBytes]);

}  // namespace pg_retention
