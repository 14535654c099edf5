#include "subject/others.hpp"

#include <algorithm>

#include "schema/extension.hpp"
#include "schema/link_front.hpp"
#include "core/text/letters.hpp"
#include "core/text/person_words.hpp"
#include "core/time/clock.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "subject/called.hpp"
#include "pg/security.hpp"

extern "C" {
#include "common/hashfn.h"
#include "port/pg_bitutils.h"
#include "utils/datum.h"
}

namespace pg_retention {

namespace {

// Or asked for it, and is kept by law for no other reason. What a hold or a restriction stands against is not done yet.
bool is_erased(core::Clock clock) {
    const uint8_t flags = core::flags_of(clock);
    return (flags & core::kAnonymised) != 0 || ((flags & core::kKept) != 0 && (flags & (core::kHeld | core::kRestricted)) == 0);
}

// The front has arrived at the persons: which of them are the subject, and what tells who the others are.
List *persons_at(const Subject &subject, const Link &link, const AttrNumber *columns, const Equalities &equalities,
                 const Front &front, const char *condition) {
    const Kind &kind = *link.kind;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row, ");
    if (subject.roots[kind.index].n > 0)
        append_key_condition(&sql, kind.relid, kind.keys, subject.roots[kind.index], &parameters);
    else
        appendStringInfoString(&sql, "false");
    const bool governed = clock_column(kind.relid) != InvalidAttrNumber;
    const char *anonymous = governed ? nullptr : anonymised_condition(*subject.model, kind.relid, nullptr);
    appendStringInfo(&sql, ", %s%s, %s", governed ? "t." : "", governed ? clock_name(kind.relid) : "NULL",
                     anonymous != nullptr ? anonymous : "false");
    append_called(&sql, *subject.model, kind);
    append_front_join(&sql, kind.relid, columns, equalities, front, &parameters);
    if (condition != nullptr) appendStringInfo(&sql, " AND %s", condition);
    appendStringInfoString(&sql, and_is_person(kind));
    const SqlRows found = read_as(owner_of(kind.relid), sql.data, parameters);
    List *persons = NIL;
    for (const SqlRow row : found) {
        auto *other = static_cast<Other *>(palloc0(sizeof(Other)));
        other->row = row.get<int32>(1);
        other->link = &link;
        other->is_subject = row.get_or(2, false);
        other->is_erased = is_erased(row.get_or(3, core::kNoClock)) || row.get_or(4, false);
        persons = lappend(persons, other);
    }
    add_called(subject, kind, found, 5, persons);
    found.free();
    return persons;
}

bool may_lead_elsewhere(const Link &link, const Link &reached_by) {
    if (link.relid != reached_by.relid) return false;
    if (&link != &reached_by) return true;
    return link.to_several;
}

// columns[k][row] are the values of the link's first near columns, or of the key when the row itself is a person.
List *persons_beyond(const Subject &subject, const Link &link, const Datum *const *columns, const bool *const *nulls,
                     int n_rows) {
    const Kind &kind = *link.kind;
    if (link.path.n_steps == 0) {
        const Front own = first_front(kind.relid, kind.keys, kind.n_keys, columns, nulls, n_rows);
        return own.n == 0
                 ? NIL
                 : persons_at(subject, link, kind.keys, own_equalities(kind.relid, kind.keys, kind.n_keys), own, nullptr);
    }
    const LinkFront at = front_along(link.path, columns, nulls, n_rows);
    return at.front.n == 0 ? NIL : persons_at(subject, link, at.columns, at.equalities, at.front, at.condition);
}

int n_leads(const Link &link) { return link.path.n_steps == 0 ? link.kind->n_keys : link.path.steps[0].n; }
const AttrNumber *leads(const Link &link) { return link.path.n_steps == 0 ? link.kind->keys : link.path.steps[0].near_columns; }

}  // namespace

List *links_elsewhere(const Subject &subject, const Link &reached_by) {
    List *links = NIL;
    ListCell *cell = nullptr;
    foreach (cell, subject.model->links)
        if (may_lead_elsewhere(*static_cast<Link *>(lfirst(cell)), reached_by)) links = lappend(links, lfirst(cell));
    return links;
}

void append_leads(StringInfo sql, List *links) {
    ListCell *cell = nullptr;
    foreach (cell, links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        const char *condition = link->path.n_steps == 0 ? nullptr : near_condition(link->path.steps[0]);
        for (int k = 0; k < n_leads(*link); ++k) {
            const char *column = column_list(link->relid, &leads(*link)[k], 1, "t.");
            appendStringInfo(sql, condition == nullptr ? ", %s" : ", CASE WHEN %2$s THEN %1$s END", column, condition);
        }
    }
}

namespace {

// Rows that hold the same lead to the same persons.
struct Alike {
    int n;       // different ones
    int *first;  // of each: the first of its rows
    int *next;   // of each row: the next of those like it; -1: there is none
};

bool is_alike(const SPITupleTable *rows, int a, int b, int place, int n_places) {
    for (int k = place; k < place + n_places; ++k) {
        const Form_pg_attribute att = TupleDescAttr(rows->tupdesc, k - 1);
        bool null_a = false, null_b = false;
        const Datum x = SPI_getbinval(rows->vals[a], rows->tupdesc, k, &null_a);
        const Datum y = SPI_getbinval(rows->vals[b], rows->tupdesc, k, &null_b);
        if (null_a != null_b || (!null_a && !datum_image_eq(x, y, att->attbyval, att->attlen))) return false;
    }
    return true;
}

uint32 hash_of_row(const SPITupleTable *rows, int row, int place, int n_places) {
    uint32 hash = 0;
    for (int k = place; k < place + n_places; ++k) {
        const Form_pg_attribute att = TupleDescAttr(rows->tupdesc, k - 1);
        bool isnull = false;
        const Datum value = SPI_getbinval(rows->vals[row], rows->tupdesc, k, &isnull);
        hash = hash_combine(hash, isnull ? 0 : datum_image_hash(value, att->attbyval, att->attlen));
    }
    return hash;
}

// By what the rows hold in n_places columns from `place` on.
Alike alike(const SPITupleTable *rows, int n_rows, int place, int n_places) {
    const uint32 room = pg_nextpower2_32(Max(2 * n_rows, 16));
    auto *table = static_cast<int *>(palloc_extended(sizeof(int) * room, MCXT_ALLOC_HUGE));
    Alike found = {0, static_cast<int *>(palloc(sizeof(int) * (n_rows + 1))),
                   static_cast<int *>(palloc(sizeof(int) * (n_rows + 1)))};
    std::fill_n(table, room, -1);
    for (int row = 0; row < n_rows; ++row) {
        uint32 at = hash_of_row(rows, row, place, n_places) & (room - 1);
        while (table[at] >= 0 && !is_alike(rows, table[at], row, place, n_places)) at = (at + 1) & (room - 1);
        found.next[row] = -1;
        if (table[at] < 0) {
            found.first[found.n++] = table[at] = row;
        } else {
            found.next[row] = found.next[table[at]];
            found.next[table[at]] = row;
        }
    }
    pfree(table);
    return found;
}

}  // namespace

List **find_others(const Subject &subject, List *links, const SPITupleTable *rows, int n_rows, int place) {
    auto **others = static_cast<List **>(palloc0(sizeof(List *) * (n_rows + 1)));
    ListCell *cell = nullptr;
    foreach (cell, links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        const Alike different = alike(rows, n_rows, place, n_leads(*link));
        Datum *columns[kMaxKeys];
        bool *nulls[kMaxKeys];
        for (int k = 0; k < n_leads(*link); ++k, ++place) {
            columns[k] = static_cast<Datum *>(palloc(sizeof(Datum) * (different.n + 1)));
            nulls[k] = static_cast<bool *>(palloc(sizeof(bool) * (different.n + 1)));
            for (int i = 0; i < different.n; ++i)
                columns[k][i] = SPI_getbinval(rows->vals[different.first[i]], rows->tupdesc, place, &nulls[k][i]);
        }
        ListCell *found = nullptr;
        foreach (found, persons_beyond(subject, *link, columns, nulls, different.n)) {
            auto *other = static_cast<Other *>(lfirst(found));
            other->telling = static_cast<Telling *>(palloc0(sizeof(Telling)));
            for (int row = different.first[other->row]; row >= 0; row = different.next[row]) {
                auto *of_row = static_cast<Other *>(palloc(sizeof(Other)));
                *of_row = *other;
                of_row->row = row;
                others[row] = lappend(others[row], of_row);
            }
        }
    }
    return others;
}

bool leads_to_subject(List *others, const Link *link) {
    ListCell *cell = nullptr;
    foreach (cell, others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->link == link && other->is_subject) return true;
    }
    return false;
}

