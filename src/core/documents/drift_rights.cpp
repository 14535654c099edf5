// Rights, answers, legal bases, places and recipients of a sentence.
#include <algorithm>

#include "core/data/portable.hpp"
#include "core/documents/drift_reader.hpp"

namespace pg_retention::core {

namespace {

constexpr Said kRightTo = {"right|rights|may|can", "rett|retten|rettighet*|kan"};

constexpr Said kRights = {"right|rights", "rett|retten|rettighet*"};

constexpr RightWords kRightWords[] = {
    {15, {"access", "innsyn*"}, {"access", "innsyn"}},
    {16, {"correct*|rectif*|inaccurate|amend*", "rette|rettet|retting|korriger*|uriktige"}, {"rectification", "retting"}},
    {17, {"delet*|eras*|forgotten", "slett*|glemt"}, {"erasure", "sletting"}},
    {18, {"restrict*", "begrens*"}, {"restriction of processing", "begrensning av behandlingen"}},
    {20, {"portab*|copy|machine", "dataportab*|portab*|kopi|kopier|maskinlesbar*"}, {"data portability", "dataportabilitet"}},
    {21, {"object|objection*|objects", "protester*|protest|innsigelse*|innvend*|motsette"}, {"objection", "å protestere"}},
};

constexpr size_t kPortability = 4;  // its place in the list

void put_article(Line *line, int article, Language language) {
    line->add(Said{"Article ", "artikkel "}.in(language)).add(article);
}

// What a sentence denies: "no right to access", "right to object, except to marketing". A condition behind it is the law's own.
void read_denied_rights(DriftReader *reader, const Reading &reading) {
    constexpr Said kNoRight = {
        "no right|no rights|not have the right|not have a right|not have any right|not have right|not entitled",
        "ingen rett|ikke rett|ikke noen rett|ikke en rett|ingen rettighet*|ikke krav på"};
    constexpr Said kUnless = {"as long as|if|unless|when|where|while|until", "så lenge|hvis|med mindre|når|der|mens|før"};
    constexpr Said kExcept = {"except|apart from|but not|other than", "unntatt|med unntak|bortsett fra|men ikke"};
    const Language language = reader->language();
    const Tokens &tokens = reading.tokens;
    const auto report = [&](const RightWords &right, size_t begin, size_t end, std::string_view why) {
        Line article;
        put_article(&article, right.article, language);
        reader->report({DriftFact::kRight, reader->said(right.name), article.text(), text_of(tokens, begin, end),
                        reading.sentence.text, why});
    };
    const size_t no = tokens.find(kNoRight.in(language));
    for (const RightWords &right : kRightWords) {
        const size_t at = tokens.find(right.words.in(language), no);
        if (at == tokens.n || tokens.find(kUnless.in(language), no) < tokens.n) continue;
        if (tokens.find(Said{"but", "men"}.in(language), no) > at) report(right, no, at + 1, "the sentence denies this right");
    }
    const RightWords &objection = kRightWords[std::size(kRightWords) - 1];
    const size_t object = tokens.find(objection.words.in(language));
    const size_t except = tokens.find(kExcept.in(language), object);
    const size_t marketing = tokens.find(Said{"marketing|advertis*", "markedsfør*|reklame*"}.in(language), except);
    if (marketing < tokens.n)
        report(objection, except, marketing + 1, "there is no exception to objecting to direct marketing (Article 21(2))");
}

}  // namespace

std::span<const RightWords> right_words() noexcept { return kRightWords; }

void read_rights(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const ArticleClaims articles(reading.tokens);
    uint32_t spoken = 0;
    bool any_article = false;
    for (size_t i = 0; i < std::size(kRightWords); ++i)
        if (reading.tokens.has(kRightWords[i].words, language)) spoken |= uint32_t{1} << i;
    // A copy is Article 15's, where that stands beside it.
    if (articles.has(15) && !articles.has(20) &&
        !reading.tokens.has({"portab*|machine", "dataportab*|portab*|maskinlesbar*"}, language))
        spoken &= ~(uint32_t{1} << kPortability);
    bool any_right = false;
    for (size_t i = 0; i < articles.n; ++i) {
        any_article = any_article || (articles.all[i].article >= 12 && articles.all[i].article <= 22);
        any_right = any_right || (articles.all[i].article >= 15 && articles.all[i].article <= 21);
    }
    // "You have these rights:" is said of the items behind it, too.
    if (!reading.sentence.continues && spoken == 0 && !any_article) reader->lists_rights = false;
    if (reading.sentence.text.ends_with(':') && reading.tokens.has(kRights, language)) reader->lists_rights = true;
    read_denied_rights(reader, reading);
    if (spoken == 0) return;
    const bool of_right = reader->lists_rights || reading.tokens.has(kRightTo, language);
    if (any_article || of_right) reader->rights |= spoken;
    // Of rights that are spoken of, those whose article is not named.
    Line missing;
    for (size_t i = 0; i < std::size(kRightWords); ++i) {
        if ((spoken >> i & 1) == 0 || articles.has(kRightWords[i].article)) continue;
        if (missing.n > 0) missing.add(", ");
        put_article(&missing, kRightWords[i].article, language);
    }
    bool other = false;
    for (size_t i = 0; i < articles.n; ++i) {
        const int article = articles.all[i].article;
        if (article < 12 || article > 22) continue;
        const auto *right = std::find_if(std::begin(kRightWords), std::end(kRightWords),
                                         [&](const RightWords &one) { return one.article == article; });
        const bool matches = right != std::end(kRightWords) && (spoken >> (right - kRightWords) & 1) != 0;
        // A list may name a right by its article alone, as long as none is spoken of without its article.
        if (matches || missing.n == 0 || article == 12) continue;
        other = true;
        Line stated;
        put_article(&stated, article, language);
        reader->report({DriftFact::kArticle,
                        {},
                        missing.text(),
                        stated.text(),
                        reading.sentence.text,
                        "the right that the sentence speaks of is another article's"});
    }
    if (missing.n > 0 && any_right && !other && of_right)
        reader->report({DriftFact::kArticle,
                        {},
                        missing.text(),
                        {},
                        reading.sentence.text,
                        "the sentence names articles, and not the one of this right"});
}

namespace {

constexpr Said kAnswering = {"answer*|reply|replies|respond*|response", "besvar*|svar|svare|svarer"};
constexpr Said kUsually = {"aim|aims|as a rule|generally|hope|normally|strive|try|typically|usually",
                           "forsøker|mål|målet|normalt|som regel|vanligvis"};

bool is_within_a_month(const Period &period) {
    return (period.months == 1 && period.days == 0) || (period.months == 0 && period.days <= 28);
}

// What a help desk answers is no request that Article 12 is about.
bool is_of_requests(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim) {
    constexpr Said kRequests = {"access|article|complain*|complaint*|gdpr|request|requests|right|rights",
                                "anmod*|artikkel|begjær*|forespørsel*|innsyn*|klage*|krav|kravet|rett|rettighet*|rettigheter"};
    constexpr Said kOthers = {
        "chat*|customer service|customer services|email*|help desk|helpdesk|hotline|operator*|phone*|sales|service "
        "desk|support|switchboard|telephone*",
        "brukerstøtte*|chat*|epost*|kundesent*|kundeservice*|salg*|sentralbord*|servicedesk|support*|telefon*"};
    const Language language = reader.language();
    if (reading.tokens.has(kRequests, language)) return true;
    if (reading.tokens.has(kOthers, language)) return false;
    return claim.length.seconds == 0 || reading.block.has(kRequests, language) ||
           Tokens(reading.sentence.place.heading).has(kRequests, language);
}

// One period within which an answer is said to come. usually: where a word for that stands; behind it where none does.
void read_answer_period(DriftReader *reader, const Reading &reading, const PeriodClaim &claim, size_t usually) {
    const bool is_usual = usually < claim.begin;
    if (!is_usual && is_within_a_month(claim.length)) {
        reader->answer_limit = true;
        return;
    }
    // A limit that is too late is worse than none.
    if (is_usual && !reader->no_limit.why.empty() && !reader->no_limit_is_usual) return;
    const Period *target = reader->facts.answered_within;
    const bool is_target = is_usual && target != nullptr && same_length(*target, claim.length);
    reader->no_limit = {DriftFact::kAnswer,    {}, {}, text_of(reading.tokens, std::min(usually, claim.begin), claim.end),
                        reading.sentence.text, {}};
    reader->no_limit.why =
        !is_usual ? "the limit is one month from receipt, extendable by two further months (Article 12(3))"
        : is_target
            ? "that names no limit: it is one month from receipt, extendable by two further months (Article 12(3))"
            : "that names no limit, and is not the target that is configured: the limit is one month from receipt, extendable "
              "by two further months (Article 12(3))";
    reader->no_limit_is_usual = is_usual;
    reader->no_limit_is_target = is_target;
}

}  // namespace

void read_answer(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const Tokens &tokens = reading.tokens;
    PeriodClaim claim = {};
    const size_t extends = tokens.find(Said{"extend*|extension", "forleng*"}.in(language));
    if (extends < tokens.n && reading.block.has(kAnswering, language) && next_period(tokens, extends, language, &claim) &&
        !(claim.length.months == 2 && claim.length.days == 0))
        reader->report({DriftFact::kAnswer,
                        {},
                        reader->said({"2 further months", "2 måneder til"}),
                        text_of(tokens, claim.begin, claim.end),
                        reading.sentence.text,
                        "Article 12(3) allows an extension by two further months"});
    if (!tokens.has(kAnswering, language)) return;
    bool limited = false;
    for (size_t from = 0; next_period(tokens, from, language, &claim) && claim.begin < extends; from = claim.end) {
        const SaidOf of = said_of(tokens, claim, language);
        if ((of != SaidOf::kOther && of != SaidOf::kNothing) || !is_of_requests(*reader, reading, claim)) continue;
        // "Usually" goes with the period that it stands before, and says nothing against a limit in the same sentence.
        const size_t usually = tokens.find(kUsually.in(language), from);
        const bool is_usual = usually < claim.begin;
        limited = limited || (!is_usual && is_within_a_month(claim.length));
        if (!limited || !is_usual) read_answer_period(reader, reading, claim, is_usual ? usually : tokens.n);
    }
    // "Usually within 10 days, and always within one month".
    if (limited && reader->no_limit_is_usual && reader->no_limit.sentence.data() == reading.sentence.text.data())
        reader->no_limit.why = {};
}

namespace {

// Whether anything rests on this letter of Article 6(1).
bool is_in_use(const Facts &facts, char letter) {
    for (const PurposeFacts &purpose : facts.purposes)
        if (basis_letter(purpose.legal_basis) == letter) return true;
    for (const PolicyFacts &policy : facts.policies)
        if (basis_letter(policy.legal_basis) == letter) return true;
    return false;
}

}  // namespace

void read_basis(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const ArticleClaims articles(reading.tokens);
    char claimed = 0;
    for (size_t i = 0; i < articles.n; ++i)
        if (articles.all[i].article == 6 && articles.all[i].letter >= 'a' && articles.all[i].letter <= 'f')
            claimed = articles.all[i].letter;
    // What the right to portability says of bases is no claim.
    const size_t consent = reading.tokens.find(Said{"consent*", "samtykke*"}.in(language));
    bool without = false;
    for (size_t i = consent > 3 ? consent - 3 : 0; i < consent; ++i) without = without || reading.tokens.is(i, "without|uten");
    if (claimed == 0 && consent < reading.tokens.n && !without && !reading.tokens.is_denied(consent, language) &&
        !articles.has(20) && !reading.tokens.has({"portab*|machine", "dataportab*|maskinlesbar*"}, language))
        claimed = 'a';
    const bool at_all = claimed != 0 && is_in_use(reader->facts, claimed);
    if (claimed == 0) return;
    Line configured, stated;
    put_basis(&stated, claimed, language);
    if (!at_all) {
        reader->report(
            {DriftFact::kBasis, {}, {}, stated.text(), reading.sentence.text, "nothing that is configured rests on this basis"});
        return;
    }
    size_t tied = 0;
    const PurposeFacts *purpose = nullptr;
    for (size_t i = 0; i < reader->facts.purposes.size(); ++i) {
        if (!reader->room.purposes[i].tied) continue;
        ++tied;
        purpose = &reader->facts.purposes[i];
    }
    const char own = tied == 1 ? basis_letter(purpose->legal_basis) : claimed;
    if (own == claimed || own == 0) return;
    // The sentence may speak of a policy that rests on it.
    for (size_t i = 0; i < reader->facts.policies.size(); ++i)
        if (reader->room.policies[i].tied && basis_letter(reader->facts.policies[i].legal_basis) == claimed) return;
    put_basis(&configured, own, language);
    reader->report({DriftFact::kBasis, purpose->name, configured.text(), stated.text(), reading.sentence.text,
                    "the purpose rests on another basis"});
}

namespace {

constexpr Said kStoring = {"cent*|datacent*|hosted|kept|located|managed|server*|storage|store|stored|stores",
                           "datasent*|driftes|lagr*|ligger|oppbevar*|server*"};
constexpr Said kControl = {"control|controls|controlled", "kontroll|kontrollere*"};
constexpr Said kAlone = {"alone|exclusively|exclusive|only|sole|solely|full", "alene|bare|eksklusiv*|full|kun|utelukkende"};

bool is_place(const Facts &facts, Text country) {
    for (const PlaceFacts &place : facts.places)
        if (place.country == country) return true;
    return false;
}
bool is_recipients(const Facts &facts, Text country) {
    for (const RecipientFacts &recipient : facts.recipients)
        if (recipient.country == country) return true;
    return false;
}

// What the controller says of transfers may name it.
bool is_of_transfers(const DriftReader &reader, const Country *country) {
    const ControllerFacts *controller = reader.facts.controller;
    if (controller == nullptr || !is_given(controller->transfers)) return false;
    for (const std::string_view text :
         {controller->transfers, reader.wordings.words(WordingObject::kText, controller->transfers)}) {
        const Tokens tokens(text);
        size_t at = 0;
        for (const Language language : {Language::kEnglish, Language::kBokmal})
            for (const Country *found = next_country(tokens, 0, language, &at); found != nullptr;
                 found = next_country(tokens, at + 1, language, &at))
                if (found == country) return true;
    }
    return false;
}

void put_countries(Line *line, const Facts &facts, Language language) {
    for (size_t i = 0; i < facts.places.size(); ++i) {
        bool first = true;
        for (size_t k = 0; k < i; ++k) first = first && facts.places[k].country != facts.places[i].country;
        if (!first) continue;
        if (line->n > 0) line->add(", ");
        const Country *country = country_of(facts.places[i].country);
        line->add(country == nullptr ? facts.places[i].country : country->name.in(language));
    }
}

// How near the nearest of the words stands; n: none does.
size_t distance_to(const Tokens &tokens, size_t at, std::string_view words) {
    size_t least = tokens.n;
    for (size_t i = 0; i < tokens.n; ++i)
        if (tokens.is(i, words)) least = std::min(least, i > at ? i - at : at - i);
    return least;
}

// Of a place that is named, or else of each.
void read_control(const DriftReader &reader, const Reading &reading) {
    constexpr Said kOurs = {"ours|us|we", "vi|oss"};
    constexpr Said kTheirs = {
        "provider*|supplier*|vendor*|processor*|partner*|third party|third parties|subcontractor*|operator*",
        "skyleverandør*|leverandør*|databehandler*|partner*|tredjepart*|underleverandør*|driftspartner*"};
    constexpr size_t kNear = 6;
    const Language language = reader.language();
    const Tokens &tokens = reading.tokens;
    const size_t control = tokens.find(kControl.in(language));
    if (control == tokens.n) return;
    // "Under our provider's control": who stands nearer has it, and "our" alone is ours.
    const bool ours = control > 0 && tokens.is(control - 1, "our|vår|full|own|egen");
    const size_t theirs = ours ? tokens.n : distance_to(tokens, control, kTheirs.in(language));
    const bool others = theirs <= kNear && theirs < distance_to(tokens, control, kOurs.in(language));
    const bool denied = tokens.is_denied(control, language);
    if ((!others && !tokens.has(kAlone, language)) || (others && denied)) return;
    const bool alone = !others && !denied;
    const auto names = [&](const PlaceFacts &place) {
        Tokens::Places places;
        return reading.block.names(place.name, language, &places) ||
               reading.block.names(reader.wordings.find(WordingObject::kPlace, place.name), language, &places);
    };
    bool any = false;
    for (const PlaceFacts &place : reader.facts.places) any = any || names(place);
    for (const PlaceFacts &place : reader.facts.places) {
        if (place.own_control == alone || (any && !names(place))) continue;
        reader.report({DriftFact::kControl, place.name,
                       reader.said(place.own_control ? Said{"under our control alone", "bare under vår kontroll"}
                                                     : Said{"not under our control alone", "ikke bare under vår kontroll"}),
                       text_of(reading.tokens, control, control + 1), reading.sentence.text,
                       place.own_control ? "the controller alone decides who reaches it"
                                         : "others than the controller decide who reaches it, too"});
    }
}

// "Customers in Sweden and Denmark" says where those are.
bool is_of_persons(const Tokens &tokens, size_t at, Language language) {
    constexpr std::string_view kPersons =
        "buyers|citizens|clients|companies|customers|employees|members|offices|people|persons|residents|subsidiaries|users|visitors|ansatte|"
        "besøkende|brukere|datterselskaper|innbyggere|kontorer|kunder|kundene|medlemmer|personer|selskaper";
    size_t place = at;
    for (bool more = true; more && place > 0;) {
        size_t country = 0;
        more = tokens.is(place - 1, ",|and|or|the|og|eller") ||
               (next_country(tokens, place - 1, language, &country) != nullptr && country == place - 1);
        if (more) --place;
    }
    return place >= 2 && tokens.is(place - 1, "in|from|of|i|fra|på") && tokens.is(place - 2, kPersons);
}

// "Never, under any circumstances, are they stored in ...": as far as the clause goes, which another word for storing behind "and" ends.
bool is_denied_there(const Tokens &tokens, size_t at, Language language) {
    constexpr Said kNo = {"not|never|no|neither|nor|nowhere", "ikke|aldri|ingen|heller"};
    bool stored = false;
    for (size_t place = at; place-- > 0;) {
        if (tokens.is(place, "but|except|unless|;|:|men|unntatt") || (stored && tokens.is(place, "and|og"))) return false;
        stored = stored || tokens.is(place, kStoring.in(language));
        if (tokens.is(place, kNo.in(language)) && !tokens.is(place + 1, "only|just|bare|kun")) return true;
    }
    return false;
}

// Whether the sentence, or what it stands under, is of where data lie or go.
bool speaks_of_places(const Reading &reading, Said words, Language language) {
    const BlockPlace &place = reading.sentence.place;
    if (reading.tokens.has(words, language)) return true;
    return place.kind != BlockKind::kHeading &&
           (Tokens(place.lead).has(words, language) || Tokens(place.header).has(words, language) ||
            Tokens(place.heading).has(words, language));
}

}  // namespace

void read_places(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    constexpr Said kGoing = {
        "access|accessed|disclos*|export*|process*|provider*|receive*|send|sends|sent|share|shared|supplier*|transfer*",
        "behandle*|databehandler*|deles|leverandør*|mottak*|overfør*|sende*|tilgang|utlever*"};
    const bool storing = speaks_of_places(reading, kStoring, language);
    if (!storing && !speaks_of_places(reading, kGoing, language)) return read_control(*reader, reading);
    size_t at = 0;
    const Country *country = next_country(reading.tokens, 0, language, &at);
    for (; country != nullptr; country = next_country(reading.tokens, at + 1, language, &at)) {
        if (is_place(reader->facts, country->code) || (is_recipients(reader->facts, country->code) && !storing)) continue;
        if (is_of_persons(reading.tokens, at, language) || is_denied_there(reading.tokens, at, language) ||
            reading.tokens.is_denied(at, language) || is_of_transfers(*reader, country))
            continue;
        reader->other_country = reader->other_country || storing;
        Line configured;
        put_countries(&configured, reader->facts, language);
        reader->report({DriftFact::kCountry,
                        {},
                        configured.text(),
                        country->name.in(language),
                        reading.sentence.text,
                        storing ? "no location is in this country" : "no location and no recipient is in this country"});
    }
    read_control(*reader, reading);
}

void read_sharing(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const Tokens &tokens = reading.tokens;
    const auto has = [&](Said words) { return tokens.has(words, language); };
    const size_t selling = tokens.find(Said{"sell|sells|selling|sold", "selge*|selges|solgt|selger"}.in(language));
    const size_t shared = tokens.find(
        Said{"disclos*|pass|passed|sell|sells|selling|share|shared|sold|rent|rented", "deler|deles|selge*|solgt|utlever*|leies"}
            .in(language));
    const bool buyers = has({"advertiser*|broker|brokers", "annonsør*|datamegler*|adressemegler*"});
    const bool parties = buyers || has({"third party|third parties|partners|others", "tredjepart*|tredjeparter|partnere|andre"});
    const bool data = has({"address*|contact*|data|details|email*|information|lists|personal",
                           "adresse*|data|epost*|e - post*|kontakt*|liste*|opplysning*|personopplysning*"});
    const bool marketing = buyers || (selling < tokens.n && data) || has({"marketing|advertis*", "markedsfør*|reklame*"});
    if (shared < tokens.n && !tokens.is_denied(shared, language) && parties && marketing) {
        bool any = false;
        for (const PurposeFacts &purpose : reader->facts.purposes) {
            if (!purpose.direct_marketing) continue;
            any = true;
            reader->report({DriftFact::kRecipient, purpose.name,
                            reader->said({"not disclosed to third parties", "utleveres ikke til tredjeparter"}),
                            text_of(tokens, shared, shared + 1), reading.sentence.text,
                            "a disclosure to a third party for direct marketing is refused"});
        }
        if (!any && selling < tokens.n)
            reader->report({DriftFact::kRecipient,
                            {},
                            {},
                            text_of(tokens, selling, selling + 1),
                            reading.sentence.text,
                            "nothing that is configured sells data"});
    }
    const size_t automated = reading.tokens.find(Said{"automated decision*|automatic decision*|profiling",
                                                      "automatiserte avgjørelser|automatiserte beslutninger|profilering"}
                                                     .in(language));
    const bool configured = reader->facts.controller != nullptr && is_given(reader->facts.controller->automated_decisions);
    if (automated < reading.tokens.n && !configured && !reading.tokens.is_denied(automated, language))
        reader->report({DriftFact::kDecisions,
                        {},
                        {},
                        text_of(reading.tokens, automated, std::min(automated + 2, reading.tokens.n)),
                        reading.sentence.text,
                        "no automated decisions are configured"});
}

}  // namespace pg_retention::core
