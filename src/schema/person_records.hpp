#pragma once
// The extension's tables that name a person by kind and key (jsonb). Whatever is done to names and keys of persons is done there. Beside them
// stands retention.contact_count, whose keys are texts of the same.
namespace pg_retention {

inline constexpr const char *kPersonRecords[] = {"statement", "restriction",         "request",   "objection_key",
                                                 "consent",   "notice_to_recipient", "disclosure"};

}  // namespace pg_retention
