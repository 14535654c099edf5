#pragma once
// The condition in a query tree, before it is planned.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
#include "nodes/pathnodes.h"
}

namespace pg_retention {

// What a plan depends on by the functions expanded in it: they themselves, and the role, where row security is in one.
struct Dependencies {
    List *items;
    bool role;
};

// Puts retention.visible(clock) in front of the security quals of every governed table of the query, its sub-queries
// included, and expands the set-returning SQL functions that the planner would expand later, unseen. Returns whether a
// governed table is read.
bool inject_condition(Query *query, Dependencies *dependencies);

// A catalog of statistics, which holds values of hidden rows.
bool is_statistics_catalog(Oid relid);

// A governed table below an ungoverned parent: the planner adds it by itself, and this gives it its condition.
void inject_into_child(PlannerInfo *root, Index rti);

}  // namespace pg_retention
