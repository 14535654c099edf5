#include "core/documents/notice.hpp"

#include <algorithm>

#include "core/data/portable.hpp"
#include "core/documents/phrases.hpp"

namespace pg_retention::core {

void Phrases::put_capital(std::string_view text) const {
    const bool latin = text.size() > 1 && text[0] == '\xC3' && static_cast<unsigned char>(text[1]) >= 0xA0;
    if (latin) {  // æ, ø, å and the like
        const char upper[] = {text[0], static_cast<char>(text[1] - 0x20)};
        put(std::string_view(upper, 2));
        return put(text.substr(2));
    }
    if (text.empty() || text[0] < 'a' || text[0] > 'z') return put(text);
    const auto upper = static_cast<char>(text[0] - 0x20);
    put(std::string_view(&upper, 1));
    put(text.substr(1));
}

bool has_server(const Facts &facts) noexcept {
    return std::any_of(facts.places.begin(), facts.places.end(), [](const PlaceFacts &place) { return place.kind == "server"; });
}

Transfers transfers_of(const Facts &facts) noexcept {
    const ControllerFacts *controller = facts.controller;
    if (controller != nullptr && is_given(controller->transfers)) return Transfers::kSome;
    for (const PlaceFacts &place : facts.places)
        if (!place.in_eea) return Transfers::kSome;
    for (const RecipientFacts &recipient : facts.recipients)
        if (!recipient.in_eea && !recipient.ended) return Transfers::kSome;
    // Where a category of recipients is, nobody says.
    const bool known = controller != nullptr && has_server(facts) && !facts.recipients.empty() && controller->recipients.empty();
    return known ? Transfers::kNone : Transfers::kNotKnown;
}

std::string_view Phrases::own(std::string_view text) const {
    text = words(WordingObject::kText, text);
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.remove_suffix(1);
    return text;
}

namespace {

void put_basis_of(const Phrases &phrases, Text basis) {
    const char letter = basis_letter(basis);
    if (letter == 0) return phrases.put_own(basis);
    Line line;
    put_basis(&line, letter, phrases.language());
    phrases.put(line);
}

void say_withdrawal(const Phrases &phrases) {
    phrases.say({" You can withdraw your consent at any time; what was done before stays lawful (GDPR Article 7(3)).",
                 " Du kan når som helst trekke samtykket tilbake; det som er gjort før, er fortsatt lovlig "
                 "(personvernforordningen artikkel 7 nr. 3)."});
}

void write_introduction(const Phrases &phrases) {
    phrases.heading({"Introduction", "Innledning"});
    const ControllerFacts *controller = phrases.facts.controller;
    if (controller == nullptr)
        return phrases.paragraph({"This notice says how we process personal information.",
                                  "Denne erklæringen forteller hvordan vi behandler personopplysninger."});
    phrases.paragraph({"{0} is the controller: it decides what the personal information described here is used for.",
                       "{0} er behandlingsansvarlig, og bestemmer hva personopplysningene som er beskrevet her, brukes til."},
                      controller->name);
    phrases.paragraph({"Whatever you want to ask about it, this is where you reach us: {0}.",
                       "Hva du enn vil spørre om, er det her du når oss: {0}."},
                      controller->contact);
    if (!controller->joint_controllers.empty())
        phrases.paragraph({"We are joint controllers with: {0}.", "Vi er felles behandlingsansvarlige med: {0}."},
                          [&] { phrases.names(WordingObject::kText, controller->joint_controllers); });
    if (is_given(controller->representative))
        phrases.paragraph({"Our representative in the European Economic Area: {0}.", "Representanten vår i EØS: {0}."},
                          [&] { phrases.put_own(controller->representative); });
    if (is_given(controller->data_protection_officer))
        phrases.paragraph({"You can reach our data protection officer here: {0}.", "Du kan nå personvernombudet vårt her: {0}."},
                          [&] { phrases.put_own(controller->data_protection_officer); });
}

// What one policy's rows hold.
void write_data_of(const Phrases &phrases, const PolicyFacts &policy) {
    const auto from = [](Text origin) { return [origin](const ColumnFacts &column) { return column.origin == origin; }; };
    const auto has = [&](Text origin) {
        for (const ColumnFacts &column : policy.columns)
            if (column.origin == origin) return true;
        return false;
    };
    phrases.out.begin_item();
    phrases.put_capital(phrases.words(WordingObject::kPolicy, policy.name));
    if (!policy.columns.empty()) {
        phrases.put(": ");
        phrases.categories(policy.columns, [](const ColumnFacts &) { return true; });
    }
    phrases.put(".");
    if (has("observed"))
        phrases.say({" Of this we register {0} from what you do.", " Av dette registrerer vi {0} ut fra det du gjør."},
                    [&] { phrases.categories(policy.columns, from("observed")); });
    if (has("derived"))
        phrases.say({" Of this we derive {0} from other information.", " Av dette utleder vi {0} av andre opplysninger."},
                    [&] { phrases.categories(policy.columns, from("derived")); });
    phrases.out.end_item();
}

void write_data(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"Which personal information do we have?", "Hvilke personopplysninger har vi?"});
    phrases.paragraph({"Personal information is whatever says something about a person who can be identified.",
                       "Personopplysninger er alt som sier noe om en person som kan identifiseres."});
    if (!facts.kinds.empty())
        phrases.paragraph(
            {"Among the persons about whom we have information are {0}.", "Blant personene vi har opplysninger om, er {0}."},
            [&] {
                phrases.list(facts.kinds.size(),
                             [&](size_t i) { phrases.put(phrases.words(WordingObject::kKind, facts.kinds[i].name)); });
            });
    if (!facts.policies.empty()) {
        phrases.paragraph({"We have this information:", "Vi har disse opplysningene:"});
        phrases.out.begin_list();
        for (const PolicyFacts &policy : facts.policies)
            if (!is_given(policy.unreached)) write_data_of(phrases, policy);
        phrases.out.end_list();
    }
    if (facts.controller != nullptr && is_given(facts.controller->source))
        phrases.paragraph(
            {"What you have not given us yourself comes from {0}.", "Det du ikke har gitt oss selv, kommer fra {0}."},
            [&] { phrases.put_own(facts.controller->source); });
}

