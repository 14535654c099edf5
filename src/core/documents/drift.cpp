#include "core/documents/drift.hpp"

#include <algorithm>

#include "core/documents/drift_reader.hpp"

namespace pg_retention::core {

bool same_length(const Period &a, const Period &b) noexcept {
    return is_forever(a) == is_forever(b) && a.months == b.months && a.days == b.days && a.seconds == b.seconds;
}

void put_terms(Line *line, const PolicyFacts &policy, Language language) noexcept {
    if (is_zero(policy.keep_for) && !is_zero(policy.quarantine_for)) {
        put_period(line, policy.quarantine_for, language);
        line->add(Said{" in quarantine", " i karantene"}.in(language));
    } else {
        put_period(line, policy.keep_for, language);
        if (is_forever(policy.quarantine_for)) {
            line->add(Said{", then quarantine ", ", deretter karantene "}.in(language));
            put_period(line, policy.quarantine_for, language);
        } else if (!is_zero(policy.quarantine_for)) {
            line->add(Said{", then quarantine for ", ", deretter karantene i "}.in(language));
            put_period(line, policy.quarantine_for, language);
        }
    }
    if (is_forever(policy.keep_for) || is_forever(policy.quarantine_for)) return;
    line->add(
        (policy.deletes ? Said{", then deleted", ", deretter slettet"} : Said{", then anonymised", ", deretter anonymisert"})
            .in(language));
}

namespace {

// Each of the texts between commas.
template <class F>
void for_each_of(std::string_view list, const F &take) {
    while (!list.empty()) {
        const size_t comma = list.find(',');
        take(list.substr(0, comma));
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
}

// By its name, its words, and what else a notice calls it.
bool is_named(const DriftReader &reader, const Tokens &tokens, WordingObject object, std::string_view name,
              Tokens::Places *places) {
    bool named = tokens.names(name, reader.language(), places);
    named |= tokens.names(reader.wordings.find(object, name), reader.language(), places);
    for_each_of(reader.wordings.find(WordingObject::kMention, name),
                [&](std::string_view words) { named |= tokens.names(words, reader.language(), places); });
    return named;
}

// A schema that is written as a short form, CRM or ERP, stands for what is in it; a table's name as it is for its rows.
bool names_table(const Tokens &tokens, std::string_view table, bool whole, Tokens::Places *places) {
    const size_t dot = table.find('.');
    const std::string_view schema = dot == std::string_view::npos ? std::string_view() : table.substr(0, dot);
    const std::string_view name = dot == std::string_view::npos ? table : table.substr(dot + 1);
    bool named = false;
    for (size_t at = 0; at < tokens.n; ++at) {
        const std::string_view text = tokens.all[at].text;
        bool capitals = schema.size() > 1 && text.size() == schema.size();
        for (size_t i = 0; capitals && i < text.size(); ++i)
            capitals = text[i] >= 'A' && text[i] <= 'Z' && (text[i] | 0x20) == schema[i];
        const bool idiom = at > 0 && tokens.is(at, "cases") && tokens.is(at - 1, "in|some|most|such|certain|other");
        const bool ending = at > 0 && tokens.is(at - 1, "'|’");  // of "don't"
        if (!capitals && !(whole && text == name && !idiom && !ending)) continue;
        places->set(at);
        named = true;
    }
    return named;
}

// Of what is named by fewer of the same words, the one with more is meant: "notes in cases" are no "cases".
template <class Seen>
void keep_most_particular(std::span<Seen> all) {
    for (Seen &one : all) {
        if (!one.tied) continue;
        for (const Seen &other : all)
            if (other.tied && (one.places & other.places) == one.places && one.places != other.places) one.tied = false;
    }
}

// Ties each policy that the text names. False: it names none.
bool tie_policies(DriftReader *reader, const Tokens &tokens) {
    bool any = false;
    for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
        const PolicyFacts &policy = reader->facts.policies[i];
        PolicySeen &seen = reader->room.policies[i];
        seen.places.reset();
        seen.tied = is_named(*reader, tokens, WordingObject::kPolicy, policy.name, &seen.places);
        seen.tied |= names_table(tokens, policy.table, !is_given(policy.condition), &seen.places);
        any = any || seen.tied;
    }
    keep_most_particular(reader->room.policies);
    return any;
}

bool names_policy(const DriftReader &reader, const Tokens &tokens) {
    return std::any_of(reader.facts.policies.begin(), reader.facts.policies.end(), [&](const PolicyFacts &policy) {
        Tokens::Places places;
        return is_named(reader, tokens, WordingObject::kPolicy, policy.name, &places) ||
               names_table(tokens, policy.table, !is_given(policy.condition), &places);
    });
}

bool names_purpose(const DriftReader &reader, const Tokens &tokens) {
    return std::any_of(reader.facts.purposes.begin(), reader.facts.purposes.end(), [&](const PurposeFacts &purpose) {
        Tokens::Places places;
        return is_named(reader, tokens, WordingObject::kPurpose, purpose.name, &places);
    });
}

// Where the list of what a notice of ours does not state begins: at the end, under its heading, with nothing behind it.
size_t begin_of_not_stated(std::string_view plain, Language language) {
    const std::string_view heading =
        Said{"\n\1What this notice does not state\n", "\n\1Dette sier erklæringen ikke noe om\n"}.in(language);
    const std::string_view item = Said{"\2Not stated: ", "\2Ikke opplyst: "}.in(language);
    const size_t found = plain.rfind(heading);
    if (found == std::string_view::npos) return plain.size();
    for (std::string_view rest = plain.substr(found + heading.size()); !rest.empty();) {
        if (!rest.starts_with(item)) return plain.size();
        rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    }
    return found + 1;
}

}  // namespace

void tie(DriftReader *reader, const Reading &reading) {
    const BlockPlace &place = reading.sentence.place;
    if (!reading.sentence.continues || names_policy(*reader, reading.tokens)) {
        const bool named = tie_policies(reader, reading.tokens);
        // What is stored under a heading that names it; "Orders:" and a list of what is done with them.
        const bool under = !named && place.kind != BlockKind::kHeading &&
                           (place.kind != BlockKind::kParagraph || speaks_of_storing(reading.sentence.text, reader->language()));
        if (under && !tie_policies(reader, Tokens(place.lead))) tie_policies(reader, Tokens(place.heading));
    }
    reader->purpose_named = names_purpose(*reader, reading.tokens);
    if (reader->purpose_named || !reading.sentence.continues) {
        for (size_t i = 0; i < reader->facts.purposes.size(); ++i) {
            PurposeSeen &seen = reader->room.purposes[i];
            seen.places.reset();
            seen.tied = is_named(*reader, reading.tokens, WordingObject::kPurpose, reader->facts.purposes[i].name, &seen.places);
        }
        keep_most_particular(reader->room.purposes);
    }
    for (PolicySeen &seen : reader->room.policies) seen.named |= seen.tied;
    for (PurposeSeen &seen : reader->room.purposes) seen.named |= seen.tied;
}

void find_drift(const Facts &facts, const Wordings &wordings, std::string_view plain, const DriftRoom &room, FindingSink sink) {
    const std::string_view stated = plain.substr(0, begin_of_not_stated(plain, wordings.language));
    DriftReader reader = {facts, wordings, stated, room, sink};
    Sentences sentences(stated);
    Tokens block("");
    for (Sentence sentence = {}; sentences.next(&sentence); room.rest()) {
        const Tokens tokens(sentence.text);
        if (!sentence.continues) block = Tokens(sentence.block);
        if (tokens.cut)
            reader.report({DriftFact::kSentence,
                           {},
                           {},
                           {},
                           sentence.text.substr(0, sentence.text.find(' ', 200)),
                           "the sentence is too long to be read to its end"});
        const Reading reading = {sentence, tokens, block};
        tie(&reader, reading);
        read_periods(&reader, reading);
        read_laws(&reader, reading);
        read_action(&reader, reading);
        read_caps(&reader, reading);
        read_rights(&reader, reading);
        read_answer(&reader, reading);
        read_basis(&reader, reading);
        read_places(&reader, reading);
        read_sharing(&reader, reading);
    }
    find_left_out(&reader);
}

}  // namespace pg_retention::core
