#pragma once
// retention.session_purpose: the purposes that a session narrows itself to, and what it stays narrowed to. Adding one is anybody's; leaving
// one takes the right to set the parameter (GRANT SET ON PARAMETER). What is set back without being asked (RESET through set_config(), the
// end of a function that has a SET of its own) widens nothing before the transaction ends, and nothing of what was committed before it.
#include "pg/command.hpp"

namespace pg_retention {

constexpr int kMostSessionPurposes = 16;
constexpr int kLongestPurpose = 128;  // with its end

struct PurposeNames {
    bool too_many;  // some are not among them
    int n;
    char name[kMostSessionPurposes][kLongestPurpose];
};

// What holds now.
const PurposeNames &session_purposes();

// Whether the statement asks for the default, which may be wider. Cheap.
bool resets_session_purpose(const Node *statement);

// RESET, RESET ALL, DISCARD ALL, SET ... TO DEFAULT. Error 42501 for whoever may not widen it.
void keep_session_purpose(const Command &command);

// The setting; by settings::init().
void define_session_purpose();

}  // namespace pg_retention
