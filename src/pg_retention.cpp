// The library's entry: modules in dependency order, nothing else.
#include "schema/extension.hpp"
#include "clock/late_starts.hpp"
#include "contact/withheld.hpp"
#include "personal/personal_types.hpp"
#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_triggers.hpp"
#include "clock/relation_plan.hpp"
#include "clock/ways.hpp"
#include "schema/user_code.hpp"
#include "clock/decide.hpp"
#include "guard/looser.hpp"
#include "guard/whole_copy.hpp"
#include "hooks/hooks.hpp"
#include "ledger/at_end.hpp"
#include "ledger/consequences.hpp"
#include "ledger/refusals.hpp"
#include "ledger/reveals.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "subject/held.hpp"
#include "subject/held_columns.hpp"
#include "subject/person_keys.hpp"
#include "policy/system_time.hpp"
#include "sweep/board.hpp"
#include "sweep/progress.hpp"
#include "sweep/task.hpp"
#include "sweep/turns.hpp"
#include "visibility/visibility.hpp"
#include "worker/worker.hpp"

extern "C" {
RETENTION_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) {
    if (!process_shared_preload_libraries_in_progress)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("pg_retention must be loaded via shared_preload_libraries"),
                        errhint("Add pg_retention to shared_preload_libraries and restart the server.")));
    pg_retention::guarded([] {
        pg_retention::settings::init();
        pg_retention::init_extension_cache();
        pg_retention::init_personal_types();
        pg_retention::init_policy_cache();
        pg_retention::init_attached();
        pg_retention::init_holds();
        pg_retention::init_user_code();
        pg_retention::init_reveals();
        pg_retention::init_refusals();
        pg_retention::init_person_keys();
        pg_retention::init_visibility();
        pg_retention::init_withheld();
        pg_retention::init_held_rows();
        pg_retention::init_held_columns();
        pg_retention::init_relation_plans();
        pg_retention::init_ways();
        pg_retention::init_turns();
        pg_retention::init_late_starts();
        pg_retention::init_guard();
        pg_retention::init_looser();
        pg_retention::init_whole_copy();
        pg_retention::init_utility();
        pg_retention::init_tasks();
        pg_retention::init_system_time();
        pg_retention::init_board();
        pg_retention::init_progress();
        pg_retention::init_workers();
    });
}
}
