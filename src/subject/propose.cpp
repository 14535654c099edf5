// Links that the foreign keys suggest: from the table of each kind down the tables that refer to it, shortest first.
#include "schema/extension.hpp"
#include "pg/guard.hpp"
#include "schema/own.hpp"
#include "subject/guess.hpp"
#include "subject/model.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// In a dense graph the number of paths is exponential; the longer ones say little.
constexpr int kMostPaths = 1000;

// Words in the name of a column that say: this person did something here, the row is not about him or her.
constexpr const char *kActing[] = {
    "accepted", "added",      "agent",     "approved",    "approver", "assessed",   "assigned",   "assignee",    "author",
    "boss",     "caseworker", "changed",   "checked",     "closed",   "canceled",   "cancelled",  "confirmed",   "create",
    "created",  "creator",    "decided",   "deleted",     "edited",   "editor",     "entered",    "granted",     "handled",
    "handler",  "imported",   "inserted",  "inspected",   "leader",   "manager",    "moderator",  "modified",    "modifier",
    "operator", "prepared",   "processed", "published",   "recorded", "registered", "resolved",   "responsible", "reviewed",
    "reviewer", "revised",    "seller",    "salesperson", "signed",   "superior",   "supervisor", "technician",  "revoked",
    "updated",  "updater",    "validated", "verified",    "voided",   "write",      "written"};

struct Key {
    Hop hop;
    const Guess *guess;  // null: a foreign key
    bool in_primary_key;
};

struct Table {
    Oid relid;
    bool has_key;  // that rows can be named by
    bool is_link;  // whose primary key consists of foreign keys, at least two
};

// A path from a table to the kind's table, found from its end.
struct Way {
    const Table *table;
    const Way *onward;  // from the next table on; null at the kind's own
    LinkPath path;
    bool acting;         // a column on it says that the person acted
    const Guess *guess;  // null: foreign keys alone
};

struct Search {
    const Model *model;
    Key *keys;
    int n_keys;
    Table *tables;
    int n_tables;
    Way *ways;
    int n_ways;
    bool cut_off;    // there are more of them
    List *personal;  // OIDs of tables with personal columns
};

bool is_acting(Oid relid, AttrNumber column) {
    const char *name = get_attname(relid, column, false);
    for (const char *p = name; *p != '\0';) {
        char word[NAMEDATALEN];
        int n = 0;
        // "approvedBy" has two words, as "approved_by".
        for (; isalpha(static_cast<unsigned char>(*p)) &&
               (n == 0 || !isupper(static_cast<unsigned char>(*p)) || isupper(static_cast<unsigned char>(p[-1])));
             ++p)
            word[n++] = pg_ascii_tolower(static_cast<unsigned char>(*p));
        word[n] = '\0';
        for (const char *acting : kActing)
            if (strcmp(word, acting) == 0) return true;
        if (n == 0) ++p;
    }
    return false;
}

bool contains(const AttrNumber *columns, int n, AttrNumber column) {
    for (int i = 0; i < n; ++i)
        if (columns[i] == column) return true;
    return false;
}

int read_columns(const SqlRow &row, int column, AttrNumber *columns) {
    Datum *values = nullptr;
    if (row.is_null(column)) return 0;
    const int n = elements_of(row.datum(column), INT2OID, &values);
    for (int i = 0; i < n && i < kMaxKeys; ++i) columns[i] = DatumGetInt16(values[i]);
    return n;
}

// Foreign keys between tables, in the order of names so that what is cut off does not depend on chance. Of partitions only
// what their root has.
void read_keys(Search *search) {
    const SqlRows found =
        read_own("SELECT c.conrelid, c.confrelid, c.conkey, c.confkey FROM pg_constraint c "
                 "JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace "
                 "WHERE c.contype = 'f' AND c.conparentid = 0 AND NOT r.relispartition AND r.relnamespace <> $1 "
                 "ORDER BY n.nspname, r.relname, c.conkey, c.conname",
                 extension()->schema);
    search->keys = static_cast<Key *>(palloc0(sizeof(Key) * (found.n + 1)));
    for (const SqlRow row : found) {
        Key *key = &search->keys[search->n_keys];
        key->hop.from_relid = row.get<Oid>(1);
        key->hop.to_relid = row.get<Oid>(2);
        key->hop.n_keys = read_columns(row, 3, key->hop.from);
        if (key->hop.n_keys <= kMaxKeys && read_columns(row, 4, key->hop.to) > 0) ++search->n_keys;
    }
    found.free();
}

void add_guesses(Search *search) {
    List *guesses = guess_keys(*search->model);
    search->keys = static_cast<Key *>(repalloc(search->keys, sizeof(Key) * (search->n_keys + list_length(guesses) + 1)));
    ListCell *cell = nullptr;
    foreach (cell, guesses) {
        const auto *guess = static_cast<const Guess *>(lfirst(cell));
        search->keys[search->n_keys++] = Key{guess->key, guess, false};
    }
}

