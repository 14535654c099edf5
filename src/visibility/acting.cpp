#include "visibility/acting.hpp"

#include "core/data/portable.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/invalidation.hpp"
#include "pg/session_purpose.hpp"
#include "schema/extension.hpp"
#include "schema/own_rows.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

struct Registered {
    const char *name;
    bool asks_consent;
    int n_roles;
    Oid *roles;
};

// Rows of retention.purpose. As with policies, the list holds while no change has come since its reading began.
constinit MemoryContext context = nullptr;
constinit List *registered = NIL;
constinit Oid watched = InvalidOid;
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

void forget(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

void add_registered(const OwnRow &row) {
    auto *purpose = static_cast<Registered *>(palloc0(sizeof(Registered)));
    purpose->name = row.text("name");
    purpose->asks_consent = core::is_consent_basis(row.text("legal_basis"));
    Datum *roles = nullptr;
    deconstruct_array(DatumGetArrayTypeP(row.datum("roles")), REGROLEOID, sizeof(Oid), true, TYPALIGN_INT, &roles, nullptr,
                      &purpose->n_roles);
    purpose->roles = static_cast<Oid *>(palloc(sizeof(Oid) * (purpose->n_roles + 1)));
    for (int i = 0; i < purpose->n_roles; ++i) purpose->roles[i] = DatumGetObjectId(roles[i]);
    registered = lappend(registered, purpose);
}

[[gnu::noinline]] void read() {
    const uint64_t before_reading = changes;
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention purposes", ALLOCSET_SMALL_SIZES);
    MemoryContextReset(context);
    registered = NIL;
    watched = own_table("purpose");
    MemoryContext before = MemoryContextSwitchTo(context);
    for_each_own_row(watched, add_registered);
    MemoryContextSwitchTo(before);
    read_at = before_reading;
}

List *registered_now() {
    if (extension() == nullptr) return NIL;
    if (read_at != changes) read();
    return registered;
}

bool names_a_role_of(const Registered &purpose, Oid user) {
    for (int i = 0; i < purpose.n_roles; ++i)
        if (acts_as(user, purpose.roles[i])) return true;
    return false;
}

bool is_narrowed_to(const char *purpose) {
    const PurposeNames &names = session_purposes();
    for (int i = 0; i < names.n; ++i)
        if (strcmp(names.name[i], purpose) == 0) return true;
    return false;
}

void require_known(const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, registered)
        if (strcmp(static_cast<const Registered *>(lfirst(cell))->name, name) == 0) return;
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("purpose \"%s\" of retention.session_purpose does not exist", name),
                    errhint("Write it into retention.purpose.")));
}

}  // namespace

bool has_purposes() { return registered_now() != NIL; }

List *acting_purposes(Oid user) {
    List *acting = NIL;
    ListCell *cell = nullptr;
    const PurposeNames &names = session_purposes();
    if (acting_for_nobody) return NIL;
    const List *all = registered_now();
    if (names.too_many)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("this session is narrowed to more than %d purposes", kMostSessionPurposes),
                        errhint("See what retention.session_purpose is set to for the database, the role and the client.")));
    for (int i = 0; i < names.n; ++i) require_known(names.name[i]);
    foreach (cell, all) {
        const auto *purpose = static_cast<const Registered *>(lfirst(cell));
        if (!is_narrowed_to(purpose->name) && !names_a_role_of(*purpose, user) && !names_a_role_of(*purpose, GetOuterUserId()))
            continue;
        auto *one = static_cast<ActingPurpose *>(palloc(sizeof(ActingPurpose)));
        *one = ActingPurpose{pstrdup(purpose->name), purpose->asks_consent};
        acting = lappend(acting, one);
    }
    return acting;
}

constinit Dynamic<bool> acting_for_nobody{false};

bool acts_as(Oid user, Oid role) {
    return superuser_arg(user) ? is_member_of_role_nosuper(user, role) : has_privs_of_role(user, role);
}

void init_acting() { watch_relations(forget); }

}  // namespace pg_retention
