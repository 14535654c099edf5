#include "pg/internal.hpp"

#include "pg/mark.hpp"
#include "pg/security.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// How many statements of ours are under way, and whether the next of their executions is still to begin.
constinit Dynamic<int> depth{0};
constinit bool start_expected = false;

// Plans by their text and the types of their parameters, for a column's type may change; what a key points to lives beside
// the table.
struct KeptKey {
    const char *text;
    int nargs;
    const Oid *types;
    PlanKind plan;  // of the three that are kept
};
struct Kept {
    KeptKey key;
    SPIPlanPtr plan;
};
constexpr long kMostKept = 512;
constinit HTAB *kept = nullptr;
constinit MemoryContext kept_context = nullptr;

uint32 hash_of(const void *key, Size) {
    const char *text = static_cast<const KeptKey *>(key)->text;
    return hash_bytes(reinterpret_cast<const unsigned char *>(text), static_cast<int>(strlen(text)));
}

int differ(const void *a, const void *b, Size) {
    const auto *x = static_cast<const KeptKey *>(a);
    const auto *y = static_cast<const KeptKey *>(b);
    if (x->nargs != y->nargs || x->plan != y->plan || strcmp(x->text, y->text) != 0) return 1;
    return x->nargs == 0 ? 0 : std::memcmp(x->types, y->types, sizeof(Oid) * x->nargs);
}

// A plan for few elements of an array is made once, without a look at the values. For many of them another one is right, and
// the time to make it each time does not matter.
constexpr int kFewElements = 100;

bool is_wide(int nargs, const Oid *types, const Datum *values) {
    for (int i = 0; i < nargs; ++i) {
        // A null value is zero.
        // Rows that are named by their places are fetched by them, however many.
        if (values[i] == 0 || types[i] == TIDARRAYOID || !type_is_array(types[i])) continue;
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

// The raw tree is what the server analyses again when a table has changed; the other is what it plans now. What rules have added is
// not ours. A command is no query, and hands its place in the text to others.
void mark(CachedPlanSource *source, Exemption as) {
    ListCell *cell = nullptr;
    foreach (cell, source->query_list) {
        auto *query = lfirst_node(Query, cell);
        if (query->commandType == CMD_UTILITY) return;
        if (query->querySource == QSRC_ORIGINAL) query->stmt_location = static_cast<int>(as);
    }
    source->raw_parse_tree->stmt_location = static_cast<int>(as);
}

SPIPlanPtr prepare_as(Exemption as, const char *text, int nargs, Oid *types, int options) {
    const SecurityContext before = begin_beyond_rls();
    const int path = pin_search_path();
    SPIPlanPtr plan = SPI_prepare_cursor(text, nargs, types, options);
    unpin_search_path(path);
    restore(before);
    if (plan == nullptr) elog(ERROR, "could not prepare internal query: %s", text);
    ListCell *cell = nullptr;
    foreach (cell, SPI_plan_get_plan_sources(plan)) mark(static_cast<CachedPlanSource *>(lfirst(cell)), as);
    return plan;
}

SPIPlanPtr prepare(const char *text, int nargs, Oid *types, int options) {
    return prepare_as(Exemption::kOwn, text, nargs, types, options);
}

void keep_plan(SPIPlanPtr plan, const char *text) {
    if (SPI_keepplan(plan) != 0) elog(ERROR, "could not keep the plan of internal query: %s", text);
}

// After an error user, flags and search_path are restored by the server.
template <typename F>
void run_own(F body) {
    const SecurityContext before = begin_beyond_rls();
    const int path = pin_search_path();
    during(depth, depth + 1, [&] { during(&start_expected, true, body); });
    restore(before);
    unpin_search_path(path);
}

// Whether a query was marked when it was prepared; a command is none.
bool is_query(SPIPlanPtr plan) {
    const auto *source = static_cast<CachedPlanSource *>(linitial(SPI_plan_get_plan_sources(plan)));
    return is_own(exemption_at(source->raw_parse_tree->stmt_location));
}

int run_plan(SPIPlanPtr plan, Datum *values, const char *nulls, Snapshot snapshot, bool read_only, long limit) {
    int result = 0;
    bool begun = false;
    run_own([&] {
        result = SPI_execute_snapshot(plan, values, nulls, snapshot, InvalidSnapshot, read_only, true, limit);
        begun = !start_expected;
    });
    // What was done instead does not count: silence would look like success.
    if (!begun && is_query(plan))
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a rule of the table replaces what pg_retention does"),
                        errhint("Write the rule as a trigger.")));
    return result;
}

// Nobody else may read from the cursor by its name: nobody is told one, and each begins with what nobody can guess.
char *secret_name() {
    static constinit uint64_t word[2] = {0, 0}, number = 0;
    if (number == 0 && !pg_strong_random(word, sizeof word))
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
    return psprintf("retention " UINT64_FORMAT "." UINT64_FORMAT "." UINT64_FORMAT, word[0], word[1], ++number);
}

}  // namespace

bool take_own_start() {
    const bool expected = start_expected;
    start_expected = false;
    return expected;
}

SPIPlanPtr prepare_internal(const char *text, int nargs, Oid *types) {
    SPIPlanPtr plan = prepare(text, nargs, types, 0);
    keep_plan(plan, text);
    return plan;
}

int execute_internal_plan(SPIPlanPtr plan, Datum *values, long limit) {
    return run_plan(plan, values, nullptr, GetLatestSnapshot(), false, limit);
}

int execute_internal_plan_before(CommandId command, SPIPlanPtr plan, Datum *values, long limit) {
    PushCopiedSnapshot(GetLatestSnapshot());
    Snapshot before = GetActiveSnapshot();
    before->curcid = command;
    const int result = run_plan(plan, values, nullptr, before, true, limit);
    PopActiveSnapshot();
    return result;
}

