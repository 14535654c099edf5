#pragma once
// What the page says, in each of its languages.
#include "report/page.hpp"

namespace pg_retention::words {

constexpr Said kTitle = {"Retention report", "Rapport om lagringstider"};
constexpr Said kIntro = {
    "What is kept for how long, what leaves next, and what waits for somebody. The page holds no data about persons.",
    "Hva som lagres hvor lenge, hva som skal bort, og hva som venter på noen. Siden inneholder ingen personopplysninger."};
constexpr Said kDatabase = {"Database", "Database"};
constexpr Said kMadeAt = {"As of", "Tidspunkt"};
constexpr Said kOfPlace = {"this database", "denne databasen"};
constexpr Said kContents = {"Contents", "Innhold"};
constexpr Said kFrom = {"From", "Fra"};
constexpr Said kNone = {"none", "ingen"};
constexpr Said kMore = {"more", "til"};

// At a glance.
constexpr Said kGlance = {"At a glance", "Kort fortalt"};
constexpr Said kInForce = {"Policies in force", "Regler i kraft"};
constexpr Said kObserving = {"Policies that only observe", "Regler som bare observerer"};
constexpr Said kOff = {"Policies switched off", "Regler som er slått av"};
constexpr Said kOverdueRows = {"Rows past their deadline", "Rader over fristen"};
constexpr Said kBlockedRows = {"Blocked rows", "Blokkerte rader"};
constexpr Said kBlockedTables = {"Blocked tables", "Blokkerte tabeller"};
constexpr Said kRequestsOpen = {"Requests to be answered", "Henvendelser som skal besvares"};
constexpr Said kRequestsLate = {"Requests past the legal deadline", "Henvendelser over lovens frist"};
constexpr Said kGapCount = {"Gaps", "Hull"};
constexpr Said kFindingRows = {"Rows the audit objects to", "Rader kontrollen har merknader til"};
constexpr Said kWaitingPolicies = {"Policies that wait for somebody", "Regler som venter på noen"};
constexpr Said kProblemPolicies = {"Policies with a problem", "Regler med et problem"};
constexpr Said kLedgerShort = {"Ledger", "Loggen"};
constexpr Said kVerifies = {"verifies", "stemmer"};
constexpr Said kBroken = {"does not verify", "stemmer ikke"};
constexpr Said kNeeds = {"What needs somebody", "Dette trenger noen"};
constexpr Said kNeedsNobody = {"Nothing waits for anybody.", "Ingenting venter på noen."};

// What retention.check() says.
constexpr Said kChecks = {"What should be so, and is not", "Det som skulle være slik, men ikke er det"};
constexpr Said kChecksNone = {"All is as it should be.", "Alt er som det skal være."};
constexpr Said kChecksSays = {"What to do about each is in retention.check().",
                              "Hva som kan gjøres med hvert av dem, står i retention.check()."};
constexpr Said kCheck = {"Should be so", "Skulle være slik"};

// How far policies are.
constexpr Said kStates = {"How far each policy is", "Hvor langt hver regel er kommet"};
constexpr Said kPolicy = {"Policy", "Regel"};
constexpr Said kTable = {"Table", "Tabell"};
constexpr Said kState = {"State", "Tilstand"};
constexpr Said kWaitsFor = {"What waits for whom", "Hva som venter på hvem"};
constexpr Said kNextDue = {"Next due", "Neste frist"};
constexpr Said kOverdueSince = {"Overdue since", "Over fristen siden"};
constexpr Said kLastTaken = {"Rows last taken", "Sist ryddet"};
constexpr Said kBlocked = {"Blocked", "Blokkert"};
constexpr Said kLastAudit = {"Last audit", "Siste kontroll"};
constexpr Said kFindings = {"Findings", "Funn"};
constexpr Said kArmed = {
    "What was due waits until then, for its quarantine runs since the policy was put in force or changed; the table's owner may end that with retention.approve():",
    "Det som hadde nådd fristen, venter til da, for karantenen løper fra regelen ble satt i kraft eller endret; tabellens eier kan avslutte det med retention.approve():"};
constexpr Said kWarnings = {"What became hidden waits until the persons are warned: retention.record_warning()",
                            "Det som er blitt skjult, venter til personene er varslet: retention.record_warning()"};
constexpr Said kByError = {"An error stands in the way: see retention.status", "En feil står i veien: se retention.status"};
constexpr Said kByRows = {"Rows that an error keeps", "Rader som en feil holder igjen"};
constexpr Said kNoPolicies = {"There is no policy yet.", "Det finnes ingen regel ennå."};

// What policies say.
constexpr Said kPolicies = {"What each policy says", "Hva hver regel sier"};
constexpr Said kMode = {"Mode", "Modus"};
constexpr Said kKeepFor = {"Visible", "Synlig"};
constexpr Said kQuarantine = {"Then hidden", "Deretter skjult"};
constexpr Said kAction = {"Then", "Deretter"};
constexpr Said kMustKeep = {"Must be kept", "Må oppbevares"};
constexpr Said kBasis = {"Purpose and legal basis", "Formål og rettslig grunnlag"};
constexpr Said kDueTotal = {"Due in 24 months", "Når fristen innen 24 måneder"};
constexpr Said kDoneTotal = {"Done in 12 months", "Gjort siste 12 måneder"};
constexpr Said kDelete = {"deleted", "slettes"};
constexpr Said kAnonymise = {"anonymised", "anonymiseres"};
constexpr Said kModes[] = {{"in force", "i kraft"}, {"observes", "observerer"}, {"off", "av"}};

// Charts.
constexpr Said kDue = {"What comes due in 24 months", "Hva som når fristen de neste 24 månedene"};
constexpr Said kDueSays = {
    "Rows that are there now, by the month in which their time and quarantine are over; this month from now on. Rows of policies that only observe would become due.",
    "Rader som finnes nå, etter måneden da lagringstid og karantene er over; denne måneden fra nå av. Rader under regler som bare observerer, ville nådd fristen."};
constexpr Said kDueUnknown = {
    "Of some policies the rows could not be counted, for a table was locked or its owner may not read it: they are not in the figures.",
    "For noen regler kunne radene ikke telles, fordi en tabell var låst eller eieren ikke kan lese den: de er ikke med i tallene."};
constexpr Said kDueChart = {"Rows that come due, by month", "Rader som når fristen, per måned"};
constexpr Said kDueTable = {"Rows that come due, by month, in figures", "Rader som når fristen, per måned, i tall"};
constexpr Said kDueForce = {"Policies in force", "Regler i kraft"};
constexpr Said kDueObserve = {"Policies that only observe", "Regler som bare observerer"};
constexpr Said kDone = {"What was done in 12 months", "Hva som er gjort de siste 12 månedene"};
constexpr Said kDoneSays = {"Rows that sweeps and erasures took, as the ledger has them; this month until now.",
                            "Rader som oppryddinger og slettinger har tatt, slik loggen viser dem; denne måneden til nå."};
constexpr Said kDoneChart = {"Rows deleted and anonymised, by month", "Rader slettet og anonymisert, per måned"};
constexpr Said kDoneTable = {"Rows deleted and anonymised, by month, in figures",
                             "Rader slettet og anonymisert, per måned, i tall"};
constexpr Said kDoneDeleted = {"Deleted", "Slettet"};
constexpr Said kDoneAnonymised = {"Anonymised", "Anonymisert"};
constexpr Said kDoneColumns = {"Columns anonymised", "Kolonner anonymisert"};
constexpr Said kMonth = {"Month", "Måned"};
constexpr Said kRows = {"Rows", "Rader"};
constexpr Said kNothingDue = {"No row comes due.", "Ingen rad når fristen."};
constexpr Said kNothingDone = {"No row was taken.", "Ingen rad er tatt."};

// Requests.
constexpr Said kRequests = {"Requests of persons and their deadlines", "Henvendelser fra personer og deres frister"};
constexpr Said kRequestsNone = {"No request waits for an answer.", "Ingen henvendelse venter på svar."};
constexpr Said kRequest = {"Request", "Henvendelse"};
constexpr Said kAsked = {"Asks for", "Ber om"};
constexpr Said kKind = {"Kind of person", "Type person"};
constexpr Said kReceived = {"Received", "Mottatt"};
constexpr Said kTarget = {"Own target", "Eget mål"};
constexpr Said kLegalDue = {"Legal deadline", "Lovens frist"};
constexpr Said kDaysLeft = {"Days left", "Dager igjen"};

// What stays.
constexpr Said kStuck = {"Overdue and blocked", "Over fristen og blokkert"};
constexpr Said kOverdue = {"Past their deadline", "Over fristen"};
constexpr Said kOverdueSays = {"Of each table or partition at most 1,001 rows are counted.",
                               "I hver tabell eller partisjon telles høyst 1 001 rader."};
constexpr Said kOverdueNone = {"No row is past its deadline.", "Ingen rad er over fristen."};
constexpr Said kHolds = {"Legal holds", "Sikringer"};
constexpr Said kHoldsNone = {"Nothing is held.", "Ingenting er sikret."};
constexpr Said kHoldsSay = {
    "These rows are neither deleted nor blanked, however much their time is over. Who placed a hold, and why, stands in retention.hold.",
    "Disse radene slettes ikke og tømmes ikke, selv om fristen er over. Hvem som sikret dem, og hvorfor, står i retention.hold."};
constexpr Said kHold = {"Hold", "Sikring"};
constexpr Said kGround = {"Ground (Article)", "Grunnlag (artikkel)"};
constexpr Said kHeld = {"What it holds", "Hva den sikrer"};
constexpr Said kOn = {"Of", "I"};
constexpr Said kReview = {"To be reviewed by", "Vurderes innen"};
constexpr Said kReviewOverdue = {"overdue", "over fristen"};
constexpr Said kSince = {"Since", "Siden"};
constexpr Said kWhy = {"Why", "Hvorfor"};
constexpr Said kBlockedTitle = {"Blocked rows", "Blokkerte rader"};
constexpr Said kBlockedNone = {"No row and no table is blocked.", "Ingen rad og ingen tabell er blokkert."};
constexpr Said kTablesTitle = {"Tables that were passed over", "Tabeller som er hoppet over"};
constexpr Said kWork = {"At", "Under"};
constexpr Said kNextTry = {"Next attempt", "Neste forsøk"};
constexpr Said kStuckSays = {
    "What exactly an error said may hold values of rows, and is not here: the table's owner finds it in retention.blocked_reason.",
    "Nøyaktig hva en feil sa, kan inneholde verdier fra rader og står ikke her: tabellens eier finner det i retention.blocked_reason."};

// The fuse.
constexpr Said kFuse = {"Fuse", "Sikring"};
constexpr Said kFuseShare = {"Of a table sweeps take at most this share of the rows in a day without approval:",
                             "Av en tabell tar oppryddinger uten godkjenning høyst denne andelen av radene på et døgn:"};
constexpr Said kFuseOff = {"Switched off: sweeps take whatever is due.", "Slått av: oppryddinger tar alt som har nådd fristen."};
constexpr Said kFuseNone = {"No policy waits for approval, and none has one left.",
                            "Ingen regel venter på godkjenning, og ingen har en ubrukt."};
constexpr Said kFuseDue = {"Rows due then", "Rader over fristen da"};
constexpr Said kFuseBlown = {"Waits since", "Venter siden"};
constexpr Said kFuseApproved = {"Approved and left", "Godkjent og ubrukt"};
constexpr Said kFuseApprovedAt = {"Approved", "Godkjent"};

// The ledger.
constexpr Said kLedger = {"Ledger", "Loggen"};
constexpr Said kLedgerGood = {"The chain verifies: no entry was altered, and none is missing.",
                              "Kjeden stemmer: ingen oppføring er endret, og ingen mangler."};
constexpr Said kLedgerBad = {"The chain does not verify: retention.ledger_breaks() says where.",
                             "Kjeden stemmer ikke: retention.ledger_breaks() sier hvor."};
constexpr Said kVerified = {"Verified", "Kontrollert"};
constexpr Said kVerifiedNow = {"for this page", "for denne siden"};
constexpr Said kEntries = {"Entries", "Oppføringer"};
constexpr Said kFirstBad = {"First bad entry", "Første oppføring med feil"};
constexpr Said kAcknowledged = {"Breaks signed for", "Brudd noen har kvittert for"};
constexpr Said kHead = {"Head", "Siste avtrykk"};
constexpr Said kHeadSays = {
    "Kept elsewhere, the head shows later that nothing was cut off: retention.verify_ledger(head).",
    "Oppbevart et annet sted viser avtrykket senere at ingenting er kuttet bort: retention.verify_ledger(head)."};

// Gaps.
constexpr Said kGaps = {"What retention does not reach", "Det reglene ikke når"};
constexpr Said kGapsNone = {"No gap is known.", "Ingen hull er kjent."};
constexpr Said kGapsSays = {"What to do about each is in retention.gaps.",
                            "Hva som kan gjøres med hvert av dem, står i retention.gaps."};
constexpr Said kGap = {"Gap", "Hull"};
constexpr Said kCount = {"Number", "Antall"};
constexpr Said kWhere = {"Where", "Hvor"};

// The audit.
constexpr Said kAudit = {"Audit and last sweep", "Kontroll og siste opprydding"};
constexpr Said kAuditNone = {"No audit has ended yet.", "Ingen kontroll er fullført ennå."};
constexpr Said kAuditTables = {"Tables under audit", "Tabeller under kontroll"};
constexpr Said kAuditFull = {"Of these looked through once", "Av disse gjennomgått én gang"};
constexpr Said kAuditOldest = {"The one longest ago", "Den eldste kontrollen"};
constexpr Said kAuditNewest = {"The last one", "Den siste kontrollen"};
constexpr Said kAuditRows = {"Rows seen", "Rader sett"};
constexpr Said kAuditProblems = {"Tables it could not read", "Tabeller den ikke kunne lese"};
constexpr Said kFinding = {"Finding", "Funn"};
constexpr Said kTables = {"Tables", "Tabeller"};
constexpr Said kFindingsNone = {"The audit has found nothing.", "Kontrollen har ikke funnet noe."};
constexpr Said kRunStarted = {"Last sweep began", "Siste opprydding begynte"};
constexpr Said kRunEnded = {"It ended", "Den sluttet"};
constexpr Said kRunGoesOn = {"it goes on, or was cut short", "den pågår, eller ble avbrutt"};
constexpr Said kRunNone = {"No sweep has begun yet.", "Ingen opprydding har begynt ennå."};
constexpr Said kRunDeleted = {"Rows it deleted", "Rader den slettet"};
constexpr Said kRunAnonymised = {"Rows it anonymised", "Rader den anonymiserte"};
constexpr Said kRunColumns = {"Rows it anonymised columns of", "Rader den anonymiserte kolonner i"};
constexpr Said kRunBlocked = {"Rows it could not take", "Rader den ikke kunne ta"};
constexpr Said kRunProblem = {"An error kept it from a part of its work: see retention.sweep_run.",
                              "En feil hindret en del av arbeidet: se retention.sweep_run."};

// About.
constexpr Said kAbout = {"About this page", "Om denne siden"};
constexpr Said kAboutPlace = {
    "Parts that are marked like this tell of the database in which the page was made. In one that was restored from a dump they may differ; the others are the same there.",
    "Deler som er merket slik, forteller om databasen siden er laget i. I en som er gjenopprettet fra en dump, kan de være annerledes; resten er likt der."};
constexpr Said kAboutZone = {"Times are those of the time zone", "Klokkeslett gjelder tidssonen"};
constexpr Said kAboutFigures = {"Each figure is that of the view named at its part, for whoever may read it.",
                                "Hvert tall er det som står i visningen nevnt ved sin del, for den som kan lese den."};
constexpr Said kMadeBy = {"Made by retention.report_html() of pg_retention", "Laget av retention.report_html() i pg_retention"};

// Periods.
struct Unit {
    Said one;
    Said many;
};
constexpr Unit kYear = {{"year", "år"}, {"years", "år"}};
constexpr Unit kMonths = {{"month", "måned"}, {"months", "måneder"}};
constexpr Unit kDay = {{"day", "dag"}, {"days", "dager"}};
constexpr Unit kHour = {{"hour", "time"}, {"hours", "timer"}};
constexpr Unit kMinute = {{"minute", "minutt"}, {"minutes", "minutter"}};
constexpr Unit kSecond = {{"second", "sekund"}, {"seconds", "sekunder"}};
constexpr Said kForever = {"for ever", "for alltid"};
// As core::Period numbers its anchors.
constexpr Said kAnchors[] = {{"", ""},
                             {" after the end of the month", " etter månedens utgang"},
                             {" after the end of the quarter", " etter kvartalets utgang"},
                             {" after the end of the year", " etter årets utgang"},
                             {" after the end of the fiscal year", " etter regnskapsårets utgang"}};
constexpr Said kFiscalEnd = {", which ends on ", ", som slutter "};

constexpr Said kMonthNames[12] = {{"Jan", "jan."}, {"Feb", "feb."}, {"Mar", "mars"}, {"Apr", "april"},
                                  {"May", "mai"},  {"Jun", "juni"}, {"Jul", "juli"}, {"Aug", "aug."},
                                  {"Sep", "sep."}, {"Oct", "okt."}, {"Nov", "nov."}, {"Dec", "des."}};
// Below a bar is no room for more.
constexpr Said kShortMonths[12] = {{"Jan", "jan"}, {"Feb", "feb"}, {"Mar", "mar"}, {"Apr", "apr"},
                                   {"May", "mai"}, {"Jun", "jun"}, {"Jul", "jul"}, {"Aug", "aug"},
                                   {"Sep", "sep"}, {"Oct", "okt"}, {"Nov", "nov"}, {"Dec", "des"}};

}  // namespace pg_retention::words
