#include "policy/policy_cache.hpp"
#include "pg/invalidation.hpp"
#include "pg/time.hpp"

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
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

constinit MemoryContext context = nullptr;
constinit Policies policies = {};
constinit Oid watched = InvalidOid;
// The list holds while no change has come since its reading began. An error while reading leaves it unread: it must
// not pass for an empty one, for then nothing would be hidden.
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;
// Readings are numbered. Those up to this one are gone with the transaction in which they were replaced.
constinit uint64_t gone = 0;

void forget_policies(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

// The columns of retention.policy that are read.
enum class Field : uint8_t {
    kId,
    kRelation,
    kPriority,
    kMode,
    kReady,
    kValidated,
    kStartsWhen,
    kStarts,
    kAction,
    kIfReferenced,
    kKeepFor,
    kQuarantineFor,
    kMustKeepFor,
    kTimezone,
    kName,
    kReference,
    kPurpose,
    kLegalBasis,
    kAppliesTo,
    kWrittenFor,
    kArmedAt,
    kArmedFor,
    kWarnedUntil,
    kProtects,
    kRectifyProtected,
    kLegalAccess
};
constexpr const char *kFields[] = {"policy_id",   "relation",       "priority",      "mode",       "ready",
                                   "validated",   "starts_when",    "clock_starts",  "action",     "if_referenced",
                                   "keep_for",    "quarantine_for", "must_keep_for", "timezone",   "name",
                                   "reference",   "purpose",        "legal_basis",   "applies_to", "written_for",
                                   "armed_at",    "armed_for",      "warned_until",  "protects",   "rectify_protected",
                                   "legal_access"};
constexpr size_t kFieldCount = sizeof kFields / sizeof *kFields;
static_assert(kFieldCount == static_cast<size_t>(Field::kLegalAccess) + 1);

// Rows of retention.policy. Where the columns stand is looked up once, not once for each row.
struct RowReader {
    TupleDesc desc;
    int places[kFieldCount];
    Datum *values;
    bool *nulls;

    explicit RowReader(TupleDesc of)
        : desc(of),
          values(static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<size_t>(of->natts)))),
          nulls(static_cast<bool *>(palloc(sizeof(bool) * static_cast<size_t>(of->natts)))) {
        for (size_t i = 0; i < kFieldCount; ++i) places[i] = SPI_fnumber(desc, kFields[i]) - 1;
    }
    void take(HeapTuple tuple) const { heap_deform_tuple(tuple, desc, values, nulls); }
    Datum get(Field field, bool *isnull) const {
        const int place = places[static_cast<size_t>(field)];
        *isnull = nulls[place];
        return values[place];
    }
    Datum get(Field field) const {
        bool isnull = false;
        return get(field, &isnull);
    }
    const char *string(Field field) const {
        bool isnull = false;
        const Datum value = get(field, &isnull);
        return isnull ? nullptr : TextDatumGetCString(value);
    }
    bool is(Field field, const char *value) const {
        const char *found = string(field);
        return found != nullptr && strcmp(found, value) == 0;
    }
    bool read_period(Field field, core::Period *out) const {
        bool isnull = false;
        const Datum value = get(field, &isnull);
        if (!isnull) std::memcpy(out, DatumGetPointer(value), sizeof *out);
        return !isnull;
    }
};

const char **read_texts(Datum array, int *n) {
    Datum *values = nullptr;
    bool *nulls = nullptr;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, n);
    auto **texts = static_cast<const char **>(palloc(sizeof(char *) * (*n + 1)));
    for (int i = 0; i < *n; ++i) texts[i] = nulls[i] ? "" : TextDatumGetCString(values[i]);
    return texts;
}

void read_arrays(const RowReader &row, Policy *policy) {
    Datum *values = nullptr;
    bool *nulls = nullptr;
    int n = 0;
    policy->starts = read_texts(row.get(Field::kStarts), &policy->n_starts);
    bool isnull = false;
    const Datum protects = row.get(Field::kProtects, &isnull);
    if (!isnull) policy->protects = read_texts(protects, &policy->n_protects);
    deconstruct_array(DatumGetArrayTypeP(row.get(Field::kLegalAccess)), REGROLEOID, sizeof(Oid), true, TYPALIGN_INT, &values,
                      &nulls, &n);
    auto *roles = static_cast<Oid *>(palloc(sizeof(Oid) * (n + 1)));
    for (int i = 0; i < n; ++i) roles[i] = DatumGetObjectId(values[i]);
    policy->n_legal_access = n;
    policy->legal_access = roles;
}

