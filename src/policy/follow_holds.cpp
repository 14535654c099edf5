#include "policy/follow_holds.hpp"

#include "pg/attempt.hpp"
#include "pg/security.hpp"
#include "policy/holds.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/condition.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

struct Noted {
    Hold hold;
    Node *condition;
};

bool is_there(Oid relid) { return SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)); }

// Null: it cannot be asked.
Node *cooked(const Hold &hold) {
    Node *condition = nullptr;
    return attempt([&] { condition = cook_as_owner(hold.relid, hold.condition); }) == nullptr ? condition : nullptr;
}

const char *text_now(const Noted &noted) {
    const ActingAs saved = act_as(owner_of(noted.hold.relid), false);
    const char *text = condition_text(noted.hold.relid, noted.condition);
    leave(saved);
    return text;
}

}  // namespace

List *note_hold_conditions() {
    List *all = NIL;
    ListCell *cell = nullptr;
    if (!any_hold()) return NIL;
    foreach (cell, standing_holds()) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        // Whoever locks it alters it: after that it is asked.
        if (hold->scope != HoldScope::kCondition || !is_there(hold->relid) ||
            !ConditionalLockRelationOid(hold->relid, AccessShareLock))
            continue;
        auto *noted = static_cast<Noted *>(palloc(sizeof(Noted)));
        *noted = Noted{*hold, cooked(*hold)};
        if (noted->condition != nullptr) all = lappend(all, noted);
    }
    return all;
}

void rename_in_holds(List *noted) {
    ListCell *cell = nullptr;
    foreach (cell, noted) {
        const auto *one = static_cast<const Noted *>(lfirst(cell));
        if (!is_there(one->hold.relid)) continue;
        const char *now = text_now(*one);
        if (strcmp(now, one->hold.condition) == 0) continue;
        connect_spi();
        during(own_policy_write, true,
               [&] { own("UPDATE retention.hold SET condition = $2 WHERE hold_id = $1", one->hold.id, now); });
        SPI_finish();
    }
}

void require_hold_conditions(List *noted) {
    ListCell *cell = nullptr;
    if (noted == NIL) return;
    CommandCounterIncrement();
    foreach (cell, noted) {
        const Hold &hold = static_cast<const Noted *>(lfirst(cell))->hold;
        if (!is_there(hold.relid) || cooked(hold) != nullptr) continue;
        ereport(ERROR, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
                        errmsg("the condition of hold \"%s\" could no longer be asked of the rows of \"%s\"", hold.name,
                               get_rel_name(hold.relid)),
                        errhint("Place the hold in another way, and lift this one. See retention.hold.")));
    }
}

}  // namespace pg_retention
