// What is configured and no sentence of a notice says.
#include <algorithm>
#include <iterator>

#include "core/data/portable.hpp"
#include "core/documents/drift_reader.hpp"

namespace pg_retention::core {

namespace {

// Of a policy that the notice does speak of.
void look_at_details(const DriftReader &reader, const PolicyFacts &policy, const PolicySeen &seen) {
    const Language language = reader.language();
    const auto missing = [&](DriftFact fact, std::string_view configured, std::string_view why) {
        reader.report({fact, policy.name, configured, {}, {}, why});
    };
    Line terms;
    put_terms(&terms, policy, language);
    const bool keeps = !is_zero(policy.keep_for) && !is_forever(policy.keep_for);
    if (keeps && !seen.period)
        missing(DriftFact::kPeriod, terms.text(), "the notice speaks of it, and does not say how long it is kept");
    if (!is_zero(policy.quarantine_for) && !seen.quarantine)
        missing(DriftFact::kPeriod, terms.text(), "the notice does not say how long it is in quarantine: hidden is not deleted");
    const bool ends = !is_forever(policy.keep_for) && !is_forever(policy.quarantine_for);
    if (ends && (seen.period || seen.quarantine) && !seen.action)
        missing(DriftFact::kAction, terms.text(), "the notice does not say what is done when the period is over");
    if (seen.columns) return;
    for (const ColumnFacts &column : policy.columns) {
        if (column.kept_for == nullptr) continue;
        Line period;
        put_period(&period, *column.kept_for, language);
        missing(DriftFact::kPeriod, period.text(), "columns of it go earlier, and the notice does not say so");
        break;
    }
}

void look_at_policies(const DriftReader &reader) {
    for (size_t i = 0; i < reader.facts.policies.size(); ++i) {
        const PolicyFacts &policy = reader.facts.policies[i];
        if (policy.mode == PolicyMode::kOff) continue;
        if (!reader.room.policies[i].named) {
            Line terms;
            put_terms(&terms, policy, reader.language());
            reader.report({DriftFact::kPolicy,
                           policy.name,
                           terms.text(),
                           {},
                           {},
                           "the notice does not speak of it, or not by words that retention.wording has"});
            continue;
        }
        look_at_details(reader, policy, reader.room.policies[i]);
        const LawReference law = read_law(policy.reference);
        if (law.law == nullptr || reader.room.policies[i].law) continue;
        Line name;
        put_law(&name, law, reader.language());
        reader.report({DriftFact::kLaw, policy.name, name.text(), {}, {}, "the notice does not name the law"});
    }
}

void look_at_purposes(const DriftReader &reader) {
    for (size_t i = 0; i < reader.facts.purposes.size(); ++i) {
        const PurposeFacts &purpose = reader.facts.purposes[i];
        const PurposeSeen &seen = reader.room.purposes[i];
        if (!seen.named) {
            reader.report({DriftFact::kPurpose,
                           purpose.name,
                           reader.wordings.words(WordingObject::kPurpose, purpose.name),
                           {},
                           {},
                           "the notice does not speak of it, or not by words that retention.wording has"});
        }
        for (size_t k = 0; k < purpose.caps.size(); ++k) {
            const Result<Cap> cap = parse_cap(purpose.caps[k]);
            if (!cap.ok() || (seen.caps >> (k % 64) & 1) != 0) continue;
            Line text;
            put_cap(&text, cap.value(), reader.language());
            reader.report({DriftFact::kCap, purpose.name, text.text(), {}, {}, "the notice does not state it"});
        }
    }
}

// By which a text speaks of the usual categories.
Said category_said(Text category) {
    struct Named {
        std::string_view category;
        Said words;
    };
    constexpr Named kNamed[] = {
        {"name", {"name|names|surname*", "navn|navnet|fornavn|etternavn"}},
        {"username", {"username*|user name*|login*", "brukernavn*|innlogging*"}},
        {"email", {"email*|mail", "epost*|e - post*|mail*"}},
        {"phone", {"telephone*|phone*|mobile*", "telefon*|mobil*"}},
        {"occupation", {"job title*|occupation*|position|profession*|title", "stilling*|yrke*|tittel"}},
        {"free text",
         {"free text*|remark*|note|notes|comment*|inquir*|enquir*|message*|description*|case system",
          "fritekst*|merknad*|notat*|kommentar*|henvendelse*|melding*|beskrivelse*"}},
        {"national id", {"national identity*|identity number*|social security*", "fødselsnummer*|personnummer*"}},
        {"birth date", {"birth*|born", "fødselsdato*|født"}},
        {"ip address", {"ip address*|ip addresses", "ip - adresse*"}},
        {"location", {"location*|position*", "posisjon*|lokasjon*"}},
    };
    for (const Named &named : kNamed)
        if (named.category == category) return named.words;
    return {};
}

bool mentions(const DriftReader &reader, const Tokens &tokens, Text category) {
    const Language language = reader.language();
    Tokens::Places places;
    if (tokens.names(reader.wordings.words(WordingObject::kCategory, category), language, &places) && category != "address")
        return true;
    if (category == "address") {
        for (size_t at = 0; at < tokens.n; ++at)
            if (tokens.is(at, Said{"address|addresses", "adresse*|postadresse*"}.in(language)) &&
                (at == 0 || !tokens.is(at - 1, "email|mail|ip|-")))
                return true;
        return false;
    }
    const std::string_view words = category_said(category).in(language);
    return !words.empty() && tokens.has(words);
}

void look_at_categories(const DriftReader &reader) {
    for (size_t i = 0; i < reader.facts.columns.size(); ++i) {
        const ColumnFacts &column = reader.facts.columns[i];
        bool first = column.category != "other";
        for (size_t k = 0; k < i; ++k) first = first && reader.facts.columns[k].category != column.category;
        if (!first || reader.any_sentence(
                          [&](const Sentence &, const Tokens &tokens) { return mentions(reader, tokens, column.category); }))
            continue;
        Line where;
        where.add(column.table).add(".").add(column.name);
        reader.report({DriftFact::kCategory, column.category, where.text(), {}, {}, "the notice does not say that this is kept"});
    }
}

void look_at_rights(const DriftReader &reader) {
    for (size_t i = 0; i < right_words().size(); ++i) {
        if ((reader.rights >> i & 1) != 0) continue;
        Line article;
        article.add(reader.said({"Article ", "artikkel "})).add(right_words()[i].article);
        reader.report({DriftFact::kRight,
                       reader.said(right_words()[i].name),
                       article.text(),
                       {},
                       {},
                       "the notice does not name this right"});
    }
}

void look_at_answer(const DriftReader &reader) {
    constexpr Said kLimit = {"1 month, extendable by 2 further months (Article 12(3))",
                             "1 måned, som kan forlenges med 2 måneder (artikkel 12 nr. 3)"};
    Finding finding = reader.no_limit;
    // A target beside the limit is as it should be.
    if (!finding.why.empty() && !(reader.answer_limit && reader.no_limit_is_target)) {
        finding.configured = reader.said(kLimit);
        reader.report(finding);
    } else if (finding.why.empty() && !reader.answer_limit) {
        reader.report(
            {DriftFact::kAnswer, {}, reader.said(kLimit), {}, {}, "the notice does not say when a request is answered"});
    }
}

// Whether a sentence names the authority, and not another country's of the same name.
bool names_authority(const DriftReader &reader, const Tokens &tokens, Text authority) {
    Tokens::Places places;
    if (authority != "Datatilsynet") return tokens.names(authority, reader.language(), &places);
    if (tokens.has("datatilsynet|datatilsynets")) return true;
    const size_t at = tokens.find("data protection authority");
    if (at == tokens.n) return false;
    const bool named = at > 0 && tokens.all[at - 1].text[0] >= 'A' && tokens.all[at - 1].text[0] <= 'Z';
    return !named || tokens.is(at - 1, "the|norwegian");
}

void look_at_authority(const DriftReader &reader) {
    const ControllerFacts &controller = *reader.facts.controller;
    Sentence complaint = {};
    bool named = false;
    (void) reader.any_sentence([&](const Sentence &sentence, const Tokens &tokens) {
        const bool here = names_authority(reader, tokens, controller.authority);
        named = named || here;
        if (tokens.has({"complain*|complaint*", "klage*"}, reader.language()) && !here) complaint = sentence;
        return false;
    });
    if (is_given(controller.authority) && !named)
        reader.report({DriftFact::kAuthority,
                       {},
                       controller.authority,
                       {},
                       complaint.text,
                       complaint.text.empty() ? "the notice does not say where a complaint can be lodged"
                                              : "the sentence names another authority, or none"});
    else if (!is_given(controller.authority) && !complaint.text.empty())
        reader.report({DriftFact::kAuthority, {}, {}, {}, complaint.text, "no authority is configured"});
}

void look_at_controller(const DriftReader &reader) {
    const ControllerFacts *controller = reader.facts.controller;
    if (controller == nullptr) return;
    look_at_authority(reader);
    if (!reader.names(controller->name))
        reader.report({DriftFact::kController, {}, controller->name, {}, {}, "the notice does not name the controller"});
    if (is_given(controller->data_protection_officer) &&
        !reader.says({"data protection officer*|dpo|privacy officer", "personvernombud*"}))
        reader.report({DriftFact::kOfficer,
                       {},
                       controller->data_protection_officer,
                       {},
                       {},
                       "the notice does not say how the officer is reached"});
    if (is_given(controller->automated_decisions) && !reader.says({"automated|automatic*|profiling", "automatiser*|profilering"}))
        reader.report({DriftFact::kDecisions,
                       {},
                       controller->automated_decisions,
                       {},
                       {},
                       "the notice does not speak of automated decisions"});
}

// Nothing is disclosed to a third party for direct marketing alone.
bool gets_nothing(const Facts &facts, const RecipientFacts &recipient) {
    if (recipient.ended) return true;
    if (recipient.role != "controller" || recipient.purposes.empty()) return false;
    return std::all_of(recipient.purposes.begin(), recipient.purposes.end(), [&](Text name) {
        const PurposeFacts *purpose = purpose_named(facts, name);
        return purpose != nullptr && purpose->direct_marketing;
    });
}

void look_at_recipients(const DriftReader &reader) {
    for (const RecipientFacts &recipient : reader.facts.recipients)
        if (!gets_nothing(reader.facts, recipient) && !reader.names(recipient.name))
            reader.report(
                {DriftFact::kRecipient,
                 recipient.name,
                 recipient.country,
                 {},
                 {},
                 "the notice does not name it; a category of recipients may stand for it (Article 13(1)(e)), and whether one does cannot be told"});
}

void look_at_places(const DriftReader &reader) {
    const std::span<const PlaceFacts> places = reader.facts.places;
    for (size_t i = 0; i < places.size(); ++i) {
        const Country *country = country_of(places[i].country);
        bool first = country != nullptr;
        for (size_t k = 0; k < i; ++k) first = first && places[k].country != places[i].country;
        const auto names_it = [&](const Sentence &, const Tokens &tokens) {
            size_t at = 0;
            for (const Country *found = next_country(tokens, 0, reader.language(), &at); found != nullptr;
                 found = next_country(tokens, at + 1, reader.language(), &at))
                if (found == country) return true;
            return false;
        };
        if (first && !reader.other_country && !reader.any_sentence(names_it))
            reader.report({DriftFact::kCountry,
                           places[i].name,
                           country->name.in(reader.language()),
                           {},
                           {},
                           "data lie there, and the notice does not say so"});
        if (!places[i].own_control && !reader.names(places[i].name) &&
            !reader.names(reader.wordings.find(WordingObject::kPlace, places[i].name)) &&
            !(is_given(places[i].provider) && reader.names(places[i].provider)))
            reader.report({DriftFact::kPlace,
                           places[i].name,
                           is_given(places[i].provider) ? places[i].provider : places[i].country,
                           {},
                           {},
                           "data lie there, not under the controller's control alone, and the notice does not say so"});
    }
}

void look_at_bases(const DriftReader &reader) {
    constexpr Said kWords[] = {
        {"consent*", "samtykke*"},
        {"contract*|agreement*", "avtale*|kontrakt*"},
        {"legal obligation*|law|laws|mandatory|required by|act", "rettslig*|lov|loven|lovpålagt*|pålagt|bokføringslov*"},
        {"vital", "vital*"},
        {"public interest|public task|official", "allmennhet*|offentlig*"},
        {"legitimate interest*", "berettiget|berettigede|interesseavvei*"}};
    for (char letter = 'a'; letter <= 'f'; ++letter) {
        bool used = false;
        for (const PurposeFacts &purpose : reader.facts.purposes) used = used || basis_letter(purpose.legal_basis) == letter;
        for (const PolicyFacts &policy : reader.facts.policies) used = used || basis_letter(policy.legal_basis) == letter;
        if (!used) continue;
        const bool said = reader.any_sentence([&](const Sentence &, const Tokens &tokens) {
            const ArticleClaims articles(tokens);
            for (size_t i = 0; i < articles.n; ++i)
                if (articles.all[i].article == 6 && articles.all[i].letter == letter) return true;
            return tokens.has(kWords[letter - 'a'], reader.language());
        });
        Line basis;
        put_basis(&basis, letter, reader.language());
        if (!said) reader.report({DriftFact::kBasis, {}, basis.text(), {}, {}, "the notice does not name this basis"});
        if (letter == 'a' && !reader.says({"withdraw*|revoke*", "trekke|trekker|tilbakekall*"}))
            reader.report({DriftFact::kBasis,
                           {},
                           basis.text(),
                           {},
                           {},
                           "the notice does not say that a consent can be withdrawn (Article 13(2)(c))"});
    }
}

}  // namespace

void find_left_out(DriftReader *reader) {
    look_at_policies(*reader);
    look_at_purposes(*reader);
    look_at_categories(*reader);
    look_at_rights(*reader);
    look_at_answer(*reader);
    look_at_controller(*reader);
    look_at_recipients(*reader);
    look_at_places(*reader);
    look_at_bases(*reader);
}

}  // namespace pg_retention::core
