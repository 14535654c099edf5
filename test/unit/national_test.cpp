// National numbers of the countries in src/core/countries, and what the words beside them say. Those that pass their checks belong to births
// before 1900, to test series, or are examples of the authorities.
#include <array>
#include <functional>
#include <random>

#include "marked.hpp"

namespace pg_retention::core {
namespace {

TEST(National, NorwegianNumbersInTheirForms) {
    expect_as_marked({"{{20058270351}}", "{{200582 70351}}", "{{200582-70351}}", "{{20.05.82 70351}}", "{{20.05.1882 70351}}",
                      "{{20.05.1882-70351}}", "{{20/05/1882 70351}}", "({{20058270351}})", "{{20058270351}}.",
                      "{{200 582 70351}}"});
    // D-numbers, test persons of the tax administration and of the labour and welfare administration, numbers of the latter for people without one.
    expect_as_marked({"{{66026865868}}", "{{13819570102}}", "{{12497669888}}", "{{22317354626}}", "{{10667962396}}"});
    expect_as_marked({"20058270350", "200582703511", "2005.82.70351", "20.05.1882 70350", "32058270351", "2005827035"});
}

TEST(National, NorwegianNumbersIssuedFrom2032) {
    expect_as_marked({"{{02013299903}}", "{{020132 99903}}", "fnr {{02013299903}}", "ny bruker {{02013299911}} i portalen"});
    expect_as_marked({"02013299904", "konto 02013299903", "kontonr. 02013299911", "0201.32.99903", "ref 02013299903"});
}

TEST(National, NumbersOfHealthNeedSomebodyBeside) {
    expect_as_marked({"FH-nummer {{89261265231}}", "pasient {{95744762139}}", "FH-nr: {{86427928766}}"});
    expect_as_marked({"89261265231", "konto 89261265231", "pasient 89261265232"});
}

TEST(National, LabelsSayMoreThanCheckDigits) {
    expect_as_marked({"fnr {{20058270350}}",
                      "fnr. {{20058270350}}",
                      "f.nr. {{20058270350}}",
                      "Fødselsnr.: {{200582 70350}}",
                      "fødselsnummer {{20058270350}}",
                      "fødselsnummeret er {{20058270350}}",
                      "personnummer {{200582-70350}}",
                      "personnr {{70350}}",
                      "pers.nr. {{20058270350}}",
                      "D-nr {{60058270350}}",
                      "dnr {{60058270350}}",
                      "CPR: {{160586-5327}}",
                      "cpr-nr. {{1605865327}}",
                      "cpr {{160586 5327}}",
                      "Personnummer: {{811010-9810}}",
                      "pnr {{198110109380}}",
                      "pnr {{8110109380}}",
                      "kt. {{150388-2458}}",
                      "kennitala {{1503882458}}",
                      "hetu {{131052-308A}}",
                      "henkilötunnus {{131052-308A}}",
                      "National ID: {{20058270350}}",
                      "national identity number {{20058270350}}",
                      "SSN {{20058270350}}",
                      "fnr {{20058270350}} og {{20058270359}}",
                      "fnr til kunden: {{20058270350}}",
                      "Personnumret är {{811010-9810}}",
                      "fnr{{20058270350}}"});
    expect_as_marked({"fnr 0, snr 3", "gnr 45, bnr 12, fnr 12", "Personnummer mangler, faktura 20058270350",
                      "Fnr mangler. 20058270350 er ordren", "PNR 48713", "pnr 12345678", "Dnr 2024-01234", "personnr 123"});
}

TEST(National, AccountsStay) {
    // These pass as national numbers.
    expect_as_marked({"konto 13058672100",
                      "kontonr 13058672100",
                      "kontonr. 13058672100",
                      "kontonummer: 13058672100",
                      "Kontonummeret er 13058672100",
                      "bankkonto 13058672100",
                      "til konto 13058672100",
                      "kto 13058672100",
                      "lønnskonto 13058672100",
                      "account 13058672100",
                      "acct no 13058672100",
                      "1305.86.72100",
                      "1305 86 72100",
                      "13058672100 (konto)",
                      "konto 11039029830",
                      "KID 04129559530",
                      "kontonummeret til Ola er 04129559530",
                      "Utbetalt til 13058672100",
                      "overført til 11039029830",
                      "bankgiro 13058672100",
                      "fnr og konto: 13058672100"});
    expect_as_marked(
        {"brukerkonto {{13058672100}}", "konto 1503.84.12350, fnr {{13058672100}}", "fnr {{13058672100}}, konto 04129559530"});
}

TEST(National, SwedishNumbers) {
    expect_as_marked({"{{811010-9819}}", "{{8110109819}}", "{{19811010-9819}}", "{{198110109819}}", "{{680714+7571}}",
                      "{{18680714-7571}}", "{{940371-9819}}", "{{570060-9810}}", "{{690060-9824}}", "{{850712-T123}}",
                      "personnummer {{850712T123}}"});
    expect_as_marked(
        {"811010-9818", "8110109818", "198110109818", "680714+7572", "850712-I123", "202403150912", "20240315-1234"});
}

TEST(National, OrganisationsAreNobody) {
    expect_as_marked({"556818-5986", "org.nr 556150-2260", "personnummer 556962-2250", "5568185986", "kt. 660261-6219",
                      "kennitala 640764-7169"});
}

TEST(National, DanishNumbers) {
    expect_as_marked(
        {"{{160586-5326}}", "{{100878-6488}}", "CPR {{1605865326}}", "cpr-nummer {{160586 5326}}", "patient {{1609957249}}"});
    // That no other country could have.
    expect_as_marked({"{{010299-8252}}"});
    expect_as_marked({"1609957249", "321299-7249", "161386-5326", "sagsnr 010299-8252", "160586-53267"});
}

TEST(National, FinnishNumbers) {
    expect_as_marked({"{{250379-9364}}", "{{280378+302B}}", "{{181281Y978R}}", "{{101293X9038}}", "{{150683W987S}}",
                      "{{241068V9048}}", "{{010595U9583}}", "{{220217A9240}}", "{{010713B9764}}", "{{191220C983T}}",
                      "{{160715D950F}}", "{{221206E937M}}", "{{150209F900M}}", "{{150209f900m}}"});
    expect_as_marked({"181281Y978S", "010120G9240", "181281Y978RA", "321281Y978R"});
}

TEST(National, IcelandicNumbers) {
    expect_as_marked({"{{230797-5608}}", "{{2307975608}}", "{{150388-2458}}", "kt. {{1503882458}}"});
    expect_as_marked({"1503882458", "2307975603"});
}

TEST(National, OnesOwnNumberIsFoundInEveryLength) {
    for (const std::string_view own : {"198110109819", "19811010-9819", "8110109819", "811010-9819"})
        expect_as_marked(
            {"{{198110109819}}", "{{19811010-9819}}", "{{8110109819}}", "{{811010-9819}}", "{{811010 9819}}", "{{811010+9819}}"},
            {own}, {}, false);
    expect_as_marked({"{{20058270351}}, {{200582 70351}}, {{20.05.82 70351}}, {{20.05.1882 70351}}, 20058270352"},
                     {"20058270351"}, {}, false);
    expect_as_marked({"{{250379-9364}}, {{2503799364}}, 250379-9365"}, {"250379-9364"}, {}, false);
    expect_as_marked({"198110109819, 811010-9819, {{6807147571}}"}, {}, {"8110109819"});
}

// How often numbers made at random are taken out of the text that they are put in.
using Made = std::function<std::string(std::mt19937 &)>;
double share(const Made &made, const std::string &before, int rounds = 300) {
    std::mt19937 random(17);
    int gone = 0;
    for (int i = 0; i < rounds; ++i) gone += redacted(before + made(random)).find(kRedacted) != std::string::npos;
    return gone / double(rounds);
}

int weighed(const std::string &digits, const char *weights) {
    int sum = 0;
    for (size_t i = 0; weights[i] != '\0'; ++i) sum += (digits[i] - '0') * (weights[i] - '0');
    return sum % 11;
}

std::string random_digits(std::mt19937 &random, size_t n) {
    std::string digits;
    while (digits.size() < n) digits += static_cast<char>('0' + random() % 10);
    return digits;
}

std::string account(std::mt19937 &random) {
    for (;;) {
        const std::string digits = random_digits(random, 10);
        const int check = (11 - weighed(digits, "5432765432")) % 11;
        if (check < 10) return digits + static_cast<char>('0' + check);
    }
}

std::string account_in_groups(std::mt19937 &random) {
    const std::string digits = account(random);
    return digits.substr(0, 4) + '.' + digits.substr(4, 2) + '.' + digits.substr(6);
}

std::string two(uint32_t n) { return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)}; }

