#include "policy/policy_cache.hpp"

#include "schema/extension.hpp"
#include "schema/formats.hpp"
#include "core/data/vocabulary.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

constinit MemoryContext context = nullptr;
constinit Policy *policies = nullptr;  // ordered by relid and goes_before()
constinit int n_policies = 0;
constinit Oid watched = InvalidOid;
// The list holds while no change has come since its reading began. An error while reading leaves it unread: it must
// not pass for an empty one, for then nothing would be hidden.
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

void forget_policies(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

// One row of retention.policy, by column name.
struct RowReader {
    HeapTuple tuple;
    TupleDesc desc;
    Datum get(const char *name, bool *isnull) const { return heap_getattr(tuple, SPI_fnumber(desc, name), desc, isnull); }
    Datum get(const char *name) const {
        bool isnull = false;
        return get(name, &isnull);
    }
    const char *string(const char *name) const {
        bool isnull = false;
        const Datum value = get(name, &isnull);
        return isnull ? nullptr : TextDatumGetCString(value);
    }
    bool is(const char *name, const char *value) const {
        const char *found = string(name);
        return found != nullptr && strcmp(found, value) == 0;
    }
    bool read_period(const char *name, core::Period *out) const {
        bool isnull = false;
        const Datum value = get(name, &isnull);
        if (!isnull) std::memcpy(out, DatumGetPointer(value), sizeof *out);
        return !isnull;
    }
};

void read_arrays(const RowReader &row, Policy *policy) {
    Datum *values = nullptr;
    bool *nulls = nullptr;
    deconstruct_array(DatumGetArrayTypeP(row.get("clock_starts")), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
                      &policy->n_starts);
    auto **starts = static_cast<const char **>(palloc(sizeof(char *) * (policy->n_starts + 1)));
    for (int i = 0; i < policy->n_starts; ++i) starts[i] = nulls[i] ? "" : TextDatumGetCString(values[i]);
    policy->starts = starts;
    deconstruct_array(DatumGetArrayTypeP(row.get("legal_access")), REGROLEOID, sizeof(Oid), true, TYPALIGN_INT, &values, &nulls,
                      &policy->n_legal_access);
    auto *roles = static_cast<Oid *>(palloc(sizeof(Oid) * (policy->n_legal_access + 1)));
    for (int i = 0; i < policy->n_legal_access; ++i) roles[i] = DatumGetObjectId(values[i]);
    policy->legal_access = roles;
}

// The time zones of a server may change under it. Then its own is nearer than none, and hides.
void read_zone(const RowReader &row, Policy *policy) {
    const char *name = row.string("timezone");
    if (find_zone(name, &policy->timezone)) return;
    policy->timezone = default_zone().zone();
    ereport(WARNING, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("time zone \"%s\" of policy \"%s\" is not known to this server", name, row.string("name")),
                      errdetail("Days end at midnight in \"%s\" instead.", policy->zone().name()),
                      errhint("Change field \"timezone\" of the policy.")));
}

void read_policy(const RowReader &row, Policy *policy) {
    *policy = Policy{};
    read_zone(row, policy);
    policy->id = DatumGetInt16(row.get("policy_id"));
    policy->relid = DatumGetObjectId(row.get("relation"));
    policy->priority = DatumGetInt32(row.get("priority"));
    policy->mode = row.is("mode", "off") ? Mode::kOff : row.is("mode", "enforce") ? Mode::kEnforce : Mode::kObserve;
    policy->ready = DatumGetBool(row.get("ready"));
    policy->validated = DatumGetBool(row.get("validated"));
    policy->starts_all = row.is("starts_when", "all");
    if (!core::find_word(row.string("action"), &policy->action)) elog(ERROR, "unknown action \"%s\"", row.string("action"));
    policy->anonymises_if_referenced = row.is("if_referenced", "anonymise");
    row.read_period("keep_for", &policy->terms.keep_for);
    row.read_period("quarantine_for", &policy->terms.quarantine_for);
    policy->terms.has_floor = row.read_period("must_keep_for", &policy->terms.must_keep_for);
    policy->name = row.string("name");
    policy->reference = row.string("reference");
    policy->purpose = row.string("purpose");
    policy->legal_basis = row.string("legal_basis");
    policy->applies_to = row.string("applies_to");
    policy->written_for = DatumGetObjectId(row.get("written_for"));
    read_arrays(row, policy);
    policy->cutoffs.valid_until = core::kAlways;
}

