#pragma once
// What is done about each form of ALTER TABLE and CREATE INDEX over rows that are hidden. The tables in forms.cpp are the one place that
// decides; docs/commands.md is made from them. A form has several verdicts where it depends on what it says: it passes when what it checks
// is known to hold, or tells of no row, and takes retention.reveal when it would tell.
#include "guard/commands.hpp"

namespace pg_retention {

struct Ruling {
    Verdict verdict;   // kPasses, kGuarded, kEvaluates, kReveal or kConfirm
    const char *what;  // for the error: "add a constraint to table"
    bool loses;        // values of hidden rows, for which reveal is not enough
};

// The table has rows, or ones below it have, and whoever asks owns it: errors of the statement are raised as the server would raise them.
Ruling ruling_of(const AlterTableStmt *alter, const AlterTableCmd *command, Oid relid);
Ruling ruling_of(const IndexStmt *index, Oid relid);

struct Work {
    bool evaluates;  // something over rows
    bool builds;     // indexes that are there already, perhaps
};
Work work_of(const AlterTableStmt *alter);

}  // namespace pg_retention