// The time zones of a server may change under it. Then its own is nearer than none, and hides.
void read_zone(const RowReader &row, Policy *policy) {
    const char *name = row.string(Field::kTimezone);
    if (find_zone(name, &policy->timezone)) return;
    policy->timezone = default_zone().zone();
    ereport(WARNING, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("time zone \"%s\" of policy \"%s\" is not known to this server", name, row.string(Field::kName)),
                      errdetail("Days end at midnight in \"%s\" instead.", policy->zone().name()),
                      errhint("Change field \"timezone\" of the policy.")));
}

void read_policy(const RowReader &row, Policy *policy) {
    *policy = Policy{};
    read_zone(row, policy);
    policy->id = DatumGetInt16(row.get(Field::kId));
    policy->relid = DatumGetObjectId(row.get(Field::kRelation));
    policy->priority = DatumGetInt32(row.get(Field::kPriority));
    policy->mode = row.is(Field::kMode, "off") ? Mode::kOff : row.is(Field::kMode, "enforce") ? Mode::kEnforce : Mode::kObserve;
    policy->ready = DatumGetBool(row.get(Field::kReady));
    policy->validated = DatumGetBool(row.get(Field::kValidated));
    policy->starts_all = row.is(Field::kStartsWhen, "all");
    if (!core::find_word(row.string(Field::kAction), &policy->action))
        elog(ERROR, "unknown action \"%s\"", row.string(Field::kAction));
    policy->rectifies_protected = DatumGetBool(row.get(Field::kRectifyProtected));
    policy->anonymises_if_referenced = row.is(Field::kIfReferenced, "anonymise");
    row.read_period(Field::kKeepFor, &policy->terms.keep_for);
    row.read_period(Field::kQuarantineFor, &policy->terms.quarantine_for);
    policy->terms.has_floor = row.read_period(Field::kMustKeepFor, &policy->terms.must_keep_for);
    policy->name = row.string(Field::kName);
    policy->reference = row.string(Field::kReference);
    policy->purpose = row.string(Field::kPurpose);
    policy->legal_basis = row.string(Field::kLegalBasis);
    policy->applies_to = row.string(Field::kAppliesTo);
    policy->written_for = DatumGetObjectId(row.get(Field::kWrittenFor));
    policy->armed_at = DatumGetTimestampTz(row.get(Field::kArmedAt));
    row.read_period(Field::kArmedFor, &policy->armed_for);
    policy->warned_until = DatumGetTimestampTz(row.get(Field::kWarnedUntil));
    read_arrays(row, policy);
    policy->cutoffs.valid_until = core::kAlways;
}

int by_relation(const void *a, const void *b) {
    const auto *x = static_cast<const Policy *>(a);
    const auto *y = static_cast<const Policy *>(b);
    if (x->relid != y->relid) return x->relid < y->relid ? -1 : 1;
    return goes_before(*x, *y) ? -1 : goes_before(*y, *x) ? 1 : 0;
}

// Texts and arrays of policies in one piece of memory, for a thousand policies are kept by every session. Without memory it counts how
// much there will be.
struct Packer {
    char *memory;
    size_t used;

    const char *const *add(const char *const *texts, int n) {
        auto **copies = static_cast<const char **>(add(texts, sizeof(char *) * static_cast<size_t>(n), alignof(char *)));
        for (int i = 0; i < n; ++i) {
            const char *text = add(texts[i]);
            if (copies != nullptr) copies[i] = text;
        }
        return copies;
    }
    void *add(const void *from, size_t size, size_t alignment) {
        used = (used + alignment - 1) / alignment * alignment;
        void *at = memory == nullptr ? nullptr : memory + used;
        if (at != nullptr) std::memcpy(at, from, size);
        used += size;
        return at;
    }
    const char *add(const char *text) {
        return text == nullptr ? nullptr : static_cast<const char *>(add(text, strlen(text) + 1, 1));
    }
};