int by_relation(const void *a, const void *b) {
    const auto *x = static_cast<const Policy *>(a);
    const auto *y = static_cast<const Policy *>(b);
    if (x->relid != y->relid) return x->relid < y->relid ? -1 : 1;
    return goes_before(*x, *y) ? -1 : goes_before(*y, *x) ? 1 : 0;
}

// What was read before is still held by callers of this transaction, and goes with it. Outside one nobody holds any.
void retire() {
    if (context == nullptr) return;
    if (TopTransactionContext != nullptr)
        MemoryContextSetParent(context, TopTransactionContext);
    else
        MemoryContextDelete(context);
    context = nullptr;
}

void load_policies() {
    n_policies = 0;
    policies = nullptr;
    retire();
    context = AllocSetContextCreate(TopMemoryContext, "pg_retention policy cache", ALLOCSET_SMALL_SIZES);
    const ExtensionObjects *ext = extension();
    if (ext == nullptr) return;
    check_formats();
    watched = ext->policy_table;
    const uint64_t before_reading = changes;
    Relation table = table_open(ext->policy_table, AccessShareLock);
    MemoryContext before = MemoryContextSwitchTo(context);
    int room = 16;
    auto *list = static_cast<Policy *>(palloc(sizeof(Policy) * room));
    int n = 0;
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, GetCatalogSnapshot(ext->policy_table), 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        if (n == room) list = static_cast<Policy *>(repalloc(list, sizeof(Policy) * (room *= 2)));
        read_policy(RowReader{tuple, RelationGetDescr(table)}, &list[n++]);
    }
    systable_endscan(scan);
    qsort(list, n, sizeof(Policy), by_relation);
    MemoryContextSwitchTo(before);
    table_close(table, AccessShareLock);
    policies = list;
    n_policies = n;
    read_at = before_reading;
}

}  // namespace

bool goes_before(const Policy &a, const Policy &b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    if (a.terms.has_floor != b.terms.has_floor) return a.terms.has_floor;
    const int longer = a.terms.has_floor ? core::compare(a.terms.must_keep_for, b.terms.must_keep_for) : 0;
    return longer != 0 ? longer > 0 : a.id < b.id;
}

const Policy *policy_by_id(int16_t id) {
    if (read_at != changes) load_policies();
    for (int i = 0; i < n_policies; ++i)
        if (policies[i].id == id) return &policies[i];
    return nullptr;
}

const Policy *all_policies(int *count) {
    if (read_at != changes) load_policies();
    *count = n_policies;
    return policies;
}

const core::Cutoffs &cutoffs_of(const Policy &policy, TimestampTz at) {
    auto &kept = const_cast<Policy &>(policy);
    if (at >= kept.cutoffs.valid_until || at < kept.cutoffs_at) {
        kept.cutoffs = core::cutoffs(at, policy.terms, policy.zone());
        kept.cutoffs_at = at;
    }
    return kept.cutoffs;
}

char *state_text(core::Clock clock, TimestampTz at) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    const core::State state = policy != nullptr            ? core::state_of(clock, cutoffs_of(*policy, at))
                            : clock == core::kUnknownClock ? core::State::kUnknown
                                                           : core::State::kNone;
    const char *held = (core::flags_of(clock) & core::kHeld) != 0 ? ", held" : "";
    const char *restricted = (core::flags_of(clock) & core::kRestricted) != 0 ? ", restricted" : "";
    return psprintf("%s%s%s", core::name_of(state), held, restricted);
}

void init_policy_cache() { CacheRegisterRelcacheCallback(forget_policies, 0); }

}  // namespace pg_retention
