#pragma once
// By what a person is known beyond the key: identifying values, and where and as whom it is reached. An objection outlives an erasure by it.
#include "requests/remember.hpp"

namespace pg_retention {

struct KnownPerson {
    const Kind *kind;
    char *key;     // JSON, as retention.restriction has it
    List *values;  // of KnownValue
    int64 place;   // of known_among: which of the keys this is, from 1
};

struct KnownValue {
    const char *category;
    const char *scope;  // within which it counts; null: everywhere
    char *form;         // as it is compared
};

// The rows of a kind with these keys.
List *known_persons(const Model &model, const Kind &kind, const KeySet &keys);
// The same among rows that have the columns of its table: a transition table, one partition.
List *known_among(const Model &model, const Kind &kind, const char *from, const KeySet &keys);
// All rows of a kind, some at a time, whose memory goes after each.
using PersonConsumer = void (*)(void *argument, const KnownPerson &person);
void for_each_known_person(const Model &model, const Kind &kind, PersonConsumer consumer, void *argument);
// All rows that are the person.
List *known_persons(const Subject &subject);

// Keyed hashes (bytea *) of the values, which mean something without the key of the person.
List *prints_known_by(const ErasureKey &key, const KnownPerson &person);

}  // namespace pg_retention
