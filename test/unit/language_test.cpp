#include <gtest/gtest.h>

#include <string>

#include "core/data/portable.hpp"
#include "core/documents/language.hpp"
#include "core/text/digits.hpp"

namespace pg_retention::core {
namespace {

constexpr Language kEn = Language::kEnglish, kNb = Language::kBokmal;

std::string period(const char *text, Language language) {
    const auto parsed = parse_period(text);
    EXPECT_TRUE(parsed.ok()) << text;
    Line line;
    put_period(&line, parsed.value(), language);
    return std::string(line.text());
}
std::string cap(const char *text, Language language) {
    Line line;
    put_cap(&line, parse_cap(text).value(), language);
    return std::string(line.text());
}
std::string law(const char *text, Language language) {
    const LawReference reference = read_law(text);
    if (reference.law == nullptr) return "none";
    Line line;
    put_law(&line, reference, language);
    return std::string(line.text());
}

TEST(Language, LocalTimes) {
    const auto local = [](const char *text, Language language) {
        Line line;
        put_local(&line, text, language);
        return std::string(line.text());
    };
    EXPECT_EQ(local("2031-01-01", kEn), "1 January 2031");
    EXPECT_EQ(local("2031-12-31 09:05:00", kNb), "31. desember 2031 kl. 09:05");
    EXPECT_EQ(local("2031-12-31 00:00:01", kEn), "31 December 2031 at 00:00:01");
    EXPECT_EQ(local("never", kEn), "never");
    EXPECT_EQ(local("", kNb), "");
}

TEST(Language, Found) {
    Language language = kEn;
    EXPECT_TRUE(find_language("nb", &language));
    EXPECT_EQ(language, kNb);
    EXPECT_TRUE(find_language("en", &language));
    EXPECT_EQ(language, kEn);
    EXPECT_TRUE(find_language("no", &language));
    EXPECT_EQ(language, kNb);
    for (const char *name : {"", "NO", "nn", "english", "en "}) EXPECT_FALSE(find_language(name, &language)) << name;
}

TEST(Language, PeriodsAgreeInNumber) {
    EXPECT_EQ(period("1 year", kEn), "1 year");
    EXPECT_EQ(period("1 year", kNb), "1 år");
    EXPECT_EQ(period("3 years", kNb), "3 år");
    EXPECT_EQ(period("1 month", kNb), "1 måned");
    EXPECT_EQ(period("2 months", kNb), "2 måneder");
    EXPECT_EQ(period("1 day", kEn), "1 day");
    EXPECT_EQ(period("1 day", kNb), "1 dag");
    EXPECT_EQ(period("30 days", kNb), "30 dager");
    EXPECT_EQ(period("0 days", kEn), "0 days");
    EXPECT_EQ(period("18 months", kEn), "1 year and 6 months");
    EXPECT_EQ(period("1 year 1 month 1 day", kEn), "1 year, 1 month and 1 day");
    EXPECT_EQ(period("1 year 1 month 1 day", kNb), "1 år, 1 måned og 1 dag");
    EXPECT_EQ(period("1 hour 30 minutes 1 second", kEn), "1 hour, 30 minutes and 1 second");
    EXPECT_EQ(period("90 minutes", kNb), "1 time og 30 minutter");
    EXPECT_EQ(period("forever", kEn), "without a limit");
    EXPECT_EQ(period("5 years after end of fiscal year", kEn), "5 years after the end of the fiscal year");
    EXPECT_EQ(period("5 years after end of fiscal year", kNb), "5 år etter utgangen av regnskapsåret");
    EXPECT_EQ(period("5 years after end of fiscal year ending 06-30", kEn),
              "5 years after the end of the fiscal year (which ends on 30 June)");
    EXPECT_EQ(period("5 years after end of fiscal year ending 06-30", kNb),
              "5 år etter utgangen av regnskapsåret (som slutter 30. juni)");
    EXPECT_EQ(period("5 years after end of fiscal year ending 12-31", kEn), "5 years after the end of the fiscal year");
    EXPECT_EQ(period("2 days after end of quarter", kNb), "2 dager etter utgangen av kvartalet");
}

TEST(Language, Caps) {
    EXPECT_EQ(cap("2 per calendar month", kEn), "at most 2 times per calendar month");
    EXPECT_EQ(cap("2 per calendar month", kNb), "høyst 2 ganger per kalendermåned");
    EXPECT_EQ(cap("1 per calendar year", kEn), "at most 1 time per calendar year");
    EXPECT_EQ(cap("1 per calendar year", kNb), "høyst 1 gang per kalenderår");
    EXPECT_EQ(cap("3 per 14 days", kEn), "at most 3 times in any 14 days");
    EXPECT_EQ(cap("3 per 14 days", kNb), "høyst 3 ganger i løpet av 14 dager");
}

TEST(Language, LawsHaveTheirNamesInBoth) {
    for (const char *text : {"Bookkeeping Act §13", "Bookkeeping Act § 13", "bokføringsloven § 13", "§ 13 of the Bookkeeping Act",
                             "BOKFØRINGSLOVEN paragraf 13", "Bookkeeping Act section 13"}) {
        EXPECT_EQ(law(text, kEn), "§ 13 of the Bookkeeping Act") << text;
        EXPECT_EQ(law(text, kNb), "bokføringsloven § 13") << text;
    }
    EXPECT_EQ(law("Limitation Act §2", kNb), "foreldelsesloven § 2");
    EXPECT_EQ(law("skatteforvaltningsloven § 14-7", kEn), "§ 14-7 of the Tax Administration Act");
    EXPECT_EQ(law("the Accounting Act", kNb), "regnskapsloven");
    EXPECT_EQ(law("Charter of the company", kEn), "none");
    EXPECT_EQ(law("", kEn), "none");
}

TEST(Language, MinutesOfSettings) {
    const auto words = [](int64_t minutes) {
        Line line;
        put_length(&line, period_of_minutes(minutes), kEn);
        return std::string(line.text());
    };
    EXPECT_EQ(words(1096 * 1440), "3 years");
    EXPECT_EQ(words(3653 * 1440), "10 years");
    EXPECT_EQ(words(365 * 1440), "1 year");
    EXPECT_EQ(words(400 * 1440), "400 days");
    EXPECT_EQ(words(30 * 1440), "30 days");
    EXPECT_EQ(words(90), "1 hour and 30 minutes");
}

TEST(Language, Bases) {
    for (const char *text : {"consent", "GDPR Art. 6(1)(a)", "samtykke"}) EXPECT_EQ(basis_letter(text), 'a') << text;
    for (const char *text : {"contract", "6.1 b", "avtale"}) EXPECT_EQ(basis_letter(text), 'b') << text;
    for (const char *text : {"legal obligation", "6(1)(c)", "rettslig plikt"}) EXPECT_EQ(basis_letter(text), 'c') << text;
    EXPECT_EQ(basis_letter("vital interests"), 'd');
    EXPECT_EQ(basis_letter("public interest"), 'e');
    for (const char *text : {"legitimate interest", "GDPR article 6.1 f)", "berettiget interesse"})
        EXPECT_EQ(basis_letter(text), 'f') << text;
    for (const char *text : {"", "because", "GDPR Art. 9(2)(a)"}) EXPECT_EQ(basis_letter(text), 0) << text;
}

TEST(Language, LinesAreCutAtALetter) {
    Line line;
    for (int i = 0; i < 300; ++i) line.add("å");
    EXPECT_EQ(line.n, 480U);
    line = {};
    line.add("x");
    for (int i = 0; i < 300; ++i) line.add("å");
    EXPECT_EQ(line.n, 479U);
    EXPECT_EQ(line.text().substr(477), "å");
}

TEST(Digits, Written) {
    EXPECT_EQ(Digits(0).text(), "0");
    EXPECT_EQ(Digits(-1).text(), "-1");
    EXPECT_EQ(Digits(INT64_MAX).text(), "9223372036854775807");
    EXPECT_EQ(Digits(INT64_MIN).text(), "-9223372036854775808");
}

TEST(Countries, AreInTheOrderOfTheirCodesAndHaveNames) {
    std::string_view last;
    for (const Country &country : countries()) {
        EXPECT_LT(last, country.code);
        EXPECT_FALSE(country.name.english.empty() || country.name.bokmal.empty()) << country.code;
        last = country.code;
    }
    EXPECT_EQ(country_of("NO")->name.bokmal, "Norge");
    EXPECT_EQ(country_of("XX"), nullptr);
}

}  // namespace
}  // namespace pg_retention::core