void read_tables(Search *search) {
    const SqlRows found = read_own(
        "SELECT r.oid, k.columns, coalesce(k.indisprimary, false) FROM pg_class r LEFT JOIN LATERAL (SELECT c.columns, i.indisprimary "
        "FROM pg_index i CROSS JOIN LATERAL (SELECT (i.indkey::int2[])[0:i.indnkeyatts - 1]) c (columns) "
        "WHERE i.indrelid = r.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND NOT EXISTS "
        "(SELECT FROM unnest(c.columns) n (number) LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = n.number "
        "WHERE a.attnotnull IS NOT TRUE) "
        "ORDER BY i.indisprimary DESC, i.indisreplident DESC, i.indnkeyatts LIMIT 1) k ON true WHERE r.relkind IN ('r', 'p')");
    search->tables = static_cast<Table *>(palloc0(sizeof(Table) * (found.n + 1)));
    for (const SqlRow row : found) {
        AttrNumber primary[kMaxKeys] = {};
        Table *table = &search->tables[search->n_tables++];
        table->relid = row.get<Oid>(1);
        const int n_primary = read_columns(row, 2, primary);
        table->has_key = n_primary > 0 && n_primary <= kMaxKeys;
        int covered = 0, in_primary = 0;
        bool seen[kMaxKeys] = {};
        for (int i = 0; table->has_key && i < search->n_keys; ++i) {
            Key *key = &search->keys[i];
            if (key->hop.from_relid != table->relid) continue;
            key->in_primary_key = true;
            for (int k = 0; k < key->hop.n_keys; ++k)
                key->in_primary_key = key->in_primary_key && contains(primary, n_primary, key->hop.from[k]);
            if (!key->in_primary_key) continue;
            ++in_primary;
            for (int k = 0; k < n_primary; ++k) {
                if (seen[k] || !contains(key->hop.from, key->hop.n_keys, primary[k])) continue;
                seen[k] = true;
                ++covered;
            }
        }
        table->is_link = table->has_key && row.get<bool>(3) && in_primary >= 2 && covered == n_primary;
    }
    found.free();
}

const Table *table_of(const Search &search, Oid relid) {
    for (int i = 0; i < search.n_tables; ++i)
        if (search.tables[i].relid == relid) return &search.tables[i];
    return nullptr;
}

bool is_known(const Search &search, const Way &way) {
    for (int i = 0; i < search.n_ways; ++i)
        if (search.ways[i].table == way.table && same_way(search.ways[i].path, way.path)) return true;
    return false;
}

// The way that begins with this step and goes on with another; nothing when there is no room, or the table cannot be linked.
void extend(Search *search, const Way &onward, const Key &along, bool down) {
    const Hop &key = along.hop;
    const Table *table = table_of(*search, down ? key.to_relid : key.from_relid);
    Step step = {};
    if (onward.path.n_steps == kMaxHops || table == nullptr || !table->has_key) return;
    if (along.guess != nullptr)
        step = logical_step(key, down);
    else if (!step_along(key, down, &step))
        return;
    Way *way = &search->ways[search->n_ways];
    way->table = table;
    way->onward = &onward;
    way->acting = onward.acting || is_acting(key.from_relid, along.guess != nullptr ? key.from[0] : step.named);
    way->guess = along.guess != nullptr ? along.guess : onward.guess;
    way->path.n_steps = onward.path.n_steps + 1;
    way->path.steps[0] = step;
    std::memcpy(&way->path.steps[1], onward.path.steps, sizeof(Step) * onward.path.n_steps);
    if (is_known(*search, *way)) return;
    search->cut_off = search->cut_off || search->n_ways == kMostPaths + 1;
    if (!search->cut_off) ++search->n_ways;
}

bool passes(const Way &way, Oid relid) {
    for (const Way *w = &way; w != nullptr; w = w->onward)
        if (w->table->relid == relid) return true;
    return false;
}

void extend_all(Search *search, const Way &way) {
    const Oid at = way.table->relid;
    const bool own = way.onward == nullptr;
    // Nobody's rows lie beyond a person who refers to another one.
    if (!own && passes(*way.onward, at)) return;
    for (int i = 0; i < search->n_keys; ++i) {
        const Hop &key = search->keys[i].hop;
        if (key.to_relid == at && (!passes(way, key.from_relid) || (own && key.from_relid == at)))
            extend(search, way, search->keys[i], false);
    }
    // What a person's row refers to may say more of the person: a home, an account.
    for (int i = 0; own && i < search->n_keys; ++i) {
        const Hop &key = search->keys[i].hop;
        if (key.from_relid == at && key.to_relid != at && list_member_oid(search->personal, key.to_relid))
            extend(search, way, search->keys[i], true);
    }
    if (own || !way.table->is_link || way.path.steps[0].down) return;
    for (int i = 0; i < search->n_keys; ++i) {
        const Hop &key = search->keys[i].hop;
        if (search->keys[i].in_primary_key && key.from_relid == at && !passes(way, key.to_relid))
            extend(search, way, search->keys[i], true);
    }
}

bool is_linked(const Model &model, const Kind &kind, const Way &way) {
    ListCell *cell = nullptr;
    foreach (cell, list_concat_copy(model.links, model.same)) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (link->kind == &kind && link->relid == way.table->relid && same_way(link->path, way.path)) return true;
    }
    return false;
}

