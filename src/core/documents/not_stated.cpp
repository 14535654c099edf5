// What a notice does not state because it is not configured: listed at its end.
#include "core/data/portable.hpp"
#include "core/documents/phrases.hpp"

namespace pg_retention::core {

namespace {

// The items of the list, which has a heading where there is one.
struct NotStated {
    const Phrases &phrases;
    bool any = false;

    template <class... Things>
    void add(Said said, const Things &...things) {
        if (!any) {
            phrases.heading({"What this notice does not state", "Dette sier erklæringen ikke noe om"});
            phrases.out.begin_list();
        }
        any = true;
        phrases.out.begin_item();
        phrases.say({"Not stated: ", "Ikke opplyst: "});
        phrases.say(said, things...);
        phrases.out.end_item();
    }
};

// Null texts: no notice asks for that.
Said missing_said(Missing what) {
    switch (what) {
        case Missing::kController: return {"who the controller is.", "hvem som er behandlingsansvarlig."};
        case Missing::kPurposes: return {"what personal information is used for.", "hva personopplysningene brukes til."};
        case Missing::kRecipients: return {"who receives personal information.", "hvem som mottar personopplysninger."};
        case Missing::kPlaces:
            return {"where the server is on which personal information is stored.",
                    "hvor serveren står som personopplysningene lagres på."};
        case Missing::kKinds: return {"which persons it is about.", "hvilke personer det gjelder."};
        case Missing::kPolicyPurpose: return {"what \"{0}\" is used for.", "hva «{0}» brukes til."};
        case Missing::kPolicyBasis: return {"the legal basis of \"{0}\".", "det rettslige grunnlaget for «{0}»."};
        case Missing::kPolicyMode:
            return {"that \"{0}\" is in force: its mode is {1}, and nothing is done by it.",
                    "at «{0}» gjelder: Den {1}, og ingenting gjøres etter den."};
        case Missing::kPolicyReach: return {"what \"{0}\" is for: no row reaches it.", "hva «{0}» gjelder: Ingen rad når den."};
        case Missing::kPolicyOtherBasis:
            return {"one legal basis of \"{0}\": its purpose rests on {1}.",
                    "ett rettslig grunnlag for «{0}»: Formålet bygger på {1}."};
        case Missing::kUncovered:
            return {"how long rows of \"{0}\" are stored that no condition of a policy takes.",
                    "hvor lenge rader i «{0}» lagres som ingen regels vilkår tar med."};
        case Missing::kTarget:
            return {"when requests are usually answered: what is meant to be, {1}, is later than the law allows.",
                    "når forespørsler vanligvis besvares: Det som er målet, {1}, er senere enn loven tillater."};
        case Missing::kName:
            return {"all characters of \"{0}\": some are no characters of UTF-8.",
                    "alle tegnene i «{0}»: Noen er ikke tegn i UTF-8."};
        case Missing::kPurposeBasis:
            return {"which legal basis of the GDPR \"{1}\" is, as it is given for \"{0}\".",
                    "hvilket rettslig grunnlag etter personvernforordningen «{1}» er, som er oppgitt for «{0}»."};
        case Missing::kPurposeInterest:
            return {"the legitimate interest that is pursued with \"{0}\".",
                    "den berettigede interessen som ivaretas med «{0}»."};
        case Missing::kPurposeCategories:
            return {"which personal information is used for \"{0}\".", "hvilke personopplysninger som brukes til «{0}»."};
        case Missing::kRecipientPurpose: return {"what \"{0}\" gets information for.", "hva «{0}» får opplysninger til."};
        case Missing::kRecipientTransfer:
        case Missing::kPlaceTransfer:
            return {"what the transfer to \"{0}\" in {1} rests on.", "hva overføringen til «{0}» i {1} bygger på."};
        case Missing::kColumnPolicy: return {"how long \"{0}\" is stored.", "hvor lenge «{0}» lagres."};
        case Missing::kUndeclaredColumn:
            return {"whether \"{0}\" holds personal information ({1}).", "om «{0}» inneholder personopplysninger ({1})."};
        case Missing::kMeasures:
        case Missing::kBypass:
        case Missing::kPurposePolicy:
        case Missing::kColumnPersons: return {};
    }
    return {};
}

void put_detail(const Phrases &phrases, const MissingFacts &missing) {
    const Language language = phrases.language();
    switch (missing.what) {
        case Missing::kPolicyMode:
            if (language == Language::kEnglish) return phrases.put(missing.detail);
            return phrases.put(missing.detail == name_of(PolicyMode::kOff) ? "er slått av" : "observerer bare");
        case Missing::kUndeclaredColumn: return phrases.put(phrases.words(WordingObject::kCategory, missing.detail));
        case Missing::kRecipientTransfer:
        case Missing::kPlaceTransfer: {
            const Country *country = country_of(missing.detail);
            return phrases.put(country == nullptr ? missing.detail : country->name.in(language));
        }
        case Missing::kTarget: {
            const Result<Period> target = parse_period(missing.detail);
            Line line;
            if (target.ok()) put_period(&line, target.value(), language);
            return phrases.put(line);
        }
        case Missing::kPolicyOtherBasis: {
            const char letter = basis_letter(missing.detail);
            if (letter == 0) return phrases.put_own(missing.detail);
            Line line;
            put_basis(&line, letter, language);
            return phrases.put(line);
        }
        default: return phrases.put(missing.detail);
    }
}

void look_at_controller(NotStated *list) {
    const ControllerFacts *controller = list->phrases.facts.controller;
    if (controller == nullptr || !is_given(controller->authority))
        list->add({"which authority a complaint can be lodged with.", "hvilken myndighet man kan klage til."});
    if (controller == nullptr || !is_given(controller->data_protection_officer))
        list->add({"a data protection officer.", "et personvernombud."});
    if (controller == nullptr || !is_given(controller->source))
        list->add({"where information comes from that persons have not provided themselves.",
                   "hvor opplysninger som personene ikke har gitt selv, kommer fra."});
}

void look_at_purpose(const PurposeFacts &purpose, NotStated *list) {
    if (!is_given(purpose.obligation))
        list->add({"whether one has to provide information for \"{0}\".", "om man må gi opplysninger til «{0}»."}, purpose.name);
    if (is_given(purpose.obligation) && purpose.obligation != "voluntary" && !is_given(purpose.consequence))
        list->add({"what follows if one does not provide information for \"{0}\".",
                   "hva som skjer hvis man ikke gir opplysninger til «{0}»."},
                  purpose.name);
}

void look_at_policy(const PolicyFacts &policy, NotStated *list) {
    const Facts &facts = list->phrases.facts;
    const PurposeFacts *purpose = purpose_named(facts, policy.purpose);
    if (is_interest_basis(basis_of(facts, policy)) && (purpose == nullptr || !is_given(purpose->interest)))
        list->add({"the legitimate interest that is pursued with \"{0}\".", "den berettigede interessen som ivaretas med «{0}»."},
                  policy.name);
    if (policy.must_keep_for != nullptr && !is_given(policy.reference))
        list->add({"which law requires that \"{0}\" is kept.", "hvilken lov som krever at «{0}» oppbevares."}, policy.name);
    if (policy.columns.empty())
        list->add({"which personal information \"{0}\" holds.", "hvilke personopplysninger «{0}» inneholder."}, policy.name);
}

std::string_view object_words(WordingObject object, Language language) {
    if (language == Language::kEnglish) return name_of(object);
    switch (object) {
        case WordingObject::kPolicy: return "regel";
        case WordingObject::kStart: return "start";
        case WordingObject::kColumn: return "kolonne";
        case WordingObject::kCategory: return "kategori";
        case WordingObject::kKind: return "persontype";
        case WordingObject::kPurpose: return "formål";
        case WordingObject::kPlace: return "sted";
        case WordingObject::kText: return "tekst";
        case WordingObject::kMention: return "omtale";
    }
    return {};
}

void look_at_words(WordingObject object, Text name, NotStated *list) {
    if (!is_given(name) || !list->phrases.wordings.find(object, name).empty()) return;
    list->add({"words in this language for \"{0}\" ({1}).", "ord på dette språket for «{0}» ({1})."}, name,
              object_words(object, list->phrases.language()));
}

// A basis and a law that are understood have words.
void look_at_basis(Text basis, NotStated *list) {
    if (basis_letter(basis) == 0) look_at_words(WordingObject::kText, basis, list);
}

bool is_first(Texts all, size_t i) {
    for (size_t k = 0; k < i; ++k)
        if (all[k] == all[i]) return false;
    return true;
}

void look_at_categories(NotStated *list) {
    const Facts &facts = list->phrases.facts;
    for (size_t i = 0; i < facts.columns.size(); ++i) {
        bool first = true;
        for (size_t k = 0; k < i; ++k) first = first && facts.columns[k].category != facts.columns[i].category;
        if (first) look_at_words(WordingObject::kCategory, facts.columns[i].category, list);
    }
    for (const PurposeFacts &purpose : facts.purposes)
        for (size_t i = 0; i < purpose.categories.size(); ++i) {
            bool of_column = !is_first(purpose.categories, i);
            for (const ColumnFacts &column : facts.columns) of_column = of_column || column.category == purpose.categories[i];
            if (!of_column) look_at_words(WordingObject::kCategory, purpose.categories[i], list);
        }
}

void look_at_start_words(const PolicyFacts &policy, NotStated *list) {
    for (const Text path : policy.starts)
        if (start_words(list->phrases.wordings, policy, path).empty())
            list->add({"words in this language for when \"{0}.{1}\" begins (start).",
                       "ord på dette språket for når «{0}.{1}» begynner (start)."},
                      policy.table, path);
}

void look_at_all_words(NotStated *list) {
    const Facts &facts = list->phrases.facts;
    for (const PolicyFacts &policy : facts.policies) {
        if (is_given(policy.unreached)) continue;
        look_at_words(WordingObject::kPolicy, policy.name, list);
        look_at_start_words(policy, list);
        if (read_law(policy.reference).law == nullptr) look_at_words(WordingObject::kText, policy.reference, list);
        look_at_basis(policy.legal_basis, list);
    }
    look_at_categories(list);
    for (const KindFacts &kind : facts.kinds) look_at_words(WordingObject::kKind, kind.name, list);
    for (const PurposeFacts &purpose : facts.purposes) {
        look_at_words(WordingObject::kPurpose, purpose.name, list);
        look_at_basis(purpose.legal_basis, list);
        for (const Text text : {purpose.description, purpose.interest, purpose.consequence, purpose.source})
            look_at_words(WordingObject::kText, text, list);
    }
    for (const PlaceFacts &place : facts.places) {
        look_at_words(WordingObject::kPlace, place.name, list);
        look_at_words(WordingObject::kText, place.transfer, list);
    }
    for (const RecipientFacts &recipient : facts.recipients) look_at_words(WordingObject::kText, recipient.transfer, list);
    if (facts.controller == nullptr) return;
    for (const Text text : {facts.controller->transfers, facts.controller->source, facts.controller->automated_decisions})
        look_at_words(WordingObject::kText, text, list);
    for (const Text text : facts.controller->recipients) look_at_words(WordingObject::kText, text, list);
}

}  // namespace

void write_not_stated(const Phrases &phrases) {
    NotStated list = {phrases};
    for (const MissingFacts &missing : phrases.facts.missing) {
        const Said said = missing_said(missing.what);
        if (!said.english.empty()) list.add(said, missing.name, [&] { put_detail(phrases, missing); });
    }
    if (transfers_of(phrases.facts) == Transfers::kNotKnown)
        list.add({"whether personal information is transferred out of the European Economic Area.",
                  "om personopplysninger overføres ut av EØS."});
    if (phrases.facts.controller == nullptr)
        list.add({"whether decisions are made by automated means alone.", "om noen avgjørelser er utelukkende automatiserte."});
    look_at_controller(&list);
    for (const PurposeFacts &purpose : phrases.facts.purposes) look_at_purpose(purpose, &list);
    for (const PolicyFacts &policy : phrases.facts.policies)
        if (!is_given(policy.unreached)) look_at_policy(policy, &list);
    look_at_all_words(&list);
    if (list.any) phrases.out.end_list();
}

}  // namespace pg_retention::core
