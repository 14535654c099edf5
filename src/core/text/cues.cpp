#include "core/text/cues.hpp"

#include "core/countries/country.hpp"
#include "core/text/letters.hpp"
#include "core/text/word.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr int kFarthestWord = 8;  // words between a cue and its number

// A stem with a star stands for all words that begin with it.
constexpr WordList kPhoneWords(
    "alarmtlf cell direktnr farsími farsíma gsm matkapuhelin mobilnumme* puh puhelin puhelinnumero sími síma växel* cell cellphone cellular direktenr direktenummer dirnr faks fastlinje fasttelefon* fasttlf fax fon "
    "handy hustelefon kontaktnr kontakttelefon kontakttlf landline landlinje mob mobil mobile mobilen mobilnr "
    "mobilnummer* mobilt* mobnr ph phone phones privattlf sentralbord* signal sms switchboard tel telef telefon* "
    "telephone telf tlf* tlph viber vipps vippsnr voicemail whatsapp");

constexpr WordList kPhoneEnds("mobilen phone telefon telefonen telefonnr tlf tlfnr");

constexpr WordList kCallWords(
    "call callback called calling calls contact contactable dial kontakt kontakte kontaktes kontaktperson melding "
    "nummeret nåes nås oppringt rang reach reachable reached ring ringa ringde ringe ringeliste ringer ringes "
    "ringing ringt ringte rung svarer tekst text texted tilbakeringing treffe treffes");

constexpr WordList kOtherWords(
    "acc account* acct adgangskode* agreement* amount anlegg* ansatt* ansattnr artikelnr arkiv* article* artikkel* asset* "
    "auth autorisasjon* avtale* awb badge* batch* beställning* best beløp* bestilling* betaling* bilag* billett* billing "
    "bills bnr booking* bug build* case caseno cases chassis* circuit* claim* code* commit* container* contract* cvr date "
    "dato del delenr delnr diarienr dkk doc document* dok doknr dokument* dollar* ean* employee* engine* error* etikett* "
    "eur euro fakturanr fakt* faktnr feil feilkode* firmware* flight* forsendelse* fw försändelse* försäkring* fødselsdato "
    "følgeseddel* gbp gnr gtin* hpr* hylle* iccid* id imei* inv invoice* ip isbn* issue* item* job jobnr journal journalnr "
    "kand* key kod koden kode* kolli* kolonne konto kontoen kontonr kontonummer* kontrakt* kr kreditnota* kroner kto* kund "
    "kundnr kundnummer* kundenr kundenummer* kvitto* kvittering* label* legitimasjon* licence* license* lisens* log logg "
    "lokalitet* lot lotnr lösen* løpenr løpenummer løyve* maskinnr medlem* member* meter meternr mid model modell modellnr "
    "motornr mva* målepunkt* måler* nip nok offert* offer* opptak* ordernr order orderno ordernr ordernumber orders ordre* "
    "ordrebekreftelse org* orgnr otp pakke* parcel* part partnr parts pasient* pass passnr passord* password* patient* "
    "payment* payroll* permit* pid pin pinkode pnr po policy* polise* port postboks price prices pris prisen prod prodnr "
    "product* produkt* project* prosess prosjekt* puk* quote* ramme* rec receipt* ref referanse* reference* refnr reg "
    "registration* registrering* regnr remittance* req resept* reservasjon* rma* sag sagen sags* sak saken sakid saks* "
    "saksref saldo seal sek sending* serial* serie* seriell* serienr sesjon* session* shipment* sim simkort* skade* sku* sn "
    "snr sort sporing* stud studentbevis* sum sw tag terminal* ticket* ticketid tid tilbud* tkt token* total* tracking* "
    "transaksjon* trx* tx uke understell* understellsnr usd value* vare* vat* vedtak* verdi* version* versjon* vin vlan "
    "voucher* wire wo ärende*");

constexpr WordList kKidWords("kid kidnr kidnummer*");

// Names of departments and people begin like that, and say nothing.
constexpr WordList kOtherExceptEnds(
    "ansvarlig avdeling avdelingen behandler behandleren kontor kontoret leder lederen mottak mottaket sjef");

// Number of something: a cue when a noun comes before it.
constexpr WordList kNumberWords("id n no nr num number nummer");
constexpr WordList kNumberedNouns(
    "abo abonnement art bruker customer hytte kunde machine maskin rom room s sone unit user vehicle vogn");
constexpr WordList kOtherEnds("id kode konto kontonr nr number nummer ref");

// Words between a cue and the number it belongs to.
constexpr WordList kConnecting(
    "ang angående av d denne deres det din ditt er gamle gammelt gjelder hans hennes her heter his is lyder med "
    "min mitt my n new no nr num number numbers nummer numrene ny nye nytt of old our re ref sin sitt som the "
    "their this under var vår vårt was with your");
// With "number" they speak of one person's: "mitt nytt nr", "his number".
constexpr WordList kPersonal(
    "deres din ditt gammelt hans hennes her his min mitt my new ny nytt old our riktig sin sitt their your");
// Words that lead from whatever was spoken of to a number to be reached on.
constexpr WordList kLeading("at on på til to via");

constexpr WordList kUnits(
    "dkk enheter eur euro gb gbp kg km kr kroner kwh l liter m m2 mb nok pcs poeng rpm sek stk t timer tonn units "
    "usd år");
