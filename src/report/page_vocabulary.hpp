#pragma once
// Words of the views, and what the page says for each. A word that is not here is told as the view has it, in English.
#include "report/page.hpp"

namespace pg_retention::words {

struct Word {
    const char *word;
    Said said;
};

constexpr State kStateWords[] = {
    {"enforcing", Mood::kGood, {"in force", "i kraft"}, {"", ""}, false},
    {"observing",
     Mood::kQuiet,
     {"only observes", "bare observerer"},
     {"Waits for the table's owner, who puts it in force", "Venter på tabellens eier, som setter den i kraft"},
     false},
    {"off", Mood::kQuiet, {"off", "slått av"}, {"", ""}, false},
    {"preparing",
     Mood::kWorking,
     {"preparing", "forberedes"},
     {"Waits for the worker, which stamps the rows", "Venter på bakgrunnsprosessen, som stempler radene"},
     false},
    {"stamping",
     Mood::kWorking,
     {"stamping anew", "stemples på nytt"},
     {"Waits for the worker, which stamps the rows anew", "Venter på bakgrunnsprosessen, som stempler radene på nytt"},
     false},
    {"building the index",
     Mood::kWorking,
     {"building the index", "indeksen bygges"},
     {"Waits for the worker, which builds the index", "Venter på bakgrunnsprosessen, som bygger indeksen"},
     false},
    {"waiting for its window",
     Mood::kWorking,
     {"outside its window", "utenfor sitt tidsvindu"},
     {"Waits for the time in retention.sweep_window", "Venter på tidspunktet i retention.sweep_window"},
     true},
    {"waiting for a standby",
     Mood::kWorking,
     {"slowed", "bremset"},
     {"Waits for a standby or subscriber that is behind", "Venter på en replika eller abonnent som henger etter"},
     false},
    {"waiting for retention.approve()",
     Mood::kWaiting,
     {"waits for approval", "venter på godkjenning"},
     {"Waits for the table's owner, who looks at retention.preview() and calls retention.approve()",
      "Venter på tabellens eier, som ser på retention.preview() og kaller retention.approve()"},
     true},
    {"legal hold",
     Mood::kWaiting,
     {"legal hold", "sikret"},
     {"Waits for whoever answers for the hold: retention.standing_hold",
      "Venter på den som er ansvarlig for sikringen: retention.standing_hold"},
     true},
    {"paused",
     Mood::kWaiting,
     {"paused", "satt på pause"},
     {"Waits for whoever paused it: retention.unpause()", "Venter på den som satte den på pause: retention.unpause()"},
     true},
    {"waiting for retention.resume()",
     Mood::kWaiting,
     {"waits after a restore or a jump of the time", "venter etter gjenoppretting eller et hopp i tiden"},
     {"Waits for the administrator, who calls retention.resume()", "Venter på administratoren, som kaller retention.resume()"},
     false},
    {"not validated",
     Mood::kWaiting,
     {"does not fit the schema", "passer ikke skjemaet"},
     {"Waits for the table's owner, who writes it anew", "Venter på tabellens eier, som skriver den på nytt"},
     false},
    {"not confirmed",
     Mood::kWaiting,
     {"not confirmed", "ikke bekreftet"},
     {"Waits for the table's owner, who confirms its condition", "Venter på tabellens eier, som bekrefter vilkåret"},
     false},
    {"not guarded",
     Mood::kWaiting,
     {"not guarded", "ikke vernet"},
     {"Waits for the administrator, who calls retention.resume()", "Venter på administratoren, som kaller retention.resume()"},
     false},
};

// How reasons of retention.overdue begin, beside the states above. All others are errors.
constexpr Word kOverdueReasons[] = {
    {"no sweep has begun since", {"no sweep has begun since", "ingen opprydding har begynt siden"}},
    {"no sweep has taken it yet", {"no sweep has taken it yet", "ingen opprydding har tatt den ennå"}},
    {"another session locks the table",
     {"could not be looked at: another session locks the table", "kunne ikke leses: en annen økt låser tabellen"}},
    {"the owner of the table may not read it",
     {"could not be looked at: its owner may not read it", "kunne ikke leses: eieren har ikke tilgang"}},
};
constexpr Said kAnError = {"an error", "en feil"};

constexpr Word kErrors[] = {
    {"23503", {"a foreign key refers to it", "en fremmednøkkel viser til den"}},
    {"23001", {"a foreign key refers to it", "en fremmednøkkel viser til den"}},
    {"23502", {"a column must not be empty", "en kolonne kan ikke være tom"}},
    {"23505", {"a value must be unique", "en verdi må være unik"}},
    {"23514", {"a check stands against it", "en kontrollregel er imot"}},
    {"23P01", {"an exclusion constraint stands against it", "en utelukkelsesregel er imot"}},
    {"42501", {"a right is missing", "en rettighet mangler"}},
    {"55P03", {"another session has a lock", "en annen økt har en lås"}},
    {"57014", {"it took too long", "det tok for lang tid"}},
    {"40P01", {"sessions waited for each other", "økter ventet på hverandre"}},
    {"P0001", {"a trigger refused", "en trigger nektet"}},
    {"RT001", {"the law keeps it", "loven krever at den beholdes"}},
    {"RT002", {"it is restricted", "den er begrenset"}},
    {"RT003", {"it is held", "den er holdt tilbake"}},
};

constexpr Word kScopes[] = {
    {"policy", {"all rows of a policy", "alle radene i en regel"}},
    {"table", {"all rows of a table", "alle radene i en tabell"}},
    {"row", {"one row", "én rad"}},
    {"subject", {"the rows about a person", "radene om en person"}},
    {"condition", {"rows that meet a condition", "rader som oppfyller et vilkår"}},
};

constexpr Word kWorks[] = {
    {"table", {"looking at it", "gjennomsyn"}},
    {"rows", {"rows", "rader"}},
    {"columns", {"columns", "kolonner"}},
    {"knots", {"rows that refer to each other", "rader som viser til hverandre"}},
    {"preparation", {"stamping and indexing", "stempling og indeksering"}},
};

constexpr Word kRequestTypes[] = {
    {"access", {"access", "innsyn"}},
    {"rectification", {"rectification", "retting"}},
    {"erasure", {"erasure", "sletting"}},
    {"restriction", {"restriction", "begrensning"}},
    {"portability", {"portability", "dataportabilitet"}},
    {"objection", {"objection", "protest"}},
};

constexpr Word kRequestStates[] = {
    {"late", {"late", "over fristen"}},
    {"done", {"done, only the answer is missing", "utført, bare svaret mangler"}},
    {"unidentified", {"the person is not known yet", "personen er ikke kjent ennå"}},
    {"identity asked", {"identity asked for", "legitimasjon etterspurt"}},
    {"extended", {"extended", "forlenget"}},
    {"open", {"open", "åpen"}},
};

constexpr Word kGapKinds[] = {
    {"caps without messages", {"caps without messages", "grenser uten registrerte meldinger"}},
    {"changes of a subscription", {"changes of a subscription", "endringer fra et abonnement"}},
    {"clocks of another database", {"clocks of another database", "klokker fra en annen database"}},
    {"column in place of a personal one", {"column in place of a personal one", "kolonne i stedet for en personlig"}},
    {"generated personal column", {"generated personal column", "generert personlig kolonne"}},
    {"kept rows that nobody reads", {"kept rows that nobody reads", "oppbevarte rader som ingen leser"}},
    {"legal basis that is not understood", {"legal basis that is not understood", "rettslig grunnlag som ikke forstås"}},
    {"materialized view left out", {"materialized view left out", "materialisert visning som er utelatt"}},
    {"materialized view without the clock", {"materialized view without the clock", "materialisert visning uten klokken"}},
    {"messages for no purpose", {"messages for no purpose", "meldinger uten formål"}},
    {"messages that are not counted", {"messages that are not counted", "meldinger som ikke telles"}},
    {"messages to nobody", {"messages to nobody", "meldinger til ingen"}},
    {"personal column that no link reaches", {"personal column that no link reaches", "personlig kolonne som ingen kobling når"}},
    {"personal column that was dropped", {"personal column that was dropped", "personlig kolonne som er fjernet"}},
    {"personal column without a policy", {"personal column without a policy", "personlig kolonne uten regel"}},
    {"pseudonymised column", {"pseudonymised column", "pseudonymisert kolonne"}},
    {"purpose of a recipient", {"purpose of a recipient", "formål hos en mottaker"}},
    {"recipient outside the EEA", {"recipient outside the EEA", "mottaker utenfor EØS"}},
    {"records that stay", {"records that stay", "opptegnelser som blir igjen"}},
    {"rows that no purpose withholds", {"rows that no purpose withholds", "rader som intet formål holder tilbake"}},
    {"rows that refer to hidden ones", {"rows that refer to hidden ones", "rader som viser til skjulte"}},
    {"table of a superuser", {"table of a superuser", "tabell som eies av en superbruker"}},
    {"table without a link", {"table without a link", "tabell uten kobling"}},
    {"type that no link follows", {"type that no link follows", "type som ingen kobling følger"}},
    {"unmanaged table", {"unmanaged table", "tabell uten regel"}},
};

// In English as the view has it.
constexpr Word check_word(const char *what, const char *nb) { return {what, {what, nb}}; }
constexpr Word kCheckWords[] = {
    check_word("library is preloaded", "biblioteket lastes ved oppstart"),
    check_word("hooks are in place", "bibliotekets kroker er på plass"),
    check_word("functions are the library's", "funksjonene er bibliotekets egne"),
    check_word("ledger has its end", "loggen har sin siste oppføring"),
    check_word("ledger is whole", "loggen er hel"),
    check_word("time zone is set", "tidssonen er satt"),
    check_word("time is not injected", "tiden er ikke satt kunstig"),
    check_word("system time has not jumped", "systemets tid har ikke hoppet"),
    check_word("database is the one to act in", "databasen er den det skal handles i"),
    check_word("worker is alive", "bakgrunnsprosessen lever"),
    check_word("policy is ready", "regelen er klar"),
    check_word("what is due is gone", "det som har nådd fristen, er borte"),
    check_word("rows reach the policy", "rader når regelen"),
    check_word("link has its kind", "koblingen har sin type person"),
    check_word("space of what was swept is free", "plassen etter det som er ryddet, er fri"),
    check_word("window has its policy", "tidsvinduet har sin regel"),
    check_word("pace has its policy", "farten har sin regel"),
    check_word("rows can be anonymised", "rader kan anonymiseres"),
    check_word("what is called anonymous is", "det som kalles anonymt, er det"),
    check_word("texts are redacted in time", "tekster sladdes i tide"),
    check_word("condition can be asked", "vilkåret kan prøves"),
    check_word("condition is its owner's", "vilkåret er eierens eget"),
    check_word("anonymiser is its owner's", "anonymiseringen er eierens egen"),
    check_word("role with legal access exists", "rollen med rettslig tilgang finnes"),
    check_word("nothing waits for approval", "ingenting venter på godkjenning"),
    check_word("holds were reviewed", "sikringer er vurdert på nytt"),
    check_word("whom holds are on can be read", "hvem sikringer gjelder, kan leses"),
    check_word("readers of holds are there", "de som kan lese det som er sikret, finnes"),
    check_word("no policy is paused", "ingen regel er satt på pause"),
    check_word("nothing waits for a first quarantine", "ingenting venter på sin første karantene"),
    check_word("windows are long enough", "tidsvinduene er lange nok"),
    check_word("window is of a policy", "tidsvinduet hører til en regel"),
    check_word("owner acts for no purpose", "eieren handler ikke for noe formål"),
    check_word("identifying value is one person's", "en identifiserende verdi er én persons"),
    check_word("identifying column is indexed", "identifiserende kolonne er indeksert"),
    check_word("erased person is nowhere else", "slettet person finnes ikke andre steder"),
    check_word("purpose of a policy is registered", "regelens formål er registrert"),
    check_word("legal basis of a purpose is understood", "formålets rettslige grunnlag forstås"),
    check_word("records are of persons who are there", "opptegnelser gjelder personer som finnes"),
    check_word("objections of erased persons are known", "slettede personers protester er kjent"),
    check_word("erased person does not come back", "slettet person kommer ikke tilbake"),
    check_word("erasure is verified in time", "slettingen etterprøves i tide"),
    check_word("recipient is told in time", "mottakeren får beskjed i tide"),
    check_word("location is registered", "lagringsstedet er registrert"),
    check_word("request is answered in time", "henvendelsen besvares i tide"),
    check_word("governed table has a policy", "tabell med klokke har en regel"),
    check_word("clock is indexed", "klokken er indeksert"),
    check_word("triggers always fire", "triggerne utløses alltid"),
    check_word("materialized view is fresh", "materialisert visning er oppdatert"),
    check_word("autovacuum runs no function of a user", "autovacuum kjører ingen brukers funksjon"),
    check_word("nothing stands in the way", "ingenting står i veien"),
    check_word("no row is blocked", "ingen rad er blokkert"),
    check_word("clocks are as they should be", "klokkene er som de skal være"),
    check_word("clocks are audited", "klokkene kontrolleres"),
    check_word("owner is no superuser", "eieren er ikke superbruker"),
    check_word("partition is its table's", "partisjonen er tabellens egen"),
    check_word("rows that refer to each other can go", "rader som viser til hverandre, kan slettes"),
    check_word("foreign key compares without a user's function", "fremmednøkkelen sammenligner uten en brukers funksjon"),
};

constexpr Word kAuditFindings[] = {
    {"unstamped", {"row without a clock", "rad uten klokke"}},
    {"wrong policy", {"wrong policy", "feil regel"}},
    {"wrong start", {"wrong start", "feil start"}},
    {"orphaned mark without reason", {"mark of a lost way without reason", "merke for en tapt vei uten grunn"}},
    {"no way to a start", {"no way to a start", "ingen vei til en start"}},
    {"anonymised but holds a value", {"anonymised but holds a value", "anonymisert, men har en verdi"}},
    {"column done but holds a value", {"column done but holds a value", "kolonne er ferdig, men har en verdi"}},
    {"done by another action", {"done by another action", "behandlet på en annen måte"}},
    {"awaits nothing", {"awaits nothing", "venter på ingenting"}},
    {"held by no hold", {"held by no hold", "sperret uten at noe sperrer"}},
    {"unmanaged personal column", {"personal column without a policy", "personlig kolonne uten regel"}},
    {"unmanaged table", {"table without a policy", "tabell uten regel"}},
    {"not audited", {"could not be read", "kunne ikke leses"}},
};

// Null: it is none of these.
template <size_t N>
const Said *find(const Word (&all)[N], const char *word, bool beginning = false) {
    for (const Word &one : all)
        if (strncmp(word, one.word, strlen(one.word)) == 0 && (beginning || word[strlen(one.word)] == '\0')) return &one.said;
    return nullptr;
}

}  // namespace pg_retention::words
