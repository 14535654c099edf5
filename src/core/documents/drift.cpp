#include "core/documents/drift.hpp"

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
        if (!is_zero(policy.quarantine_for)) {
            line->add(Said{", then quarantine for ", ", deretter karantene i "}.in(language));
            put_period(line, policy.quarantine_for, language);
        }
    }
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
        bool capitals = !schema.empty() && text.size() == schema.size();
        for (size_t i = 0; capitals && i < text.size(); ++i)
            capitals = text[i] >= 'A' && text[i] <= 'Z' && (text[i] | 0x20) == schema[i];
        const bool idiom = at > 0 && tokens.is(at, "cases") && tokens.is(at - 1, "in|some|most|such|certain|other");
        if (!capitals && !(whole && text == name && !idiom)) continue;
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

}  // namespace

void tie(DriftReader *reader, const Reading &reading) {
    bool policy_named = false, purpose_named_here = false;
    for (size_t i = 0; i < reader->facts.policies.size() && !policy_named; ++i) {
        Tokens::Places places;
        const PolicyFacts &policy = reader->facts.policies[i];
        policy_named = is_named(*reader, reading.tokens, WordingObject::kPolicy, policy.name, &places) ||
                       names_table(reading.tokens, policy.table, !is_given(policy.condition), &places);
    }
    if (policy_named || !reading.sentence.continues) {
        for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
            const PolicyFacts &policy = reader->facts.policies[i];
            PolicySeen &seen = reader->room.policies[i];
            seen.places.reset();
            seen.tied = is_named(*reader, reading.tokens, WordingObject::kPolicy, policy.name, &seen.places);
            seen.tied |= names_table(reading.tokens, policy.table, !is_given(policy.condition), &seen.places);
        }
        keep_most_particular(reader->room.policies);
    }
    for (size_t i = 0; i < reader->facts.purposes.size() && !purpose_named_here; ++i) {
        Tokens::Places places;
        purpose_named_here = is_named(*reader, reading.tokens, WordingObject::kPurpose, reader->facts.purposes[i].name, &places);
    }
    if (purpose_named_here || !reading.sentence.continues) {
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
    DriftReader reader = {facts, wordings, plain, room, sink};
    Sentences sentences(plain);
    for (Sentence sentence = {}; sentences.next(&sentence); room.rest()) {
        // What a notice of ours lists at its end is what it does not state.
        if (sentence.block.starts_with(Said{"Not stated: ", "Ikke opplyst: "}.in(wordings.language))) continue;
        const Tokens tokens(sentence.text), block(sentence.block);
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
