// Names that are words, other people's names, names of firms and places.
#include "marked.hpp"

namespace pg_retention::core {
namespace {

TEST(OrdinaryWords, AtTheStartOfASentenceACapitalSaysNothing) {
    expect_as_marked(
        {"Stein på veien", "Stein og grus", "{{Stein}} og Kari kom", "{{Stein}} ringte", "{{Stein}} har ny pc", "{{Stein}}, hei",
         "{{Stein}}.", "Vi så på stein. Stein av granitt? {{Stein}} fikk svar", "med {{Stein}} i dag", "{{Stein}} fra lageret",
         "{{Stein}} på lager trenger hjelp", "{{Steins}} pc er treg", "{{Stein 99 88 77 66}}"},
        {"Stein", "Hansen"});
    expect_as_marked({"Price list attached", "{{Price}} asked", "Hope this helps", "the Price", "{{Grace}} drove", "Grace period",
                      "Price is required", "{{Price}} is ill", "a Price"},
                     {"Price", "Hope", "Grace"});
    expect_as_marked({"Björn ja, {{Björn}} ringde", "en björn"}, {"Björn"});
}

TEST(OrdinaryWords, MonthsAreNobody) {
    expect_as_marked({"i mai", "5. mai", "Mai måned", "siden Mai", "{{Mai}} ringte", "May 12", "April og May: 3", "{{Mai Berg}}",
                      "med {{Mai}}"},
                     {"Mai", "May", "Berg"});
}

TEST(OrdinaryWords, FirmsAndPlacesAreNobody) {
    expect_as_marked({"Solheim Regnskap AS", "Solheim AS", "Solheim og Vik Bygg AS", "Solheim skole", "Solheim & Sønn",
                      "bor i Solheim", "{{Solheim}} sendte", "{{Ola Solheim}} AS", "Solheim A/S", "{{solheim}} as"},
                     {"Ola", "Solheim"});
    expect_as_marked({"fra Hamar til Moss", "{{Moss}} ringte", "kurs i Moss"}, {"Moss", "Hamar"});
}

TEST(OrdinaryWords, SomebodyElseIsNotThePerson) {
    expect_as_marked({"Ola Nordby og {{Nordby}}", "{{Kari Nordby}}", "{{Kari}} Liv {{Nordby}}", "Ring {{Nordby}}",
                      "Anne-Lise er her", "Karin kom"},
                     {"Kari", "Nordby", "Anne"});
    // Where no first name is known a surname may be anybody's.
    expect_as_marked({"Ola {{Nordby}}"}, {"Nordby"});
    expect_as_marked({"{{Kristin}} og Kristian", "{{Kristine Dahl}}", "{{Eric}}"}, {"Kristin", "Dahl", "Erik"});
    expect_as_marked({"Ford Transit", "{{Ford}} ringte", "Burger i Oslo Hall"}, {"Ford", "Hall"});
}

TEST(OrdinaryWords, WordsAreNoNamesMisspelt) {
    expect_as_marked({"Person ikke funnet", "{{Persson}} og {{Perssons}}", "Andre brukere"}, {"Persson", "Andrea"});
    expect_as_marked({"Sender logg", "{{Sander}}, {{Sandre}}"}, {"Sander"});
}

TEST(OrdinaryWords, AcronymsAreNobody) {
    expect_as_marked({"LO og TCO", "medlem av LO her", "{{Lo}} ringde", "SNAKKET MED {{LO}} IGÅR"}, {"Lo"});
}

}  // namespace
}  // namespace pg_retention::core
