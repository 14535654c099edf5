#include "visibility/referential.hpp"

namespace pg_retention {

namespace {

constinit bool detaching = false;

bool begins_with(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

}  // namespace

bool is_referential_query(const char *text) {
    if (text == nullptr) return false;
    if (detaching && begins_with(text, "SELECT fk.")) return true;
    if (!InNoForceRLSOperation()) return false;
    return begins_with(text, "SELECT 1 FROM ") || begins_with(text, "DELETE FROM ") || begins_with(text, "UPDATE ");
}

void allow_detach_check(bool allowed) { detaching = allowed; }

}  // namespace pg_retention