namespace {

// A word of the person's stands here: the end of it, or 0.
size_t own_word_at(const Subject &subject, std::string_view text, size_t at) {
    size_t end = 0;
    for (size_t i = 0; i < subject.own.n; ++i) end = Max(end, core::match_value(text, at, subject.own.words[i]));
    return end;
}

// By what is all of it or by two words: a family's name alone names nobody of it in particular.
bool is_named_in(const Subject &subject, std::string_view text) {
    int words = 0, own = 0;
    size_t own_end = 0;
    for (size_t at = 0; at < text.size(); at += Max(core::letter_at(text, at).size, 1)) {
        const bool begins =
            core::is_word(core::letter_at(text, at).code) && (at == 0 || !core::is_word(core::letter_before(text, at).code));
        if (!begins) continue;
        ++words;
        if (at >= own_end) own_end = Max(own_end, own_word_at(subject, text, at));
        if (at < own_end) ++own;
    }
    return own > 0 && (own == words || own >= 2);
}

// Those of all of them, one after the other.
WordArray together(List *others, const Subject &subject, WordArray Telling::*which,
                   bool (*is_left_out)(const Subject &, const char *)) {
    WordArray all = {};
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        WordArray *words = &(other->telling->*which);
        if (words->words == nullptr) {
            List *left = NIL;
            foreach (inner, other->words)
                if (!is_left_out(subject, static_cast<char *>(lfirst(inner)))) left = lappend(left, lfirst(inner));
            *words = taken_apart(left);
        }
        if (list_length(others) == 1) return *words;
        all.n += words->n;
    }
    all.words = static_cast<core::Word *>(palloc(sizeof(core::Word) * (all.n + 1)));
    all.n = 0;
    foreach (cell, others) {
        const WordArray &words = static_cast<const Other *>(lfirst(cell))->telling->*which;
        for (size_t i = 0; i < words.n; ++i) new (&all.words[all.n++]) core::Word(words.words[i]);
    }
    return all;
}

}  // namespace

WordArray words_to_hide(const Subject &subject, List *others) { return together(others, subject, &Telling::hidden, is_own_word); }

WordArray words_of_others(const Subject &subject, List *others) {
    return together(others, subject, &Telling::kept, [](const Subject &of, const char *word) { return is_named_in(of, word); });
}

bool is_alive(const Other &other) { return !other.is_subject && !other.is_erased; }

bool leads_to_the_living(List *others, const Link *link) {
    ListCell *cell = nullptr;
    foreach (cell, others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->link == link && is_alive(*other)) return true;
    }
    return false;
}

}  // namespace pg_retention
