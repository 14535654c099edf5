#pragma once
// Hidden means hidden: the condition in every plan, and the readers that have no plan.
#include "pg/command.hpp"
#include "pg/during.hpp"

extern "C" {
#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
}

namespace pg_retention {

void init_visibility();
void init_planner();
void init_scrub();
void init_statistics();

// Utility commands: COPY of a governed table becomes one of a query; details of errors that show a row go; and what is switched
// while EXPLAIN ANALYZE, REFRESH or DETACH run.
void rewrite_copy(const Command &command);
void scrub_command(const Command &command);
void switch_rules(const Command &command);

// While it is planned: the statement for which estimators may see values of governed tables, or null.
extern Dynamic<const Query *> estimated;

// row_security = off asks for all rows or an error: without reveal that is an error.
void check_row_security(Oid relid);

// While a materialised view is refreshed: it holds what is visible, and a restore, which is made with row_security = off, fills it.
extern Dynamic<bool> refreshing;

// Whether the statement writes to a governed table, without the right to read its hidden rows.
bool writes_governed(const QueryDesc *query);

// Called whenever reveal shows something; the first use in a transaction is logged.
void record_reveal();

}  // namespace pg_retention
