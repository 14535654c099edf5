#include "visibility/referential.hpp"

#include "catalog/extension.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constinit needs_fmgr_hook_type previous_needs = nullptr;
constinit fmgr_hook_type previous_call = nullptr;
constinit bool detaching = false;

bool begins_with(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

bool is_written_by_a_user(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const Oid language = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->prolang;
    ReleaseSysCache(tuple);
    return language != INTERNALlanguageId && language != ClanguageId;
}

// Asked when a function is looked up. Under the flag that is in a cascade or in a sweep, where triggers, checks, domains and
// generated columns run what users wrote; elsewhere functions stay as cheap as they are, and are inlined.
bool needs_call(Oid function) {
    if (previous_needs != nullptr && previous_needs(function)) return true;
    return guarded([function] { return InNoForceRLSOperation() && extension() != nullptr && is_written_by_a_user(function); });
}

// The flag is taken off for as long as the function runs: what it plans is planned, and kept, as for anybody. Raises nothing.
void call(FmgrHookEventType event, FmgrInfo *info, Datum *taken_off) {
    if (previous_call != nullptr) previous_call(event, info, taken_off);
    Oid user = InvalidOid;
    int context = 0;
    GetUserIdAndSecContext(&user, &context);
    if (event == FHET_START) {
        // Shared with the previous hook, if there is one: then the flag goes for good, which errs on the safe side.
        if ((context & SECURITY_NOFORCE_RLS) == 0 || !is_written_by_a_user(info->fn_oid)) return;
        SetUserIdAndSecContext(user, context & ~SECURITY_NOFORCE_RLS);
        if (previous_call == nullptr) *taken_off = BoolGetDatum(true);
    } else if (previous_call == nullptr && DatumGetBool(*taken_off)) {
        SetUserIdAndSecContext(user, context | SECURITY_NOFORCE_RLS);
        *taken_off = BoolGetDatum(false);
    }
}

}  // namespace

bool is_referential_query(const char *text) {
    if (text == nullptr) return false;
    if (detaching && begins_with(text, "SELECT fk.")) return true;
    if (!InNoForceRLSOperation()) return false;
    return begins_with(text, "SELECT 1 FROM ") || begins_with(text, "DELETE FROM ") || begins_with(text, "UPDATE ");
}

void allow_detach_check(bool allowed) { detaching = allowed; }

void init_referential() {
    previous_needs = needs_fmgr_hook;
    needs_fmgr_hook = needs_call;
    previous_call = fmgr_hook;
    fmgr_hook = call;
}

}  // namespace pg_retention
