#include "schema/link_path.hpp"

#include "pg/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr char kHint[] =
    "Name foreign key columns joined by dots, and in brackets, as [schema.table.column], one that refers here; where there is none, "
    "(column = schema.table.column).";

bool refuse(int sqlstate, char *message, Problem *problem) {
    *problem = Problem{sqlstate, message, kHint};
    return false;
}

// The next element and what follows its dot; null when the text ends in the middle of one.
const char *next_element(const char **rest) {
    const char *p = *rest;
    char quote = '\0';
    int depth = 0;
    for (; *p != '\0' && (quote != '\0' || depth > 0 || *p != '.'); ++p) {
        if (quote != '\0')
            quote = *p == quote ? '\0' : quote;
        else if (*p == '"' || (depth > 0 && *p == '\''))
            quote = *p;
        else if (*p == '[' || *p == '(')
            ++depth;
        else if (*p == ']' || *p == ')')
            --depth;
    }
    if (quote != '\0' || depth != 0 || p == *rest) return nullptr;
    const char *element = pnstrdup(*rest, p - *rest);
    *rest = *p == '.' ? p + 1 : p;
    return *p == '.' && **rest == '\0' ? nullptr : element;
}

void set_step(const Hop &hop, bool down, AttrNumber named, Step *step) {
    *step = Step{down ? hop.to_relid : hop.from_relid,
                 down ? hop.from_relid : hop.to_relid,
                 hop.n_keys,
                 {},
                 {},
                 down,
                 false,
                 named,
                 nullptr,
                 hop};
    std::memcpy(step->near_columns, down ? hop.to : hop.from, sizeof(AttrNumber) * hop.n_keys);
    std::memcpy(step->far_columns, down ? hop.from : hop.to, sizeof(AttrNumber) * hop.n_keys);
}

bool read_logical_step(Oid at, const char *element, Step *step, Problem *problem) {
    const bool down = element[0] == '[';
    Hop key = {};
    if (!read_logical_key(at, element, down, &key, problem)) return false;
    set_step(key, down, InvalidAttrNumber, step);
    return true;
}

bool step_up(Oid at, const char *element, Step *step, Problem *problem) {
    List *names = dotted_names(element);
    if (list_length(names) != 1)
        return refuse(ERRCODE_SYNTAX_ERROR, psprintf("element \"%s\" in field \"path\" is not well-formed", element), problem);
    const char *name = static_cast<char *>(linitial(names));
    const AttrNumber column = get_attnum(at, name);
    Hop hop = {};
    if (column <= 0)
        return refuse(ERRCODE_UNDEFINED_COLUMN,
                      psprintf("column \"%s\" in field \"path\" does not exist in table %s", name, get_rel_name(at)), problem);
    if (!find_foreign_key(at, column, &hop))
        return refuse(ERRCODE_INVALID_FOREIGN_KEY,
                      psprintf("column \"%s\" in field \"path\" is not a foreign key of table %s", name, get_rel_name(at)),
                      problem);
    if (is_not_followed(hop, problem)) return false;
    set_step(hop, false, column, step);
    return true;
}

// "parent*": any number of times.
bool repeated_step(Oid at, const char *element, Step *step, Problem *problem) {
    const char *once = pnstrdup(element, strlen(element) - 1);
    if (*once == '\0')
        return refuse(ERRCODE_SYNTAX_ERROR, psprintf("element \"%s\" in field \"path\" is not well-formed", element), problem);
    if (!(is_logical_key(once) ? read_logical_step(at, once, step, problem) : step_up(at, once, step, problem))) return false;
    bool again = !step->down && step->near_relid == step->far_relid;
    for (int k = 0; again && k < step->n; ++k)
        again = getBaseType(get_atttype(at, step->near_columns[k])) == getBaseType(get_atttype(at, step->far_columns[k]));
    step->repeats = true;
    return again ||
           refuse(ERRCODE_INVALID_FOREIGN_KEY,
                  psprintf("element \"%s\" in field \"path\" does not lead from table %s to itself", element, get_rel_name(at)),
                  problem);
}

bool step_down(Oid at, const char *element, Step *step, Problem *problem) {
    const size_t length = strlen(element);
    List *names = element[length - 1] == ']' ? dotted_names(pnstrdup(element + 1, length - 2)) : NIL;
    const int n = list_length(names);
    if (n != 2 && n != 3)
        return refuse(ERRCODE_SYNTAX_ERROR, psprintf("element \"%s\" in field \"path\" is not well-formed", element), problem);
    const Oid schema = n == 3 ? get_namespace_oid(static_cast<char *>(linitial(names)), true) : get_rel_namespace(at);
    const Oid far = get_relname_relid(static_cast<char *>(list_nth(names, n - 2)), schema);
    if (!OidIsValid(far))
        return refuse(ERRCODE_UNDEFINED_TABLE, psprintf("element \"%s\" in field \"path\" names no table", element), problem);
    const AttrNumber column = get_attnum(far, static_cast<char *>(llast(names)));
    Hop hop = {};
    if (column <= 0 || !find_foreign_key(far, column, &hop) || hop.to_relid != at)
        return refuse(
            ERRCODE_INVALID_FOREIGN_KEY,
            psprintf("element \"%s\" in field \"path\" is not a foreign key that refers to table %s", element, get_rel_name(at)),
            problem);
    if (is_not_followed(hop, problem)) return false;
    set_step(hop, true, column, step);
    return true;
}

}  // namespace

