#pragma once
// What is configured, read from the tables and catalogs as documents for people are written from it. All that is said to people comes from
// here: register, notice, and what an export says of the processing.
#include "core/documents/facts.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// Texts in this encoding of PostgreSQL's: PG_UTF8 for what core writes, that of the database for what SQL does. Lives as long as the memory
// context. SPI must be connected.
core::Facts read_facts(int encoding);

// The same without what the catalogs and the server are asked for: measures, what is missing, and which policies no row reaches.
core::Facts read_configuration(int encoding);
const core::ControllerFacts *read_controller(int encoding);  // null: there is none

}  // namespace pg_retention
