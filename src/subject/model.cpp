#include "subject/model.hpp"

#include "core/data/vocabulary.hpp"
#include "core/text/telling.hpp"
#include "personal/anonymiser.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "schema/row_key.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "subject/identity_form.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
}

namespace pg_retention {

namespace {

[[noreturn]] void does_not_fit(const char *what, const char *name, const Problem &problem) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("%s \"%s\" does not fit the schema", what, name),
                    errdetail_internal("%s", problem.message), errhint("%s", problem.hint)));
    pg_unreachable();
}

AttrNumber column_named(Oid relid, const char *name, const char *field) {
    const AttrNumber column = get_attnum(relid, name);
    if (column <= 0)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                        errmsg("column \"%s\" in field \"%s\" does not exist in table %s", name, field, get_rel_name(relid)),
                        errhint("Correct retention.subject_kind or retention.subject_link.")));
    return column;
}

int names_of(Datum array, Datum **names) {
    bool *nulls = nullptr;
    const int n = elements_of(array, NAMEOID, names, &nulls);
    for (int i = 0; i < n; ++i)
        if (nulls[i]) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a list of columns has a null element")));
    return n;
}

const char *condition_of(Oid relid, const char *text) {
    Relation rel = table_open(relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, false);
    const char *condition = condition_text(rel, text, "t");
    leave(saved);
    table_close(rel, AccessShareLock);
    return psprintf("(%s)", condition);
}

// The table of the kind, its key and its identifying columns.
Kind *read_kind(const SqlRow &row) {
    auto *kind = static_cast<Kind *>(palloc0(sizeof(Kind)));
    Datum *names = nullptr;
    kind->name = row.text(1);
    kind->relid = row.get<Oid>(2);
    kind->n_keys = row.is_null(3) ? 0 : names_of(row.datum(3), &names);
    if (kind->n_keys > kMaxKeys)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("field \"key\" has more than %d columns", kMaxKeys)));
    for (int i = 0; i < kind->n_keys; ++i) kind->keys[i] = column_named(kind->relid, NameStr(*DatumGetName(names[i])), "key");
    if (kind->n_keys == 0) kind->n_keys = primary_key(kind->relid, kind->keys);
    if (!row.is_null(3) && !is_unique_in(kind->relid, kind->keys, kind->n_keys))
        does_not_fit(
            "kind", kind->name,
            Problem{0, "No unique index names its rows by \"key\" any more.", "Create one, or correct retention.subject_kind."});
    kind->n_identifying = names_of(row.datum(4), &names);
    kind->identifying = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (kind->n_identifying + 1)));
    for (int i = 0; i < kind->n_identifying; ++i) {
        kind->identifying[i] = column_named(kind->relid, NameStr(*DatumGetName(names[i])), "identifying");
        kind->personal = bms_add_member(kind->personal, kind->identifying[i]);
    }
    kind->words = bms_copy(kind->personal);
    kind->n_scope = names_of(row.datum(5), &names);
    kind->scope = static_cast<AttrNumber *>(palloc(sizeof(AttrNumber) * (kind->n_scope + 1)));
    for (int i = 0; i < kind->n_scope; ++i) kind->scope[i] = column_named(kind->relid, NameStr(*DatumGetName(names[i])), "scope");
    if (!row.is_null(7)) kind->condition = condition_of(kind->relid, row.text(7));
    return kind;
}

void add_placeholders(Model *model, Datum array) {
    Datum *values = nullptr;
    bool *nulls = nullptr;
    const int n = elements_of(array, TEXTOID, &values, &nulls);
    for (int i = 0; i < n; ++i)
        if (char *form = nulls[i] ? nullptr : identity_of(TextDatumGetCString(values[i])))
            model->placeholders = lappend(model->placeholders, form);
}

constexpr char kKinds[] = "SELECT kind, relation, key, identifying, scope, placeholders, applies_to FROM retention.subject_kind ";

[[noreturn]] void no_kind(const char *name) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("kind of subject \"%s\" does not exist", name),
                    errhint("See retention.subject_kind.")));
    pg_unreachable();
}

