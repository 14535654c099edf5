#include "core/text/ordinary_words.hpp"

#include "core/text/first_names.hpp"
#include "core/text/letters.hpp"
#include "core/text/numbers.hpp"
#include "core/text/ordinary_words_table.hpp"
#include "core/text/word.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kPhoneDigits = 7;  // so many are a telephone number, which stands behind names

// Before a name in lower case: people are greeted, called, thanked.
constexpr WordList kBeforeName(
    "called contacted dear fru frøken hallo hei heisann hej hejsan hello herr hey hi hilsen hilsner hos hälsningar kjære kontakt kontakta kære "
    "mvh mr mrs ms regards ring ringa ringe ringer ringte tack tak takk thanks told vh");

// After one: people say, call, want.
constexpr WordList kAfterName(
    "asked asks bad ba bekrefter bekreftet bekräftar called calls confirmed confirms melder meldte mener mente oppgir oppga replied reported reports "
    "ringde ringede ringer ringt ringte sa sade said says sier siger skrev skriver spurte spør svarade svarede svarer svarar svarte säger uppger "
    "wants ønsker ønsket önskar");

// What people do besides, where the word before begins a sentence.
constexpr WordList kDoes(
    "ber blev ble bought bor brought came can cannot chose could cut did didn does doesn drog dro drove er fant fann fandt "
    "fell felt fick fikk found forgot fulgte får gav ga gets gik gikk got grep går hann had har has hade hadde havde har "
    "heard held her here hit hjalp holder holdt höll ikke is kan kept kjøper knew kom kommer kunne la let left left lot "
    "lost lät lå låg løser made may met might must må måtte need never nås paid put quit ran rang read read refuses sad "
    "satt saw set sent sendt shall should sin sitt sine skar skaffet skal ska skulle slo slog sold solgte spoke står stod "
    "sto stood står så såg tar thinks tog took tok told tog trykket traff trenger tror var vant vann vandt vet visste vil "
    "vill ville visste was went were will won would wrote är");

// After a capital that only begins a sentence: May we, Will you, Mark the.
constexpr WordList kAfterOther(
    "a an as det du gjerne han he hun if it list måned månad nok now rundt season she that the there these they this though time vi wait we when you "
    "your");

constexpr WordList kAfterPer(
    "bruker dags dato dd døgn enhet epost gang i kg km mail mnd måned nå person post stk stykk telefon time tlf uke år");

// Ends of verbs, and words that have them and are none.
constexpr WordList kVerbEnds("ade ed er et te dde");
constexpr WordList kNoVerbs(
    "adapter another cluster computer customer driver either filter folder header helper manager matter member never offer other owner partner alle andre bakker det der eller etter filer fordi før färger her hver men number numre nummer og over paper per roller russer sider som steder "
    "tilbehør under utover ute over uten versjoner water litt med filter letter order server user center meter");

constexpr WordList kMonths(
    "april apr august february februar januar january juli july june juni maj mai march mars may october oktober september");
constexpr WordList kBeforeMonth(
    "and au av before by during eller etter for fra från fram før för i in innen inntil medio mid mot of og och or primo senest siden since slutten "
    "starten til till to ultimo until ut");

// Towns whose names are surnames. Elsewhere a word such as "fra" may lead to a person.
constexpr WordList kTowns(
    "arendal asker berg bodø borg bø dale drammen eid elverum farsund florø førde grimstad halden hamar hammerfest harstad haugesund holm horten "
    "kongsberg larvik levanger lier lillehammer lund lyngdal mandal mo molde moss nes ness narvik nesodden odda os risør rjukan sand sande sandefjord "
    "sandnes ski skien sola stavern stord stryn sund tromsø tønsberg vadsø vang vik volda voss ås ålesund åsen skive vejle holbæk ringsted mora");
constexpr WordList kBeforeTown("at fra från from i in mellom mot near nær på til till to via ved");

