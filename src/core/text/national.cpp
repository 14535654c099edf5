// National numbers: what the number says by itself (core/countries), weighed against the words beside it. Accounts pass the same checks, and
// a typing error fails them.
#include "core/countries/country.hpp"
#include "core/text/cues.hpp"
#include "core/text/identifiers.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

constexpr int kFarthestWord = 8;
constexpr size_t kFarthest = 48;      // from a name, or another national number
constexpr uint8_t kFewestDigits = 5;  // behind a label: the last ones of a Norwegian number, whose first are the date
constexpr uint8_t kFullLength = 10;

// What the words beside a number say it is.
enum class Said : uint8_t {
    kNothing,
    kSomebody,   // a person is spoken of
    kNational,   // a national number is
    kAnyNumber,  // its label stands right before
    kOther,      // an order, a case
    kAccount,
};

// With "number": personal number, identity no, f.nr.
constexpr WordList kNumberWords("id n no nr num number nummer nummeret");
constexpr WordList kPersonalNouns(
    "cpr f fh fødsels födelse identification identity insurance national nin npid pers person personal samordnings security ssn");
constexpr WordList kFaintNouns("d id p");
constexpr WordList kMoreLabels("nin ssn");

constexpr WordList kAccounts(
    "account accounts acct acc bankgiro* bankkonto* bg bankgironr clearing* giro* iban konto kontoer kontoen kontonr kontonummer* kto pg "
    "plusgiro* postgiro*");
constexpr WordList kAccountEnds("konto kontoen kontonr kontonummer kontonummeret");
// Those with which one logs in.
constexpr WordList kLogins("adkonto brukerkonto* domenekonto* epostkonto postkonto* kundekonto mailkonto windowskonto");
// Where money goes stands an account, if the number is not written as a person's is.
constexpr WordList kMoney(
    "betal betale betaler betales betalt betalte deposit innbetal* lønnsutbetaling overfør* paid payment payout refunder* refundert refusjon* "
    "transfer* trekkes utbetal* utbetaling udbetal* overført överför* insättning inbetal*");

constexpr WordList kSomebody(
    "ansatt ansatte ansattes applicant arbeidstaker* barn barnet bankid begunstiget born bruker brukeren client customer datter employee elev "
    "far foresatt hennes hans hun han idporten innlogget innlogging innsendt kunde kunden kvinne legitimert legitimasjon man mannen medlem "
    "mor navn innbygger pasient pasienten patient patienten person personen potilas søker søkeren sønn student user users verge asiakas "
    "användare användaren brugeren bruger kund medarbetare vårdtagare borger medborgare");

constexpr WordList kConnecting(
    "a an as av berre bare d de den denne deres det din ditt du er for går har hans hennes her heter hun i id is it lyder med min mitt my n "
    "new no nr number nummer nummeret num ny nye nytt og på riktig rett sin sitt som står the to til under var vår were with your är hans "
    "hendes hennes on");

bool is_account(const TextWord &word) noexcept {
    return !kLogins.has(word.view()) && (kAccounts.has(word.view()) || kAccountEnds.ends(word.view()));
}

// "fnr", "personal number".
bool is_label(const TextWord &word, const TextWord &after) noexcept {
    if (is_national_label(word.view()) || kMoreLabels.has(word.view())) return true;
    return kNumberWords.has(after.view()) && kPersonalNouns.has(word.view());
}

// A number with a blank or hyphen behind the date is no account.
struct Walk {
    bool solid;
    bool adjacent = true;  // only connecting words so far
    bool somebody = false;
    bool done = false;
    Said said = Said::kNothing;

    void say(Said what) noexcept {
        said = what;
        done = true;
    }
    void take(std::string_view text, const TextWord &word, const TextWord &after) noexcept;
};

void Walk::take(std::string_view text, const TextWord &word, const TextWord &after) noexcept {
    const bool number = kNumberWords.has(after.view());
    if (is_label(word, adjacent ? after : TextWord())) return say(adjacent ? Said::kAnyNumber : Said::kNational);
    const Cue cue = cue_of(word, text);
    if (adjacent && (is_faint_national_label(word.view()) || (number && kFaintNouns.has(word.view()))))
        return say(Said::kNational);
    if (is_account(word) || cue == Cue::kKid) return say(Said::kAccount);
    if (solid && kMoney.has(word.view())) return say(Said::kAccount);
    if (kSomebody.has(word.view())) {
        somebody = true;
        adjacent = adjacent && kConnecting.has(word.view());
        return;
    }
    if (kConnecting.has(word.view())) return;
    if (cue == Cue::kOther && adjacent) return say(Said::kOther);
    if (cue != Cue::kNone) done = true;
    adjacent = false;
}

