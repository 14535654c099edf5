#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/documents/claims.hpp"

namespace pg_retention::core {
namespace {

constexpr Language kEn = Language::kEnglish, kNb = Language::kBokmal;

std::string plain(std::string_view text) {
    std::string out(text.size() + 1, '\0');
    out.resize(plain_text(text, out.data()));
    return out;
}
// With the marks that one can see.
std::string shown(std::string_view text) {
    std::string out;
    for (const char c : plain(text)) out += c == kHeadingMark ? "# " : c == kItemMark ? "* " : std::string(1, c);
    return out;
}
std::vector<std::string> sentences(std::string_view text) {
    const std::string read = plain(text);
    std::vector<std::string> found;
    Sentences all(read);
    for (Sentence sentence = {}; all.next(&sentence);)
        found.push_back((sentence.continues ? "+" : "") + std::string(sentence.text));
    return found;
}
using Found = std::vector<std::string>;

TEST(PlainText, OfMarkdown) {
    EXPECT_EQ(shown("# A\nb *c* **d** `e`\nf\n\n* g\n* h [i](http://j)\n1. k\n> l\n\n| m | n |\n| o | p |\nq | r"),
              "# A\nb c d e f\n* g\n* h i\n* k\nl\n| m | n |\n| o | p |\nq | r\n");
    EXPECT_EQ(shown("---\ntitle: x\n---\n\n# A\r\n\r\nb\r\nc"), "# A\nb c\n");
    EXPECT_EQ(plain("a \\*b\\_ c\\\\d"), "a *b_ c\\d\n");
    EXPECT_EQ(plain("1 < 2 & 3"), "1 < 2 & 3\n");
    EXPECT_EQ(plain(""), "");
    EXPECT_EQ(plain("\n\n  \n"), "");
}

TEST(PlainText, OfHtml) {
    EXPECT_EQ(shown("<head><title>t</title><style>p{}</style></head><p>a <b>b</b>&amp;c</p><ul><li>d</li><li>e&nbsp;f</li></ul>"),
              "a b&c\n* d\n* e f\n");
    EXPECT_EQ(plain("<p>&#167; 13 p&#229; &sect; 2 &#28450;<br>x<!-- <p>no</p> -->y"), "§ 13 på § 2 漢\nx\ny\n");
    EXPECT_EQ(plain("<p"), "<p\n");
    EXPECT_EQ(plain("a <b c\n\nd <p>e</p><!-- f"), "a <b c\nd\ne\nf\n");
    EXPECT_EQ(shown("<h2>a</h2><table><tr><th>b</th><td><p>c</p></td></tr><tr><td>d</td></tr></table>e"), "# a\n|b| c\n|d\ne\n");
    EXPECT_EQ(plain("a<p style=\"Display : none\">b<p>c</p></p>d<span hidden>e</span>f<div class=\"hidden\">g</div>"),
              "a\ndf\ng\n");
    EXPECT_EQ(plain("&#xA7; 13&#Xe5;&ndash;&frac12;"), "§ 13å–½\n");
    EXPECT_EQ(plain("&#99999999999; &# &#x; &#xg; &#1a; &unknown;"), "&#99999999999; &# &#x; &#xg; &#1a; &unknown;\n");
}

TEST(PlainText, SectionsThatWereReadInAnotherEncoding) { EXPECT_EQ(plain("ยง13, Â§ 2"), "§13, § 2\n"); }

TEST(PlainText, NeverLongerThanTheText) {
    std::mt19937 random(7);
    const char *pieces[] = {"<",   ">",      "p",  "/",     "&",    "#",    "1",    ";",    "*",     "|",
                            "\n",  "\r",     " ",  "-",     ".",    "å",    "\xC3", "\\",   "]",     "(",
                            "<p>", "&#233;", "ยง", "---\n", "<li>", "<h1>", "<tr>", "<td>", "&#xA7;"};
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (unsigned n = random() % 20; n > 0; --n) text += pieces[random() % std::size(pieces)];
        std::string out(text.size() + 1, '\0');
        ASSERT_LE(plain_text(text, out.data()), text.size() + 1) << text;
        for (const std::string &sentence : sentences(text)) ASSERT_FALSE(sentence.empty());
    }
}

TEST(SentencesOfAText, EndWhereTheyEnd) {
    EXPECT_EQ(
        sentences("Updated Feb 15, 2023. We keep it, e.g. for a year, cf. GDPR article 6.1 f). § 13 applies! Does it? Yes."),
        (Found{"Updated Feb 15, 2023.", "+We keep it, e.g. for a year, cf. GDPR article 6.1 f).", "+§ 13 applies!", "+Does it?",
               "+Yes."}));
    EXPECT_EQ(
        sentences(
            "Sist oppdatert 15. februar 2023. Se art. 6 nr. 1 bokstav f, jf. personvernforordningen. Vi lagrer bl.a. navn. Slutt"),
        (Found{"Sist oppdatert 15. februar 2023.", "+Se art. 6 nr. 1 bokstav f, jf. personvernforordningen.",
               "+Vi lagrer bl.a. navn.", "+Slutt"}));
    EXPECT_EQ(sentences("One.\n\nTwo. Three."), (Found{"One.", "Two.", "+Three."}));
    EXPECT_EQ(sentences("See No. 3 of it. \"Quoted.\" Next"), (Found{"See No. 3 of it.", "+\"Quoted.\"", "+Next"}));
    EXPECT_EQ(sentences("Version 2.0 is 3.5 years old.Next"), (Found{"Version 2.0 is 3.5 years old.Next"}));
}

std::string periods(std::string_view text, Language language) {
    const Tokens tokens(text);
    std::string all;
    PeriodClaim claim = {};
    for (size_t from = 0; next_period(tokens, from, language, &claim); from = claim.end) {
        Line line;
        put_length(&line, claim.length, kEn);
        all += "[" + std::string(line.text()) + (claim.more ? " more" : "") + "]";
    }
    return all;
}

TEST(Claims, NumbersInWords) {
    EXPECT_EQ(periods("thirteen years, twenty-four months, twenty four months, ninety-nine days", kEn),
              "[13 years][2 years][2 years][99 days]");
    EXPECT_EQ(periods("one hundred and eighty days, a hundred days, two hundred days", kEn), "[180 days][100 days][200 days]");
    EXPECT_EQ(periods("trettiseks måneder, tjuefem år, førti dager, nittini dager, femogtretti år", kNb),
              "[3 years][25 years][40 days][99 days][35 years]");
    EXPECT_EQ(periods("hundreogåtti dager, to hundre dager, hundre og åtti dager, sytten år", kNb),
              "[180 days][200 days][180 days][17 years]");
}

TEST(Claims, UnitsAndParts) {
    EXPECT_EQ(periods("half a year, a fortnight, two decades, 18 yrs, one and a half years, a year and a half, 1.5 hours", kEn),
              "[6 months][14 days][20 years][18 years][1 year and 6 months][1 year and 6 months][1 hour and 30 minutes]");
    EXPECT_EQ(periods("et halvt år, halvannet år, 18 mnd, 90 dagers karantene, 10 års lagring, i 7 års tid, et tiår", kNb),
              "[6 months][1 year and 6 months][1 year and 6 months][90 days][10 years][7 years][10 years]");
    EXPECT_EQ(periods("1 year, 1 month and 1 day; 1 hour and 30 minutes; 3 years and 30 days", kEn),
              "[1 year, 1 month and 1 day][1 hour and 30 minutes][3 years and 30 days]");
    EXPECT_EQ(periods("kept 14 days, then quarantined for 90, see 2 in 2023", kEn), "[14 days][90 days]");
    EXPECT_EQ(periods("24 hours a day, if one day you ask, 200 visits a year", kEn), "[24 hours]");
    EXPECT_EQ(periods("umpty-three years, eleventy two", kEn), "");
    PeriodClaim claim = {};
    EXPECT_TRUE(next_unread(Tokens("kept for umpty-three years"), 0, kEn, &claim));
    EXPECT_TRUE(next_unread(Tokens("lagres i flere år"), 0, kNb, &claim));
    EXPECT_FALSE(next_unread(Tokens("for the years, for 3 years, in these months"), 0, kEn, &claim));
}

TEST(Claims, Periods) {
    EXPECT_EQ(periods("kept three years, 30 days or 2 weeks; a month, twelve months, 36 hours", kEn),
              "[3 years][30 days][14 days][1 month][1 year][36 hours]");
    EXPECT_EQ(periods("a 30-day period, thirty (30) days, 90 (ninety) calendar days", kEn), "[30 days][30 days][90 days]");
    EXPECT_EQ(periods("3 years and 6 months, 3.5 years, 3½ years", kEn),
              "[3 years and 6 months][3 years and 6 months][3 years and 6 months]");
    EXPECT_EQ(periods("by two further months", kEn), "[2 months more]");
    EXPECT_EQ(periods("30 working days, 5 business days after", kEn), "[42 days][7 days]");
    EXPECT_EQ(periods("ti virkedager", kNb), "[14 days]");
    EXPECT_EQ(periods("2 times a year, up to twice per month, and 5 years", kEn), "[5 years]");
    EXPECT_EQ(periods("in 2023, § 13, Article 15, 99999999999 years, years", kEn), "");
    EXPECT_EQ(periods("tre år, 30 dager, én måned, to uker, tolv måneder", kNb), "[3 years][30 days][1 month][14 days][1 year]");
    EXPECT_EQ(periods("3 år og 6 måneder, 3,5 år, to måneder til", kNb),
              "[3 years and 6 months][3 years and 6 months][2 months more]");
    EXPECT_EQ(periods("2 ganger i året", kNb), "");
}

std::string caps(std::string_view text, Language language) {
    const Tokens tokens(text);
    std::string all;
    CapClaim claim = {};
    for (size_t from = 0; next_cap(tokens, from, language, &claim); from = claim.end) {
        Line line;
        put_cap(&line, claim.cap, kEn);
        all += "[" + std::string(line.text()).substr(8) + "]";
    }
    return all;
}

TEST(Claims, Caps) {
    EXPECT_EQ(caps("up to 2 times per month, twice a year, once each week, four times every quarter", kEn),
              "[2 times per calendar month][2 times per calendar year][1 time per calendar week][4 times per calendar quarter]");
    EXPECT_EQ(caps("3 times in any 14 days, twice monthly, 2 (two) times a calendar month", kEn),
              "[3 times in any 14 days][2 times per calendar month][2 times per calendar month]");
    EXPECT_EQ(caps("2 times, many times a year, 3 years", kEn), "");
    EXPECT_EQ(
        caps("to ganger i måneden, 2 ganger i året, én gang per uke, tre ganger årlig, 3 ganger i løpet av 14 dager", kNb),
        "[2 times per calendar month][2 times per calendar year][1 time per calendar week][3 times per calendar year][3 times in any 14 days]");
}

std::string articles(std::string_view text) {
    const Tokens tokens(text);
    const ArticleClaims claims(tokens);
    std::string all;
    for (size_t i = 0; i < claims.n; ++i) {
        all += "[" + std::to_string(claims.all[i].article);
        if (claims.all[i].paragraph != 0) all += "/" + std::to_string(claims.all[i].paragraph);
        if (claims.all[i].letter != 0) all += std::string("/") + claims.all[i].letter;
        all += "]";
    }
    return all;
}

TEST(Claims, Articles) {
    EXPECT_EQ(articles("Articles 17 and 18, Art. 21, article 6.1 f), Article 6(1)(f), Article 9(2)(a)"),
              "[17][18][21][6/1/f][6/1/f][9/2/a]");
    EXPECT_EQ(articles("artikkel 6 nr. 1 bokstav f, artikkel 17 og 18, artiklene 15, 16 og 20"), "[6/1/f][17][18][15][16][20]");
    EXPECT_EQ(articles("Articles 15 to 18, 21 and 22"), "[15][16][17][18][21][22]");
    EXPECT_EQ(articles("an article on 15 things, article"), "");
}

TEST(Claims, Laws) {
    const auto laws_of = [](std::string_view text) {
        const Tokens tokens(text);
        std::string all;
        LawClaim claim = {};
        for (size_t from = 0; next_law(tokens, from, &claim); from = claim.end) {
            Line line;
            put_law(&line, claim.reference, kNb);
            all += "[" + std::string(line.text()) + "]";
        }
        return all;
    };
    EXPECT_EQ(laws_of("in line with §13 of the Bookkeeping Act and section 2 of the Limitation Act"),
              "[bokføringsloven § 13][foreldelsesloven § 2]");
    EXPECT_EQ(laws_of("i tråd med bokføringsloven § 13, § 14-7 i skatteforvaltningsloven og foreldelsesfristen"),
              "[bokføringsloven § 13][skatteforvaltningsloven § 14-7][foreldelsesloven]");
    EXPECT_EQ(laws_of("the general limitation period"), "[foreldelsesloven]");
    EXPECT_EQ(laws_of("bookkeeping and acts"), "");
}

TEST(Claims, Countries) {
    const auto countries_of = [](std::string_view text, Language language) {
        const Tokens tokens(text);
        std::string all;
        size_t at = 0;
        for (const Country *found = next_country(tokens, 0, language, &at); found != nullptr;
             found = next_country(tokens, at + 1, language, &at))
            all.append(found->code).append(" ");
        return all;
    };
    EXPECT_EQ(countries_of("in Norway, the United States, USA, the UK and South Korea", kEn), "NO US US GB KR ");
    EXPECT_EQ(countries_of("i Norge, på Island og i Storbritannia", kNb), "NO IS GB ");
    EXPECT_EQ(countries_of("Norwegian law, united states of affairs", kEn), "US ");  // names are read in either case
}

TEST(TokensOfASentence, Names) {
    const auto names = [](std::string_view text, std::string_view name, Language language) {
        Tokens::Places places;
        return Tokens(text).names(name, language, &places);
    };
    EXPECT_TRUE(names("A user account is deactivated", "user accounts", kEn));
    EXPECT_TRUE(names("our customers' contact persons", "contact person", kEn));
    EXPECT_FALSE(names("contact us", "contact persons", kEn));
    EXPECT_FALSE(names("In some cases we call", "cases", kEn));
    EXPECT_TRUE(names("the case system", "cases", kEn));
    EXPECT_FALSE(names("the used ones", "users", kEn));
    EXPECT_FALSE(names("our information on you", "information on our", kEn));
    EXPECT_TRUE(names("kundens saker i systemet", "sak, kunde", kNb));
    EXPECT_TRUE(names("kontaktpersonene hos kundene", "opplysninger om kundenes kontaktpersoner", kNb));
    EXPECT_FALSE(names("brukeren", "brukerkontoer", kNb));
}

TEST(TokensOfASentence, Denials) {
    const auto denied = [](std::string_view text, std::string_view word, Language language) {
        const Tokens tokens(text);
        return tokens.is_denied(tokens.find(word), language);
    };
    EXPECT_TRUE(denied("it is not deleted", "deleted", kEn));
    EXPECT_TRUE(denied("No information is shared", "shared", kEn));
    EXPECT_FALSE(denied("it is deleted, not archived", "deleted", kEn));
    EXPECT_TRUE(denied("sletter vi dem ikke", "sletter", kNb));
    EXPECT_FALSE(denied("slettes etter tre år", "slettes", kNb));
    for (const char *text : {"Nothing is shared", "we don't let them be shared", "shared with nobody", "it is no longer shared"})
        EXPECT_TRUE(denied(text, "shared", kEn)) << text;
    EXPECT_TRUE(denied("We share nothing", "share", kEn));
    for (const char *text :
         {"kept no longer than a year and deleted", "deleted no later than that day", "deleted, no more than that",
          "once no longer needed it is deleted", "it is deleted, not archived", "deleted when nobody needs it"})
        EXPECT_FALSE(denied(text, "deleted", kEn)) << text;
    for (const char *text : {"Ingenting deles", "Opplysninger deles ikke", "deles med ingen", "deles ikke lenger"})
        EXPECT_TRUE(denied(text, "deles", kNb)) << text;
    for (const char *text : {"slettes når de ikke lenger trengs", "lagres ikke lenger enn ett år og slettes",
                             "slettes ikke senere enn da", "når de ikke lenger trengs, slettes de"})
        EXPECT_FALSE(denied(text, "slettes", kNb)) << text;
}

}  // namespace
}  // namespace pg_retention::core
