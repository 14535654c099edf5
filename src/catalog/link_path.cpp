#include "catalog/link_path.hpp"

#include "pg/compat.hpp"
#include "pg/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr char kHint[] = "Name foreign key columns joined by dots, and in brackets, as [schema.table.column], one that refers here.";

bool refuse(int sqlstate, char *message, Problem *problem) {
    *problem = Problem{sqlstate, message, kHint};
    return false;
}

// The next element and what follows its dot; null when the text ends in the middle of one.
const char *next_element(const char **rest) {
    const char *p = *rest;
    bool quoted = false;
    int depth = 0;
    for (; *p != '\0' && (quoted || depth > 0 || *p != '.'); ++p) {
        if (*p == '"') quoted = !quoted;
        if (!quoted && *p == '[') ++depth;
        if (!quoted && *p == ']') --depth;
    }
    if (quoted || depth != 0 || p == *rest) return nullptr;
    const char *element = pnstrdup(*rest, p - *rest);
    *rest = *p == '.' ? p + 1 : p;
    return *p == '.' && **rest == '\0' ? nullptr : element;
}

bool step_up(Oid at, const char *element, Step *step, Problem *problem) {
    const char *name = strVal(linitial(qualified_names(element)));
    const AttrNumber column = get_attnum(at, name);
    Hop hop = {};
    if (column <= 0)
        return refuse(ERRCODE_UNDEFINED_COLUMN,
                      psprintf("column \"%s\" in field \"path\" does not exist in table %s", name, get_rel_name(at)), problem);
    if (!find_foreign_key(at, column, &hop))
        return refuse(ERRCODE_INVALID_FOREIGN_KEY,
                      psprintf("column \"%s\" in field \"path\" is not a foreign key of table %s", name, get_rel_name(at)),
                      problem);
    *step = Step{at, hop.to_relid, hop.n_keys, {}, {}, false, nullptr};
    for (int i = 0; i < hop.n_keys; ++i) {
        step->near_columns[i] = hop.from[i];
        step->far_columns[i] = hop.to[i];
    }
    return true;
}

bool step_down(Oid at, const char *element, Step *step, Problem *problem) {
    List *names = qualified_names(pnstrdup(element + 1, strlen(element) - 2));
    const char *column_name = strVal(llast(names));
    names = list_truncate(names, list_length(names) - 1);
    const Oid schema = list_length(names) == 2 ? get_namespace_oid(strVal(linitial(names)), true) : get_rel_namespace(at);
    const Oid far = names == NIL ? InvalidOid : get_relname_relid(strVal(llast(names)), schema);
    if (!OidIsValid(far))
        return refuse(ERRCODE_UNDEFINED_TABLE, psprintf("element \"%s\" in field \"path\" names no table", element), problem);
    const AttrNumber column = get_attnum(far, column_name);
    Hop hop = {};
    if (column <= 0 || !find_foreign_key(far, column, &hop) || hop.to_relid != at)
        return refuse(ERRCODE_INVALID_FOREIGN_KEY,
                      psprintf("element \"%s\" in field \"path\" is not a foreign key that refers to table %s", element,
                               get_rel_name(at)),
                      problem);
    *step = Step{at, far, hop.n_keys, {}, {}, true, nullptr};
    for (int i = 0; i < hop.n_keys; ++i) {
        step->near_columns[i] = hop.to[i];
        step->far_columns[i] = hop.from[i];
    }
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
            return refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, psprintf("path \"%s\" has more than %d steps", text, kMaxHops), problem);
        Step *step = &path->steps[path->n_steps];
        if (!(element[0] == '[' ? step_down(at, element, step, problem) : step_up(at, element, step, problem))) return false;
        step->onward = rest;
        at = step->far_relid;
        ++path->n_steps;
    }
    if (at == person_relid) return true;
    return refuse(ERRCODE_INVALID_FOREIGN_KEY,
                  psprintf("path \"%s\" ends at table %s, not at %s", text, get_rel_name(at), get_rel_name(person_relid)), problem);
}

}  // namespace pg_retention