void write_caps(const Phrases &phrases, const PurposeFacts &purpose) {
    size_t known = 0;
    for (const Text text : purpose.caps) known += parse_cap(text).ok() ? 1 : 0;
    if (known == 0) return;
    phrases.say({" We contact you for this {0}.", " Vi kontakter deg om dette {0}."}, [&] {
        size_t written = 0;
        for (const Text text : purpose.caps) {
            const Result<Cap> cap = parse_cap(text);
            if (!cap.ok()) continue;
            if (written++ > 0) phrases.say({" and ", " og "});
            Line line;
            put_cap(&line, cap.value(), phrases.language());
            phrases.put(line);
        }
    });
}

void write_obligation(const Phrases &phrases, const PurposeFacts &purpose) {
    if (purpose.obligation == "statutory")
        phrases.say({" The law requires that you provide this information.", " Du er pålagt ved lov å gi disse opplysningene."});
    else if (purpose.obligation == "contractual")
        phrases.say({" Providing this information is necessary to enter into or fulfil a contract.",
                     " Opplysningene er nødvendige for å inngå eller oppfylle en avtale."});
    else if (purpose.obligation == "voluntary")
        phrases.say({" You do not have to provide this information.", " Det er frivillig å gi disse opplysningene."});
    if (is_given(purpose.consequence))
        phrases.say({" If you do not provide it, the consequence is this: {0}.", " Hvis du ikke gir dem, er følgen denne: {0}."},
                    [&] { phrases.put_own(purpose.consequence); });
}

void write_purpose(const Phrases &phrases, const PurposeFacts &purpose) {
    const std::string_view name = phrases.words(WordingObject::kPurpose, purpose.name);
    phrases.out.begin_paragraph();
    if (purpose.categories.empty())
        phrases.say({"We use personal information for {0}.", "Vi bruker personopplysninger til {0}."}, name);
    else
        phrases.say(
            {"We use your {0} for {1}.", "Vi bruker {0} til {1}."},
            [&] { phrases.names(WordingObject::kCategory, purpose.categories); }, name);
    if (is_given(purpose.description))
        phrases.say({" {0}.", " {0}."}, [&] { phrases.put_capital(phrases.own(purpose.description)); });
    phrases.say({" The legal basis is {0}.", " Det rettslige grunnlaget er {0}."},
                [&] { put_basis_of(phrases, purpose.legal_basis); });
    if (is_given(purpose.interest))
        phrases.say({" The interest that we pursue is {0}.", " Interessen vi ivaretar, er {0}."},
                    [&] { phrases.put_own(purpose.interest); });
    if (is_consent_basis(purpose.legal_basis)) say_withdrawal(phrases);
    write_caps(phrases, purpose);
    if (purpose.direct_marketing)
        phrases.say(
            {" This is direct marketing. If you object to it, we stop, whatever our reasons: that right is absolute "
             "(GDPR Article 21(2) and (3)).",
             " Dette er direkte markedsføring. Hvis du protesterer mot den, stanser vi uansett grunn: Den retten er absolutt "
             "(personvernforordningen artikkel 21 nr. 2 og 3)."});
    else if (is_open_to_objection(purpose.legal_basis))
        phrases.say({" You can object to it (GDPR Article 21(1)).",
                     " Du kan protestere mot det (personvernforordningen artikkel 21 nr. 1)."});
    write_obligation(phrases, purpose);
    if (is_given(purpose.source))
        phrases.say({" What you have not given us yourself for this comes from {0}.",
                     " Det du ikke har gitt oss selv til dette, kommer fra {0}."},
                    [&] { phrases.put_own(purpose.source); });
    phrases.out.end_paragraph();
}

