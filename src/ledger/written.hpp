#pragma once
// What is registered (purposes, recipients, locations, holidays) is on record as its rows are written.
#include "pg/command.hpp"
#include "pg/during.hpp"

namespace pg_retention {

// While a row makes way for the one that comes again: what is on record is how they differ.
extern Dynamic<bool> making_way;

// A watcher: rows that COPY brings may be those of a dump, whose ledger comes, too.
void note_copy(const Command &command);

}  // namespace pg_retention
