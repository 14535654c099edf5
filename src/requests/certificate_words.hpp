#pragma once
// What a certificate of an erasure says, in each language: short sentences that a person reads who does not know this database.
#include "core/documents/language.hpp"

namespace pg_retention {

namespace said {

using core::Said;

constexpr Said kTitle = {"Certificate of an erasure", "Bekreftelse på sletting"};
constexpr Said kAbout = {
    "This certificate says what was erased, what is kept and why, and what could not be reached. It holds none of the erased data, and does not say whose they were.",
    "Bekreftelsen sier hva som er slettet, hva som er beholdt og hvorfor, og hva som ikke kunne nås. Den inneholder ingen av de slettede opplysningene og sier ikke hvem de gjaldt."};
constexpr Said kRequest = {"Request", "Forespørsel"};
constexpr Said kReceived = {"Received", "Mottatt"};
constexpr Said kErased = {"Erased", "Slettet"};
constexpr Said kAnswered = {"Answered", "Besvart"};
constexpr Said kController = {"Controller", "Behandlingsansvarlig"};
constexpr Said kWritten = {"Certificate written", "Bekreftelsen er skrevet"};

constexpr Said kGone = {"What is gone", "Hva som er borte"};
constexpr Said kGoneSince = {"Gone since: ", "Borte siden: "};
constexpr Said kNothingGone = {"No row was changed or removed.", "Ingen rader ble endret eller fjernet."};
constexpr Said kTable = {"Table", "Tabell"};
constexpr Said kCategories = {"Categories of data", "Kategorier av opplysninger"};
constexpr Said kRows = {"Rows", "Rader"};
constexpr Said kHow = {"What was done", "Hva som ble gjort"};

constexpr Said kChanged = {"What was changed in consequence", "Hva som ble endret som følge av det"};
constexpr Said kChangedHow = {
    "In these rows the database removed a reference to the person, or a trigger changed something. What else they held was not erased by that:",
    "I disse radene fjernet databasen en henvisning til personen, eller en trigger endret noe. Det de ellers inneholdt, ble ikke slettet av det:"};

constexpr Said kKept = {"What is kept", "Hva som er beholdt"};
constexpr Said kNothingKept = {"No law requires any of the data: nothing of them is kept.",
                               "Ingen lov krever noen av opplysningene: ingenting av dem er beholdt."};
constexpr Said kNoLawKeeps = {
    "No law requires any of the data; what stays of them all the same is named in this certificate.",
    "Ingen lov krever noen av opplysningene; det som likevel blir stående av dem, er nevnt i denne bekreftelsen."};
constexpr Said kKeptHow = {"Of these rows, only the columns that the law requires keep what they hold about the person:",
                           "I disse radene beholder bare de kolonnene som loven krever, det de sier om personen:"};
constexpr Said kLaw = {"Law", "Lov"};
constexpr Said kUntil = {"Kept until", "Beholdes til"};
constexpr Said kNoEnd = {"not known yet: the period has not begun", "ikke kjent ennå: fristen har ikke begynt å løpe"};
constexpr Said kBeside = {"Besides, these are kept as keyed hashes, which say nothing to whoever has not the key:",
                          "Dessuten beholdes disse som nøklede hasher, som ikke sier noe til den som ikke har nøkkelen:"};
constexpr Said kRemembered = {"by what the person was known, so that a backup that is restored is erased again",
                              "det personen var kjent ved, så en sikkerhetskopi som gjenopprettes, blir slettet på nytt"};
constexpr Said kObjection = {"so that the person's objection is respected, the purpose: ",
                             "så personens protest blir respektert, formålet: "};
constexpr Said kRecord = {
    "Of the request its number, its type, its dates and who answered it are kept, so that this can be shown.",
    "Av forespørselen beholdes nummer, type, datoer og hvem som svarte, så dette kan dokumenteres."};

constexpr Said kNotReached = {"What could not be reached", "Hva som ikke kunne nås"};
constexpr Said kAllReached = {"All tables that may hold data about persons are linked, and nothing stood in the way.",
                              "Alle tabeller som kan ha opplysninger om personer, er knyttet sammen, og ingenting sto i veien."};
constexpr Said kUnlinked = {
    "Tables that were not reached, for no link leads from them to persons, or for they may refer to large objects, which nobody looks at:",
    "Tabeller som ikke ble nådd, fordi ingen kobling fører fra dem til personer, eller fordi de kan vise til store objekter, som ingen ser i:"};
constexpr Said kStays = {"Rows that stay:", "Rader som blir stående:"};
constexpr Said kWhy = {"Why", "Hvorfor"};
constexpr Said kCopies = {"Copies outside of this database keep what they had until they are replaced or removed:",
                          "Kopier utenfor denne databasen beholder det de hadde, til de erstattes eller fjernes:"};
constexpr Said kNoCopies = {
    "No copy outside of this database is registered (retention.location): whether there are backups, and for how long, is not stated.",
    "Ingen kopi utenfor denne databasen er registrert (retention.location): om det finnes sikkerhetskopier, og hvor lenge, er ikke oppgitt."};
constexpr Said kNoBackup = {"No backup is registered among them: whether there are any, and for how long, is not stated.",
                            "Ingen sikkerhetskopi er registrert blant dem: om det finnes noen, og hvor lenge, er ikke oppgitt."};
constexpr Said kUnregistered = {"The server knows of these, too, and nobody has registered them:",
                                "Serveren kjenner dessuten til disse, som ingen har registrert:"};
constexpr Said kNotRemembered = {
    "No keyed hash of the person is kept by which a copy that is restored would be erased again: it has to be done by hand.",
    "Det er ikke beholdt noen nøklet hash av personen som gjør at en kopi som gjenopprettes, slettes på nytt: det må gjøres for hånd."};
constexpr Said kCopy = {"Copy", "Kopi"};
constexpr Said kKind = {"Kind", "Slag"};
constexpr Said kCountry = {"Country", "Land"};
constexpr Said kInItUntil = {"In it until", "Finnes der til og med"};
constexpr Said kNotStated = {"not stated", "ikke oppgitt"};
constexpr Said kRecipients = {"Recipients that had data about the person (Article 19):",
                              "Mottakere som hadde opplysninger om personen (artikkel 19):"};
constexpr Said kRecipient = {"Recipient", "Mottaker"};
constexpr Said kTold = {"Told of the erasure", "Underrettet om slettingen"};

constexpr Said kChecked = {"How it was checked", "Hvordan det er kontrollert"};
constexpr Said kLookedAgain = {"When all was done, the rows that still lead to the person were read again.",
                               "Da alt var gjort, ble radene som fortsatt fører til personen, lest på nytt."};
constexpr Said kNothingLeft = {"None of them says who it was.", "Ingen av dem sier hvem det var."};
constexpr Said kNothingElseLeft = {"But for those that are kept or stay, none of them says who it was.",
                                   "Bortsett fra dem som er beholdt eller blir stående, sier ingen av dem hvem det var."};
constexpr Said kLeft = {"These still do:", "Disse gjør det fortsatt:"};
constexpr Said kLookedElsewhere = {
    "What had told who the person was, was looked for in the columns, of all tables, that are declared to tell who somebody is: names, user names, e-mail addresses, "
    "telephone numbers, addresses, identity numbers, and what else identifies persons.",
    "Det som hadde fortalt hvem personen var, ble lett etter i de kolonnene, i alle tabeller, som er oppgitt å fortelle hvem noen er: navn, brukernavn, e-postadresser, "
    "telefonnumre, adresser, fødselsnumre og annet som identifiserer personer."};
constexpr Said kNotLookedFor = {
    "Not looked into were free text, JSON, dates and files, columns that nobody has declared, and rows that are kept. Not looked for were names and addresses of one word or without a capital, "
    "nor what was only said of the person.",
    "Det ble ikke lett i fritekst, JSON, datoer og filer, i kolonner som ingen har oppgitt, eller i rader som er beholdt. Det ble ikke lett etter navn og adresser på ett ord eller uten stor bokstav, "
    "eller etter det som bare var sagt om personen."};
constexpr Said kNothingElsewhere = {"It was found nowhere else.", "Det ble ikke funnet noe annet sted."};
constexpr Said kElsewhere = {"It was found in these, too:", "Det ble også funnet her:"};
constexpr Said kColumn = {"Column", "Kolonne"};
constexpr Said kWhose = {"Whose rows", "Hvem radene gjelder"};
constexpr Said kUnverified = {"Tables that were not looked through:", "Tabeller som ikke ble gjennomsøkt:"};
constexpr Said kVerification = {"Verification number ", "Kontroll nummer "};
constexpr Said kWatched = {
    "Since then the tables of persons are looked through once a day for whether the person is there again.",
    "Siden da gjennomsøkes tabellene over personer én gang i døgnet etter om personen er der igjen."};

constexpr Said kProof = {"Proof", "Bevis"};
constexpr Said kLedger = {
    "The erasure is entered in the database's ledger, in which each entry has the hash of the one before, so that none can be altered or removed without a trace. "
    "retention.verify_ledger('entry:hash') checks it.",
    "Slettingen er ført i databasens protokoll, der hver oppføring har hashen til den forrige, så ingen kan endres eller fjernes uten spor. "
    "retention.verify_ledger('oppføring:hash') kontrollerer det."};
constexpr Said kEntry = {"Entry", "Oppføring"};
constexpr Said kWhen = {"When", "Når"};
constexpr Said kActedOn = {"Rows that were erased, anonymised, kept or put off",
                           "Rader som ble slettet, anonymisert, beholdt eller utsatt"};
constexpr Said kHash = {"Hash (SHA-256)", "Hash (SHA-256)"};
constexpr Said kNoEntry = {"The entry is not in the ledger any more.", "Oppføringen finnes ikke lenger i protokollen."};
constexpr Said kUnknown = {"not counted", "ikke telt"};

}  // namespace said

// Words of the record and what a reader is told; what is not here is said as it is.
struct Coded {
    std::string_view code;
    core::Said said;
};
inline constexpr Coded kCoded[] = {
    {"deleted", {"deleted", "slettet"}},
    {"anonymised", {"personal columns anonymised", "personopplysninger anonymisert"}},
    {"taken_out", {"the person taken out, for the row is about others, too", "personen tatt ut, for raden gjelder også andre"}},
    {"deleted_in_consequence", {"deleted in consequence", "slettet som følge av det"}},
    {"deferred", {"held or restricted: erased when that is lifted", "sperret eller begrenset: slettes når det oppheves"}},
    {"not_covered", {"no rule says what becomes of them", "ingen regel sier hva som skal skje med dem"}},
    {"blocked", {"something in the database stood in the way", "noe i databasen sto i veien"}},
    {"added",
     {"written by the database while it erased; nobody looked into whether they hold what was erased",
      "skrevet av databasen mens den slettet; ingen har sett etter om de inneholder det som ble slettet"}},
    {"open", {"not yet", "ikke ennå"}},
    {"sent", {"yes", "ja"}},
    {"impossible", {"no, it is impossible", "nei, det er umulig"}},
    {"disproportionate", {"no, the effort is out of proportion", "nei, innsatsen er uforholdsmessig"}},
    {"forgotten", {"the record of it is gone by now", "opptegnelsen om det er borte nå"}},
    {"others", {"other persons", "andre personer"}},
    {"nobody known", {"nobody known", "ukjent hvem"}},
    {"pending", {"goes on", "pågår"}},
    {"found", {"found in rows of which nobody knows whose they are", "funnet i rader ingen vet hvem gjelder"}},
    {"unverified", {"not all tables could be looked through", "ikke alle tabeller kunne gjennomsøkes"}},
    {"done", {"ended, nothing of the person was found", "avsluttet, ingenting av personen ble funnet"}},
    {"settled", {"ended, what was found was looked at", "avsluttet, det som ble funnet, er vurdert"}},
    {"erasure", {"erasure (Article 17)", "sletting (artikkel 17)"}},
    {"objection", {"objection (Article 21)", "protest (artikkel 21)"}},
    {"backup", {"backup", "sikkerhetskopi"}},
    {"archive", {"archive of the write-ahead log", "arkiv av transaksjonsloggen"}},
    {"replica", {"replica, which follows", "replika, som følger etter"}},
    {"publication", {"publication, whose subscribers follow", "publikasjon, som abonnenter følger"}},
    {"subscription", {"source of what comes here", "kilde til det som kommer hit"}},
    {"foreign server", {"foreign server", "fremmed server"}},
    {"other", {"other", "annet"}},
};

constexpr std::string_view in_words(core::Language language, std::string_view code) noexcept {
    for (const Coded &one : kCoded)
        if (one.code == code) return one.said.in(language);
    return code;
}

}  // namespace pg_retention