Policy packed(const Policy &policy, Packer *packer) {
    Policy copy = policy;
    copy.starts = packer->add(policy.starts, policy.n_starts);
    copy.protects = packer->add(policy.protects, policy.n_protects);
    copy.legal_access = static_cast<const Oid *>(
        packer->add(policy.legal_access, sizeof(Oid) * static_cast<size_t>(policy.n_legal_access), alignof(Oid)));
    copy.name = packer->add(policy.name);
    copy.reference = packer->add(policy.reference);
    copy.purpose = packer->add(policy.purpose);
    copy.legal_basis = packer->add(policy.legal_basis);
    copy.applies_to = packer->add(policy.applies_to);
    return copy;
}

// Where the policy with each number stands in the list, plus one: what a row's clock names is found at once.
void number_places(Policies *out) {
    int lowest = 0, highest = -1;
    for (int i = 0; i < out->n; ++i) {
        lowest = i == 0 ? out->all[i].id : Min(lowest, out->all[i].id);
        highest = Max(highest, out->all[i].id);
    }
    out->lowest = lowest;
    out->n_places = highest - lowest + 1;
    auto *places = static_cast<uint16_t *>(palloc0(sizeof(uint16_t) * static_cast<size_t>(out->n_places + 1)));
    for (int i = 0; i < out->n; ++i) places[out->all[i].id - lowest] = static_cast<uint16_t>(i + 1);
    out->places = places;
}

// In the current memory context, which is that of the reading.
Policies pack(const Policy *list, int n, uint64_t reading) {
    Packer packer = {};
    for (int i = 0; i < n; ++i) (void) packed(list[i], &packer);
    packer = Packer{static_cast<char *>(palloc(packer.used + 1)), 0};
    auto *all = static_cast<Policy *>(palloc(sizeof(Policy) * static_cast<size_t>(n + 1)));
    for (int i = 0; i < n; ++i) all[i] = packed(list[i], &packer);
    Policies out = {};
    out.reading = reading;
    out.all = all;
    out.n = n;
    number_places(&out);
    return out;
}

struct Reading {
    MemoryContextCallback callback;
    uint64_t number;
};

void note_gone(void *reading) { gone = Max(gone, static_cast<const Reading *>(reading)->number); }

// What was read before is still held by callers of this transaction, and goes with it. Outside one nobody holds any.
void retire() {
    if (context == nullptr) return;
    if (TopTransactionContext != nullptr)
        MemoryContextSetParent(context, TopTransactionContext);
    else
        MemoryContextDelete(context);
    context = nullptr;
}

uint64_t begin_reading() {
    static constinit uint64_t last = 0;
    retire();
    context = AllocSetContextCreate(TopMemoryContext, "pg_retention policy cache", ALLOCSET_SMALL_SIZES);
    auto *reading = static_cast<Reading *>(MemoryContextAllocZero(context, sizeof(Reading)));
    reading->number = ++last;
    reading->callback.func = note_gone;
    reading->callback.arg = reading;
    MemoryContextRegisterResetCallback(context, &reading->callback);
    return last;
}

// In the current memory context.
Policy *read_rows(Oid relid, int *n) {
    int room = 16;
    auto *list = static_cast<Policy *>(palloc(sizeof(Policy) * room));
    Relation table = table_open(relid, AccessShareLock);
    RowReader row(RelationGetDescr(table));
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, GetCatalogSnapshot(relid), 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        if (*n == room) list = static_cast<Policy *>(repalloc_huge(list, sizeof(Policy) * (room *= 2)));
        row.take(tuple);
        read_policy(row, &list[(*n)++]);
    }
    systable_endscan(scan);
    table_close(table, AccessShareLock);
    return list;
}

