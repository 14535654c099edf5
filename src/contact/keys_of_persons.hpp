#pragma once
// Sets of keys of persons, as text of jsonb, in one memory context.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace pg_retention {

struct KeysOfPersons {
    HTAB *keys;
    MemoryContext context;
};

// In the memory context that is current.
KeysOfPersons open_keys();

// set: KeysOfPersons.
void add_key(void *set, const char *key);
bool has_key(const KeysOfPersons &set, const char *key);

}  // namespace pg_retention