constexpr WordList kLegalForms("AB AS ASA ANS ApS BA Co Corp DA GmbH HB Inc KS LLC Ltd NUF Oy Oyj PLC SA Ltd. Inc. BV AG HF");
constexpr WordList kInstitutions(
    "allé apotek arena avenue bakeri barnehage barneskole barnehagen badet bibliotek bibliotekstjeneste bro bru brygge "
    "bydel bygg center centrum district distrikt elektro ferge fjord flyplass folkebibliotek folkehøgskole forlag gaard "
    "gamlehjem gate gatan gata gjestegård gymnasium gymnas gård gårdsbutikk hage hall havn hallen hospital hotel hotell "
    "idrettslag il industripark kafé kirke kirkegård kirkestue kommun kommune kommunes kraft kro kyrka lane legekontor "
    "legesenter lufthavn museet museum musikkskole næringspark omsorgssenter park plass regnskap restaurant road rådhus "
    "school senter sentrum sjukehus skola skolan skole skolen skoles stadion stasjon station street stadium stasjonen "
    "sykehjem sykehus t-bane tannklinikk terrasse torg torv trafikkskole transport tunnel ungdomsskole university "
    "universitet vei veien verk verksted vgs videregående vårdcentral");

// Titles and the like: a capital before a name that is not another person's or a firm's.
constexpr WordList kTitles(
    "advokat agent ansatt att bruker brukeren cc dear doctor dr for fra från fru from fröken hallo hei hej hello herr hi hilsen hr ing ingeniør kjære kontakt "
    "kunde kunden kära kære lege leder med mr mrs ms mvh navn namn ny prof rektor sjef skipper til till to user vh with");

// All around it is written in capitals.
bool is_capitals(std::string_view text, size_t begin, size_t end) noexcept {
    for (size_t i = begin; i < end; i += letter_at(text, i).size)
        if (is_letter(letter_at(text, i).code) && !is_upper(letter_at(text, i).code)) return false;
    return true;
}

// Capital, then small letters.
bool is_written_as_name(std::string_view text, size_t begin) noexcept {
    const Letter first = letter_at(text, begin);
    const char32_t second = letter_at(text, begin + first.size).code;
    return is_upper(first.code) && is_letter(second) && !is_upper(second);
}

struct Before {
    TextWord word;
    size_t at = 0;  // where it begins
    bool adjacent = false;
};

Before word_before(std::string_view text, size_t at) noexcept {
    Before before;
    size_t end = at;
    for (size_t gap = 0; gap < 4 && (is_blank(letter_before(text, end).code) || letter_before(text, end).code == '/'); ++gap)
        end -= letter_before(text, end).size;
    before.word = word_ending(text, end);
    before.at = before.word.begin;
    before.adjacent = before.word.end > before.word.begin && at - end == 1;
    return before;
}

struct After {
    TextWord word;
    bool capital = false;
};

After word_after(std::string_view text, size_t at) noexcept {
    After after;
    after.word.begin = after.word.end = at;
    const Letter gap = letter_at(text, at);
    if (!is_blank(gap.code) || gap.code == '\n') return after;
    after.word = word_beginning(text, at + gap.size);
    after.capital = is_upper(letter_at(text, at + gap.size).code);
    return after;
}

bool person_before(std::string_view text, const Before &before) noexcept {
    if (kBeforeName.has(before.word.view())) return true;
    // Talked with, spoke to; never "with" alone.
    if (!WordList("med m to with").has(before.word.view())) return false;
    return WordList("chattet pratet prata pratade samtale snakka snakket snakkede spoke talade talked talte telefonsamtale talt")
        .has(word_before(text, before.at).word.view());
}

// Lives in Berg, at Holmen.
bool place_before(std::string_view text, const Before &before, std::string_view stem) noexcept {
    if (WordList("i in").has(before.word.view())) return true;
    if (kTowns.has(stem) && kBeforeTown.has(before.word.view())) return true;
    return before.word.view() == "på" && WordList("bo bodde bor jobber").has(word_before(text, before.at).word.view());
}

