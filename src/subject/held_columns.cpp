#include "subject/held_columns.hpp"

#include "clock/ways.hpp"
#include "pg/attempt.hpp"
#include "policy/held_tables.hpp"
#include "policy/holds.hpp"
#include "policy/policy_check.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"
#include "subject/model.hpp"

extern "C" {
#include "access/sysattr.h"
#include "access/table.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// What is found of one table or partition.
struct Finding {
    Oid leaf;
    List *known;  // of KnownBy
};

KnownBy *known_of(Finding *finding, Oid relid, bool is_read) {
    ListCell *cell = nullptr;
    foreach (cell, finding->known) {
        auto *known = static_cast<KnownBy *>(lfirst(cell));
        if (known->relid == relid && known->is_read == is_read) return known;
    }
    auto *known = static_cast<KnownBy *>(palloc(sizeof(KnownBy)));
    *known = KnownBy{relid, nullptr, is_read};
    finding->known = lappend(finding->known, known);
    return known;
}

// Columns of a table, if what is asked about is a part of it.
void add_columns(Finding *finding, Oid table, const AttrNumber *columns, int n, Oid relid, bool is_read) {
    if (n == 0 || !is_below(finding->leaf, table)) return;
    KnownBy *known = known_of(finding, relid, is_read);
    for (int i = 0; i < n; ++i) {
        const AttrNumber own = own_column(finding->leaf, table, columns[i]);
        if (own > 0) known->columns = bms_add_member(known->columns, own);
    }
}

void add_all_columns(Finding *finding, Oid relid) {
    KnownBy *known = known_of(finding, relid, true);
    Relation rel = table_open(finding->leaf, AccessShareLock);
    known->columns = bms_add_range(known->columns, 1, RelationGetNumberOfAttributes(rel));
    table_close(rel, NoLock);
}

// Of a condition on one row.
void add_read_columns(Finding *finding, Oid table, const char *condition) {
    if (!is_below(finding->leaf, table)) return;
    Bitmapset *found = nullptr;
    pull_varattnos(cook_as_owner(table, condition), 1, &found);
    for (int at = -1; (at = bms_next_member(found, at)) >= 0;) {
        const auto column = static_cast<AttrNumber>(at + FirstLowInvalidHeapAttributeNumber);
        if (column == InvalidAttrNumber) add_all_columns(finding, table);
        if (column > 0) add_columns(finding, table, &column, 1, table, true);
    }
}

void add_step(Finding *finding, const Step &step, Oid relid) {
    const Given *given = step.key.given;
    add_columns(finding, step.near_relid, step.near_columns, step.n, relid, false);
    add_columns(finding, step.far_relid, step.far_columns, step.n, relid, false);
    if (given != nullptr) add_columns(finding, step.key.from_relid, given->columns, given->n, relid, true);
}

void add_links(Finding *finding, const List *links) {
    const ListCell *cell = nullptr;
    foreach (cell, links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (!is_owner(link->role) && link->role != LinkRole::kSame) continue;
        for (int i = 0; i < link->path.n_steps; ++i) {
            add_step(finding, link->path.steps[i], link->relid);
            // Whoever refers to a held person is one, and so the other way round.
            if (link->role == LinkRole::kSame) add_step(finding, link->path.steps[i], link->kind->relid);
        }
    }
}

void add_persons(Finding *finding) {
    ListCell *cell = nullptr;
    const Model *model = load_model();
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        add_columns(finding, kind->relid, kind->keys, kind->n_keys, kind->relid, false);
        add_columns(finding, kind->relid, kind->identifying, kind->n_identifying, kind->relid, true);
        add_columns(finding, kind->relid, kind->scope, kind->n_scope, kind->relid, true);
    }
    for (const SqlRow row : read_own("SELECT relation, applies_to FROM retention.subject_kind WHERE applies_to IS NOT NULL"))
        add_read_columns(finding, row.get<Oid>(1), row.text(2));
    add_links(finding, model->links);
    add_links(finding, model->same);
}

void add_hold(Finding *finding, const Hold &hold) {
    AttrNumber key[kMaxKeys];
    if (hold.scope == HoldScope::kCondition) add_read_columns(finding, hold.relid, hold.condition);
    if (hold.scope == HoldScope::kRow && is_below(finding->leaf, hold.relid))
        add_columns(finding, hold.relid, key, primary_key(hold.relid, key), hold.relid, false);
}

// What can no longer be asked, for the schema has changed, may be asked of any column.
List *columns_in(Oid leaf) {
    Finding finding = {leaf, NIL};
    const ErrorData *failed = attempt([&finding] {
        ListCell *cell = nullptr;
        bool any_person = false;
        connect_spi();
        foreach (cell, standing_holds()) {
            const auto *hold = static_cast<const Hold *>(lfirst(cell));
            any_person = any_person || hold->scope == HoldScope::kSubject;
            add_hold(&finding, *hold);
        }
        if (any_person) add_persons(&finding);
        SPI_finish();
    });
    if (failed != nullptr) add_all_columns(&finding, leaf);
    return finding.known;
}

}  // namespace

void init_held_columns() { held_columns = HeldColumns{columns_in}; }

}  // namespace pg_retention
