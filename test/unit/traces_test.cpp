// What leads to a person and is no number of its own: addresses in networks, plates, handles, profiles, places.
#include "marked.hpp"

namespace pg_retention::core {
namespace {

TEST(Traces, AddressesInNetworks) {
    expect_as_marked({"IP {{10.20.30.40}}", "{{192.168.10.22}}", "ping {{5.1.8.105}}", "fra {{203.0.113.45}}:8080",
                      "{{10.20.4.1}}/24", "({{84.209.13.77}})", "{{198.51.100.23}}.", "host={{172.16.254.12}}",
                      "server {{20.7.8.9}}"});
    expect_as_marked({"v 4.12.3.1", "v4.12.3.1", "versjon 10.2.0.15", "version 192.168.1.1", "127.0.0.1", "0.0.0.0",
                      "255.255.255.0", "1.2.3", "1.2.3.4.5", "10.0.0.256", "4.12.3.4567", "klient 5.1.8.105", "build 1.0.0.45",
                      "01.02.03.04", "12.03.2024", "firmware 5.5.5.1", "a10.20.30.40"});
    expect_as_marked({"{{2001:db8:0:12::4a}}", "{{fe80::1c2a:3bff:fe4d:5e6f}}", "{{2001:db8:1:2:3:4:5:6}}",
                      "{{::ffff:192.0.2.1}}", "{{fd12:3456::1}}/64", "[{{2001:DB8::53}}]:443"});
    expect_as_marked({"::1", "::", "std::vector", "a::b", "dead::beef", "00:1A:2B:3C:4D:5E", "10:30:15", "12:30:45:10",
                      "Foo::bar2", "x2001:db8::1"});
}

TEST(Traces, Plates) {
    expect_as_marked({"reg.nr {{AB 12345}}", "{{AB 12345}} står parkert", "bilen {{DN31207}}", "skilt {{ek 45812}}",
                      "varevogn {{AB 12 345}}", "{{AB 12 345}}", "bil {{ABC 123}}", "{{ABC 12D}}", "reg.nr: {{DRT418}}",
                      "{{EL 45120}}.", "tilhenger {{RK 4021}}"});
    expect_as_marked({"ordre AB 12345", "sak AB 12345", "KR 12345",   "SEK 450", "RAL 901",    "SSD 512",  "AB 123456",
                      "XAB 12345",      "AB-12345",     "ab 12345",   "AB12345", "GI 12345",   "AB 02345", "SN 12345",
                      "ISO 270",        "vare ABC 123", "AB 12345-1", "BMW 320", "NOK 12 345", "AB 1234"});
}

TEST(Traces, HandlesAndProfiles) {
    expect_as_marked({"{{@kari}}", "({{@mina_dahle92}})", "{{@emma.skar}}.", "{{@kari@snakk.example}}", "cc {{@oleb}}"});
    expect_as_marked({"@media", "alle på @firma.no", "@everyone", "@here", "a @ b", "@angular/core", "@2x", "x@", "@Override",
                      "pakke@1.2.3", "@support", "@param x"});
    expect_as_marked({"{{https://www.linkedin.com/in/tor-egil-4a1b}}", "{{linkedin.com/in/tor-egil}}.",
                      "({{facebook.com/toregil.sletten}})", "{{https://x.com/minad}}", "{{instagram.com/mina_d/}}",
                      "{{no.linkedin.com/in/tor-egil}}", "{{https://twitter.com/minad}}"});
    expect_as_marked({"https://www.firma.example/priser", "linkedin.com", "https://facebook.com",
                      "https://www.linkedin.com/company/firma", "www.firma.example", "https://facebook.com/groups/12",
                      "https://github.com/a/b", "max.com/a"});
}

TEST(Traces, AddressesOfPagesWithAName) {
    const List kari = {"Kari", "Nordby"};
    expect_as_marked({"{{https://firma.example/ansatte/kari-nordby.jpg}}", "{{https://filer.example/home/karinordby/}},",
                      "{{www.firma.example/~nordby}}", "{{https://firma.example/~kari/x}}",
                      "{{https://kari-nordby.example/blogg?id=4}}", "{{https://firma.example/?user=kari&x=1}}"},
                     kari);
    expect_as_marked({"https://firma.example/karianne", "https://nordbyen.example/x", "https://firma.example/"}, kari);
    expect_as_marked({"https://firma.example/dag/2024", "https://firma.example/per/side"}, {"Dag", "Per"});
}

TEST(Traces, Coordinates) {
    expect_as_marked({"{{59.91387, 10.75225}}", "{{60.39299,5.32415}}", "{{N 60.39299 E 5.32415}}", "{{59.91387N 10.75225E}}",
                      "{{59.9138 10.7522}}", "-{{33.86880, 151.20930}}", "{{69.64920/18.95530}}"});
    expect_as_marked({"{{59°54'50\"N 10°45'8\"E}}", "{{59° 54.832' N, 10° 45.135' E}}", "{{59°54′50″N 10°45′8″Ø}}"});
    expect_as_marked(
        {"59.91, 10.75", "12.3456", "91.12345, 10.12345", "59.91387, 190.75225", "3.1415 kg", "20° ute, 5° inne", "1.23456.7"});
}

TEST(Traces, ShortFormsOfStreets) {
    expect_as_marked({"{{Storgata 7}}", "{{Storgt. 7}}", "{{storgt 7}}", "{{Storg. 7}}", "{{Storgaten 7}}", "{{Storgt.7}}",
                      "Storgt. 9", "Storgt. 71"},
                     {"Storgata 7, 0155 Oslo"});
    expect_as_marked({"{{Nedre Strandv. 12 B}}", "{{Nedre Strandvn. 12B}}", "{{Nedre Strandvegen 12B}}"},
                     {"Nedre Strandvei 12B"});
    expect_as_marked({"{{Kungsg. 4}}", "{{Kungsgatan 4}}", "Kungsgatan 14"}, {"Kungsgatan 4"});
    expect_as_marked({"{{Vesterg. 21}}", "{{Vestergd. 21}}"}, {"Vestergade 21"});
    expect_as_marked({"{{12 Park Rd}}", "{{12 Park Rd}}. ok", "{{12 park road}}"}, {"12 Park Road"});
}

TEST(Traces, ShortFormsOfNames) {
    expect_as_marked({"{{Kr. Dahl}}", "{{Kris Dahl}}", "{{Chr. Dahl}}", "{{Krist. Dahl}}", "Kr. 500", "Kris på lageret",
                      "kr. dahlia", "{{Dahl}}, {{Kris}}"},
                     {"Kristian", "Dahl"});
    expect_as_marked({"{{Lasse Fossum}}", "Lasse ringte", "{{Lasse Fossums}} sak"}, {"Lars", "Fossum"});
    expect_as_marked({"{{Matt Cole}}, matt skjerm, {{Th. Cole}}? {{Thom Cole}}"}, {"Matthew Thomas Cole"});
}

TEST(Traces, AddressesWithWordsForSigns) {
    expect_as_marked({"{{kari [at] firma [dot] no}}", "{{kari(at)firma.no}}", "{{kari (a) firma.se}}",
                      "{{kari snabel-a firma.no}}", "{{kari(snabel-a)firma.dk}}", "{{kari snabela firma.se}}",
                      "{{kari at firma punkt se}}", "{{kari (at) firma prik dk}}", "{{kari [at] firma (punkt) se}}"});
    expect_as_marked({"kom at 10", "snabel-a er et tegn"});
}

TEST(Traces, SwedishAndFinnishPhones) {
    expect_as_marked({"{{08-123 456 78}}", "{{070-123 45 67}}", "{{0520-123 45}}", "{{031-12 34 56}}", "{{08-12 34 56}}",
                      "{{070-1234567}}", "{{0520-12 34 56}}", "{{040 123 4567}}", "{{050-123 4567}}", "puh {{09 123 4567}}",
                      "{{+358 40 123 4567}}", "{{+46 8 123 456 78}}", "{{0701234567}}"});
    expect_as_marked({"ordre 070-1234567", "08-12 34"});
}

}  // namespace
}  // namespace pg_retention::core
