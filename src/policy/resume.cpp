// retention.resume: after a restore, a clone or a promotion an operator lets the workers act again.
#include "policy/legal_access.hpp"
#include "policy/armed.hpp"
#include "policy/held_rows.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/provision.hpp"
#include "policy/system_time.hpp"
#include "pg/sql.hpp"
#include "ledger/home.hpp"
#include "ledger/ledger.hpp"
#include "pg/guard.hpp"

RETENTION_FUNCTION(pg_retention_resume) {
    if (!superuser())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to resume retention"),
                        errhint("From then on the workers delete and anonymise in this database.")));
    pg_retention::restore_triggers();
    pg_retention::keep_roles_of_legal_access(0);
    pg_retention::validate_all();
    pg_retention::record_home();
    pg_retention::arm_all();
    pg_retention::connect_spi();
    pg_retention::accept_system_time();
    SPI_finish();
    pg_retention::mark_all_held_rows();
    pg_retention::LedgerEntry entry = {};
    entry.action = pg_retention::LedgerAction::kResumed;
    entry.row_count = -1;
    pg_retention::append_ledger(entry);
    PG_RETURN_VOID();
}