void load_policies() {
    policies = Policies{};
    policies.reading = begin_reading();
    const ExtensionObjects *ext = extension();
    if (ext == nullptr) return;
    check_formats();
    watched = ext->policy_table;
    const uint64_t before_reading = changes;
    MemoryContext before = CurrentMemoryContext;
    MemoryContext scratch = AllocSetContextCreate(before, "pg_retention policies as read", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(scratch);
    int n = 0;
    Policy *list = read_rows(ext->policy_table, &n);
    qsort(list, n, sizeof(Policy), by_relation);
    MemoryContextSwitchTo(context);
    policies = pack(list, n, policies.reading);
    MemoryContextSwitchTo(before);
    MemoryContextDelete(scratch);
    read_at = before_reading;
}

}  // namespace

bool goes_before(const Policy &a, const Policy &b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    if (a.terms.has_floor != b.terms.has_floor) return a.terms.has_floor;
    const int longer = a.terms.has_floor ? core::compare(a.terms.must_keep_for, b.terms.must_keep_for) : 0;
    return longer != 0 ? longer > 0 : a.id < b.id;
}

const Policy *find_policy(const Policies &in, int16_t id) {
    const int place = id - in.lowest;
    if (place < 0 || place >= in.n_places || in.places[place] == 0) return nullptr;
    return &in.all[in.places[place] - 1];
}

const Policies &policies_now() {
    if (read_at != changes) load_policies();
    return policies;
}

bool is_kept(const Policies &reading) { return reading.reading > gone; }

const Policy *policy_by_id(int16_t id) { return find_policy(policies_now(), id); }

const Policy *all_policies(int *count) {
    *count = policies_now().n;
    return policies.all;
}

const Policy *policies_of(Oid relid, int *count) {
    const Policies &in = policies_now();
    int first = 0, end = in.n;
    while (first < end) {
        const int middle = first + (end - first) / 2;
        if (in.all[middle].relid < relid)
            first = middle + 1;
        else
            end = middle;
    }
    for (end = first; end < in.n && in.all[end].relid == relid;) ++end;
    *count = end - first;
    return in.all == nullptr ? nullptr : &in.all[first];
}

TimestampTz quarantined_from(const Policy &policy, TimestampTz since, const core::Period &period) {
    if (TIMESTAMP_IS_NOBEGIN(since) || core::is_zero(period)) return DT_NOBEGIN;
    return core::over_from_start(core::start_of_instant(since), period, policy.zone());
}

TimestampTz armed_until(const Policy &policy) {
    return quarantined_from(
        policy, policy.armed_at,
        core::compare(policy.armed_for, policy.terms.quarantine_for) > 0 ? policy.armed_for : policy.terms.quarantine_for);
}

core::Start warned_start(const Policy &policy) {
    if (TIMESTAMP_IS_NOEND(policy.warned_until)) return core::kNotStarted;
    // What was put in force or changed since has hidden rows that nobody had been warned of.
    if (policy.armed_at >= policy.warned_until) return -1;
    return core::cutoffs(policy.warned_until, policy.terms, policy.zone()).hide;
}

core::Start deadline_of(const Policy &policy, TimestampTz at) {
    return at < armed_until(policy) ? -1 : core::cutoffs(at, policy.terms, policy.zone()).due;
}

const core::Cutoffs &cutoffs_of(const Policy &policy, TimestampTz at) {
    auto &kept = const_cast<Policy &>(policy);
    if (at >= kept.cutoffs.valid_until || at < kept.cutoffs_at) {
        kept.cutoffs = core::cutoffs(at, policy.terms, policy.zone());
        kept.cutoffs_at = at;
        kept.cutoffs.due = Min(kept.cutoffs.due, warned_start(policy));
        if (const TimestampTz until = armed_until(policy); at < until) {
            kept.cutoffs.due = -1;
            kept.cutoffs.valid_until = Min(kept.cutoffs.valid_until, until);
        }
    }
    return kept.cutoffs;
}

bool hides(core::Clock clock) {
    if ((core::flags_of(clock) & core::kRestricted) != 0) return true;
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    return policy != nullptr && enforced(*policy) && core::hidden(clock, cutoffs_of(*policy, retention_now()));
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

void init_policy_cache() { watch_relations(forget_policies); }

}  // namespace pg_retention
