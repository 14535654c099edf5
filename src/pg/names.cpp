#include "pg/names.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

char *qualified_name(Oid relid) {
    return pstrdup(quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)));
}

}  // namespace pg_retention
