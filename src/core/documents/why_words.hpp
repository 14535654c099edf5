#pragma once
// What is said of a row and why it is there, in each language: {0}, {1}, ... stand for names, numbers and dates.
#include "core/documents/language.hpp"

namespace pg_retention::core::said {

inline constexpr Said kRow = {"Row {1} of table {0}", "Rad {1} i tabellen {0}"};
inline constexpr Said kUnnamedRow = {"A row of table {0}, which has no key", "En rad i tabellen {0}, som ikke har noen nøkkel"};
inline constexpr Said kUngoverned = {"No policy stands for table {0}: nothing says how long its rows are kept.",
                                     "Ingen regel gjelder for tabellen {0}: Ingenting sier hvor lenge radene lagres."};
inline constexpr Said kAsked = {"As of {0}, by the clocks of {1}.", "Per {0}, etter klokken i {1}."};

inline constexpr Said kNone = {"No policy takes this row: nothing ends its time.",
                               "Ingen regel gjelder for denne raden: Ingenting avslutter lagringstiden."};
inline constexpr Said kUnknown = {"It is not known yet which policy takes this row.",
                                  "Det er ikke kjent ennå hvilken regel som gjelder for denne raden."};
inline constexpr Said kActive = {"The row is in use: its period has not begun.",
                                 "Raden er i bruk: Lagringstiden har ikke begynt å løpe."};
inline constexpr Said kRetained = {"The row is in use: its period runs from {0}.",
                                   "Raden er i bruk: Lagringstiden løper fra {0}."};
inline constexpr Said kQuarantined = {"The period is over since {0}: the row is in quarantine.",
                                      "Lagringstiden er over fra {0}: Raden er i karantene."};
inline constexpr Said kDueDelete = {"The time of the row is over: a sweep deletes it.",
                                    "Tiden for raden er over: En opprydding sletter den."};
inline constexpr Said kDueAnonymise = {"The time of the row is over: a sweep anonymises it.",
                                       "Tiden for raden er over: En opprydding anonymiserer den."};
inline constexpr Said kDueSince = {"It may go since {0}.", "Den kan fjernes fra {0}."};
inline constexpr Said kKept = {"The row is no longer in use, and the law still requires it.",
                               "Raden er ikke lenger i bruk, men loven krever den fortsatt."};
inline constexpr Said kKeptSince = {"The row is no longer in use since {0}, and the law still requires it.",
                                    "Raden er ikke i bruk fra {0}, men loven krever den fortsatt."};
inline constexpr Said kAwaiting = {"The row is anonymised, and is deleted when no other row refers to it any more.",
                                   "Raden er anonymisert, og slettes når ingen andre rader viser til den lenger."};
inline constexpr Said kAnonymised = {"The row is anonymised: nothing more is done with it.",
                                     "Raden er anonymisert: Det gjøres ikke mer med den."};
inline constexpr Said kWouldBe = {"Its policy does not act yet: this is what it would say.",
                                  "Regelen virker ikke ennå: Dette er hva den ville ha sagt."};
inline constexpr Said kHidden = {"It is hidden.", "Den er skjult."};
inline constexpr Said kVisible = {"It is not hidden.", "Den er ikke skjult."};

inline constexpr Said kRestricted = {
    "Its processing is restricted (GDPR Article 18): it is hidden, and is neither changed nor removed.",
    "Behandlingen er begrenset (personvernforordningen artikkel 18): Raden er skjult, og verken endres eller fjernes."};
inline constexpr Said kRestriction = {"restriction {0}, since {1}", "begrensning {0}, fra {1}"};
inline constexpr Said kRestrictionGone = {"no restriction that stands leads to it any more",
                                          "ingen begrensning som gjelder, fører til den lenger"};
inline constexpr Said kHeld = {"A legal hold stands: it is not removed, and what it holds about persons is not changed.",
                               "Den er sikret: Den fjernes ikke, og det den inneholder om personer, endres ikke."};
inline constexpr Said kHoldForClaims = {
    "hold {0} \"{1}\", since {2}, for legal claims (GDPR Article 17(3)(e)); to be reviewed by {3}",
    "sikring {0} «{1}», fra {2}, for rettskrav (personvernforordningen artikkel 17 nr. 3 "
    "bokstav e); skal vurderes på nytt innen {3}"};
inline constexpr Said kHoldByLaw = {
    "hold {0} \"{1}\", since {2}, because a law requires the data (GDPR Article 17(3)(b)); to be reviewed by {3}",
    "sikring {0} «{1}», fra {2}, fordi en lov krever opplysningene (personvernforordningen artikkel 17 "
    "nr. 3 bokstav b); skal vurderes på nytt innen {3}"};
inline constexpr Said kHoldOverdue = {"hold {0} is overdue for its review", "sikring {0} skulle ha vært vurdert på nytt"};
inline constexpr Said kHoldGone = {"no hold that stands leads to it any more", "ingen sikring som gjelder, fører til den lenger"};
inline constexpr Said kErasureAsked = {
    "An erasure was asked for: what the law does not require is gone, and the rest goes when the law lets it.",
    "Sletting er krevd: Det loven ikke krever, er borte, og resten fjernes når loven tillater det."};

inline constexpr Said kErasureWaits = {"An erasure was asked for: it waits until nothing holds the row any more.",
                                       "Sletting er krevd: Den venter til ingenting sikrer raden lenger."};

inline constexpr Said kNoPolicies = {"The table has no policy any more.", "Tabellen har ingen regel lenger."};
inline constexpr Said kOnlyPolicy = {"Policy \"{0}\" (number {1}) takes it; it is the only one of the table.",
                                     "Regelen «{0}» (nummer {1}) gjelder for den; den er den eneste for tabellen."};
inline constexpr Said kPolicies = {
    "The table has these policies. Of those that have a row the first takes it, by priority, mandatory period and age; one that only "
    "observes takes none from one that acts:",
    "Tabellen har disse reglene. Av dem som passer for en rad, gjelder den første, etter prioritet, pliktig lagringstid og alder; en "
    "som bare observerer, tar ingen fra en som virker:"};
inline constexpr Said kTakes = {"policy \"{0}\" (number {1}, priority {2}) takes the row",
                                "regelen «{0}» (nummer {1}, prioritet {2}) gjelder for raden"};
inline constexpr Said kLater = {"policy \"{0}\" (number {1}, priority {2}) would have it, and comes later",
                                "regelen «{0}» (nummer {1}, prioritet {2}) ville ha passet, men kommer senere"};
inline constexpr Said kObservesBefore = {
    "policy \"{0}\" (number {1}, priority {2}) would have it, and would come first, but does not act",
    "regelen «{0}» (nummer {1}, prioritet {2}) ville ha passet, og kommet først, men virker ikke"};
inline constexpr Said kNotItsRow = {"policy \"{0}\" (number {1}, priority {2}): its condition does not hold for the row",
                                    "regelen «{0}» (nummer {1}, prioritet {2}): Vilkåret er ikke oppfylt for raden"};
inline constexpr Said kUnconfirmed = {
    "policy \"{0}\" (number {1}, priority {2}): its condition is not confirmed by the owner of the table",
    "regelen «{0}» (nummer {1}, prioritet {2}): Vilkåret er ikke bekreftet av tabellens eier"};
inline constexpr Said kFails = {"policy \"{0}\" (number {1}, priority {2}): its condition fails for the row",
                                "regelen «{0}» (nummer {1}, prioritet {2}): Vilkåret feiler for raden"};
inline constexpr Said kPolicyOff = {"policy \"{0}\" (number {1}, priority {2}) is switched off",
                                    "regelen «{0}» (nummer {1}, prioritet {2}) er slått av"};

inline constexpr Said kRunsFrom = {"Its period runs from {0}:", "Lagringstiden løper fra {0}:"};
inline constexpr Said kNotStarted = {"Nothing has started its period yet:", "Ingenting har startet lagringstiden ennå:"};
inline constexpr Said kStartCounts = {"{0} (column {2} of {1}) is {3}, and counts",
                                      "{0} (kolonnen {2} i {1}) er {3}, og er avgjørende"};
inline constexpr Said kStartSet = {"{0} (column {2} of {1}) is {3}", "{0} (kolonnen {2} i {1}) er {3}"};
inline constexpr Said kStartUnset = {"{0} (column {2} of {1}) is not set", "{0} (kolonnen {2} i {1}) er ikke satt"};
inline constexpr Said kStartNoKey = {"{0}: the row refers to none there", "{0}: Raden viser ikke til noen der"};
inline constexpr Said kStartNoRow = {"{0}: what it refers to is not there", "{0}: Det den viser til, finnes ikke"};
inline constexpr Said kEarliestCounts = {"the earliest that is set counts", "den tidligste som er satt, er avgjørende"};
inline constexpr Said kLatestCounts = {"the latest counts, once all are set", "den seneste er avgjørende, når alle er satt"};
inline constexpr Said kLate = {
    "it was moved to a later one: it was over when the row was written, or another had been unset while the law required the row",
    "den ble flyttet til en senere: Den var over da raden ble skrevet, eller en annen var fjernet mens loven krevde raden"};
inline constexpr Said kUnsetUnderFloor = {
    "one was unset while the law required the row: the next one is not earlier than when it is set",
    "en ble fjernet mens loven krevde raden: Den neste blir ikke tidligere enn når den settes"};
inline constexpr Said kOrphaned = {"one was reached by a way that is gone, and is kept",
                                   "en ble nådd på en vei som er borte, og beholdes"};

inline constexpr Said kPeriods = {"Periods:", "Frister:"};
inline constexpr Said kKeep = {"kept in use: {0}", "lagres til bruk: {0}"};
inline constexpr Said kKeepUntil = {"kept in use: {0}; over from {1}", "lagres til bruk: {0}; over fra {1}"};
inline constexpr Said kNoQuarantine = {"no quarantine", "ingen karantene"};
inline constexpr Said kQuarantine = {"then in quarantine: {0}", "deretter i karantene: {0}"};
inline constexpr Said kQuarantineUntil = {"then in quarantine: {0}; it may go from {1}",
                                          "deretter i karantene: {0}; kan fjernes fra {1}"};
inline constexpr Said kNoFloor = {"the policy names no law that requires it", "regelen oppgir ingen lov som krever den"};
inline constexpr Said kFloor = {"required by {0}: {1}", "krevd av {0}: {1}"};
inline constexpr Said kFloorUntil = {"required by {0}: {1}; over from {2}", "krevd av {0}: {1}; over fra {2}"};
inline constexpr Said kFloorOver = {"was required by {0}: {1}; over since {2}", "var krevd av {0}: {1}; over fra {2}"};
inline constexpr Said kMandatory = {"until then nobody may delete it or give it an earlier start, not on request either",
                                    "til da kan ingen slette den eller gi den en tidligere start, heller ikke på forespørsel"};
inline constexpr Said kNotMandatoryYet = {"the policy does not act yet: only an erasure on request is bound by that",
                                          "regelen virker ikke ennå: Bare en sletting på forespørsel er bundet av det"};

inline constexpr Said kColumns = {"Columns that go before the row:", "Kolonner som fjernes før raden:"};
inline constexpr Said kColumnDone = {"{0} ({1}): {2}; anonymised, since {3} at the earliest",
                                     "{0} ({1}): {2}; anonymisert, tidligst {3}"};
inline constexpr Said kColumnUndated = {"{0} ({1}): {2}, once the period runs", "{0} ({1}): {2}, når lagringstiden løper"};
inline constexpr Said kColumnDue = {"{0} ({1}): {2}; over since {3}, and a sweep anonymises it",
                                    "{0} ({1}): {2}; over fra {3}, og en opprydding anonymiserer den"};
inline constexpr Said kColumnFrom = {"{0} ({1}): {2}; anonymised from {3}", "{0} ({1}): {2}; anonymiseres fra {3}"};
inline constexpr Said kColumnWaits = {"{0} waits until {1}, for it was declared, or its policy put in force, not long ago",
                                      "{0} venter til {1}, for den ble angitt, eller regelen satt i kraft, for ikke lenge siden"};
inline constexpr Said kColumnByLaw = {"{0} is needed by {1} for as long as that requires the row",
                                      "{0} trengs etter {1} så lenge raden er krevd"};

inline constexpr Said kReferencesAnonymise = {
    "Other rows refer to it. While they do it is not deleted, but anonymised when its time comes:",
    "Andre rader viser til den. Så lenge de gjør det, slettes den ikke, men anonymiseres når tiden er inne:"};
inline constexpr Said kReferencesBlock = {
    "Other rows refer to it. While they do it is not deleted, and stays as it is, hidden, when its time comes:",
    "Andre rader viser til den. Så lenge de gjør det, slettes den ikke, og blir stående som den er, skjult, når tiden er inne:"};
inline constexpr Said kReference = {"table {0}, by key {1}: rows: {2}", "tabellen {0}, med nøkkelen {1}: rader: {2}"};
inline constexpr Said kReferenceUncounted = {
    "table {0}, by key {1}: whether there are any is not told, for you may not read it",
    "tabellen {0}, med nøkkelen {1}: Om det er noen, oppgis ikke, for du kan ikke lese den"};

inline constexpr Said kReferencesAlong = {
    "These rows would be deleted with it; where the law or a restriction keeps one of them, it keeps this row, too:",
    "Disse radene ville blitt slettet sammen med den; der loven eller en begrensning holder på en av dem, holder det også på denne:"};

inline constexpr Said kHoldups = {"What keeps sweeps from it:", "Dette holder oppryddinger fra den:"};
inline constexpr Said kHoldupResume = {
    "the database waits for retention.resume(), after a restore, a copy or a jump of the clock",
    "databasen venter på retention.resume(), etter en gjenoppretting, en kopi eller et hopp i klokken"};
inline constexpr Said kHoldupNotConfirmed = {"the condition of the policy was written for another owner of the table",
                                             "regelens vilkår ble skrevet for en annen eier av tabellen"};
inline constexpr Said kHoldupPreparing = {"the policy is being prepared: its rows are being stamped, or indexed",
                                          "regelen forberedes: Radene stemples, eller indekseres"};
inline constexpr Said kHoldupNotStamped = {"the rows of this table are to be stamped: what the row says may be out of date",
                                           "radene i denne tabellen skal stemples: Det raden sier, kan være utdatert"};
inline constexpr Said kHoldupOff = {"the policy is switched off", "regelen er slått av"};
inline constexpr Said kHoldupObserving = {"the policy observes only", "regelen observerer bare"};
inline constexpr Said kHoldupPaused = {"the policy is paused since {1}: {0}", "regelen er satt på pause fra {1}: {0}"};
inline constexpr Said kHoldupApproval = {
    "more rows are due at once than may go: the policy waits for retention.approve(), since {1}",
    "flere rader har nådd fristen på én gang enn det som kan fjernes: Regelen venter på retention.approve(), fra {1}"};
inline constexpr Said kHoldupWindow = {"it is not the time at which sweeps may run (retention.sweep_window)",
                                       "det er ikke tiden da oppryddinger kan gå (retention.sweep_window)"};
inline constexpr Said kHoldupStandby = {"a standby is too far behind", "en reserveserver ligger for langt etter"};
inline constexpr Said kHoldupArmed = {
    "the policy was put in force or changed: its quarantine runs since then, and nothing of it goes before {1}",
    "regelen ble satt i kraft eller endret: Karantenen løper fra da, og ingenting fjernes før {1}"};
inline constexpr Said kHoldupWarnings = {
    "the persons have to be warned first: what became hidden after {1} waits for retention.record_warning()",
    "personene må varsles først: Det som er skjult etter {1}, venter på retention.record_warning()"};
inline constexpr Said kHoldupTableLeft = {"a sweep left the table, and tries again from {1}: {0}",
                                          "en opprydding forlot tabellen, og prøver igjen fra {1}: {0}"};
inline constexpr Said kBlocked = {"A sweep could not take the row: {0}.", "En opprydding kunne ikke fjerne raden: {0}."};
inline constexpr Said kBlockedColumns = {"A sweep could not anonymise columns of the row: {0}.",
                                         "En opprydding kunne ikke anonymisere kolonner i raden: {0}."};
inline constexpr Said kBlockedSince = {"attempts: {0}, the first on {1}; the next from {2}",
                                       "forsøk: {0}, det første {1}; det neste fra {2}"};

inline constexpr Said kComing = {"What will happen:", "Dette skjer:"};
inline constexpr Said kWouldCome = {"What would happen if the policy acted:", "Dette ville skje om regelen virket:"};
inline constexpr Said kNothingComes = {"No day is set on which something happens to it.",
                                       "Ingen dag er satt da det skjer noe med den."};
inline constexpr Said kNextSweep = {"The next sweep takes it, as far as nothing above stands against it.",
                                    "Neste opprydding tar den, så langt ikke noe av det ovenfor er til hinder."};
inline constexpr Said kEventColumn = {"from {0}: column {1} is anonymised", "fra {0}: Kolonnen {1} anonymiseres"};
inline constexpr Said kEventHidden = {"from {0}: it is hidden", "fra {0}: Den er skjult"};
inline constexpr Said kEventReleased = {"from {0}: it is no longer required by {1}", "fra {0}: Den er ikke lenger krevd av {1}"};
inline constexpr Said kEventDeleted = {"from {0}: a sweep deletes it", "fra {0}: En opprydding sletter den"};
inline constexpr Said kEventDeletedOrAnonymised = {
    "from {0}: a sweep deletes it, or anonymises it while other rows refer to it",
    "fra {0}: En opprydding sletter den, eller anonymiserer den så lenge andre rader viser til den"};
inline constexpr Said kEventDeletedOrLeft = {"from {0}: a sweep deletes it, as soon as no other row refers to it",
                                             "fra {0}: En opprydding sletter den, så snart ingen andre rader viser til den"};
inline constexpr Said kEventAnonymised = {"from {0}: a sweep anonymises it", "fra {0}: En opprydding anonymiserer den"};

inline constexpr Said kChanges = {"What would change this:", "Dette ville endre det:"};
inline constexpr Said kChangePolicy = {"a policy for the table that has this row", "en regel for tabellen som passer for raden"};
inline constexpr Said kChangeStamping = {"that its rows are stamped, which the worker or retention.sweep() does",
                                         "at radene stemples, noe som arbeideren eller retention.sweep() gjør"};
inline constexpr Said kChangeStart = {"a start that is set", "at en start settes"};
inline constexpr Said kChangeOtherStart = {"another start", "en annen start"};
inline constexpr Said kChangeLaterStart = {"a later start; while the law requires the row, no earlier one",
                                           "en senere start; så lenge loven krever raden, ingen tidligere"};
inline constexpr Said kChangeReinstate = {"retention.reinstate() brings it back while its quarantine lasts",
                                          "retention.reinstate() henter den tilbake så lenge karantenen varer"};
inline constexpr Said kChangeLift = {"retention.lift_restriction(), when the person was told",
                                     "retention.lift_restriction(), når personen er informert"};
inline constexpr Said kChangeHold = {"the end of the legal hold", "at sikringen som bevis opphører"};
inline constexpr Said kChangeErase = {"an erasure that the person asks for does not wait",
                                      "en sletting som personen krever, venter ikke"};
inline constexpr Said kChangeWait = {"no erasure: the law lets nobody delete it yet",
                                     "ingen sletting: Loven lar ingen slette den ennå"};
inline constexpr Said kChangeReference = {"that no other row refers to it any more", "at ingen andre rader viser til den lenger"};
inline constexpr Said kChangeCause = {"that the cause of the failure goes (retention.blocked_reason)",
                                      "at årsaken til feilen fjernes (retention.blocked_reason)"};
inline constexpr Said kChangeConfirm = {"that the owner of the table confirms the condition",
                                        "at tabellens eier bekrefter vilkåret"};
inline constexpr Said kChangeEnforce = {"that the policy is put in force (mode enforce)",
                                        "at regelen settes i kraft (mode enforce)"};
inline constexpr Said kChangeResume = {"retention.resume()", "retention.resume()"};
inline constexpr Said kChangeUnpause = {"retention.unpause(), or unpause_all()", "retention.unpause(), eller unpause_all()"};
inline constexpr Said kChangeApprove = {"retention.approve()", "retention.approve()"};
inline constexpr Said kChangeWarn = {"retention.record_warning(), when the persons were warned",
                                     "retention.record_warning(), når personene er varslet"};

inline constexpr Said kPerson = {"Rows about {0} {1}", "Rader om {0} {1}"};
inline constexpr Said kNoRows = {"There is none in a table with policies.", "Det finnes ingen i en tabell med regler."};
inline constexpr Said kMore = {"Besides these there are more rows about this person: {0}.",
                               "I tillegg til disse finnes flere rader om personen: {0}."};
inline constexpr Said kUntoldUngoverned = {"Table {0} has rows about this person, and no policy stands for it.",
                                           "Tabellen {0} har rader om personen, og ingen regel gjelder for den."};
inline constexpr Said kUntoldNoRight = {"Table {0} is not told: you have no right to its policies.",
                                        "Tabellen {0} er ikke med: Du har ikke rett til reglene for den."};

}  // namespace pg_retention::core::said