// A short one; a telephone number stands behind a name.
bool is_number_after(std::string_view text, const After &after) noexcept {
    return after.word.number && is_digit(letter_at(text, after.word.begin).code) &&
           number_at(text, after.word.begin).n_digits < kPhoneDigits;
}

bool starts_sentence(std::string_view text, size_t at) noexcept {
    while (at > 0 && letter_before(text, at).code == ' ') --at;
    const char32_t before = letter_before(text, at).code;
    return at == 0 || before == '.' || before == '!' || before == '?' || before == '\n' || before == '*' || before == '>';
}

// English verbs end as plurals do; what cannot be told is taken for a verb, for then the word before is a name.
bool is_verb(std::string_view word) noexcept {
    if (kAfterName.has(word) || kDoes.has(word)) return true;
    if (word.size() > 4 && word.back() == 's' && word[word.size() - 2] != 's') return true;
    return kVerbEnds.ends(word) && !kNoVerbs.has(word);
}

bool is_month(std::string_view text, const Before &before) noexcept {
    if (kBeforeMonth.has(before.word.view())) {
        const bool joins = WordList("and og och eller or to til till").has(before.word.view());
        return !joins || kMonths.has(word_before(text, before.at).word.view());
    }
    return before.word.number;
}

// "Field is mandatory", "Lund er en by": of things.
bool is_said_of_things(std::string_view text, const After &after) noexcept {
    if (!WordList("are er is är var was were").has(after.word.view())) return false;
    return WordList(
               "a an the en ei et ett best closed deprecated empty for full høy høyere høyest lav lavere lavest mandatory missing "
               "obligatorisk ofte optional også required stengt tom tomt tomme viktig viktigst")
        .has(word_after(text, after.word.end).word.view());
}

// The first word of a sentence, with what follows in small letters: a name where that is what people do.
bool is_plain_start(std::string_view text, const After &after) noexcept {
    if (letter_at(text, after.word.begin).code == '&') return true;
    if (is_said_of_things(text, after)) return true;
    if (after.word.n == 0 || after.word.number || after.capital || is_verb(after.word.view())) return false;
    if (WordList("fra från from hos v").has(after.word.view())) return false;
    // Berg på lager ringte; not so "Tone på varselet er lav".
    if (WordList("at i in på").has(after.word.view())) {
        const After where = word_after(text, after.word.end);
        const After verb = word_after(text, where.word.end);
        if (!verb.capital && is_verb(verb.word.view()) && !WordList("are er is var was").has(verb.word.view())) return false;
    }
    // Bill on 0161 496 0123.
    if (WordList("on på").has(after.word.view()) && is_digit(letter_at(text, after.word.end + 1).code)) return false;
    // Stein og Kari.
    return !WordList("and og och").has(after.word.view()) || !word_after(text, after.word.end).capital;
}