// With check digits whose first leaves the remainder that is wanted.
std::string identity(std::mt19937 &random, uint32_t day, uint32_t month, int remainder) {
    for (;;) {
        std::string digits = two(1 + random() % 28 + day) + two(1 + random() % 12 + month) + random_digits(random, 5);
        const int first = (remainder + 11 - weighed(digits, "376189452")) % 11;
        if (first > 9) continue;
        digits += static_cast<char>('0' + first);
        const int second = (11 - weighed(digits, "5432765432")) % 11;
        if (second < 10) return digits + static_cast<char>('0' + second);
    }
}

TEST(National, FewAccountsAreTakenForPersons) {
    constexpr int kMany = 10000;
    const double bare = share(account, "", kMany);
    std::cout << "accounts taken for identity numbers: " << 100 * bare << " % without a word beside them\n";
    EXPECT_LT(bare, 0.075);
    for (const char *label : {"kontonr. ", "kontonr ", "konto ", "bankkonto: ", "KID "})
        EXPECT_EQ(share(account, label, kMany), 0) << label;
    // Those that begin with 07 are written as a British mobile's number is.
    EXPECT_LT(share(account, "Utbetalt til ", kMany), 0.015);
    EXPECT_EQ(share(account_in_groups, "", kMany), 0);
    EXPECT_EQ(share(account_in_groups, "ring om "), 0);
    EXPECT_LT(share(account, "ordre ", kMany), 0.035);
}

