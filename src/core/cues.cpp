#include "core/cues.hpp"

#include <algorithm>
#include <iterator>

#include "core/letters.hpp"

namespace pg_retention::core {

namespace {

constexpr int kFarthestWord = 8;  // words between a cue and its number
constexpr size_t kLongestWord = 24;

// A stem with a star stands for all words that begin with it.
constexpr std::string_view kPhoneWords[] = {
    "alarmtlf",  "cell",        "cellphone",    "cellular",   "dirnr",     "fasttlf",  "fasttelefon*", "fastlinje",
    "faks",      "fax",         "fon",          "handy",      "hustelefon", "landline", "landlinje",   "mob",
    "mobil",     "mobile",      "mobilen",      "mobilnr",    "mobilnummer*", "mobilt*", "mobnr",      "ph",
    "phone",     "phones",      "privattlf",    "sentralbord*", "signal",  "sms",      "switchboard",  "tel",
    "telef",     "telefon*",    "telephone",    "telf",       "tlf*",      "tlph",     "vipps",        "vippsnr",
    "whatsapp",  "direktenr",   "direktenummer", "kontaktnr", "kontakttlf", "kontakttelefon", "viber", "voicemail"};

constexpr std::string_view kPhoneEnds[] = {"tlf", "telefon", "telefonen", "telefonnr", "tlfnr", "phone", "mobilen"};

constexpr std::string_view kCallWords[] = {
    "call",   "callback", "called", "calling", "calls",  "dial",   "kontakt", "kontakte", "kontaktes", "kontaktperson",
    "contact", "melding", "nås",    "nåes",    "nummeret", "oppringt", "rang", "reach",   "reached",   "ring",
    "ringa",  "ringe",    "ringer", "ringes",  "ringt",  "ringte", "rung",    "svarer",   "tekst",     "text",
    "texted", "treffes",  "treffe", "ringeliste", "tilbakeringing", "contactable", "reachable", "ringde", "ringing"};

constexpr std::string_view kOtherWords[] = {
    "acc",        "account*",   "acct",      "agreement*", "amount",     "anlegg*",    "ansatt*",   "ansattnr",
    "arkiv*",     "article*",   "artikkel*", "art",        "asset*",     "auth*",      "avtale*",   "awb",
    "badge*",     "batch*",     "beløp*",    "bestilling*", "betaling*", "bilag*",     "bill*",     "bnr",
    "booking*",   "bug",        "build*",    "case*",      "chassis*",   "claim*",     "code*",     "commit*",
    "container*", "contract*",  "cvr",       "dkk",        "doc*",       "dok*",       "dollar*",   "ean*",
    "employee*",  "error*",     "etikett*",  "eur",        "euro",       "fakt*",      "feil",      "feilkode*",
    "firmware*",  "flight*",    "forsendelse*", "fw",      "gbp",        "gnr",        "gtin*",     "hpr*",
    "hylle*",     "iccid*",     "id",        "imei*",      "inv",        "invoice*",   "ip",        "isbn*",
    "issue*",     "item*",      "job",       "jobnr",      "journal*",   "kand*",      "key*",      "kode*",
    "kolli*",     "konto*",     "kontrakt*", "kreditnota*", "kr",        "kroner",     "kto*",      "kundenr",
    "kundenummer*", "kvittering*", "label*", "legitimasjon*", "licence*", "license*",  "lisens*",   "log",
    "logg*",      "lot*",       "løpenr",    "mac",        "maskinnr",   "medlem*",    "member*",   "meter*",
    "mid",        "model*",     "motornr",   "mva*",       "måler*",     "målepunkt*", "nip",       "nok",
    "offer*",     "opptak*",    "order*",    "ordre*",     "org*",       "orgnr",      "otp",       "pakke*",
    "parcel*",    "part*",      "pass",      "passnr",     "passord*",   "password*",  "pasient*",  "patient*",
    "payment*",   "payroll*",   "pid",       "pin*",       "pnr",        "po",         "polise*",   "policy*",
    "port*",      "postboks",   "price*",    "pris*",      "prod*",      "project*",   "prosjekt*", "puk*",
    "quote*",     "ramme*",     "rec",       "receipt*",   "ref*",       "reg*",       "reservasjon*", "resept*",
    "rma*",       "sak",        "saken",     "saks*",      "saldo",      "seal*",      "sek",       "sending*",
    "serial*",    "serie*",     "seriell*",  "session*",   "sesjon*",    "shipment*",  "sim*",      "skade*",
    "sku*",       "sn",         "snr",       "sort",       "sporing*",   "stud",       "studentbevis*", "sum",
    "sw",         "tag*",       "terminal*", "ticket*",    "tid",        "tilbud*",    "tkt",       "token*",
    "total*",     "tracking*",  "transaksjon*", "trx*",    "tx",         "usd",        "vare*",     "vat*",
    "vedtak*",    "verdi*",     "version*",  "versjon*",   "vin",        "voucher*",   "wire",      "wo",
    "del",        "delenr",     "delnr",     "samtale",    "understell*", "lokalitet*", "req",      "faktnr",
    "understellsnr", "engine*", "circuit*",  "value*",     "permit*",    "løyve*",     "billett*",  "serienr"};

// Names of departments and people begin like that, and say nothing.
constexpr std::string_view kOtherExceptEnds[] = {"avdeling", "avdelingen", "behandler", "behandleren", "kontor", "kontoret",
                                                 "leder",    "lederen",    "mottak",    "mottaket",    "ansvarlig", "sjef"};

// Number of something: a cue when a noun comes before it.
constexpr std::string_view kNumberWords[] = {"nr", "no", "num", "number", "nummer", "id", "n"};
constexpr std::string_view kNumberedNouns[] = {"bruker", "customer", "kunde", "maskin", "user", "vogn", "abonnement", "abo",
                                               "hytte", "rom", "room", "sone", "unit", "machine", "vehicle", "s"};
constexpr std::string_view kOtherEnds[] = {"nr", "nummer", "number", "kode", "id", "ref"};

// Words between a cue and the number it belongs to.
constexpr std::string_view kConnecting[] = {
    "angående", "ang", "av", "denne", "deres", "det", "din", "ditt", "er", "gjelder", "hans", "hennes", "her", "his", "is",
    "med", "min", "mitt", "my", "new", "no", "nr", "num", "number", "nummer", "ny", "nye", "nytt", "of", "old", "our",
    "re", "sin", "sitt", "the", "their", "this", "under", "var", "was", "vår", "vårt", "with", "your", "gammelt", "gamle",
    "heter", "lyder", "numbers", "numrene", "som", "ref", "n", "d"};
// Words that lead from whatever was spoken of to a number to be reached on.
constexpr std::string_view kLeading[] = {"at", "på", "on", "til", "via", "to"};

constexpr std::string_view kUnits[] = {"kr",  "kroner", "nok", "sek",  "dkk", "eur",  "euro", "usd", "gbp", "stk",
                                       "pcs", "kg",     "km",  "kwh",  "m",   "m2",   "mb",   "gb",  "timer", "liter",
                                       "l",   "t",      "år",  "rpm",  "poeng", "enheter", "units", "tonn"};
constexpr std::string_view kAfterPhone[] = {"cell", "home", "jobb", "kontor", "mob", "mobil", "mobile", "office", "phone",
                                            "privat", "telefon", "tlf", "work", "direkte", "sms"};
constexpr std::string_view kLabels[] = {"tlf", "tel", "mob", "mobil", "nr", "fnr", "pnr", "dnr", "t", "m", "ph", "phone",
                                        "sms", "ring", "tlfnr", "telefon", "kort", "personnr", "mobilnr"};
constexpr std::string_view kAnd[] = {"og", "eller", "or", "and", "el", "evt", "alt", "samt", "eventuelt", "alternativt"};

template <size_t n>
bool listed(const std::string_view (&words)[n], std::string_view word) noexcept {
    return std::any_of(std::begin(words), std::end(words), [word](std::string_view w) {
        return w.back() == '*' ? word.starts_with(w.substr(0, w.size() - 1)) : word == w;
    });
}

template <size_t n>
bool ends_as(const std::string_view (&ends)[n], std::string_view word) noexcept {
    return std::any_of(std::begin(ends), std::end(ends),
                       [word](std::string_view e) { return word.size() > e.size() && word.ends_with(e); });
}

// One word of a text, in lower case; empty when there is none or it is too long to be a cue.
struct Word {
    char buffer[kLongestWord];
    size_t n = 0;
    size_t begin = 0;
    size_t end = 0;
    bool number = false;
    std::string_view view() const noexcept { return {buffer, n}; }
};

Word word_ending(std::string_view text, size_t end) noexcept {
    Word word;
    word.end = word.begin = end;
    for (Letter l = letter_before(text, word.begin); is_word(l.code); l = letter_before(text, word.begin)) {
        if (is_digit(l.code)) word.number = true;
        word.begin -= l.size;
    }
    word.n = fold_into(text.substr(word.begin, end - word.begin), word.buffer, sizeof word.buffer);
    return word;
}

Word word_beginning(std::string_view text, size_t begin) noexcept {
    size_t end = begin;
    for (Letter l = letter_at(text, end); is_word(l.code); l = letter_at(text, end)) end += l.size;
    return word_ending(text.substr(0, end), end);
}

bool is_phone_word(const Word &word, std::string_view text) noexcept {
    if (listed(kPhoneWords, word.view()) || ends_as(kPhoneEnds, word.view())) return true;
    // M: and T. of a signature.
    const bool single = word.n == 1 && (word.view() == "m" || word.view() == "t" || word.view() == "p");
    const char32_t after = letter_at(text, word.end).code;
    return single && (after == ':' || after == '.' || (after == ' ' && is_upper(letter_at(text, word.begin).code)));
}

Cue cue_of(const Word &word, std::string_view text) noexcept {
    if (word.n == 0) return Cue::kNone;
    if (is_phone_word(word, text)) return Cue::kPhone;
    if (listed(kCallWords, word.view())) return Cue::kCall;
    if (word.view().starts_with("kid")) return Cue::kKid;
    if (word.view().starts_with("kort") || word.view().starts_with("card")) return Cue::kNone;
    if (ends_as(kOtherExceptEnds, word.view())) return Cue::kNone;
    if (listed(kOtherWords, word.view()) || ends_as(kOtherEnds, word.view())) return Cue::kOther;
    return Cue::kNone;
}

// The end of the word before `at`; `stop` if a sentence ends between. "tlf. 99" and "Tlf:\n99" are one.
size_t gap_before(std::string_view text, size_t at, bool &stop) noexcept {
    bool blank = false;
    size_t lines = 0;
    for (;;) {
        const Letter l = letter_before(text, at);
        if (at == 0 || is_word(l.code)) return at;
        if (l.code == '\n' && ++lines > 1) stop = true;
        if (l.code == '!' || l.code == '?' || l.code == ';' || l.code == '|') stop = true;
        if (l.code == '.' && blank) {
            const Word word = word_ending(text, at - 1);
            if (word.n == 0 || word.n > 4) stop = stop || (word.n != 0 && cue_of(word, text) == Cue::kNone);
        }
        blank = is_blank(l.code);
        at -= l.size;
    }
}

// "customer no", "kunde nr".
bool is_numbered_noun(const Word &word, const Word &after) noexcept {
    return listed(kNumberWords, after.view()) && listed(kNumberedNouns, word.view());
}

}  // namespace

Cue cue_before(std::string_view text, size_t at) noexcept {
    bool stop = false;
    bool adjacent = true;  // only connecting words so far
    bool led = false;      // a word such as "på" so far
    Word after;
    size_t end = gap_before(text, at, stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop; ++i) {
        const Word word = word_ending(text, end);
        if (word.number) return Cue::kNone;
        Cue cue = cue_of(word, text);
        if (cue == Cue::kNone && is_numbered_noun(word, after)) cue = Cue::kOther;
        if (cue == Cue::kPhone) return adjacent || led ? Cue::kPhone : Cue::kCall;
        if (cue == Cue::kCall) return cue;
        if (cue != Cue::kNone && adjacent && !led) return cue;
        if (cue != Cue::kNone && !led) return Cue::kNone;
        if (listed(kLeading, word.view()))
            led = true;
        else if (!listed(kConnecting, word.view()))
            adjacent = false;
        after = word;
        end = gap_before(text, word.begin, stop);
    }
    return Cue::kNone;
}

Cue cue_after(std::string_view text, size_t end) noexcept {
    const Letter first = letter_at(text, end);
    size_t at = end;
    if (first.code == '%' || first.code == 0x20AC || first.code == '$') return Cue::kOther;
    while (at < text.size() && at - end < 3) {
        const Letter l = letter_at(text, at);
        if (!is_blank(l.code) && l.code != '(' && l.code != '-') break;
        at += l.size;
    }
    const Letter sign = letter_at(text, at);
    if (at > end && (sign.code == '%' || sign.code == 0x20AC || sign.code == '$')) return Cue::kOther;
    const Word word = word_beginning(text, at);
    if (at == end || word.n == 0) return Cue::kNone;
    if (at == end + 1 && listed(kUnits, word.view())) return Cue::kOther;
    if (!listed(kAfterPhone, word.view())) return Cue::kNone;
    // "45120098 tlf 99887766": the word belongs to the next number.
    size_t next = word.end;
    while (next < text.size() && (is_blank(letter_at(text, next).code) || text[next] == '.' || text[next] == ':')) ++next;
    const char32_t c = letter_at(text, next).code;
    return is_digit(c) || c == '+' ? Cue::kNone : Cue::kPhone;
}

bool is_after_label(std::string_view text, size_t at) noexcept {
    const Word word = word_ending(text, at);
    return word.n != 0 && !word.number && listed(kLabels, word.view());
}

List list_between(std::string_view text, size_t end, size_t at) noexcept {
    if (end == 0 || end >= at || at - end > 16) return List::kNone;
    List list = List::kNone;
    while (end < at) {
        const Letter l = letter_at(text, end);
        if (is_digit(l.code)) return List::kNone;
        if (is_letter(l.code)) {
            const Word word = word_beginning(text, end);
            if (!listed(kAnd, word.view())) return List::kNone;
            list = List::kFirm;
            end = word.end;
            continue;
        }
        const bool lists = l.code == '/' || l.code == ',' || l.code == '&' || l.code == ';' || l.code == '+';
        if (lists && list == List::kNone) list = List::kLoose;
        end += l.size;
    }
    return list;
}

}  // namespace pg_retention::core
