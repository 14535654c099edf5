#pragma once
// What was disclosed about a person, and whom to tell of what becomes of the data (Article 19). Nothing of it holds more about the person than
// the key, and what the caller of retention.disclose wrote.
#include "requests/call.hpp"
#include "requests/records.hpp"

namespace pg_retention {

struct Change {
    const char *what;    // as in retention.notice_to_recipient
    const char *key;     // of the person, as it was asked for: JSON
    const char *detail;  // null: no more to say
    bool preview;        // it will be taken back, and its notices get no number
};

// Enters a notice for each recipient that has data about the person, and appends ", \"recipients_to_tell\": [...]".
void append_recipients_to_tell(StringInfo out, const Call &call, const Recorded &recorded, const Change &change);

// The same of persons whose rows are gone without an erasure: one for each and recipient.
void tell_of_gone(const Recorded &recorded);

// Disclosures about the person go along. What is still open of earlier notices to these recipients goes before: nobody corrects what is erased.
void forget_disclosures(const Recorded &recorded);
void forget_open_notices(const Recorded &recorded);

// ", \"disclosed_to\": [...]": the recipients that have data about the person, what, when and for what (Articles 15(1)(c) and 15(2)).
void append_disclosed_to(StringInfo out, const Recorded &recorded);

}  // namespace pg_retention
