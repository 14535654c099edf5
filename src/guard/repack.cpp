#include "guard/repack.hpp"

#include "schema/extension.hpp"
#include "clock/decide.hpp"
#include "clock/logged_change.hpp"
#include "guard/affected.hpp"
#include "policy/attached.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "nodes/value.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

bool has_flagged_rows(Oid relid) {
    SPI_connect();
    const char *clock = clock_name(relid);
    const bool has = run_as(owner_of(relid), kAnyLatest,
                            psprintf("SELECT 1 FROM ONLY %s WHERE %s OR %s", qualified_name(relid), has_flag(clock, core::kHeld),
                                     has_flag(clock, core::kRestricted)))
                         .n > 0;
    SPI_finish();
    return has;
}

[[noreturn]] void refuse_old_copy(Oid relid, int code, const char *why) {
    ereport(ERROR,
            (errcode(code),
             errmsg("cannot repack \"%s\": %s, and the old copy of the table could not be dropped", get_rel_name(relid), why),
             errhint("VACUUM FULL and CLUSTER write such a table anew, and lock it meanwhile.")));
}

// Rows become hidden, and floors stand, while it is under way: so what is asked is whether they can, and not whether they are by now.
void refuse_unsound(Oid relid) {
    const Policy *floor = standing_floor(relid);
    if (floor != nullptr) refuse_old_copy(relid, kMandatorySqlstate, psprintf("policy \"%s\" is mandatory", floor->name));
    if (has_flagged_rows(relid)) refuse_old_copy(relid, kHeldSqlstate, "rows of it are held or restricted");
    if (settings::reveal && settings::confirm_drop) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot repack \"%s\": rows that its retention policy hides would not be copied", get_rel_name(relid)),
                    errhint("Run pg_repack with PGOPTIONS='-c retention.reveal=on -c retention.confirm_drop=on', "
                            "the one to copy all rows and the other to drop the old copy.")));
}

}  // namespace

void check_repack(const CreateTrigStmt *create) {
    if (strcmp(strVal(llast(create->funcname)), kRepackTrigger) != 0) return;
    const Oid relid = governed_table(create->relation);
    if (!OidIsValid(relid) || clock_column(relid) == InvalidAttrNumber) return;
    // Who lacks the right to the trigger is told so by the server, and no more.
    if (pg_class_aclcheck(relid, GetUserId(), ACL_TRIGGER) == ACLCHECK_OK) refuse_unsound(relid);
}

}  // namespace pg_retention
