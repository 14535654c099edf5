#include "guard/hidden.hpp"

#include "schema/extension.hpp"
#include "guard/given_up.hpp"
#include "policy/attached.hpp"
#include "policy/provision.hpp"
#include "pg/during.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/syscache.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Rows of its own, which a clock may hide.
bool has_rows(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto *form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    const bool has = (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_MATVIEW) && form->relispopulated;
    ReleaseSysCache(tuple);
    return has;
}

bool holds_itself(Oid relid) {
    if (!has_rows(relid) || clock_column(relid) == InvalidAttrNumber) return false;
    if (awaits_stamps(relid) || has_foreign_clock(relid)) return !is_empty(relid);
    bool holds = false;
    SPI_connect();
    unrevealed([&] {
        const char *query =
            psprintf("SELECT 1 FROM ONLY %s WHERE NOT (%s)", qualified_name(relid), visible_text(relid, clock_name(relid)));
        holds = run_as(owner_of(relid), kAnyLatest, query).n > 0;
    });
    SPI_finish();
    return holds;
}

}  // namespace

const char *visible_text(Oid relid, const char *clock) {
    return is_settled(relid) ? psprintf("retention.visible(%s)", clock)
                             : psprintf("retention.visible(%s) AND retention.unmanaged_visible(%s)", clock, clock);
}

bool holds_hidden_rows(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (holds_itself(lfirst_oid(cell))) return true;
    return false;
}

bool is_spared(Oid relid) {
    ListCell *cell = nullptr;
    if (!superuser()) return false;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (is_checked(lfirst_oid(cell)) || get_rel_relkind(lfirst_oid(cell)) == RELKIND_MATVIEW) return false;
    return true;
}

void refuse_over_hidden_rows(Oid relid, const char *what) {
    if (!is_spared(relid)) refuse_without_reveal(relid, what);
}

void refuse_without_reveal(Oid relid, const char *what) {
    if (settings::reveal || own_command || !holds_hidden_rows(relid)) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot %s \"%s\": it holds rows that are hidden by a retention policy", what, get_rel_name(relid)),
                    errhint("Set retention.reveal as a role that may.")));
}

void require_confirmation(Oid relid, const char *what) {
    if (settings::confirm_drop || own_command || is_spared(relid) || !holds_hidden_rows(relid)) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot %s \"%s\": it holds rows that are hidden by a retention policy", what, get_rel_name(relid)),
                    errhint("Set retention.confirm_drop = on to have it so all the same.")));
}

void refuse_unconfirmed(Oid relid, const char *what, const char *column) {
    // A restore that drops what it brings again is not asked. What went is on record all the same.
    if (!settings::confirm_drop && !is_spared(relid)) return require_confirmation(relid, what);
    if (own_command || !holds_hidden_rows(relid)) return;
    enter_given_up(relid, column == nullptr ? what : psprintf("%s: %s", what, column));
}

}  // namespace pg_retention