void write_use(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"What is it used for?", "Hva brukes opplysningene til?"});
    for (const PurposeFacts &purpose : facts.purposes) write_purpose(phrases, purpose);
    bool any = false;
    for (const PolicyFacts &policy : facts.policies)
        any = any || (is_given(basis_of(facts, policy)) && !is_given(policy.unreached));
    if (!any) return;
    phrases.paragraph({"What we store rests on these legal bases:", "Det vi lagrer, bygger på disse rettslige grunnlagene:"});
    phrases.out.begin_list();
    for (const PolicyFacts &policy : facts.policies) {
        if (!is_given(basis_of(facts, policy)) || is_given(policy.unreached)) continue;
        phrases.out.begin_item();
        phrases.put_capital(phrases.words(WordingObject::kPolicy, policy.name));
        phrases.say({": {0}", ": {0}"}, [&] { put_basis_of(phrases, basis_of(facts, policy)); });
        if (is_given(policy.purpose))
            phrases.say({", for {0}", ", til {0}"}, phrases.words(WordingObject::kPurpose, policy.purpose));
        phrases.put(".");
        if (is_consent_basis(policy.legal_basis)) say_withdrawal(phrases);
        phrases.out.end_item();
    }
    phrases.out.end_list();
}

void put_country(const Phrases &phrases, Text code) {
    const Country *country = country_of(code);
    phrases.put(country == nullptr ? code : country->name.in(phrases.language()));
}

// Of what lies outside the EEA.
void write_transfer(const Phrases &phrases, Text basis, Text transfer) {
    constexpr Said kOutside = {" That is outside the European Economic Area", " Det er utenfor EØS"};
    if (!is_given(basis)) return phrases.say({"{0}.", "{0}."}, kOutside.in(phrases.language()));
    const Said by =
        basis == "adequacy" ? Said{"a decision that the country protects data adequately (GDPR Article 45)",
                                   "en beslutning om tilstrekkelig beskyttelsesnivå (personvernforordningen artikkel 45)"}
        : basis == "safeguard"
            ? Said{"appropriate safeguards (GDPR Article 46)", "nødvendige garantier (personvernforordningen artikkel 46)"}
            : Said{"an exception (GDPR Article 49)", "et unntak (personvernforordningen artikkel 49)"};
    phrases.say({"{0}; the transfer rests on {1}: {2}.", "{0}; overføringen bygger på {1}: {2}."},
                kOutside.in(phrases.language()), by.in(phrases.language()), [&] { phrases.put_own(transfer); });
}

bool is_marketing(const Facts &facts, Text purpose) {
    const PurposeFacts *found = purpose_named(facts, purpose);
    return found != nullptr && found->direct_marketing;
}

// For how many purposes it gets data; -1: it gets none. Nothing is disclosed to a third party for direct marketing, whatever is registered.
int count_told(const Phrases &phrases, const RecipientFacts &recipient) {
    int n = 0;
    for (const Text purpose : recipient.purposes)
        n += recipient.role == "controller" && is_marketing(phrases.facts, purpose) ? 0 : 1;
    return recipient.ended || (n == 0 && !recipient.purposes.empty()) ? -1 : n;
}

