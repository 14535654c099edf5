#pragma once
// How identifying values are compared.

namespace pg_retention {

// Without blanks around it, composed (NFC), an e-mail address in lower case. Null: the value stands for nobody. Palloc'ed.
char *identity_of(const char *value);

// Composed, where it is not already, or may not be in this encoding.
const char *composed_of(const char *value);

}  // namespace pg_retention
