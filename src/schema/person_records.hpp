#pragma once
// The extension's tables that name a person by kind and key (jsonb). Whatever is done to names and keys of persons is done there. Beside them
// stands retention.contact_count, whose keys are texts of the same.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

inline constexpr const char *kPersonRecords[] = {"statement", "restriction",         "request",    "objection_key",
                                                 "consent",   "notice_to_recipient", "disclosure", "hold"};

// SELECT kind, key: of all of them. A notice is about who was erased, too, and so about nobody who is there.
#define RETENTION_PERSON_RECORDS                                                                                 \
    "SELECT kind, key FROM retention.request UNION ALL SELECT kind, key FROM retention.objection_key "           \
    "UNION ALL SELECT kind, key FROM retention.consent UNION ALL SELECT kind, key FROM retention.disclosure "    \
    "UNION ALL SELECT kind, key FROM retention.statement UNION ALL SELECT kind, key FROM retention.restriction " \
    "UNION ALL SELECT kind, key FROM retention.hold WHERE kind IS NOT NULL AND key IS NOT NULL "                 \
    "UNION ALL SELECT kind, key FROM retention.notice_to_recipient WHERE state = 'open' AND what <> 'erased' "   \
    "UNION ALL SELECT kind, key::jsonb FROM retention.contact_count"

// The kinds (char *) of persons that are rows of the table, or of one above it, and of which anything is recorded. SPI must be connected.
List *kinds_with_records(Oid relid);
// The same without asking for records.
List *kinds_of_rows(Oid relid);

}  // namespace pg_retention