void write_recipient(const Phrases &phrases, const RecipientFacts &recipient) {
    const bool third = recipient.role == "controller";
    const int n = count_told(phrases, recipient);
    if (n < 0) return;
    phrases.out.begin_item();
    if (recipient.later)
        phrases.say({"Not yet, but from {0}: ", "Ikke ennå, men fra {0}: "}, recipient.since.substr(0, sizeof "2026-01-31" - 1));
    phrases.say(recipient.role == "processor"
                    ? Said{"{0} ({1}) processes personal information for us", "{0} ({1}) behandler opplysninger for oss"}
                : third ? Said{"{0} ({1}) gets personal information, and is itself the controller of it",
                               "{0} ({1}) får opplysninger, og er selv behandlingsansvarlig for dem"}
                        : Said{"{0} ({1}) decides on personal information jointly with us",
                               "{0} ({1}) er behandlingsansvarlig sammen med oss"},
                recipient.name, [&] { put_country(phrases, recipient.country); });
    if (n > 0) phrases.say({", for ", ", til "});
    int written = 0;
    for (const Text purpose : recipient.purposes) {
        if (third && is_marketing(phrases.facts, purpose)) continue;
        if (written++ > 0) phrases.say(written == n ? Said{" and ", " og "} : Said{", ", ", "});
        phrases.put(phrases.words(WordingObject::kPurpose, purpose));
    }
    phrases.put(".");
    if (!recipient.in_eea) write_transfer(phrases, recipient.transfer_basis, recipient.transfer);
    phrases.out.end_item();
}

void write_sharing(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"Who else gets personal information?", "Hvem andre får personopplysninger?"});
    if (std::any_of(facts.recipients.begin(), facts.recipients.end(),
                    [&](const RecipientFacts &one) { return count_told(phrases, one) >= 0; })) {
        phrases.paragraph({"These get personal information:", "Disse får personopplysninger:"});
        phrases.out.begin_list();
        for (const RecipientFacts &recipient : facts.recipients) write_recipient(phrases, recipient);
        phrases.out.end_list();
    }
    if (facts.controller != nullptr && !facts.controller->recipients.empty())
        phrases.paragraph({"We share personal information with: {0}.", "Vi deler personopplysninger med: {0}."},
                          [&] { phrases.names(WordingObject::kText, facts.controller->recipients); });
    bool marketing = false;
    for (const PurposeFacts &purpose : facts.purposes) marketing = marketing || purpose.direct_marketing;
    if (marketing)
        phrases.paragraph({"No personal information is shared with third parties for marketing.",
                           "Ingen personopplysninger deles med tredjeparter til markedsføring."});
}

bool is_first_of_country(std::span<const PlaceFacts> places, size_t i) {
    for (size_t k = 0; k < i; ++k)
        if (places[k].country == places[i].country) return false;
    return true;
}

void write_countries(const Phrases &phrases, std::span<const PlaceFacts> places) {
    size_t n = 0, written = 0;
    for (size_t i = 0; i < places.size(); ++i) n += is_first_of_country(places, i) ? 1 : 0;
    for (size_t i = 0; i < places.size(); ++i) {
        if (!is_first_of_country(places, i)) continue;
        if (written++ > 0) phrases.say(written == n ? Said{" and ", " og "} : Said{", ", ", "});
        const Country *country = country_of(places[i].country);
        phrases.put(Said{"in ", country != nullptr && country->island ? "på " : "i "}.in(phrases.language()));
        put_country(phrases, places[i].country);
    }
}

void write_places(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"Where is personal information stored?", "Hvor lagres personopplysningene?"});
    if (!facts.places.empty()) {
        phrases.paragraph(has_server(facts) ? Said{"Your personal information is stored {0}:", "Personopplysningene lagres {0}:"}
                                            : Said{"Copies of your personal information are stored {0}:",
                                                   "Kopier av personopplysningene lagres {0}:"},
                          [&] { write_countries(phrases, facts.places); });
        phrases.out.begin_list();
        for (const PlaceFacts &place : facts.places) {
            phrases.out.begin_item();
            phrases.put_capital(phrases.words(WordingObject::kPlace, place.name));
            phrases.say({" ({0})", " ({0})"}, [&] { put_country(phrases, place.country); });
            if (is_given(place.provider)) phrases.say({", with {0}", ", hos {0}"}, place.provider);
            phrases.say(place.own_control
                            ? Said{". We alone control it.", ". Det er bare vi som har kontroll over dem."}
                            : Said{". We do not control it alone.", ". Det er ikke bare vi som har kontroll over dem."});
            if (!place.in_eea) write_transfer(phrases, place.transfer_basis, place.transfer);
            phrases.out.end_item();
        }
        phrases.out.end_list();
    }
    if (facts.controller != nullptr && is_given(facts.controller->transfers))
        phrases.paragraph({"Transfers out of the European Economic Area: {0}.", "Overføringer ut av EØS: {0}."},
                          [&] { phrases.put_own(facts.controller->transfers); });
    else if (transfers_of(facts) == Transfers::kNone)
        phrases.paragraph({"No personal information is transferred out of the European Economic Area.",
                           "Ingen personopplysninger overføres ut av EØS."});
}

