#include "contact/keys_of_persons.hpp"

extern "C" {
#include "common/hashfn.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

uint32 hash_of(const void *key, Size) {
    const char *text = *static_cast<const char *const *>(key);
    return hash_bytes(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)));
}
int differ(const void *a, const void *b, Size) {
    return strcmp(*static_cast<const char *const *>(a), *static_cast<const char *const *>(b));
}

}  // namespace

KeysOfPersons open_keys() {
    HASHCTL control = {};
    control.keysize = sizeof(char *);
    control.entrysize = sizeof(char *);
    control.hash = hash_of;
    control.match = differ;
    control.hcxt = CurrentMemoryContext;
    return {hash_create("pg_retention keys", 1024, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT),
            CurrentMemoryContext};
}

void add_key(void *set, const char *key) {
    auto *keys = static_cast<KeysOfPersons *>(set);
    bool found = false;
    auto *entry = static_cast<const char **>(hash_search(keys->keys, &key, HASH_ENTER, &found));
    if (!found) *entry = MemoryContextStrdup(keys->context, key);
}

bool has_key(const KeysOfPersons &set, const char *key) { return hash_search(set.keys, &key, HASH_FIND, nullptr) != nullptr; }

}  // namespace pg_retention