void load_kinds(Model *model) {
    for (const SqlRow row : read_own(psprintf("%sORDER BY kind", kKinds))) {
        Kind *kind = read_kind(row);
        kind->index = list_length(model->kinds);
        model->kinds = lappend(model->kinds, kind);
        add_placeholders(model, row.datum(6));
    }
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        auto *own = static_cast<Link *>(palloc0(sizeof(Link)));
        own->kind = static_cast<Kind *>(lfirst(cell));
        own->relid = own->kind->relid;
        own->text = "";
        model->links = lappend(model->links, own);
    }
}

// Nothing says that what a logical key refers to is there once.
bool leads_to_several(const Step &step) {
    return step.down || step.repeats ||
           (step.named == InvalidAttrNumber && !is_unique_in(step.far_relid, step.far_columns, step.n));
}

Link *read_link(const Model &model, const SqlRow &row) {
    auto *link = static_cast<Link *>(palloc0(sizeof(Link)));
    Problem problem = {};
    Datum *names = nullptr;
    link->kind = kind_named(model, row.text(1));
    link->relid = row.get<Oid>(2);
    link->text = row.text(3);
    if (!core::find_word(row.text(4), &link->role))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("link \"%s\" has no role \"%s\"", link->text, row.text(4)),
                        errhint("%s", core::kAllWords<LinkRole>.text)));
    if (!resolve_link(link->relid, link->text, link->kind->relid, &link->path, &problem))
        does_not_fit("link", link->text, problem);
    const int n = names_of(row.datum(5), &names);
    for (int i = 0; i < n; ++i)
        link->claimed = bms_add_member(link->claimed, column_named(link->relid, NameStr(*DatumGetName(names[i])), "columns"));
    return link;
}

bool has_way(List *links, const Link &link) {
    ListCell *cell = nullptr;
    foreach (cell, links) {
        const auto *other = static_cast<const Link *>(lfirst(cell));
        if (other->kind == link.kind && other->relid == link.relid && same_way(other->path, link.path)) return true;
    }
    return false;
}

void set_several(Link *link) {
    link->to_several = false;
    for (int i = 0; i < link->path.n_steps; ++i) link->to_several = link->to_several || leads_to_several(link->path.steps[i]);
}

void load_links(Model *model) {
    const SqlRows found = read_own("SELECT kind, relation, path, role, columns FROM retention.subject_link "
                                   "ORDER BY role <> 'deleted_with', role, pg_catalog.length(path), relation, path, kind");
    for (const SqlRow row : found) {
        Link *link = read_link(*model, row);
        List **list = link->role == LinkRole::kSame ? &model->same : &model->links;
        set_several(link);
        *list = lappend(*list, link);
    }
    found.free();
    // A step that repeats may be gone not at all: those who are led to by the columns of the row itself are told from those further up.
    for (int i = 0; i < list_length(model->links); ++i) {
        auto *link = static_cast<Link *>(list_nth(model->links, i));
        LinkPath path;
        for (int which = 0; without_repeated(link->path, which, &path); ++which) {
            auto *shorter = static_cast<Link *>(palloc(sizeof(Link)));
            *shorter = *link;
            shorter->path = path;
            shorter->text = link_text(path);
            if (has_way(model->links, *shorter)) continue;
            set_several(shorter);
            model->links = list_insert_nth(model->links, i + 1, shorter);
        }
    }
}

void load_personal(Model *model) {
    List *relids = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model->links) relids = list_append_unique_oid(relids, static_cast<Link *>(lfirst(cell))->relid);
    model->personal = personal_columns_in(relids);
    foreach (cell, model->personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        auto *kind = const_cast<Kind *>(kind_of_table(*model, column->relid));
        if (kind == nullptr) continue;
        kind->personal = bms_add_member(kind->personal, column->column);
        if (tells_who(*column)) kind->words = bms_add_member(kind->words, column->column);
    }
}

// Of a table without foreign keys.
bool is_only_link(const Model &model, const Link &link) {
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        const auto *other = static_cast<const Link *>(lfirst(cell));
        if (other != &link && other->relid == link.relid) return false;
    }
    return true;
}

