// Registration plates: AB 12345 in Norway, ABC 123 and ABC 12D in Sweden, AB 12 345 in Denmark. In their own form, with a blank, they are
// taken unless they read as something else; without it, or in small letters, a word about a vehicle must stand near.
#include "core/text/cues.hpp"
#include "core/text/letters.hpp"
#include "core/text/traces.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr int kFarthestWord = 10;

constexpr WordList kLabels(
    "bilnummer bilnr indregistrering kjennemerke kjennemerket kjennetegn nummerplade nummerplate nummerplaten nummerskylt plate plates "
    "reg registration registreringsnr registreringsnummer* registreringsskylt* regnr regnummer regno regnumret regskilt skilt "
    "skiltet skiltnr skiltnummer skylt skylten");

constexpr WordList kVehicles(
    "audi auto bil bilen bilens bilene biler bilar billeie billys bmw bobil buss bussen caddy camper car caravan chauffør citroen elbil elbilen "
    "elsykkel ferge firmabil firmabilen firmabiler fordon fordonet ford henger hengeren honda husbil hyundai hyrbil kassebil kia kjøretøy "
    "kjøretøyet kjørte kør køretøj køretøjet kørte lastebil lastebilen lastbil lastbilen leiebil leiebilen lånebil mazda mercedes moped "
    "motorsykkel motorcykel motorvogn nissan opel parkerad parkerat parkere parkerer parkert parkering parked parking parkingbot parkeringsbot "
    "parkeringsplass peugeot personbil polestar renault scooter servicebil sjåfør skoda släp snøscooter taxi tesla tilhenger tilhengeren "
    "tjenestebil tjenestebilen tjänstebil toyota trailer traktor traktoren transit truck van varebil varebilen varevogn vehicle vogn "
    "vogntog volkswagen volvo vw");

// Two or three capitals before a number that are none of a plate.
constexpr WordList kAbbreviations(
    "adr aes agv api apn art asa atm avd bed bmw bnr box bra btu cad cat chf cim cod com cpr cpu cpy crm css csv cve cvr "
    "dhl din dkk dns doc dok dpi dsl edi eft ehf ein en eos epi epp err est eur exp faq fax feb fig fil fnr fps ftp gbp gnr "
    "gps gpu grp gsm gtx hdd hk hp hsm http hub hud hz icd id idx iec imo inv ipn iso isk jan jpg jpy jul jun kap kb kid "
    "kin kj km knr kpi kr kun kv kw lag lan lcd led lot lpt lte mac mar mfa mfc mhz mob mod mp msc msi mva nas nav nfc nib "
    "no nok nor nr nvr nw oct okt ord org os pc pci pdf php pin pkt pln pn po pos ppm pr prn pro psu puk pvc qty ral ram "
    "rdp re ref reg rek rev rfc rfid rma rom rpm rtx sak sap sas sd se sek sep ser sim sip sku sla sms sn snr sp sql srv "
    "ssd ssl st std stk tab tag tb tcp tdi tel tfn tid tkt tlf tls toc top tt tur tv txt udp uf uid uke uk ups url us usb "
    "usd utp uv vat ver vga vin vm vnr vol vpn vs wan way web wlan wo xml xps zip");

struct Plate {
    size_t end = 0;
    bool spaced = true;  // as its country writes it
    bool hyphen = false;
    bool capitals = true;
    bool certain = true;  // by its form, if nothing speaks against it
};

size_t letters_of(std::string_view text, size_t at, Plate &plate) noexcept {
    size_t n = 0;
    for (; n < 4 && at + n < text.size() && is_ascii_at(text, at + n) && is_letter(static_cast<unsigned char>(text[at + n])); ++n)
        plate.capitals = plate.capitals && is_upper(static_cast<unsigned char>(text[at + n]));
    return n;
}

size_t digits_from(std::string_view text, size_t at) noexcept {
    size_t n = 0;
    while (n < 6 && is_digit(letter_at(text, at + n).code)) ++n;
    return n;
}

