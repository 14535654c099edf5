#include "pg/security.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/guc.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"
}

namespace pg_retention {

// A bit of our own beside the server's: it is saved, restored and handed to parallel workers together with them.
static constexpr int kBeyondRls = 1 << 12;

static SecurityContext security_context() {
    SecurityContext context = {};
    GetUserIdAndSecContext(&context.user, &context.flags);
    return context;
}

constexpr char kPinned[] = "pg_catalog, pg_temp";

static void set_pinned_path() {
    (void) set_config_option("search_path", kPinned, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

static ActingAs act(Oid owner, int restrictions) {
    ActingAs saved = {};
    GetUserIdAndSecContext(&saved.user, &saved.context);
    SetUserIdAndSecContext(owner, (saved.context & ~kBeyondRls) | SECURITY_LOCAL_USERID_CHANGE | restrictions);
    saved.nest_level = NewGUCNestLevel();
    set_pinned_path();
    return saved;
}

ActingAs act_as(Oid owner, bool beyond_rls) { return act(owner, SECURITY_RESTRICTED_OPERATION | (beyond_rls ? kBeyondRls : 0)); }

ActingAs act_as_for_command(Oid owner) { return act(owner, 0); }

void leave(const ActingAs &saved) {
    AtEOXact_GUC(false, saved.nest_level);
    SetUserIdAndSecContext(saved.user, saved.context);
}

static void disable(const char *setting) {
    (void) set_config_option(setting, "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void prefer_index_order() {
    disable("enable_seqscan");
    disable("enable_bitmapscan");
    disable("enable_sort");
}

SecurityContext begin_beyond_rls() {
    const SecurityContext before = security_context();
    if ((before.flags & kBeyondRls) != 0) SetUserIdAndSecContext(before.user, before.flags | SECURITY_NOFORCE_RLS);
    return before;
}

SecurityContext lower_flag() {
    const SecurityContext before = security_context();
    SetUserIdAndSecContext(before.user, before.flags & ~SECURITY_NOFORCE_RLS);
    return before;
}

void restore(const SecurityContext &before) { SetUserIdAndSecContext(before.user, before.flags); }

int pin_search_path() {
    if (strcmp(namespace_search_path, kPinned) == 0) return 0;
    const int nest_level = NewGUCNestLevel();
    set_pinned_path();
    return nest_level;
}

void unpin_search_path(int nest_level) {
    if (nest_level != 0) AtEOXact_GUC(false, nest_level);
}

bool is_bound_by_row_security(Oid relid) { return check_enable_rls(relid, GetUserId(), true) == RLS_ENABLED; }

Oid owner_of(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

}  // namespace pg_retention
