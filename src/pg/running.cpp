#include "pg/running.hpp"

namespace pg_retention {

namespace {

constinit const QueryDesc *innermost = nullptr;

}  // namespace

const QueryDesc *running() { return innermost; }

void set_running(const QueryDesc *query) { innermost = query; }

}  // namespace pg_retention