constinit Dynamic<bool> own_command{false};

static SPIPlanPtr prepare_kept(const KeptKey &key, Oid *types) {
    switch (key.plan) {
        case PlanKind::kKept: return prepare_as(Exemption::kOwnForFew, key.text, key.nargs, types, CURSOR_OPT_GENERIC_PLAN);
        case PlanKind::kKeptOnClocks:
            return prepare_as(Exemption::kOwnOfClocks, key.text, key.nargs, types, CURSOR_OPT_GENERIC_PLAN);
        case PlanKind::kKeptOnce:
        case PlanKind::kOnce:
        case PlanKind::kGeneric:
        case PlanKind::kOnClocks: break;
    }
    return prepare(key.text, key.nargs, types, CURSOR_OPT_CUSTOM_PLAN);
}

// What a rule made nothing of names no table any more, and so the server does not say that the rule is gone.
static bool is_nothing(SPIPlanPtr plan) {
    ListCell *cell = nullptr;
    foreach (cell, SPI_plan_get_plan_sources(plan))
        if (static_cast<const CachedPlanSource *>(lfirst(cell))->query_list == NIL) return true;
    return false;
}

// A plan that is kept; valid until the next kept text is prepared.
static SPIPlanPtr kept_plan(PlanKind kind, const char *text, int nargs, Oid *types, const Datum *values) {
    make_room();
    bool found = false;
    if (kind == PlanKind::kKept && is_wide(nargs, types, values)) kind = PlanKind::kKeptOnce;
    KeptKey key = {text, nargs, types, kind};
    auto *entry = static_cast<Kept *>(hash_search(kept, &key, HASH_FIND, &found));
    if (found && !is_nothing(entry->plan)) return entry->plan;
    SPIPlanPtr plan = prepare_kept(key, types);
    keep_plan(plan, text);
    if (found) {
        (void) SPI_freeplan(entry->plan);
        entry->plan = plan;
        return plan;
    }
    auto *own = static_cast<Oid *>(MemoryContextAlloc(kept_context, sizeof(Oid) * (nargs + 1)));
    if (nargs > 0) std::memcpy(own, types, sizeof(Oid) * nargs);
    key.text = MemoryContextStrdup(kept_context, text);
    key.types = own;
    entry = static_cast<Kept *>(hash_search(kept, &key, HASH_ENTER, &found));
    entry->plan = plan;
    return plan;
}

static SPIPlanPtr plan_of(const How &how, const char *text, int nargs, Oid *types) {
    switch (how.plan) {
        case PlanKind::kGeneric: return prepare(text, nargs, types, CURSOR_OPT_GENERIC_PLAN);
        case PlanKind::kOnClocks: return prepare_as(Exemption::kOwnOfClocks, text, nargs, types, CURSOR_OPT_GENERIC_PLAN);
        case PlanKind::kOnce:
        case PlanKind::kKept:
        case PlanKind::kKeptOnce:
        case PlanKind::kKeptOnClocks: break;
    }
    return prepare(text, nargs, types, CURSOR_OPT_CUSTOM_PLAN | (how.sees == Sees::kLatest ? 0 : CURSOR_OPT_PARALLEL_OK));
}

static bool is_kept(PlanKind kind) {
    switch (kind) {
        case PlanKind::kKept:
        case PlanKind::kKeptOnce:
        case PlanKind::kKeptOnClocks: return true;
        case PlanKind::kOnce:
        case PlanKind::kGeneric:
        case PlanKind::kOnClocks: return false;
    }
    pg_unreachable();
}

// The plan to use, which is to be freed where it is not kept.
static SPIPlanPtr plan_for(const How &how, const char *text, int nargs, Oid *types, const Datum *values) {
    return is_kept(how.plan) ? kept_plan(how.plan, text, nargs, types, values) : plan_of(how, text, nargs, types);
}

int execute_own(const How &how, const char *text, int nargs, Oid *types, Datum *values, const char *nulls) {
    SPIPlanPtr plan = plan_for(how, text, nargs, types, values);
    const Snapshot snapshot = how.sees == Sees::kLatest ? GetLatestSnapshot() : InvalidSnapshot;
    const int result = run_plan(plan, values, nulls, snapshot, how.sees == Sees::kCaller, how.limit);
    if (!is_kept(how.plan)) SPI_freeplan(plan);
    return result;
}

static Portal open_cursor(SPIPlanPtr plan, Datum *values, bool read_only) {
    Portal portal = nullptr;
    run_own([&] { portal = SPI_cursor_open(secret_name(), plan, values, nullptr, read_only); });
    portal->visible = false;
    return portal;
}

Portal open_internal_cursor(const How &how, const char *text, int nargs, Oid *types, Datum *values) {
    SPIPlanPtr plan = plan_for(how, text, nargs, types, values);
    // A cursor that only reads sees what is active when it is opened.
    if (how.sees == Sees::kLatest) PushActiveSnapshot(GetLatestSnapshot());
    Portal portal = open_cursor(plan, values, how.sees != Sees::kNow);
    if (how.sees == Sees::kLatest) PopActiveSnapshot();
    // The cursor has a copy.
    if (!is_kept(how.plan)) SPI_freeplan(plan);
    return portal;
}

double expected_rows(const char *text, int nargs, Oid *types, Datum *values) {
    SPIPlanPtr plan = prepare(text, nargs, types, CURSOR_OPT_CUSTOM_PLAN);
    Portal portal = open_cursor(plan, values, true);
    const double rows = PortalGetPrimaryStmt(portal)->planTree->plan_rows;
    SPI_cursor_close(portal);
    SPI_freeplan(plan);
    return rows;
}

}  // namespace pg_retention
