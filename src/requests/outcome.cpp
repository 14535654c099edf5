#include "requests/outcome.hpp"

#include "pg/names.hpp"
#include "subject/json.hpp"

namespace pg_retention {

bool same_words(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

void add_to(List **tallies, MemoryContext context, const Tally &more) {
    ListCell *cell = nullptr;
    if (more.rows == 0) return;
    foreach (cell, *tallies) {
        auto *tally = static_cast<Tally *>(lfirst(cell));
        if (tally->outcome != more.outcome || tally->relid != more.relid || !same_words(tally->why, more.why) ||
            !same_words(tally->until, more.until))
            continue;
        tally->rows += more.rows;
        return;
    }
    MemoryContext before = MemoryContextSwitchTo(context);
    auto *tally = static_cast<Tally *>(palloc(sizeof(Tally)));
    *tally = more;
    if (more.why != nullptr) tally->why = pstrdup(more.why);
    if (more.until != nullptr) tally->until = pstrdup(more.until);
    *tallies = lappend(*tallies, tally);
    MemoryContextSwitchTo(before);
}

bool has_outcome(List *tallies, Outcome outcome) {
    ListCell *cell = nullptr;
    foreach (cell, tallies)
        if (static_cast<const Tally *>(lfirst(cell))->outcome == outcome) return true;
    return false;
}

int64 rows_of(List *tallies, Outcome outcome) {
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, tallies) {
        const auto *tally = static_cast<const Tally *>(lfirst(cell));
        if (tally->outcome == outcome) rows += tally->rows;
    }
    return rows;
}

bool was_carried_out(List *tallies) {
    return has_outcome(tallies, Outcome::kDeleted) || has_outcome(tallies, Outcome::kAnonymised) ||
           has_outcome(tallies, Outcome::kTakenOut);
}

void append_section(StringInfo out, List *tallies, Outcome outcome) {
    bool first = true;
    ListCell *cell = nullptr;
    appendStringInfo(out, ", \"%s\": [", name_of(outcome));
    foreach (cell, tallies) {
        const auto *tally = static_cast<const Tally *>(lfirst(cell));
        if (tally->outcome != outcome) continue;
        appendStringInfoString(out, first ? "{\"table\": " : ", {\"table\": ");
        append_json_text(out, qualified_name(tally->relid));
        appendStringInfo(out, ", \"rows\": " INT64_FORMAT, tally->rows);
        if (tally->why != nullptr) appendStringInfo(out, ", \"%s\": ", outcome == Outcome::kKept ? "law" : "why");
        if (tally->why != nullptr) append_json_text(out, tally->why);
        if (outcome == Outcome::kKept) appendStringInfoString(out, ", \"until\": ");
        if (outcome == Outcome::kKept) append_json_text(out, tally->until);
        appendStringInfoChar(out, '}');
        first = false;
    }
    appendStringInfoChar(out, ']');
}

const char *categories_of(const Model &model, List *tallies) {
    StringInfoData out;
    List *relids = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, tallies) relids = list_append_unique_oid(relids, static_cast<const Tally *>(lfirst(cell))->relid);
    initStringInfo(&out);
    appendStringInfoChar(&out, '{');
    foreach (cell, relids) {
        List *categories = NIL;
        if (cell != list_head(relids)) appendStringInfoString(&out, ", ");
        append_json_text(&out, qualified_name(lfirst_oid(cell)));
        appendStringInfoString(&out, ": [");
        foreach (inner, personal_columns(model, lfirst_oid(cell))) {
            const char *category = static_cast<const PersonalColumn *>(lfirst(inner))->category;
            if (has_word(categories, category)) continue;
            if (categories != NIL) appendStringInfoString(&out, ", ");
            append_json_text(&out, category);
            categories = lappend(categories, const_cast<char *>(category));
        }
        appendStringInfoChar(&out, ']');
    }
    appendStringInfoChar(&out, '}');
    return out.data;
}

void append_consequences(StringInfo out, const Account &account) {
    bool first = true;
    ListCell *cell = nullptr;
    appendStringInfoString(out, ", \"in_consequence\": [");
    foreach (cell, consequences_in(account)) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        appendStringInfoString(out, first ? "{\"table\": " : ", {\"table\": ");
        append_json_text(out, qualified_name(one->relid));
        if (one->rows < 0)
            appendStringInfoString(out, ", \"rows\": null");
        else
            appendStringInfo(out, ", \"rows\": " INT64_FORMAT, one->rows);
        appendStringInfo(out, ", \"what\": \"%s\"}", name_of(one->effect));
        first = false;
    }
    appendStringInfoChar(out, ']');
}

bool ledger_action_of(Outcome outcome, LedgerAction *action) {
    switch (outcome) {
        case Outcome::kDeleted: *action = LedgerAction::kDeleted; return true;
        case Outcome::kAnonymised: *action = LedgerAction::kAnonymised; return true;
        case Outcome::kKept: *action = LedgerAction::kKept; return true;
        case Outcome::kDeferred: *action = LedgerAction::kDeferred; return true;
        case Outcome::kTakenOut: *action = LedgerAction::kTakenOut; return true;
        case Outcome::kNotCovered:
        case Outcome::kBlocked: return false;
    }
    pg_unreachable();
}

}  // namespace pg_retention
