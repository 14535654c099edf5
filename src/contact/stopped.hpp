#pragma once
// Who must not be written to for a purpose, however seldom: the one decision, about some persons of a kind or about all.
#include "contact/purpose.hpp"

namespace pg_retention {

enum class Stop : uint8_t { kObjection, kNoConsent };
const char *name_of(Stop stop);

struct Stopped {
    const char *key;
    Stop why;
};

// Of these persons, by their keys as text of jsonb (text[]), those who are, each once. As all is now, whatever the caller sees.
List *stopped_among(const Purpose &purpose, const char *kind, Datum keys);

// body(key) of each person of the kind who objects; and where consent is asked for, of each who has given it.
using KeyConsumer = void (*)(void *argument, const char *key);
void for_each_objecting(const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument);
void for_each_consenting(const Purpose &purpose, const char *kind, KeyConsumer consumer, void *argument);

}  // namespace pg_retention
