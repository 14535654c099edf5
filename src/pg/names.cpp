#include "pg/names.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

char *qualified_name(Oid relid) {
    return pstrdup(quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)));
}

char *column_list(Oid relid, const AttrNumber *columns, int n, const char *prefix) {
    StringInfoData list;
    initStringInfo(&list);
    for (int i = 0; i < n; ++i)
        appendStringInfo(&list, "%s%s%s", i == 0 ? "" : ", ", prefix, quote_identifier(get_attname(relid, columns[i], false)));
    return list.data;
}

}  // namespace pg_retention