TEST(National, IdentityNumbersAreFound) {
    const struct {
        uint32_t day, month;
        int remainder;
    } series[] = {{0, 0, 0},  {40, 0, 0}, {0, 80, 0}, {0, 40, 0}, {0, 20, 0},
                  {0, 60, 0}, {0, 0, 1},  {0, 0, 2},  {0, 0, 3},  {40, 0, 2}};
    for (const auto &s : series) {
        const Made made = [&s](std::mt19937 &random) { return identity(random, s.day, s.month, s.remainder); };
        for (const char *before :
             {"", "fnr ", "Personnummer: ", "fødselsnr. ", "Ny bruker Kari, ", "innlogging med ", "Kari Nordby ("})
            EXPECT_EQ(share(made, before), 1) << before << s.day << ' ' << s.month << ' ' << s.remainder;
        EXPECT_EQ(share(made, "konto "), 0);
        EXPECT_EQ(share(made, "kontonr. "), 0);
    }
}

TEST(National, BehindALabelAnyNumberGoes) {
    const Made any = [](std::mt19937 &random) { return random_digits(random, 11); };
    EXPECT_EQ(share(any, "fnr "), 1);
    EXPECT_EQ(share(any, "personnummer: "), 1);
    EXPECT_LT(share(any, "ordre ", 5000), 0.004);
}

}  // namespace
}  // namespace pg_retention::core
