// Names, numbers and addresses in texts.
#include "marked.hpp"

namespace pg_retention::core {
namespace {

TEST(Redact, WordsAtTheirBoundaries) {
    expect_as_marked(
        {"{{Kari}} ringte", "snakket med {{kari}}.", "Karianne, Makari, kari7, 7kari, Karió", "_{{Kari}}_ -{{Kari}}-",
         "{{KARI}}/{{Kari}}", "({{Kari}})", "{{Kari}}", "{{Kari}}\n{{Kari}}", "{{Kari Kari}}", "{{Kari}}  {{Kari}}"},
        {"Kari"});
    expect_as_marked({"{{čálliid}} og {{ČÁLLIID}}, {{ŊUORRA}}"}, {"Čálliid", "ŋuorra"});
    expect_as_marked({"A\xCC\x8Asa {{A\xCC\x8A"
                      "se}}"},
                     {"Åse"});
    expect_as_marked({"k er k", "... --"}, {"k", "..", "--", "", " "});
}

TEST(Redact, Genitive) {
    expect_as_marked({"{{Karis}} sak", "{{Kari's}} sak", "{{Kari’s}} sak", "{{Kari}}-saken", "{{KARIS}} SAK"}, {"Kari"});
    expect_as_marked({"this is {{Thi}} and {{Thi's}}"}, {"Thi"});
}

TEST(Redact, NamesAsPeopleWriteThem) {
    const List kari = {"Kari Anne Nordbø", "kari.nordbo@firma.no"};
    expect_as_marked({"{{Kari Anne Nordbø}} og {{Kari}}, {{Anne}}, {{Nordbø}}, {{NORDBØ}}", "{{Nordbø}}, {{Kari}}",
                      "{{K. Nordbø}}, {{K.A. Nordbø}}, {{KA Nordbø}}, {{Kari N}}. kom", "{{Nordbo}} og {{Norbø}} og {{Nordbö}}"},
                     kari);
    expect_as_marked({"{{Håkon}}, {{Haakon}}, {{Hakon}}, {{hakons}}"}, {"Håkon"});
    expect_as_marked({"{{Kristoffer}}, {{Christoffer}}, {{Kristofer}}, {{Kirstoffer}}"}, {"Kristoffer"});
    expect_as_marked({"{{Thor}} og {{Tor}}"}, {"Thor"});
    expect_as_marked({"{{Max}}: Maks 4 stk"}, {"Max"});
    expect_as_marked({"{{Kari}} E-post sendt, {{Kari E}}. kom"}, {"Kari", "Eng"});
    expect_as_marked({"{{Anne-Grethe}}, {{Anne Grethe}}, {{anne  grethe}}"}, {"Anne-Grethe"});
    expect_as_marked({"bo på hotell med {{Bø}}"}, {"Bø"});
    expect_as_marked({"{{James O’Connor}}"}, {"James", "O'Connor"});
    expect_as_marked({"Storgata 1, {{Storgata 12 B}}, {{storgata 12b}}; {{0155  Oslo}}, {{Storgata 12B, 0155 Oslo}}"},
                     {"Storgata 12B, 0155 Oslo"});
}

TEST(Redact, NamesThatAreWords) {
    expect_as_marked({"kr 5 per stk, Per i dag, {{Per}} ringte, hei {{per}}, {{Per Hansen}}, {{per hansen}}"}, {"Per", "Hansen"});
    expect_as_marked({"God dag {{Dag}}, dag 2, Dag 2, {{dag}} ringte, snakket med {{dag}}"}, {"Dag"});
    expect_as_marked({"Will you? May we? {{Will}} called."}, {"Will"});
}

TEST(Redact, Keep) {
    expect_as_marked({"Kari Nordby og {{Nordby}}", "KARI NORDBY"}, {"Nordby"}, {"Kari Nordby"});
    expect_as_marked({"{{Kari Nordby}} og Kari"}, {"Kari Nordby"}, {"Kari"});
    expect_as_marked({"ring +47 998 87 766 eller {{99887767}}, KARI@firma.no eller {{ola@firma.no}}"}, {},
                     {"99887766", "kari@firma.no"});
    expect_as_marked({"NO6981341252423, NO69 8134 1252 423"}, {}, {"NO69 8134 1252 423"});
}

TEST(Redact, NumbersAmongTheWords) {
    expect_as_marked(
        {"{{99 88 77 66}}, {{+47 998-87-766}}, {{0047 99887766}}, ordre {{99887766}}", "199887766, 998877661, a99887766"},
        {"+47 99 88 77 66"}, {}, false);
    expect_as_marked({"tlf {{+46 70 174 06 35}}"}, {"0046701740635"}, {}, false);
}

TEST(Redact, Emails) {
    expect_as_marked({"{{kari@firma.no}}",
                      "<{{kari@firma.no}}>",
                      "'{{kari@firma.no}}'",
                      "til {{kari@firma.no}}.",
                      "{{Kari.N+x@Sub.Firma.NO}},",
                      "mailto:{{kari_n@firma-as.no}}?",
                      "{{kåre@blåbær.no}}",
                      "{{kari@firma.no}};{{ola@firma.no}}",
                      "{{kari@firma.no}}-kontoen",
                      "{{kari (at) firma.no}}",
                      "{{kari[at]firma.no}}",
                      "{{kari (a) firma (dot) no}}",
                      "{{kari dot n at firma dot no}}",
                      "{{kari @ firma.no}}",
                      "{{kari krøllalfa firma.no}}",
                      "{{kari KRØLLALFA firma.no}}",
                      "{{kari@firma,no}}",
                      "e-post:{{kari@firma.no}}",
                      "{{k@x.io}}",
                      "{{99887766@sms.firma.no}}"});
    expect_as_marked({"kari@", "a @ b", "pakke@1.2.3", "git@github.com:a/b.git", "icon@2x.png", "root@srv01", "look at vg.no",
                      "kr 5 @ 10", "user@{{10.0.0.1}}"});
}

TEST(Redact, NationalIdentityNumbers) {
    expect_as_marked({"{{11038066600}}", "{{110380 66600}}", "{{110380-66600}}", "{{65056368951}}", "{{19837157210}}",
                      "fnr:{{11038066600}}", "{{110 380 66600}}"});
    expect_as_marked({"11038066601", "1103.80.66600", "111038066600", "110380666001", "A11038066600"});
}

TEST(Redact, CardsAndAccounts) {
    expect_as_marked({"{{4111 1111 1111 1111}}", "{{4111-1111-1111-1111}}", "{{4111111111111111}}", "{{3782 822463 10005}}",
                      "{{5555555555554444}}"});
    expect_as_marked(
        {"4111 1111 1111 1112", "KID 4772326793814440", "IMEI 359454437323328", "8134.12.52423", "faktura 4772326793814440"});
    expect_as_marked({"{{NO69 8134 1252 423}}", "{{no6981341252423}}", "{{GB97 NWBK 2486 1114 8936 43}}",
                      "{{SE53 4093 1925 4499 2070 7413}}.", "iban:{{DE53792470822765444463}}"});
    expect_as_marked({"NO70 8134 1252 423", "NO69 8134 1252 4231", "KR 34512", "MSKU1234565"});
}

TEST(Redact, PhonesByForm) {
    expect_as_marked({"{{99 88 77 66}}",
                      "{{998 87 766}}",
                      "{{99887766}}",
                      "{{22 33 44 55}}",
                      "{{+4799887766}}",
                      "{{+47 99 88 77 66}}",
                      "{{+47 22334455}}",
                      "{{(+47) 99 88 77 66}}",
                      "{{0047 998 87 766}}",
                      "{{004722334455}}",
                      "{{+47-998-87-766}}",
                      "{{47 99 88 77 66}}",
                      "{{4799887766}}",
                      "{{99-88-77-66}}",
                      "{{998-87-766}}",
                      "{{9988 7766}}",
                      "{{+47 9988 7766}}",
                      "{{99\xC2\xA0"
                      "88\xC2\xA0"
                      "77\xC2\xA0"
                      "66}}",
                      "{{+46 70 174 06 35}}",
                      "{{+44 (0)20 7946 0812}}",
                      "{{+44 7700 900123}}",
                      "{{+1 415 555 0132}}",
                      "{{+1 (415) 555-0132}}",
                      "{{(415) 555-0132}}",
                      "{{415-555-0132}}",
                      "{{1-800-555-0199}}",
                      "{{07700 900123}}",
                      "{{020 7946 0812}}",
                      "{{+45 20314459}}",
                      "{{99887766}}.",
                      "({{99887766}})",
                      "{{99887766}}, ok",
                      "{{99 88 77 66}} 12:30",
                      "{{99 88 77 66}} 12.03.",
                      "{{+49 30 901820}} ok",
                      "{{800 12 345}}",
                      "{{99887766}}/{{22334455}}",
                      "{{99 88 77 66}} eller {{22 33 44 55}}",
                      "Kl 10:30 {{99 88 77 66}}"});
}

TEST(Redact, PhonesByTheWordsBeside) {
    expect_as_marked({"tlf {{22334455}}",
                      "tlf.{{22334455}}",
                      "Tlf: {{22334455}}",
                      "tlf{{22334455}}",
                      "mob {{998 877 66}}",
                      "ring {{22334455}}",
                      "Telefonnr. er {{22334455}}",
                      "telefonnummeret hans er {{22334455}}",
                      "call him on {{0161 4960123}}",
                      "phone no {{12345678}}",
                      "M: {{22334455}}",
                      "nås på {{22334455}}",
                      "{{22334455}} (mobil)",
                      "tlf {{22334455}} / {{23456789}}",
                      "faktura sendt, ring {{22334455}}",
                      "Ring kunden om ordre på {{99887766}}",
                      "tel {{070-174 06 35}}",
                      "direktenr {{22334455}}",
                      "sms til {{22334455}}",
                      "tlf #{{22334455}}",
                      "call {{555-0148}}",
                      "ordrenr 45678901, tlf {{22334455}}",
                      "mobil {{123 45 678}}",
                      "mitt nye nr er {{22334455}}",
                      "Tel {{(020) 7946 0018}}"});
    expect_as_marked({"faktura 99887766",
                      "fakturanr. 99887766",
                      "faktura nr 99887766",
                      "Ordre: 99887766",
                      "ordrenummer er 99887766",
                      "sak 99887766",
                      "saksnr 99 88 77 66",
                      "ref. 99887766",
                      "kr 99887766",
                      "NOK 99 887 766",
                      "99887766 kr",
                      "99887766,00",
                      "99 887 766,00",
                      "KID 99887766",
                      "kid: 99887766",
                      "S/N 99887766",
                      "serienummer 99887766",
                      "SN99887766",
                      "INV-99887766",
                      "#99887766",
                      "kundenr 99887766",
                      "customer no. 99887766",
                      "order number 99887766",
                      "case #99887766",
                      "ticket 99887766",
                      "invoice 99887766",
                      "konto 99887766",
                      "faktura 99887766 og 99887767",
                      "kode 99887766",
                      "maskin nr 99887766",
                      "Ring kunden om ordre 99887766",
                      "bestilling 9988 7766",
                      "GET /orders/99887766"});
}

TEST(Redact, OtherNumbersStay) {
    expect_as_marked({"22334455",
                      "12 345 678",
                      "12 345 678,00",
                      "12.345.678",
                      "12345678",
                      "1 234 567",
                      "123456",
                      "987 654 321",
                      "NO 987 654 321 MVA",
                      "12.03.2024",
                      "2024-03-12",
                      "20240312",
                      "12.03.24 10:30",
                      "10:30:15",
                      "10.30-11.45",
                      "v2.10.4",
                      "4.12.3.4567",
                      "2024/99887766",
                      "99887766/1",
                      "1234.56.78903",
                      "12345.67.89",
                      "0155 Oslo",
                      "99 88 77 66 55",
                      "9988 7766 5544 3322",
                      "A99887766",
                      "99887766B",
                      "550e8400-e29b-41d4-a716-446655440000",
                      "+5,00",
                      "+ 200 000",
                      "99887766%",

                      "45.99887766",
                      "99887766.5",
                      "5C:6A:80:12:34:56",
                      "978-3-16-148410-0",
                      "2024-03-12T10:15:00+0100",
                      "00:23:11"});
}

TEST(Redact, WithoutIdentifiersOnlyWordsGo) { expect_as_marked({"{{Kari}}, 99 88 77 66, ola@firma.no"}, {"Kari"}, {}, false); }

TEST(Redact, InvalidBytesPass) {
    expect_as_marked({"\xFF{{Kari}}\xC3", "\xE2\x82", "{{Kari}}\xF0\x9F\x98\x80"}, {"Kari"});
    expect_as_marked({std::string_view("a\0b", 3)}, {"Kari"});
}

TEST(Redact, FillsItsRoomAtMost) {
    EXPECT_EQ(redacted("ab", {"ab"}).size(), redacted_room(2));
    EXPECT_EQ(redacted("", {"ab"}), "");
}

}  // namespace
}  // namespace pg_retention::core
