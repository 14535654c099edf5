#pragma once
// Rows of persons that a session does not see for what it is for: the answer behind visibility/persons.hpp.

namespace pg_retention {

void init_withheld();

}  // namespace pg_retention
