#pragma once
// Whose data must not be used for a purpose, nor who be written to for it, however seldom: the one decision, about some persons of a kind or
// about all. As all is now, whatever the caller's statement sees.
#include "contact/purpose.hpp"
#include "subject/model.hpp"

namespace pg_retention {

enum class Stop : uint8_t { kObjection, kNoConsent };
const char *name_of(Stop stop);

struct Stopped {
    const char *key;
    Stop why;
};

// What the decision is asked of: persons of one kind, for one purpose.
struct Question {
    const char *purpose;
    bool asks_consent;
    const char *kind;
    mutable const Model *model;  // read when it is needed; null until then
};
inline Question question_about(const Purpose &purpose, const char *kind) {
    return {purpose.name, purpose.asks_consent, kind, nullptr};
}

// Of these persons, by their keys as text of jsonb (text[]), those who must not, each once.
List *stopped_among(const Question &question, Datum keys);

// body(key) of each person of the kind who objects; and where consent is asked for, of each who has given it.
using KeyConsumer = void (*)(void *argument, const char *key);
void for_each_objecting(const Question &question, KeyConsumer consumer, void *argument);
void for_each_consenting(const Question &question, KeyConsumer consumer, void *argument);

}  // namespace pg_retention