bool leads_by_its_only_key(const Model &model, const Link &link) {
    if (link.role != LinkRole::kAbout || link.path.n_steps != 1 || link.path.steps[0].down || link.path.steps[0].repeats)
        return false;
    Relation rel = RelationIdGetRelation(link.relid);
    const int n_keys = RelationIsValid(rel) ? list_length(RelationGetFKeyList(rel)) : 0;
    if (RelationIsValid(rel)) RelationClose(rel);
    return n_keys == 1 || (n_keys == 0 && is_only_link(model, link));
}

void load_namings(const Model &model) {
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, model.links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        Bitmapset *words = nullptr;
        if (kind_of_table(model, link->relid) != nullptr || !leads_by_its_only_key(model, *link)) continue;
        foreach (inner, model.personal) {
            const auto *column = static_cast<const PersonalColumn *>(lfirst(inner));
            if (column->relid == link->relid && tells_who(*column) && core::is_telling_category(column->category))
                words = bms_add_member(words, column->column);
        }
        if (words == nullptr) continue;
        auto *naming = static_cast<Naming *>(palloc(sizeof(Naming)));
        *naming = Naming{link, words};
        auto *kind = const_cast<Kind *>(link->kind);
        kind->named_in = lappend(kind->named_in, naming);
    }
}

}  // namespace

Model *load_model() {
    auto *model = static_cast<Model *>(palloc0(sizeof(Model)));
    load_kinds(model);
    load_links(model);
    load_personal(model);
    load_namings(*model);
    // What is personal in the person's own row concerns nobody else.
    ListCell *cell = nullptr;
    foreach (cell, model->links) {
        auto *link = static_cast<Link *>(lfirst(cell));
        if (link->path.n_steps == 0) link->claimed = link->kind->personal;
    }
    return model;
}

const char *and_is_person(const Kind &kind) { return kind.condition == nullptr ? "" : psprintf(" AND %s", kind.condition); }

const Kind *kind_named(const Model &model, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, model.kinds)
        if (strcmp(static_cast<Kind *>(lfirst(cell))->name, name) == 0) return static_cast<Kind *>(lfirst(cell));
    no_kind(name);
}

const Kind *load_kind(const char *name) {
    const SqlRows found = read_own(psprintf("%sWHERE kind = $1", kKinds), name);
    if (found.n == 0) no_kind(name);
    return read_kind(found.first());
}

const Kind *kind_of_table(const Model &model, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, model.kinds)
        if (static_cast<Kind *>(lfirst(cell))->relid == relid) return static_cast<Kind *>(lfirst(cell));
    return nullptr;
}

List *personal_columns(const Model &model, Oid relid) {
    List *columns = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.personal)
        if (static_cast<const PersonalColumn *>(lfirst(cell))->relid == relid) columns = lappend(columns, lfirst(cell));
    return columns;
}

const PersonalColumn *personal_column(const Model &model, Oid relid, AttrNumber column) {
    return find_personal_column(model.personal, relid, column);
}

Bitmapset *logical_key_columns(const Model &model, Oid relid) {
    Bitmapset *columns = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, list_concat_copy(model.links, model.same)) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        for (int i = 0; i < link->path.n_steps; ++i) {
            const Step &step = link->path.steps[i];
            if (step.named != InvalidAttrNumber || step.key.from_relid != relid) continue;
            for (int k = 0; k < step.n; ++k) columns = bms_add_member(columns, step.key.from[k]);
            for (int k = 0; step.key.given != nullptr && k < step.key.given->n; ++k)
                columns = bms_add_member(columns, step.key.given->columns[k]);
        }
    }
    return columns;
}

char *anonymised_condition(const Model &model, Oid relid, const Bitmapset *only) {
    StringInfoData condition;
    initStringInfo(&condition);
    ListCell *cell = nullptr;
    foreach (cell, model.personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        if (column->relid != relid || (only != nullptr && !bms_is_member(column->column, only))) continue;
        appendStringInfo(&condition, "%s%s", condition.len > 0 ? " AND " : "", is_anonymised(*column));
    }
    return condition.len > 0 ? condition.data : nullptr;
}

}  // namespace pg_retention
