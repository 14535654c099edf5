#include "policy/follow_holds.hpp"

#include <algorithm>

#include "pg/attempt.hpp"
#include "pg/security.hpp"
#include "pg/sqlstates.hpp"
#include "policy/holds.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/condition.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

struct Noted {
    Hold hold;
    Node *condition;  // of kCondition
    int n_key;        // of kRow
    AttrNumber key[kMaxKeys];
};

bool is_there(Oid relid) { return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)); }

// Null: it cannot be asked.
Node *cooked(const Hold &hold) {
    Node *condition = nullptr;
    return attempt([&] { condition = cook_as_owner(hold.relid, hold.condition); }) == nullptr ? condition : nullptr;
}

// None where there is no key.
int key_of(Oid relid, AttrNumber *key) {
    Relation rel = table_open(relid, AccessShareLock);
    const bool has_key = OidIsValid(naming_index(rel));
    table_close(rel, NoLock);
    return has_key ? primary_key(relid, key) : 0;
}

// By another key the hold would be on another row.
void require_key(const Noted &noted) {
    AttrNumber key[kMaxKeys];
    const int n = key_of(noted.hold.relid, key);
    if (n == noted.n_key && std::equal(key, key + n, noted.key)) return;
    ereport(ERROR,
            (errcode(kHeldSqlstate),
             errmsg("hold " INT64_FORMAT " knows its row of table \"%s\" by the key that it has", noted.hold.id,
                    get_rel_name(noted.hold.relid)),
             errhint("See retention.standing_hold. The table may have other keys besides; what is its primary key stays.")));
}

const char *text_now(const Noted &noted) {
    const ActingAs saved = act_as(owner_of(noted.hold.relid), false);
    const char *text = condition_text(noted.hold.relid, noted.condition);
    leave(saved);
    return text;
}

}  // namespace

List *note_held_by() {
    List *all = NIL;
    ListCell *cell = nullptr;
    if (!any_hold()) return NIL;
    foreach (cell, standing_holds()) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        const bool row = hold->scope == HoldScope::kRow;
        // Whoever locks it alters it: after that it is asked.
        if ((!row && hold->scope != HoldScope::kCondition) || !is_there(hold->relid) ||
            !ConditionalLockRelationOid(hold->relid, AccessShareLock))
            continue;
        auto *noted = static_cast<Noted *>(palloc0(sizeof(Noted)));
        noted->hold = *hold;
        if (row)
            noted->n_key = key_of(hold->relid, noted->key);
        else
            noted->condition = cooked(*hold);
        if (noted->condition != nullptr || noted->n_key > 0) all = lappend(all, noted);
    }
    return all;
}

void rename_in_holds(List *noted) {
    ListCell *cell = nullptr;
    foreach (cell, noted) {
        const auto *one = static_cast<const Noted *>(lfirst(cell));
        if (one->condition == nullptr || !is_there(one->hold.relid)) continue;
        const char *now = text_now(*one);
        if (strcmp(now, one->hold.condition) == 0) continue;
        connect_spi();
        during(own_policy_write, true,
               [&] { own("UPDATE retention.hold SET condition = $2 WHERE hold_id = $1", one->hold.id, now); });
        SPI_finish();
    }
}

void require_held_by(List *noted) {
    ListCell *cell = nullptr;
    if (noted == NIL) return;
    CommandCounterIncrement();
    foreach (cell, noted) {
        const auto *one = static_cast<const Noted *>(lfirst(cell));
        const Hold &hold = one->hold;
        if (!is_there(hold.relid)) continue;
        if (one->n_key > 0) require_key(*one);
        if (one->condition == nullptr || cooked(hold) != nullptr) continue;
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                        errmsg("the condition of hold " INT64_FORMAT " could no longer be asked of the rows of \"%s\"", hold.id,
                               get_rel_name(hold.relid)),
                        errhint("Place the hold in another way, and lift this one. See retention.hold.")));
    }
}

}  // namespace pg_retention
