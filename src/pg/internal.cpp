#include "pg/internal.hpp"

namespace pg_retention {

namespace {

constinit char mark[64] = "";
constinit int depth = 0;

}  // namespace

const char *internal_mark() {
    if (mark[0] == '\0') {
        uint64 word[2];
        if (!pg_strong_random(word, sizeof word))
            ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
        snprintf(mark, sizeof mark, "/* " UINT64_FORMAT "." UINT64_FORMAT " */ ", word[0], word[1]);
    }
    return mark;
}

bool is_internal_query(const char *query_text) {
    return depth > 0 && query_text != nullptr && strncmp(query_text, mark, strlen(mark)) == 0;
}

SPIPlanPtr prepare_internal(const char *text, int nargs, Oid *types) {
    char *marked = psprintf("%s%s", internal_mark(), text);
    SPIPlanPtr plan = SPI_prepare(marked, nargs, types);
    if (plan == nullptr || SPI_keepplan(plan) != 0) elog(ERROR, "could not prepare internal query: %s", text);
    pfree(marked);
    return plan;
}

int execute_internal_plan(SPIPlanPtr plan, Datum *values, const char *nulls, long limit) {
    const int before = depth;
    int result = 0;
    depth = before + 1;
    PG_TRY();
    { result = SPI_execute_plan(plan, values, nulls, false, limit); }
    PG_FINALLY();
    { depth = before; }
    PG_END_TRY();
    return result;
}

int execute_internal(const char *text, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only,
                     long limit) {
    char *marked = psprintf("%s%s", internal_mark(), text);
    const int before = depth;
    int result = 0;
    depth = before + 1;
    PG_TRY();
    { result = SPI_execute_with_args(marked, nargs, types, values, nulls, read_only, limit); }
    PG_FINALLY();
    { depth = before; }
    PG_END_TRY();
    pfree(marked);
    return result;
}

}  // namespace pg_retention