bool all_of(std::string_view letters, std::string_view allowed) noexcept {
    for (const char c : letters)
        if (allowed.find(static_cast<char>(c & ~0x20)) == std::string_view::npos) return false;
    return true;
}

Plate plate_at(std::string_view text, size_t at) noexcept {
    Plate plate;
    const size_t n = letters_of(text, at, plate);
    if (n != 2 && n != 3) return {};
    size_t next = at + n;
    plate.spaced = is_blank(letter_at(text, next).code) && text[next] != '\n';
    plate.hyphen = is_hyphen(letter_at(text, next).code);
    if (plate.spaced || plate.hyphen) next += letter_at(text, next).size;
    const size_t digits = digits_from(text, next);
    if (n == 3) {
        const Letter last = letter_at(text, next + 2);
        if (digits != 3 && (digits != 2 || last.code >= 0x80 || !is_letter(last.code))) return {};
        plate.certain = all_of(text.substr(at, n), "ABCDEFGHJKLMNOPRSTUWXYZ");
        plate.end = next + 3;
    } else if (digits == 5 || digits == 4) {
        plate.certain = digits == 5 && all_of(text.substr(at, n), "ABCDEFHJKLNPRSTUVWXYZ");
        plate.end = next + digits;
    } else {
        const size_t gap = letter_at(text, next + 2).size;
        if (digits != 2 || letter_at(text, next + 2).code != ' ' || digits_from(text, next + 2 + gap) != 3) return {};
        plate.end = next + 2 + gap + 3;
    }
    if (text[next] == '0' && n == 2) return {};
    return plate;
}

bool ends_there(std::string_view text, size_t end) noexcept {
    const Letter l = letter_at(text, end);
    const char32_t next = letter_at(text, end + l.size).code;
    if (is_word(l.code) || l.code == '_') return false;
    return !((is_hyphen(l.code) || l.code == '.' || l.code == ',' || l.code == '/') && is_word(next)) || l.code == '/';
}

enum class Said : uint8_t { kNothing, kOther, kVehicle, kLabel };

Said said_before(std::string_view text, size_t at) noexcept {
    bool stop = false;
    size_t end = gap_before(text, at, stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop; ++i) {
        const TextWord word = word_ending(text, end);
        if (kLabels.has(word.view())) return i < 3 ? Said::kLabel : Said::kVehicle;
        if (kVehicles.has(word.view())) return Said::kVehicle;
        if (i == 0 && cue_of(word, text) == Cue::kOther) return Said::kOther;
        end = gap_before(text, word.begin, stop);
    }
    return Said::kNothing;
}

bool vehicle_after(std::string_view text, size_t end) noexcept {
    for (int i = 0; i < 3; ++i) {
        while (end < text.size() && (text[end] == ' ' || text[end] == '(' || text[end] == ',')) ++end;
        const TextWord word = word_beginning(text, end);
        if (word.end == end) return false;
        if (kVehicles.has(word.view()) || kLabels.has(word.view())) return true;
        end = word.end;
    }
    return false;
}

}  // namespace

size_t match_plate(std::string_view text, size_t at) noexcept {
    const Letter before = letter_before(text, at);
    if (is_word(before.code) || before.code == '_' || is_hyphen(before.code)) return 0;
    const Plate plate = plate_at(text, at);
    if (plate.end == 0 || !ends_there(text, plate.end)) return 0;
    const TextWord letters = word_beginning(text.substr(0, at + (is_letter(letter_at(text, at + 2).code) ? 3 : 2)), at);
    if (kAbbreviations.has(letters.view())) return 0;
    const Said said = said_before(text, at);
    if (said == Said::kLabel) return plate.end;
    if (said == Said::kOther) return 0;
    const bool own = plate.spaced && plate.capitals;
    if (said == Said::kVehicle || vehicle_after(text, plate.end)) return plate.capitals || !plate.spaced ? plate.end : 0;
    if (!own || !plate.certain || cue_before(text, at) != Cue::kNone || cue_after(text, plate.end) != Cue::kNone) return 0;
    return plate.end;
}

}  // namespace pg_retention::core