// "Fødselsnummer (11 siffer): ": where the parenthesis before the number begins, or the number.
size_t without_remark(std::string_view text, size_t at) noexcept {
    constexpr size_t kLongest = 32;
    size_t close = at;
    while (close > 0 && (text[close - 1] == ' ' || text[close - 1] == ':')) --close;
    if (close == 0 || text[close - 1] != ')') return at;
    for (size_t open = close - 1; open > 0 && close - open < kLongest; --open)
        if (text[open - 1] == '(') return open - 1;
    return at;
}

Said said_after(std::string_view text, size_t end) noexcept {
    // Without the parenthesis the word may be the next number's.
    const size_t open = letter_at(text, end).code == ' ' ? end + 1 : end;
    if (letter_at(text, open).code != '(') return Said::kNothing;
    const TextWord word = word_beginning(text, open + 1);
    if (is_account(word)) return Said::kAccount;
    return is_national_label(word.view()) ? Said::kNational : Said::kNothing;
}

Said said_before(std::string_view text, size_t at, bool solid) noexcept {
    Walk walk;
    walk.solid = solid;
    TextWord after;
    bool stop = false;
    size_t end = gap_before(text, without_remark(text, at), stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop && !walk.done; ++i) {
        const TextWord word = word_ending(text, end);
        if (word.number) break;
        walk.take(text, word, after);
        after = word;
        end = gap_before(text, word.begin, stop);
    }
    return walk.said == Said::kNothing && walk.somebody ? Said::kSomebody : walk.said;
}

// Whether a label stands before it, with nothing but small words between: for a number that is none of any country's all else is the same.
bool has_label(std::string_view text, size_t at) noexcept {
    TextWord after;
    bool stop = false;
    size_t end = gap_before(text, without_remark(text, at), stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop; ++i) {
        const TextWord word = word_ending(text, end);
        if (is_label(word, after)) return true;
        if (word.number || !kConnecting.has(word.view())) return false;
        after = word;
        end = gap_before(text, word.begin, stop);
    }
    return false;
}

bool is_same_sentence(std::string_view text, size_t end, size_t at) noexcept {
    if (end == 0 || end > at || at - end > kFarthest) return false;
    return text.substr(end, at - end).find_first_of("\n.;") == std::string_view::npos;
}

bool follows_name(std::string_view text, size_t at, const Before &before) noexcept {
    return is_same_sentence(text, before.name_end, at);
}

// ts=1712345678, #1712345678
bool is_keyed(std::string_view text, size_t at) noexcept {
    const char32_t before = letter_before(text, at).code;
    return before == '=' || before == '#' || before == '_';
}

Said said_about(std::string_view text, size_t at, size_t end, bool solid, const Before &before) noexcept {
    const Said after = said_after(text, end);
    if (after != Said::kNothing) return after;
    const Said said = said_before(text, at, solid);
    if (said != Said::kNothing) return said;
    if (is_keyed(text, at)) return Said::kOther;
    if (before.number == Before::Number::kNational && is_same_sentence(text, before.number_end, at)) return Said::kNational;
    return follows_name(text, at, before) ? Said::kSomebody : Said::kNothing;
}

Belief least_for(Said said) noexcept {
    switch (said) {
        case Said::kAnyNumber:
        case Said::kNational: return Belief::kForm;
        case Said::kSomebody: return Belief::kPossible;
        case Said::kNothing: return Belief::kLikely;
        default: return Belief::kCertain;
    }
}

// How far a number that is none of any country's goes: groups, until there are digits enough.
uint8_t loose_length(const Written &w) noexcept {
    uint8_t length = 0;
    for (uint8_t i = 1; i <= w.n; ++i) {
        if (i < w.n && w.gaps[i] == 0) continue;
        if (i == w.n && !w.whole) break;
        length = i;
        if (i >= kFullLength || (i == kFewestDigits && w.n < kFullLength)) break;
    }
    return length >= kFewestDigits && length < Written::kMost ? length : 0;
}

}  // namespace

bool speaks_of_account(std::string_view text, size_t at) noexcept { return said_before(text, at, true) == Said::kAccount; }

size_t match_national(std::string_view text, size_t at, const Before &before) noexcept {
    if (!begins_number(text, at)) return 0;
    const Written w = written_at(text, at);
    if (w.n < kFewestDigits || !w.is_digits(0, 2)) return 0;
    const NationalReading reading = read_national(w);
    const uint8_t length = reading.length != 0 ? reading.length : loose_length(w);
    if (length == 0) return 0;
    const size_t end = w.ends[length - 1];
    if (reading.belief < Belief::kForm && !has_label(text, at)) return 0;
    const Said said = said_about(text, at, end, w.is_solid(length), before);
    if (said == Said::kAccount || reading.belief == Belief::kNobody) return 0;
    if (said == Said::kAnyNumber) {
        const uint8_t loose = reading.belief >= Belief::kForm ? length : loose_length(w);
        return loose == 0 ? 0 : w.ends[loose - 1];
    }
    return reading.belief >= least_for(said) ? end : 0;
}

}  // namespace pg_retention::core
