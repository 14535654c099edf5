#pragma once
// Pseudonyms: who has the key can tell whose they are, so they are no anonymisation.
#include "pg/secret.hpp"

namespace pg_retention {

// The key of retention.pseudonym_key_file. Error 55000 when none is set.
SecretKey read_pseudonym_key();

// The first hexadecimal digits of the text's keyed hash; palloc'ed.
text *pseudonym_of(const SecretKey &key, const char *value, size_t length, size_t digits);

}  // namespace pg_retention