bool is_ordinary_with_capital(std::string_view text, size_t begin, size_t end, std::string_view stem) noexcept {
    const Before before = word_before(text, begin);
    const After after = word_after(text, end);
    if (place_before(text, before, stem) || is_number_after(text, after)) return true;
    // A Ford, the Hall.
    if (WordList("a an den det ei en et ett the").has(before.word.view())) return true;
    if (kMonths.has(stem) && is_month(text, before)) return true;
    if (kAfterOther.has(after.word.view()) || (stem == "per" && kAfterPer.has(after.word.view()))) return true;
    const Letter hyphen = letter_at(text, end);
    const TextWord joined = word_beginning(text, end + hyphen.size);
    const bool compound = is_hyphen(hyphen.code) && joined.n > 1 && !is_upper(letter_at(text, joined.begin).code);
    if (compound && !WordList("bilen biler familien gruppen huset kontoen mailen pc saken").has(joined.view())) return true;
    const bool start = starts_sentence(text, begin);
    if (start && stem == "jo" && letter_at(text, end).code == ',') return true;
    // "Steins pc": a thing that has something begins no sentence.
    const bool genitive = word_beginning(text.substr(0, end), begin).n != stem.size();
    if (start && !genitive && is_plain_start(text, after)) return true;
    if (is_capitals(text, begin, end)) return false;
    // Oslo Hall, Burger King; Park Hotel: of a firm, or another person.
    const bool name_before = !start && before.adjacent && before.word.n > 1 && is_upper(letter_at(text, before.at).code) &&
                             !starts_sentence(text, before.at) && !kTitles.has(before.word.view());
    // Stein Larsen, Ford Transit; what is known of the person was looked for before.
    return name_before || (after.word.begin == end + 1 && is_written_as_name(text, after.word.begin));
}

// "Hun bor i Aune."
bool is_where_one_lives(std::string_view text, size_t begin) noexcept {
    const Before before = word_before(text, begin);
    if (!WordList("i in på").has(before.word.view())) return false;
    return WordList("bo bor bodde bur budd budde flyttet living lived lives").has(word_before(text, before.at).word.view());
}

}  // namespace

bool is_first_name(std::string_view word) noexcept { return kFirstNames.has(word_beginning(word, 0).view()); }

bool is_anothers_name(std::string_view text, size_t begin, size_t end) noexcept {
    const bool first_name = kFirstNames.has(word_beginning(text.substr(0, end), begin).view());
    const Letter hyphen = letter_at(text, end);
    const size_t next = end + hyphen.size;
    // Anne-Lise is not Anne.
    if (first_name)
        return is_hyphen(hyphen.code) && is_written_as_name(text, next) && kFirstNames.has(word_beginning(text, next).view());
    const Before before = word_before(text, begin);
    return before.adjacent && is_upper(letter_at(text, begin).code) && is_written_as_name(text, before.at) &&
           kFirstNames.has(before.word.view());
}

bool is_ordinary_word(std::string_view text, size_t begin, size_t end) noexcept {
    const TextWord word = word_beginning(text.substr(0, end), begin);
    std::string_view stem = word.view();
    if (!kOrdinaryWords.has(stem)) {
        if (stem.size() < 3 || stem.back() != 's') return false;
        stem.remove_suffix(1);
        if (!kOrdinaryWords.has(stem)) return false;
    }
    if (is_upper(letter_at(text, begin).code)) return is_ordinary_with_capital(text, begin, end, stem);
    return !person_before(text, word_before(text, begin)) && !kAfterName.has(word_after(text, end).word.view());
}

bool is_acronym(std::string_view text, size_t begin, size_t end) noexcept {
    constexpr size_t kLongest = 3;
    if (end - begin > kLongest || !is_capitals(text, begin, end)) return false;
    // OLA is shouted, as a name may be.
    if (end - begin == kLongest && !kOrdinaryWords.has(word_beginning(text.substr(0, end), begin).view())) return false;
    // Not where all is written so.
    const Before before = word_before(text, begin);
    const After after = word_after(text, end);
    const auto shouts = [text](const TextWord &word) {
        return word.end - word.begin > 1 && !word.number && is_capitals(text, word.begin, word.end);
    };
    return !shouts(before.word) && !shouts(after.word) && before.word.n + after.word.n > 0;
}

