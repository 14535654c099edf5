#pragma once
// What a person said about purposes: objections (Article 21) and consents (Article 7).
#include "requests/known_by.hpp"
#include "requests/records.hpp"

namespace pg_retention {

struct PurposeTerms {
    const char *name;
    const char *basis;
    bool direct_marketing;  // an objection is absolute
};

// It stays while the transaction lasts. False: there is none of this name.
bool find_purpose(const char *name, PurposeTerms *purpose);
PurposeTerms open_purpose(const char *name);  // error 42704

// "objections": [...], "consents": [...]
void append_wishes(StringInfo out, const Recorded &recorded);

// Of a person who is erased: consents go, and objections stay as keyed hashes, which is written as ", "objections": [...]".
// persons: as they were before anything was done.
void forget_wishes(StringInfo out, const Recorded &recorded, List *persons);

// So that an objection can outlive the person whichever way that goes: what tells who these are is kept beside it, as keyed hashes, and nobody is known
// by it while one of them is there.
void prepare_objection(int64 id, List *persons);

// The rows with these keys of one kind are gone; persons: by what they were known, as far as that can be told, each with its place among the keys.
// Objections end as those of an erasure do; where another row is there that objected, it is that one's as before, and kept beside that. Returns how
// many that stood could not be kept.
int64 end_wishes(const Recorded &recorded, List *persons);

// The keys (JSON, char *) of those of these persons who are known by what somebody was who objected and was erased since.
bool any_objected_before(const char *purpose);
List *objected_before(const Model &model, const Kind &kind, const KeySet &keys, const char *purpose);

// Withdraws what these persons said then.
void withdraw_objected_before(const Model &model, const Kind &kind, const KeySet &keys, const char *purpose, const char *by);

// The same of all persons of the kind: consumer(key).
void for_each_objected_before(const Model &model, const Kind &kind, const char *purpose,
                              void (*consumer)(void *argument, const char *key), void *argument);

}  // namespace pg_retention