constexpr WordList kAfterPhone("cell direkte home jobb kontor mob mobil mobile office phone privat sms telefon tlf work");
constexpr WordList kLabels(
    "cpr cprnr dnr fnr hetu kort m mob mobil mobilnr nr personnr personnummer ph phone pnr ring sms t tel telefon tlf tlfnr");
constexpr WordList kAnd("alt alternativt and el eller eventuelt evt og or samt");

bool is_phone_word(const TextWord &word, std::string_view text) noexcept {
    if (kPhoneWords.has(word.view()) || kPhoneEnds.ends(word.view())) return true;
    // M: and T. of a signature.
    const bool single = word.view() == "m" || word.view() == "t" || word.view() == "p";
    const char32_t after = letter_at(text, word.end).code;
    const bool label = after == ':' || (word.view() != "p" && (after == '.' || after == ' '));
    return single && label && letter_before(text, word.begin).code != '.' &&
           (after == ':' || is_upper(letter_at(text, word.begin).code));
}

// "customer no", "kunde nr".
bool is_numbered_noun(const TextWord &word, const TextWord &after) noexcept {
    return kNumberWords.has(after.view()) && kNumberedNouns.has(word.view());
}

}  // namespace

Cue cue_of(const TextWord &word, std::string_view text) noexcept {
    if (word.n == 0) return Cue::kNone;
    if (is_national_label(word.view())) return Cue::kNational;
    if (is_phone_word(word, text)) return Cue::kPhone;
    if (kCallWords.has(word.view())) return Cue::kCall;
    if (kKidWords.has(word.view())) return Cue::kKid;
    if (word.view().starts_with("kort") || word.view().starts_with("card")) return Cue::kNone;
    if (kOtherExceptEnds.ends(word.view())) return Cue::kNone;
    if (kOtherWords.has(word.view()) || kOtherEnds.ends(word.view())) return Cue::kOther;
    return Cue::kNone;
}

size_t gap_before(std::string_view text, size_t at, bool &stop) noexcept {
    bool blank = false;
    size_t lines = 0;
    for (;;) {
        const Letter l = letter_before(text, at);
        if (at == 0 || is_word(l.code)) return at;
        if (l.code == '\n' && ++lines > 1) stop = true;
        if (l.code == '!' || l.code == '?' || l.code == ';' || l.code == '|') stop = true;
        if (l.code == '.' && blank) {
            const TextWord word = word_ending(text, at - 1);
            // "Sak 123. Ring"; not "12. mai".
            if (word.number && is_upper(letter_at(text, at + 1).code)) stop = true;
            if (word.n == 0 || word.n > 4) stop = stop || (word.n != 0 && cue_of(word, text) == Cue::kNone);
        }
        blank = is_blank(l.code);
        at -= l.size;
    }
}

Cue cue_before(std::string_view text, size_t at) noexcept {
    bool stop = false;
    bool adjacent = true;  // only connecting words so far
    bool led = false;      // a word such as "på" so far
    bool personal = false;
    bool number = false;
    TextWord after;
    size_t end = gap_before(text, at, stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop; ++i) {
        const TextWord word = word_ending(text, end);
        if (word.number) break;
        Cue cue = cue_of(word, text);
        if (cue == Cue::kNone && is_numbered_noun(word, after)) cue = Cue::kOther;
        if (cue == Cue::kPhone) return adjacent || led ? Cue::kPhone : Cue::kCall;
        if (cue == Cue::kCall) return cue;
        if (cue != Cue::kNone && adjacent && !led) return cue;
        if (cue != Cue::kNone && !led) return Cue::kNone;
        if (kLeading.has(word.view()))
            led = true;
        else if (word.end - word.begin > 1 && !kConnecting.has(word.view()))
            adjacent = false;
        personal = personal || (adjacent && kPersonal.has(word.view()));
        number = number || (adjacent && kNumberWords.has(word.view()));
        after = word;
        end = gap_before(text, word.begin, stop);
    }
    return personal && number ? Cue::kCall : Cue::kNone;
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
    const TextWord word = word_beginning(text, at);
    if (at == end || word.n == 0) return Cue::kNone;
    if (at == end + 1 && kUnits.has(word.view())) return Cue::kOther;
    if (!kAfterPhone.has(word.view())) return Cue::kNone;
    // "45120098 tlf 99887766": the word belongs to the next number.
    size_t next = word.end;
    while (next < text.size() && (is_blank(letter_at(text, next).code) || text[next] == '.' || text[next] == ':')) ++next;
    const char32_t c = letter_at(text, next).code;
    return is_digit(c) || c == '+' ? Cue::kNone : Cue::kPhone;
}

bool begins_number(std::string_view text, size_t at) noexcept {
    if (!is_digit(letter_at(text, at).code)) return false;
    const Letter before = letter_before(text, at);
    if (is_word(before.code)) return is_letter(before.code) && is_after_label(text, at);
    if (before.code != '.' && before.code != ',' && !is_hyphen(before.code)) return true;
    return !is_digit(letter_before(text, at - before.size).code);
}

bool is_after_label(std::string_view text, size_t at) noexcept {
    const TextWord word = word_ending(text, at);
    return word.n != 0 && !word.number && kLabels.has(word.view());
}

List list_between(std::string_view text, size_t end, size_t at) noexcept {
    if (end == 0 || end >= at || at - end > 16) return List::kNone;
    List list = List::kNone;
    while (end < at) {
        const Letter l = letter_at(text, end);
        if (is_digit(l.code)) return List::kNone;
        if (is_letter(l.code)) {
            const TextWord word = word_beginning(text, end);
            if (!kAnd.has(word.view())) return List::kNone;
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