bool is_firm_or_place(std::string_view text, size_t begin, size_t end) noexcept {
    constexpr int kMostWords = 4;
    if (!is_upper(letter_at(text, begin).code)) return false;
    if (is_where_one_lives(text, begin)) return true;
    size_t at = end;
    for (int i = 0; i < kMostWords; ++i) {
        const After after = word_after(text, at);
        const std::string_view written = text.substr(after.word.begin, after.word.end - after.word.begin);
        // Holm & Sønn
        if (i == 0 && letter_at(text, after.word.begin).code == '&' && is_upper(letter_at(text, after.word.begin + 2).code))
            return true;
        if (written.empty()) return false;
        if (kLegalForms.has(written) || (written == "A" && text.substr(after.word.end, 2) == "/S")) return true;
        if (i == 0 && kInstitutions.has(after.word.view())) return true;
        // Holm og Lie Regnskap AS.
        if (!after.capital && !WordList("and og och").has(written)) return false;
        at = after.word.end;
    }
    return false;
}

bool is_common_word_of_texts(std::string_view word) noexcept {
    constexpr WordList kCommon(
        "adressen aktiv alarm aldri allerede alltid alternativ analyse andre annen annet ansatt ansvar antall arbeid "
        "arbetet arkiv artikkel bakker balanse banken barnet basert bedre begge bekreft beklager bestilt bestill beste "
        "betale bilder bilen bilde blank bonde boken borte bord brett brevet bruker brukere bruke bytte byttet camera "
        "client claims dagen danske dansk data dato denne dersom dette deler desktop direkte disse driver drivere egen eier "
        "eksport eller endret endelig enkel enten epost ering etter faktura farge feilen fersk festet filen filer finne "
        "finner firma fiskeri fjernet flere flytte flyttet fordi forrige fortsatt framme fremme frist funnet gamle ganger "
        "garasje garden garanti gjelder gjerne gjort gjøre glemt grensen grunnen gruppe gruppen gyldig halve haster hatten "
        "hele helgen helga hender hendelse hente henter hentes hentet herre hilsen hjelp hjelpe holder hotellet huset hver "
        "hvilken hvordan igjen import inger ingen innen inntil innlogging intern italia jenter jobber jobben journal kabel "
        "kabelen kanal kanskje karen kassa kassen kasser klage klagen klart kobling kodene kommer kontoen kontor kontroll "
        "kopi kopier korrekt kortet koster kristen krever kunde kunden kunder kundens kurset lagret lager lagre lampen "
        "lange large laster lastet leder ledig legger levere leveres levert linje linjen linken lisens liste listen logge "
        "logget lokal lukker lukket lærer løsning løst magasin magnet mandag mange mangler manual manuell manuelt margin "
        "marine mark marked marker markert market mars master matte mats media melder melding meldt mener menyen merker "
        "merket mester midten minst mobilen modell modem modul monitor montert morgen motor mottak mottatt navnet nettet "
        "nettverk neste normal normalt nordre notat nummer nyere nytte ordre order ordrer ordner ordnet parker parkert "
        "passer passord passordet patch peker penger person personer planen plassen plate poster posten press pris prisen "
        "printer problem program prøvd prøver purring radio rammen regler rektor reise resten rette retur riktig rolle "
        "roller rommet ruter rutine samme samtale sammen sande sanden savner seier sender sendes sendt sendte senter series "
        "server serverne serie siden sikker sikret sikre sist siste sjekk sjekke sjekker sjekket skarp skjer skjermen skole "
        "skolen skriver slettet slutt slått snakket snart sommer sonen spor sperret spurt starte starter startet station "
        "status stenger stengt stiller stolen store stort storre streng større støtte support svarer svart svaret system "
        "sønner tabell takk tasten tavle teams teknisk telefon tester testet tidlig timer timen tilbud tilgang toner tonen "
        "torget torsdag trenger trykk trykke tunge ukjent under unge unntak ut utstyr uten utgang vaktmester vanlig vann "
        "varen varene varer varsel varslet vegger venter ventet verdi verden versjon videre viktig vinter virker viser "
        "vises visning voksen åpen åpent ønske ønsker");
    const TextWord folded = word_beginning(word, 0);
    return folded.n != 0 && kCommon.has(folded.view());
}

}  // namespace pg_retention::core