bool resolve_link(Oid relid, const char *text, Oid person_relid, LinkPath *path, Problem *problem) {
    *path = LinkPath{};
    Oid at = relid;
    for (const char *rest = text; *rest != '\0';) {
        const char *element = next_element(&rest);
        if (element == nullptr) return refuse(ERRCODE_SYNTAX_ERROR, psprintf("path \"%s\" is not well-formed", text), problem);
        if (path->n_steps == kMaxHops)
            return refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, psprintf("path \"%s\" has more than %d steps", text, kMaxHops),
                          problem);
        Step *step = &path->steps[path->n_steps];
        const auto follow = element[strlen(element) - 1] == '*' ? repeated_step
                          : is_logical_key(element)             ? read_logical_step
                          : element[0] == '['                   ? step_down
                                                                : step_up;
        if (!follow(at, element, step, problem)) return false;
        step->onward = rest;
        at = step->far_relid;
        ++path->n_steps;
    }
    if (at == person_relid) return true;
    return refuse(ERRCODE_INVALID_FOREIGN_KEY,
                  psprintf("path \"%s\" ends at table %s, not at %s", text, get_rel_name(at), get_rel_name(person_relid)),
                  problem);
}

static void append_step(StringInfo text, const Step &step) {
    if (step.named == InvalidAttrNumber) {
        appendStringInfoString(text, logical_key_text(step.key, step.down));
        return;
    }
    const char *column = quote_identifier(get_attname(step.down ? step.far_relid : step.near_relid, step.named, false));
    if (step.down)
        appendStringInfo(text, "[%s.%s]", qualified_name(step.far_relid), column);
    else
        appendStringInfoString(text, column);
}

char *link_text(const LinkPath &path) {
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < path.n_steps; ++i) {
        const Step &step = path.steps[i];
        if (i > 0) appendStringInfoChar(&text, '.');
        append_step(&text, step);
        if (step.repeats) appendStringInfoChar(&text, '*');
    }
    return text.data;
}

static LinkPath path_from(const LinkPath &path, int first) {
    LinkPath rest = {};
    for (int i = first; i < path.n_steps; ++i) rest.steps[rest.n_steps++] = path.steps[i];
    return rest;
}

bool without_repeated(const LinkPath &path, int which, LinkPath *shorter) {
    int at = 0;
    while (at < path.n_steps && (!path.steps[at].repeats || which-- > 0)) ++at;
    if (at == path.n_steps) return false;
    LinkPath rest = {};
    for (int i = 0; i < path.n_steps; ++i)
        if (i != at) rest.steps[rest.n_steps++] = path.steps[i];
    for (int i = rest.n_steps - 1; i >= 0; --i)
        rest.steps[i].onward = i + 1 == rest.n_steps ? "" : link_text(path_from(rest, i + 1));
    *shorter = rest;
    return true;
}

bool same_way(const LinkPath &a, const LinkPath &b) {
    bool same = a.n_steps == b.n_steps;
    for (int i = 0; same && i < a.n_steps; ++i) {
        const Step &x = a.steps[i];
        const Step &y = b.steps[i];
        same = x.near_relid == y.near_relid && x.far_relid == y.far_relid && x.n == y.n && x.down == y.down &&
               x.repeats == y.repeats && std::memcmp(x.near_columns, y.near_columns, sizeof x.near_columns) == 0 &&
               std::memcmp(x.far_columns, y.far_columns, sizeof x.far_columns) == 0 && same_given(x.key.given, y.key.given);
    }
    return same;
}

Step logical_step(const Hop &key, bool down) {
    Step step = {};
    set_step(key, down, InvalidAttrNumber, &step);
    return step;
}

bool step_along(const Hop &key, bool down, Step *step) {
    for (int i = 0; i < key.n_keys; ++i) {
        Hop found = {};
        const size_t size = sizeof(AttrNumber) * key.n_keys;
        if (!find_foreign_key(key.from_relid, key.from[i], &found) || found.to_relid != key.to_relid ||
            found.n_keys != key.n_keys || std::memcmp(found.from, key.from, size) != 0 ||
            std::memcmp(found.to, key.to, size) != 0)
            continue;
        if (found.form != KeyForm::kFollowed) return false;
        set_step(found, down, key.from[i], step);
        return true;
    }
    return false;
}

char *own_rows_condition(Oid referred, const Hop &key) {
    if (!OidIsValid(key.constraint) || get_rel_relkind(referred) != RELKIND_RELATION || !has_subclass(referred)) return nullptr;
    return psprintf("t.tableoid = '%u'::pg_catalog.oid", referred);
}

}  // namespace pg_retention
