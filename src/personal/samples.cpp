// What anonymising gives, tried out: by the owner of the table, in the order in which an UPDATE would meet it.
#include "personal/anonymiser.hpp"
#include "schema/condition.hpp"
#include "personal/constraints.hpp"
#include "pg/attempt.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_retention {

namespace {

// Enough to meet what is usual, and few enough to wait for.
constexpr int kRows = 1000;

constexpr char kChoose[] = "Choose another anonymiser in retention.personal_column, or change the constraint.";

struct Trial {
    Relation rel;
    const char *applies_to;          // as its own SQL, not as it was written; null: every row
    const PersonalColumn **columns;  // by attribute; null: left as it is
    Tries tries;
};

const PersonalColumn *column_named(List *columns, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (strcmp(static_cast<const PersonalColumn *>(lfirst(cell))->name, name) == 0)
            return static_cast<const PersonalColumn *>(lfirst(cell));
    return nullptr;
}

Trial trial_of(Relation rel, List *columns, const char *applies_to, Tries tries) {
    TupleDesc desc = RelationGetDescr(rel);
    const ActingAs saved = act_as(rel->rd_rel->relowner, true);
    const char *condition = applies_to == nullptr ? nullptr : condition_text(rel, applies_to, "t");
    leave(saved);
    auto **by_attribute = static_cast<const PersonalColumn **>(palloc0(sizeof(PersonalColumn *) * (desc->natts + 1)));
    Trial trial = {rel, condition, by_attribute, tries};
    for (int i = 0; i < desc->natts; ++i)
        if (!TupleDescAttr(desc, i)->attisdropped)
            trial.columns[i] = column_named(columns, NameStr(TupleDescAttr(desc, i)->attname));
    return trial;
}

// An error on the way is the reason to refuse the column.
template <typename F>
void trying(const PersonalColumn &column, F body) {
    const ErrorData *error = attempt(body);
    if (error != nullptr) refuse_anonymiser(column, error->sqlerrcode, error->message, kChoose);
}

// Rows that the query finds, run by the owner.
uint64 count_found(const Trial &trial, const char *sql) { return run_as(trial.rel->rd_rel->relowner, kAny, sql).n; }

// As an UPDATE reads a constant: too long a text is an error there, and cut by a cast. A domain's input runs its checks.
void try_constant(const Trial &trial, const PersonalColumn &column, Form_pg_attribute att) {
    trying(column, [&] {
        Oid input = InvalidOid, parameter = InvalidOid;
        getTypeInputInfo(att->atttypid, &input, &parameter);
        const ActingAs saved = act_as(trial.rel->rd_rel->relowner, true);
        (void) OidInputFunctionCall(input, pstrdup(column.constant), parameter, att->atttypmod);
        leave(saved);
    });
}

const char *first_rows(const Trial &trial) {
    return psprintf("FROM %s%s t%s%s%s LIMIT %d", trial.rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
                    qualified_name(RelationGetRelid(trial.rel)), trial.applies_to != nullptr ? " WHERE (" : "",
                    trial.applies_to != nullptr ? trial.applies_to : "", trial.applies_to != nullptr ? ")" : "", kRows);
}

const char *value_of_row(const Trial &trial, const PersonalColumn &column) {
    const Oid relid = RelationGetRelid(trial.rel);
    return core::need_of(column.anonymiser) == core::Need::kKey
             ? sample_value(column, relid)
             : anonymised_value(column, relid, "CAST('{}' AS text[])", nullptr);
}

// What the column becomes by itself.
void try_column(const Trial &trial, const PersonalColumn &column, Form_pg_attribute att) {
    const char *sample = sample_value(column, RelationGetRelid(trial.rel));
    if (column.constant != nullptr) try_constant(trial, column, att);
    if (sample != nullptr) {
        trying(column, [&] { (void) count_found(trial, psprintf("SELECT %s", sample)); });
        return;
    }
    if (trial.tries == Tries::kNoRows) return;
    uint64 nulls = 0;
    trying(column, [&] {
        nulls = count_found(
            trial, psprintf("SELECT 1 FROM (SELECT %s AS v, t.%s AS before %s) r WHERE r.v IS NULL AND r.before IS NOT NULL",
                            value_of_row(trial, column), quote_identifier(column.name), first_rows(trial)));
    });
    if (nulls > 0 && att->attnotnull)
        refuse_anonymiser(column, ERRCODE_NOT_NULL_VIOLATION, "it gives null, and the column is not nullable", kChoose);
}

// The columns that a check constraint reads. False: others than those of the row are among them.
bool columns_of_check(const Trial &trial, Node *expression, Bitmapset **columns) {
    Bitmapset *offset = nullptr;
    pull_varattnos(expression, 1, &offset);
    for (int i = -1; (i = bms_next_member(offset, i)) >= 0;) {
        const int number = i + FirstLowInvalidHeapAttributeNumber;
        if (number <= 0 || TupleDescAttr(RelationGetDescr(trial.rel), number - 1)->attgenerated != '\0') return false;
        *columns = bms_add_member(*columns, number - 1);
    }
    return true;
}

const char *sample_row(const Trial &trial, const Bitmapset *columns) {
    StringInfoData list;
    initStringInfo(&list);
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;) {
        const char *sample = trial.columns[c] != nullptr ? sample_value(*trial.columns[c], RelationGetRelid(trial.rel)) : nullptr;
        if (sample == nullptr) return nullptr;
        appendStringInfo(&list, "%s%s AS %s", list.len > 0 ? ", " : "", sample, quote_identifier(trial.columns[c]->name));
    }
    return psprintf("SELECT %s", list.data);
}

