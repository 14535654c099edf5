#include "pg/internal.hpp"

extern "C" {
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

constinit char mark[64] = "";
constinit int depth = 0;
constinit bool own_command = false;

// Plans by their text and the types of their parameters, for a column's type may change; what a key points to lives beside
// the table.
struct KeptKey {
    const char *text;
    int nargs;
    const Oid *types;
    bool wide;
};
struct Kept {
    KeptKey key;
    SPIPlanPtr plan;
};
constexpr long kMostKept = 256;
constinit HTAB *kept = nullptr;
constinit MemoryContext kept_context = nullptr;

uint32 hash_of(const void *key, Size) {
    const char *text = static_cast<const KeptKey *>(key)->text;
    return hash_bytes(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)));
}

int differ(const void *a, const void *b, Size) {
    const auto *x = static_cast<const KeptKey *>(a);
    const auto *y = static_cast<const KeptKey *>(b);
    if (x->nargs != y->nargs || x->wide != y->wide || strcmp(x->text, y->text) != 0) return 1;
    return x->nargs == 0 ? 0 : std::memcmp(x->types, y->types, sizeof(Oid) * x->nargs);
}

// A plan for few elements of an array is made once, without a look at the values. For many of them another one is right, and
// the time to make it each time does not matter.
constexpr int kFewElements = 100;
constexpr char kFew[] = "/* few */ ";

bool is_wide(int nargs, const Oid *types, const Datum *values) {
    for (int i = 0; i < nargs; ++i) {
        // A null value is zero.
        if (values[i] == 0 || !type_is_array(types[i])) continue;
        const ArrayType *array = DatumGetArrayTypeP(values[i]);
        if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > kFewElements) return true;
    }
    return false;
}

// Not while one of them may be running.
void make_room() {
    if (kept != nullptr && (depth > 0 || hash_get_num_entries(kept) < kMostKept)) return;
    if (kept != nullptr) {
        HASH_SEQ_STATUS scan;
        hash_seq_init(&scan, kept);
        while (auto *entry = static_cast<Kept *>(hash_seq_search(&scan))) (void) SPI_freeplan(entry->plan);
        kept = nullptr;
        MemoryContextDelete(kept_context);
    }
    kept_context = AllocSetContextCreate(TopMemoryContext, "pg_retention kept plans", ALLOCSET_DEFAULT_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(KeptKey);
    control.entrysize = sizeof(Kept);
    control.hash = hash_of;
    control.match = differ;
    control.hcxt = kept_context;
    kept = hash_create("pg_retention kept plans", 64, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

SPIPlanPtr prepare(const char *text, int nargs, Oid *types, int options) {
    char *marked = psprintf("%s%s", internal_mark(), text);
    SPIPlanPtr plan = SPI_prepare_cursor(marked, nargs, types, options);
    if (plan == nullptr) elog(ERROR, "could not prepare internal query: %s", text);
    pfree(marked);
    return plan;
}

void keep(SPIPlanPtr plan, const char *text) {
    if (SPI_keepplan(plan) != 0) elog(ERROR, "could not keep the plan of internal query: %s", text);
}

int run_plan(SPIPlanPtr plan, Datum *values, const char *nulls, Snapshot snapshot, bool read_only, long limit) {
    const int before = depth;
    int result = 0;
    depth = before + 1;
    PG_TRY();
    { result = SPI_execute_snapshot(plan, values, nulls, snapshot, InvalidSnapshot, read_only, true, limit); }
    PG_FINALLY();
    { depth = before; }
    PG_END_TRY();
    return result;
}

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

bool in_internal_query() { return depth > 0; }

int suspend_internal() {
    const int suspended = depth;
    depth = 0;
    return suspended;
}

void resume_internal(int suspended) { depth = suspended; }

bool is_for_few(const char *query_text) {
    return is_internal_query(query_text) && strncmp(query_text + strlen(mark), kFew, strlen(kFew)) == 0;
}

SPIPlanPtr prepare_internal(const char *text, int nargs, Oid *types) {
    SPIPlanPtr plan = prepare(text, nargs, types, 0);
    keep(plan, text);
    return plan;
}

int execute_internal_plan(SPIPlanPtr plan, Datum *values, const char *nulls, long limit) {
    return run_plan(plan, values, nulls, GetLatestSnapshot(), false, limit);
}

int execute_internal_generic(const char *text, int nargs, Oid *types, Datum *values, bool read_only, long limit) {
    SPIPlanPtr plan = prepare(text, nargs, types, CURSOR_OPT_GENERIC_PLAN);
    const int result = run_plan(plan, values, nullptr, InvalidSnapshot, read_only, limit);
    SPI_freeplan(plan);
    return result;
}

int execute_internal_latest(const char *text, int nargs, Oid *types, Datum *values) {
    SPIPlanPtr plan = prepare(text, nargs, types, 0);
    const int result = run_plan(plan, values, nullptr, GetLatestSnapshot(), false, 0);
    SPI_freeplan(plan);
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

bool in_own_command() { return own_command; }
void set_own_command(bool own) { own_command = own; }

SPIPlanPtr kept_plan(const char *text, int nargs, Oid *types, const Datum *values) {
    make_room();
    bool found = false;
    KeptKey key = {text, nargs, types, is_wide(nargs, types, values)};
    auto *entry = static_cast<Kept *>(hash_search(kept, &key, HASH_FIND, &found));
    if (found) return entry->plan;
    SPIPlanPtr plan = key.wide ? prepare(text, nargs, types, CURSOR_OPT_CUSTOM_PLAN)
                               : prepare(psprintf("%s%s", kFew, text), nargs, types, CURSOR_OPT_GENERIC_PLAN);
    keep(plan, text);
    auto *own = static_cast<Oid *>(MemoryContextAlloc(kept_context, sizeof(Oid) * (nargs + 1)));
    if (nargs > 0) std::memcpy(own, types, sizeof(Oid) * nargs);
    key.text = MemoryContextStrdup(kept_context, text);
    key.types = own;
    entry = static_cast<Kept *>(hash_search(kept, &key, HASH_ENTER, &found));
    entry->plan = plan;
    return plan;
}

int execute_kept(const char *text, int nargs, Oid *types, Datum *values, const char *nulls, bool read_only, long limit) {
    return run_plan(kept_plan(text, nargs, types, values), values, nulls, InvalidSnapshot, read_only, limit);
}

Portal open_internal_cursor(SPIPlanPtr plan, Datum *values, const char *nulls, bool read_only) {
    const int before = depth;
    Portal portal = nullptr;
    depth = before + 1;
    PG_TRY();
    { portal = SPI_cursor_open(nullptr, plan, values, nulls, read_only); }
    PG_FINALLY();
    { depth = before; }
    PG_END_TRY();
    return portal;
}

void fetch_internal(Portal portal, long count) {
    const int before = depth;
    depth = before + 1;
    PG_TRY();
    { SPI_cursor_fetch(portal, true, count); }
    PG_FINALLY();
    { depth = before; }
    PG_END_TRY();
}

}  // namespace pg_retention
