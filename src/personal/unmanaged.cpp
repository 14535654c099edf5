// Personal columns outside any policy, at the end of the command that leaves them so.
#include "schema/extension.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// A partition is part of its table; a temporary table ends with its session.
SqlRows find_unmanaged() {
    return own("SELECT DISTINCT c.relation, c.column_name FROM pg_catalog.pg_event_trigger_ddl_commands() d "
               "JOIN pg_catalog.pg_class k ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.oid = d.objid "
               "AND k.relkind IN ('r', 'p') AND k.relpersistence <> 't' AND NOT k.relispartition "
               "JOIN retention.personal_columns c ON c.relation = k.oid "
               "WHERE NOT EXISTS (SELECT FROM retention.policy p WHERE p.relation = c.relation AND p.mode <> 'off') "
               "ORDER BY c.relation, c.column_name");
}

void report_column(const SqlRow &row) {
    ereport(settings::unmanaged_personal_column == settings::Unmanaged::kError ? ERROR : WARNING,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("column \"%s\" of table \"%s\" is personal, and no policy stands for the table", row.text(2),
                    get_rel_name(row.get<Oid>(1))),
             errhint("Write the policy in retention.policy before the table is given its personal columns.")));
}

void check_managed() {
    SPI_connect();
    for (const SqlRow row : find_unmanaged()) report_column(row);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_check_managed) {
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called as an event trigger")));
    const auto *event = reinterpret_cast<const EventTriggerData *>(fcinfo->context);
    if (strcmp(event->event, "ddl_command_end") != 0)
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called at the end of a command")));
    if (pg_retention::settings::unmanaged_personal_column != pg_retention::settings::Unmanaged::kIgnore &&
        pg_retention::extension() != nullptr && !pg_retention::own_command)
        pg_retention::check_managed();
    return static_cast<Datum>(0);
}
