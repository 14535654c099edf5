#include "pg/notices.hpp"

namespace pg_retention {

constinit Dynamic<int> level_of_caller{-1};

}  // namespace pg_retention