const char *rows_after(const Trial &trial, const Bitmapset *columns) {
    StringInfoData list;
    initStringInfo(&list);
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;) {
        const char *name = quote_identifier(NameStr(TupleDescAttr(RelationGetDescr(trial.rel), c)->attname));
        const char *value = trial.columns[c] != nullptr ? value_of_row(trial, *trial.columns[c]) : psprintf("t.%s", name);
        appendStringInfo(&list, "%s%s AS %s", list.len > 0 ? ", " : "", value, name);
    }
    return psprintf("SELECT %s %s", list.data, first_rows(trial));
}

void try_check(const Trial &trial, const ConstrCheck &check) {
    Node *expression = static_cast<Node *>(stringToNode(check.ccbin));
    Bitmapset *columns = nullptr;
    const PersonalColumn *anonymised = nullptr;
    if (!columns_of_check(trial, expression, &columns)) return;
    for (int c = -1; anonymised == nullptr && (c = bms_next_member(columns, c)) >= 0;) anonymised = trial.columns[c];
    if (anonymised == nullptr) return;
    const ActingAs saved = act_as(trial.rel->rd_rel->relowner, true);
    const char *condition = deparse_expression(
        expression, deparse_context_for(RelationGetRelationName(trial.rel), RelationGetRelid(trial.rel)), false, false);
    leave(saved);
    const char *sample = sample_row(trial, columns);
    uint64 violations = 0;
    trying(*anonymised, [&] {
        for (const char *rows : {sample, trial.tries == Tries::kRows ? rows_after(trial, columns) : nullptr})
            if (rows != nullptr && violations == 0)
                violations = count_found(trial, psprintf("SELECT 1 FROM (%s) r WHERE NOT (%s)", rows, condition));
    });
    if (violations > 0)
        refuse_anonymiser(*anonymised, ERRCODE_CHECK_VIOLATION,
                          psprintf("check constraint \"%s\" does not allow the result", check.ccname), kChoose);
}

}  // namespace

List *check_samples(Relation rel, List *columns, const char *applies_to, Tries tries, List *known) {
    const Trial trial = trial_of(rel, columns, applies_to, tries);
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts && known == NIL; ++i)
        if (trial.columns[i] != nullptr) try_column(trial, *trial.columns[i], TupleDescAttr(desc, i));
    for (int i = 0; desc->constr != nullptr && i < desc->constr->num_check; ++i) {
        if (has_word(known, desc->constr->check[i].ccname)) continue;
        try_check(trial, desc->constr->check[i]);
        known = lappend(known, pstrdup(desc->constr->check[i].ccname));
    }
    return known;
}

}  // namespace pg_retention
