// A text is redacted by what tells who its persons are: in its row, and in the rows that its clock starts by. A column there that is emptied
// by a period of its own before that takes the words along.
#include "schema/path.hpp"
#include "personal/personal.hpp"
#include "policy/policy_check.hpp"
#include "policy/said_of_policy.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// When a column is anonymised: by its own period (null: it has none), or with its row, if that is anonymised.
struct End {
    const core::Period *period;
    bool required;
    bool with_row;
};

core::Micros due_by(const core::Terms &terms, core::Start start, const Policy &policy) {
    return core::deadlines(start, terms, policy.zone()).due_from;
}

core::Micros end_of(const End &end, core::Start start, const Policy &policy) {
    const core::Micros row = end.with_row ? due_by(policy.terms, start, policy) : core::kNever;
    if (end.period == nullptr) return row;
    core::Terms terms = {};
    terms.keep_for = *end.period;
    terms.has_floor = end.required && policy.terms.has_floor;
    terms.must_keep_for = policy.terms.must_keep_for;
    return Min(row, due_by(terms, start, policy));
}

bool may_end_before(const End &words, const Policy &by, const End &text, const Policy &policy) {
    return is_so_of_any_start(policy, [&](core::Start start) {
        const core::Micros redacted = end_of(text, start, policy);
        // With a row that is deleted before, the text goes.
        if (!text.with_row && redacted > due_by(policy.terms, start, policy)) return false;
        return end_of(words, start, by) < redacted;
    });
}

// Null: it has none of its own.
const core::Period *period_of(const PersonalColumn &column) {
    if (!column.has_period) return nullptr;
    const SqlRows found = own("SELECT keep_for FROM retention.personal_columns WHERE relation = $1 AND column_name = $2",
                              column.relid, column.name);
    auto *period = static_cast<core::Period *>(palloc(sizeof(core::Period)));
    *period = found.first().get<core::Period>(1);
    return period;
}

End end_of_column(const PersonalColumn &column, bool with_row) {
    return End{period_of(column), column.required_by_law, with_row};
}

// Of a table: those with a period of their own that tell who somebody is.
List *words_that_end(Oid relid) {
    List *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, personal_columns_of(relid)) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        if (column->has_period && tells_who(*column)) found = lappend(found, lfirst(cell));
    }
    return found;
}

List *tables_of_paths(const Policy &policy) {
    List *tables = list_make1_oid(policy.relid);
    for (int k = 0; k < policy.n_starts; ++k) {
        Path path = {};
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[k], &path, &problem)) continue;
        for (int h = 0; h < path.n_hops; ++h) tables = list_append_unique_oid(tables, path.hops[h].to_relid);
    }
    return tables;
}

// By which columns of a table are emptied.
List *emptying_policies(Oid relid, const Policy &policy) {
    List *found = NIL;
    int count = 0;
    const Policy *policies = all_policies(&count);
    if (relid == policy.relid) return list_make1(const_cast<Policy *>(&policy));
    for (int i = 0; i < count; ++i)
        if (policies[i].relid == relid && policies[i].mode != Mode::kOff)
            found = lappend(found, const_cast<Policy *>(&policies[i]));
    return found;
}

const PersonalColumn *ended_before(const Policy &policy, const End &text, List *words) {
    ListCell *cell = nullptr, *other = nullptr;
    foreach (cell, words) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        const End end = end_of_column(*column, false);
        foreach (other, emptying_policies(column->relid, policy))
            if (may_end_before(end, *static_cast<const Policy *>(lfirst(other)), text, policy)) return column;
    }
    return nullptr;
}

char *find_problem(const Policy &policy) {
    List *words = NIL;
    ListCell *cell = nullptr;
    foreach (cell, tables_of_paths(policy)) words = list_concat(words, words_that_end(lfirst_oid(cell)));
    if (words == NIL) return nullptr;
    List *at_the_end = anonymised_with_row(policy);
    foreach (cell, personal_columns_of(policy.relid)) {
        const auto *text = static_cast<const PersonalColumn *>(lfirst(cell));
        const bool with_row = find_personal_column(at_the_end, text->relid, text->column) != nullptr;
        if (core::need_of(text->anonymiser) != core::Need::kWords || (!with_row && !text->has_period)) continue;
        const PersonalColumn *gone = ended_before(policy, end_of_column(*text, with_row), words);
        if (gone != nullptr)
            return psprintf(
                "column \"%s\" of table %s, whose words are taken out of column \"%s\", can be emptied before that is redacted",
                gone->name, qualified_name(gone->relid), text->name);
    }
    return nullptr;
}

}  // namespace

char *redaction_problem(const Policy &policy) {
    if (policy.mode == Mode::kOff || get_rel_name(policy.relid) == nullptr) return nullptr;
    SPI_connect();
    const char *found = find_problem(policy);
    char *problem = found == nullptr ? nullptr : static_cast<char *>(SPI_palloc(strlen(found) + 1));
    if (problem != nullptr) strcpy(problem, found);
    SPI_finish();
    return problem;
}

void warn_of_lost_words(const Policy &policy) {
    const char *problem = redaction_problem(policy);
    if (problem != nullptr)
        ereport(WARNING, (errcode(ERRCODE_WARNING), errmsg("policy \"%s\": %s", policy.name, problem),
                          errhint("Names may stay in the text. Give the text a period that is over no later.")));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_redaction_problem) {
    return pg_retention::said_of_policy(fcinfo, pg_retention::redaction_problem);
}