bool goes_down(const Way &way) {
    for (int i = 0; i < way.path.n_steps; ++i)
        if (way.path.steps[i].down) return true;
    return false;
}

// What the shape says of a way. Null: it is certain.
struct Proposal {
    const char *role;
    const char *why_uncertain;
};

// How a table is reached: by ways on which nobody acted and that lead up alone, by others that lead up, by any.
struct Ways {
    int shortest;  // of the first; 0: there is none
    int up;
    int all;
};

Ways ways_from(const Search &search, const Table *table) {
    Ways ways = {};
    for (int i = 1; i < search.n_ways; ++i) {
        const Way &way = search.ways[i];
        if (way.table != table) continue;
        ++ways.all;
        if (goes_down(way)) continue;
        ++ways.up;
        if (!way.acting && (ways.shortest == 0 || way.path.n_steps < ways.shortest)) ways.shortest = way.path.n_steps;
    }
    return ways;
}

// The rows are about the person at the end of the shortest way on which nobody acted; others only mention somebody. Where there is no such way
// the shape does not tell: a post is its author's, a price list is not; what a link table leads to may be somebody else's (who likes a post
// does not own it).
Proposal proposal_of(const Search &search, const Kind &kind, const Way &way) {
    // A person's own row is about that person.
    if (way.table->relid == kind.relid) return Proposal{"mentioned", nullptr};
    const Ways ways = ways_from(search, way.table);
    if (goes_down(way)) {
        const bool only = ways.up == 0;
        return Proposal{only ? "about" : "mentioned", "it leads down a key: what it leads to may be others' as well"};
    }
    if (ways.shortest > 0) return Proposal{!way.acting && way.path.n_steps == ways.shortest ? "about" : "mentioned", nullptr};
    return Proposal{ways.up == 1 ? "about" : "mentioned",
                    "a column on it says that the person acted, and no other way leads to whom the row is about"};
}

enum class Which : uint8_t { kCertain, kUncertain, kAll };

// No foreign key says so, whatever the shape says.
Proposal guessed_proposal(const Way &way, const Proposal &proposal) {
    if (way.guess == nullptr) return proposal;
    return Proposal{proposal.role,
                    psprintf("no foreign key says so, but its name and %lld of %lld values looked at",
                             static_cast<long long>(way.guess->found), static_cast<long long>(way.guess->looked_at))};
}

// Returns how many ways are left to the other list.
int propose(const ReturnSetInfo *result, Search *search, const Kind &kind, Which which) {
    int others = 0;
    search->ways = static_cast<Way *>(palloc_extended(sizeof(Way) * (kMostPaths + 2), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    search->ways[0].table = table_of(*search, kind.relid);
    search->n_ways = 1;
    search->cut_off = false;
    for (int i = 0; i < search->n_ways && !search->cut_off; ++i) {
        CHECK_FOR_INTERRUPTS();
        extend_all(search, search->ways[i]);
    }
    if (search->cut_off)
        ereport(WARNING, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                          errmsg("kind \"%s\" has more than %d paths, and only so many are proposed", kind.name, kMostPaths),
                          errhint("Those that are left out are the longest.")));
    for (int i = 1; i < search->n_ways; ++i) {
        const Way &way = search->ways[i];
        if (is_linked(*search->model, kind, way)) continue;
        const Proposal proposal = guessed_proposal(way, proposal_of(*search, kind, way));
        const bool uncertain = proposal.why_uncertain != nullptr;
        if (which != Which::kAll && uncertain != (which == Which::kUncertain)) {
            ++others;
            continue;
        }
        Datum values[5] = {CStringGetTextDatum(kind.name), ObjectIdGetDatum(way.table->relid),
                           CStringGetTextDatum(link_text(way.path)), CStringGetTextDatum(proposal.role),
                           uncertain ? CStringGetTextDatum(proposal.why_uncertain) : 0};
        bool nulls[5] = {false, false, false, false, !uncertain};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    pfree(search->ways);
    return others;
}

void propose_links(FunctionCallInfo fcinfo, Which which) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    connect_spi();
    Search search = {};
    search.model = load_model();
    read_keys(&search);
    if (which == Which::kUncertain) add_guesses(&search);
    read_tables(&search);
    for (const SqlRow row : read_own("SELECT DISTINCT relation FROM retention.personal_columns"))
        search.personal = lappend_oid(search.personal, row.get<Oid>(1));
    ListCell *cell = nullptr;
    int others = 0;
    foreach (cell, search.model->kinds) others += propose(result, &search, *static_cast<const Kind *>(lfirst(cell)), which);
    SPI_finish();
    if (which == Which::kCertain && others > 0)
        ereport(NOTICE, (errmsg("of %d more paths the shape does not tell whose the rows are", others),
                         errhint("retention.uncertain_links() has them: look at each.")));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_propose_links) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::propose_links(fcinfo, pg_retention::Which::kCertain);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_uncertain_links) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::propose_links(fcinfo, pg_retention::Which::kUncertain);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_unlinked) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::propose_links(fcinfo, pg_retention::Which::kAll);
    return static_cast<Datum>(0);
}
