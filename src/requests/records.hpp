#pragma once
// What the extension itself has recorded about persons: what they asked for and said, what they were sent, what was disclosed.
#include "subject/same_key.hpp"

namespace pg_retention {

// Under which kinds and keys. To be asked before the rows that are the person go.
inline Recorded records_about(const Subject &subject) {
    return recorded_of(subject,
                       "(SELECT kind, key FROM retention.request UNION ALL SELECT kind, key FROM retention.objection_key "
                       "UNION ALL SELECT kind, key FROM retention.consent UNION ALL SELECT kind, key FROM retention.disclosure "
                       "UNION ALL SELECT kind, key::jsonb FROM retention.contact_count)");
}

}  // namespace pg_retention
