#pragma once
// One try in a subtransaction: what fails is undone and handed back, so that it stops nothing else.
#include "catalog/stamp.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
}

namespace pg_retention {

using AttemptBody = void (*)(void *);

// Null when body succeeded. A cancelled query is no failure of a row: it is raised again.
ErrorData *attempt(AttemptBody body, void *argument);

template <typename F>
ErrorData *attempt(F body) {
    return attempt([](void *f) { (*static_cast<F *>(f))(); }, &body);
}

}  // namespace pg_retention