constexpr Said kRights[] = {
    {"Right of access: to see what we have about you, and to get a copy of it (GDPR Article 15).",
     "Rett til innsyn: å se hva vi har om deg, og å få en kopi av det (personvernforordningen artikkel 15)."},
    {"Right to rectification: to have corrected what is wrong (GDPR Article 16).",
     "Rett til retting: å få rettet det som er feil (personvernforordningen artikkel 16)."},
    {"Right to erasure: to have deleted what no law requires us to keep, and no legal claim needs (GDPR Article 17).",
     "Rett til sletting: å få slettet det som ingen lov pålegger oss å oppbevare, og som ikke trengs for rettskrav (personvernforordningen artikkel 17)."},
    {"Right to restriction of processing: to have us keep it, and not use it otherwise (GDPR Article 18).",
     "Rett til begrensning av behandlingen: å la oss oppbevare, men ikke bruke det til annet (personvernforordningen artikkel 18)."},
    {"Right to data portability: to get what you have given us in a machine-readable form, where the basis is consent or a contract (GDPR Article 20).",
     "Rett til dataportabilitet: å få det du har gitt oss, i et maskinlesbart format, når grunnlaget er samtykke eller avtale "
     "(personvernforordningen artikkel 20)."},
    {"Right to object: to say no to what we do with it (GDPR Article 21).",
     "Rett til å protestere: å si nei til det vi gjør med det (personvernforordningen artikkel 21)."},
};

// "the Norwegian Data Protection Authority (Datatilsynet)".
void put_authority(const Phrases &phrases, Text authority) {
    if (authority == "Datatilsynet")
        return phrases.say({"the Norwegian Data Protection Authority (Datatilsynet)", "Datatilsynet"});
    phrases.put_own(authority);
}

void write_rights(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"Your rights", "Rettighetene dine"});
    phrases.paragraph({"You have these rights:", "Du har disse rettighetene:"});
    phrases.out.begin_list();
    for (const Said &right : kRights) phrases.item(right);
    phrases.out.end_list();
    phrases.paragraph(
        {"We answer your request without undue delay, and within one month of receiving it. Where it is complex, or you make "
         "many, we may extend that by two further months; then we tell you so within the first month, and why (GDPR Article 12(3)).",
         "Vi svarer på forespørselen din uten ugrunnet opphold, og innen én måned etter at vi mottok den. Er den komplisert, eller "
         "sender du mange, kan vi forlenge fristen med to måneder til; da får du vite det innen den første måneden, og hvorfor "
         "(personvernforordningen artikkel 12 nr. 3)."});
    if (facts.answered_within != nullptr) {
        Line line;
        put_period(&line, *facts.answered_within, phrases.language());
        phrases.paragraph({"Our own aim is to answer within {0}.", "Målet vårt er å svare innen {0}."}, line);
    }
    const bool automated = facts.controller != nullptr && is_given(facts.controller->automated_decisions);
    if (automated)
        phrases.paragraph({"Automated decisions about you (GDPR Article 22): {0}.",
                           "Automatiserte avgjørelser om deg (personvernforordningen artikkel 22): {0}."},
                          [&] { phrases.put_own(facts.controller->automated_decisions); });
    else if (facts.controller != nullptr)
        phrases.paragraph({"No decisions about you are made by automated means alone (GDPR Article 22).",
                           "Ingen avgjørelser om deg er utelukkende automatiserte (personvernforordningen artikkel 22)."});
    if (facts.controller != nullptr && is_given(facts.controller->authority))
        phrases.paragraph({"You can lodge a complaint with {0} (GDPR Article 77).",
                           "Du kan klage til {0} (personvernforordningen artikkel 77)."},
                          [&] { put_authority(phrases, facts.controller->authority); });
}

}  // namespace

void write_notice(const Facts &facts, const Wordings &wordings, Document *document) {
    const Phrases phrases = {facts, wordings, *document};
    const Language language = wordings.language;
    if (facts.controller == nullptr)
        document->begin(name_of(language), Said{"Privacy notice", "Personvernerklæring"}.in(language));
    else
        document->begin(name_of(language), Said{"Privacy notice of ", "Personvernerklæring for "}.in(language),
                        facts.controller->name);
    write_introduction(phrases);
    write_data(phrases);
    write_use(phrases);
    write_sharing(phrases);
    write_places(phrases);
    write_retention(phrases);
    write_rights(phrases);
    write_not_stated(phrases);
    document->end();
}

}  // namespace pg_retention::core
