#include "core/text/cues.hpp"
#include "core/text/letters.hpp"
#include "core/text/traces.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr int kFarthestWord = 10;  // each part of a version before is one

constexpr WordList kVersions(
    "acrobat agent android app appen appversjon bios build bygg chrome chromium client controller driver driveren drivere edge excel firefox "
    "firmware firmwaren fw ios java kernel klient klienten macos node office oppdatering oppgradert opdateret outlook patch plugin "
    "programvare python release rev revisjon revision sw software teams udgave uppdatering uppgraderad upgraded utgave v ver version "
    "versionen versioner versionsnr versjon versjonen versjoner versjonsnr windows");

constexpr WordList kNetworks(
    "accesspoint address adr adresse adressen adressa adress ap blocked blokkert brannmur device dhcp dns dst enhet fra firewall from från "
    "gateway gw host hosts interface ip ipadress ipadresse ipadressen ipv4 kamera kameraet klientip logget login mx nat nett nettverk nslookup nmap dig resolver subnett "
    "ping pinger pinget printer printeren proxy router ruter rute server serveren servern serveradresse skriver skriveren source src ssh "
    "subnet switch telnet trace traceroute vert vpn wan");

struct Ipv4 {
    size_t end = 0;
    int parts[4] = {};
};

Ipv4 ipv4_at(std::string_view text, size_t at) noexcept {
    Ipv4 ip;
    for (int i = 0; i < 4; ++i) {
        const size_t begin = at;
        int value = 0;
        for (; at < text.size() && at - begin < 4 && is_digit(static_cast<unsigned char>(text[at])); ++at)
            value = value * 10 + text[at] - '0';
        const bool leading_zero = at - begin > 1 && text[begin] == '0';
        if (at == begin || value > 255 || leading_zero) return {};
        ip.parts[i] = value;
        if (i < 3 && (at >= text.size() || text[at++] != '.')) return {};
    }
    const Letter next = letter_at(text, at);
    if (is_word(next.code) || next.code == '_' || (next.code == '.' && is_digit(letter_at(text, at + 1).code))) return {};
    ip.end = at;
    return ip;
}

// Of a private network, or of documents.
bool is_private(const Ipv4 &ip) noexcept {
    const int a = ip.parts[0], b = ip.parts[1], c = ip.parts[2];
    return (a == 192 && b == 168) || (a == 172 && b >= 16 && b <= 31) || (a == 192 && b == 0 && c == 2) ||
           (a == 198 && b == 51 && c == 100) || (a == 203 && b == 0 && c == 113) || (a == 169 && b == 254) ||
           (a == 100 && b >= 64 && b <= 127);
}

// Versions begin with small numbers, and most of theirs are.
bool looks_like_address(const Ipv4 &ip) noexcept {
    int large = 0;
    for (const int part : ip.parts) large += part >= 30 ? 1 : 0;
    return ip.parts[0] > 10 && (large >= 2 || (ip.parts[0] >= 24 && large >= 1));
}

enum class Said : uint8_t { kNothing, kVersion, kThisVersion, kAddress };

// The nearest word that says what four numbers are; those of another version stand between them and it.
Said said_before(std::string_view text, size_t at) noexcept {
    bool stop = false;
    size_t end = gap_before(text, at, stop);
    for (int i = 0; i < kFarthestWord && end > 0 && !stop; ++i) {
        const TextWord word = word_ending(text, end);
        if (kVersions.has(word.view())) return i == 0 ? Said::kThisVersion : Said::kVersion;
        if (kNetworks.has(word.view())) return Said::kAddress;
        end = gap_before(text, word.begin, stop);
    }
    return Said::kNothing;
}

// A port or the size of a network.
bool has_port(std::string_view text, size_t end) noexcept {
    const char32_t sign = letter_at(text, end).code;
    return (sign == ':' || sign == '/') && is_digit(letter_at(text, end + 1).code);
}

size_t match_ipv4(std::string_view text, size_t at) noexcept {
    const char32_t before = letter_before(text, at).code;
    if (is_word(before) || before == '.' || before == '_') return 0;
    const Ipv4 ip = ipv4_at(text, at);
    if (ip.end == 0 || ip.parts[0] == 0 || ip.parts[0] == 127 || ip.parts[0] == 255) return 0;
    const Said said = said_before(text, at);
    if (said == Said::kThisVersion) return 0;
    if (said == Said::kAddress || is_private(ip)) return ip.end;
    if (said == Said::kVersion) return 0;
    return ip.parts[0] == 10 || looks_like_address(ip) || has_port(text, ip.end) ? ip.end : 0;
}

bool is_hex(char32_t c) noexcept { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

// Groups of up to four hexadecimal digits with colons between.
struct Ipv6 {
    size_t at;
    int groups = 0;
    bool gap = false;  // "::"
    bool digit = false;
    size_t first = 0;  // digits of the first group
    bool self = true;  // zeros, and a 1
};

bool take_group(std::string_view text, Ipv6 &ip) noexcept {
    const size_t begin = ip.at;
    while (ip.at < text.size() && is_hex(static_cast<unsigned char>(text[ip.at]))) {
        const char c = text[ip.at++];
        ip.digit = ip.digit || is_digit(static_cast<unsigned char>(c));
        ip.self = ip.self && (c == '0' || c == '1');
    }
    const size_t size = ip.at - begin;
    if (ip.groups == 0 && !ip.gap) ip.first = size;
    if (size > 0) ++ip.groups;
    return size > 0 && size <= 4;
}

size_t match_ipv6(std::string_view text, size_t at) noexcept {
    const char32_t before = letter_before(text, at).code;
    if (is_word(before) || before == ':' || before == '.') return 0;
    Ipv6 ip{at};
    for (;;) {
        const bool colons = text.substr(ip.at, 2) == "::";
        if (colons && ip.gap) return 0;
        if (colons) {
            ip.gap = true;
            ip.at += 2;
            if (!is_hex(letter_at(text, ip.at).code)) break;
        } else if (ip.groups > 0) {
            if (letter_at(text, ip.at).code != ':' || !is_hex(letter_at(text, ip.at + 1).code)) break;
            ++ip.at;
        }
        // The last two groups may be written as IPv4.
        if (const Ipv4 last = ipv4_at(text, ip.at); last.end != 0 && ip.gap) return last.end;
        if (!take_group(text, ip)) return 0;
    }
    const bool whole =
        ip.gap ? ip.groups <= 7 && (ip.first >= 3 || (ip.first == 0 && ip.groups >= 2)) && ip.groups >= 2 : ip.groups == 8;
    const bool ends = !is_word(letter_at(text, ip.at).code) && letter_at(text, ip.at).code != ':';
    return whole && ends && ip.digit && !ip.self ? ip.at : 0;
}

}  // namespace

bool may_hold_ipv6(std::string_view text) noexcept {
    constexpr int kFewest = 7;  // without "::"
    int colons = 0;
    for (size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1))
        if (++colons == kFewest || text.substr(at, 2) == "::") return true;
    return false;
}

size_t match_network_address(std::string_view text, size_t at) noexcept {
    const size_t end = is_digit(letter_at(text, at).code) ? match_ipv4(text, at) : 0;
    return end != 0 ? end : match_ipv6(text, at);
}

}  // namespace pg_retention::core
