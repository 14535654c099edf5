#pragma once
// Pseudonyms: who has the key can tell whose they are, so they are no anonymisation.
#include <string_view>

#include "pg/secret.hpp"

namespace pg_retention {

// The key of retention.pseudonym_key_file. Error 55000 when none is set.
SecretKey read_pseudonym_key();

// The first hexadecimal digits of the text's keyed hash; palloc'ed. Another one in each domain.
text *pseudonym_of(const SecretKey &key, std::string_view domain, std::string_view value, size_t digits);

}  // namespace pg_retention
