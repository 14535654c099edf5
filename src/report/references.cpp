// Tables that refer to one whose rows are due. The first rows that are due are asked for, and who refers to them: each table is read by its
// own owner, and counted for who may read it.
#include "report/preview.hpp"

#include "policy/attached.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/foreign_key.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace pg_retention {

namespace {

constexpr int kMostAsked = 1000;

// Keys to the table or to a partition of it, each once though each partition has it, too; and those to tables whose rows go along.
constexpr char kKeys[] =
    "WITH RECURSIVE member AS (SELECT $1 AS relid UNION SELECT i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.relid "
    "JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition), "
    "k AS (SELECT c.* FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid IN (SELECT relid FROM member)), "
    "along AS (SELECT k.conrelid AS relid FROM k WHERE k.confdeltype = 'c' UNION SELECT c.conrelid FROM along a "
    "JOIN pg_constraint c ON c.confrelid = a.relid AND c.contype = 'f' AND c.confdeltype = 'c' AND c.conparentid = 0) "
    "SELECT k.oid, k.conname::text, false AS deep, k.conrelid::regclass::text FROM k WHERE k.conparentid = 0 OR NOT EXISTS (SELECT FROM k o WHERE o.oid <> k.oid "
    "AND (o.conrelid = k.conrelid OR o.conrelid IN (SELECT p.relid FROM pg_partition_ancestors(k.conrelid) p)) "
    "AND (o.confrelid = k.confrelid OR o.confrelid IN (SELECT p.relid FROM pg_partition_ancestors(k.confrelid) p))) "
    "UNION ALL SELECT c.oid, c.conname::text, true, c.conrelid::regclass::text FROM along a JOIN pg_constraint c ON c.confrelid = a.relid AND c.contype = 'f' "
    "AND c.conparentid = 0 AND c.confrelid NOT IN (SELECT relid FROM member) ORDER BY 3, 4, 2";

// What rows hold that are due in the columns that are referred to.
struct Asked {
    int n;
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
};

void ask(const Preview &preview, const ForeignKey &key, Oid leaf, Asked *asked) {
    const How how = {PlanKind::kOnce, Sees::kCaller, kMostAsked - asked->n, true};
    const char *clock = psprintf("t.%s", clock_name(leaf));
    const SqlRows found = run_as(
        owner_of(leaf), how,
        psprintf("SELECT %s FROM ONLY %s t WHERE %s ORDER BY %s", column_list(key.referred, key.referred_columns, key.n, "t."),
                 qualified_name(leaf), pending_range(clock, 1, 2), clock),
        clock_value(core::first_from(preview.policy->id, 0)),
        clock_value(core::last_until(preview.policy->id, preview.cutoffs.due)));
    for (const SqlRow row : found) {
        for (int k = 0; k < key.n; ++k)
            asked->columns[k][asked->n] = SPI_getbinval(row.tuple, row.desc, k + 1, &asked->nulls[k][asked->n]);
        ++asked->n;
    }
}

Asked rows_asked(const Preview &preview, const ForeignKey &key) {
    Asked asked = {};
    ListCell *cell = nullptr;
    for (int k = 0; k < key.n; ++k) {
        asked.columns[k] = static_cast<Datum *>(palloc0(sizeof(Datum) * kMostAsked));
        asked.nulls[k] = static_cast<bool *>(palloc0(kMostAsked));
    }
    foreach (cell, preview.leaves)
        if (asked.n < kMostAsked && is_part_of(lfirst_oid(cell), key.referred)) ask(preview, key, lfirst_oid(cell), &asked);
    return asked;
}

Hop hop_of(const ForeignKey &key) {
    Hop hop = {};
    hop.from_relid = key.referring;
    hop.to_relid = key.referred;
    hop.n_keys = key.n;
    std::copy(key.referring_columns, key.referring_columns + key.n, hop.from);
    std::copy(key.referred_columns, key.referred_columns + key.n, hop.to);
    std::copy(key.operators[0], key.operators[0] + key.n, hop.equal);
    return hop;
}

struct Counted {
    int64 referring;
    int64 referred;
};

Counted count_references(const ForeignKey &key, const Asked &asked) {
    Parameters parameters = {};
    StringInfoData sql;
    const Front front = first_front(key.referred, key.referred_columns, key.n, asked.columns, asked.nulls, asked.n);
    if (front.n == 0) return {0, 0};
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT pg_catalog.count(*), pg_catalog.count(DISTINCT f.row)");
    append_front_join(&sql, key.referring, key.referring_columns, key_equalities(hop_of(key), Side::kReferring), front,
                      &parameters);
    const SqlRow found = run_as(owner_of(key.referring), kOnceReading, sql.data, parameters).first();
    return {found.get<int64>(1), found.get<int64>(2)};
}

bool may_read(Oid relid) {
    return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK && !is_bound_by_row_security(relid);
}

const char *part_of(const ForeignKey &key) {
    if (key.keeps) return "restrict";
    return key.cascades ? "cascades" : "set null";
}

const char *what_becomes(const Preview &preview, const ForeignKey &key) {
    if (key.keeps)
        return preview.policy->anonymises_if_referenced
                 ? "rows that are due and referred to: anonymised, and deleted when no row refers to them any more"
                 : "rows that are due and referred to: they stay until no row refers to them any more";
    return key.cascades ? "rows that refer to rows that are due: deleted with them"
                        : "rows that refer to rows that are due: they refer to none, or to the default, afterwards";
}

void preview_reference(const Preview &preview, const ForeignKey &key, const char *name) {
    const char *table = qualified_name(key.referring);
    const char *becomes = psprintf("key \"%s\". %s", name, what_becomes(preview, key));
    if (preview.known != Known::kExactly) return put(preview, part_of(key), table, kNotCounted, becomes);
    if (key.period || key.n > kMaxKeys || !may_read(key.referring))
        return put(preview, part_of(key), table, kNotCounted,
                   psprintf("%s; not counted: %s", becomes,
                            may_read(key.referring) ? "the key is not a plain one" : "you may not read the table"));
    const Counted counted = count_references(key, rows_asked(preview, key));
    put(preview, part_of(key), table, key.keeps ? counted.referred : counted.referring,
        preview.due <= kMostAsked ? becomes : psprintf("%s; counted of the first %d rows that are due", becomes, kMostAsked));
}

}  // namespace

void preview_references(const Preview &preview) {
    // What is anonymised stays where it is.
    if (!deletes(preview.policy->action)) return;
    for (const SqlRow row : own(kKeys, preview.policy->relid)) {
        ForeignKey key = {};
        if (!load_foreign_key(row.get<Oid>(1), &key)) continue;
        if (!row.get<bool>(3))
            preview_reference(preview, key, row.text(2));
        else
            put(preview, part_of(key), qualified_name(key.referring), kNotCounted,
                psprintf("key \"%s\" to %s, whose rows go along; not counted", row.text(2), qualified_name(key.referred)));
    }
}

}  // namespace pg_retention
