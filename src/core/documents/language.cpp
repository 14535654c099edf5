#include "core/documents/language.hpp"

#include <cstring>
#include <span>

#include "core/data/portable.hpp"
#include "core/text/digits.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

bool find_language(std::string_view name, Language *language) noexcept {
    if (name == "no") name = "nb";
    for (const Language one : {Language::kEnglish, Language::kBokmal}) {
        if (name != name_of(one)) continue;
        *language = one;
        return true;
    }
    return false;
}

Line &Line::add(std::string_view text) noexcept {
    size_t room = kRoom - n;
    if (text.size() > room) {
        while (room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0) == 0x80) --room;
        text = text.substr(0, room);
    }
    std::memcpy(bytes + n, text.data(), text.size());
    n += text.size();
    return *this;
}

Line &Line::add(int64_t number) noexcept { return add(Digits(number).text()); }

namespace {

struct Unit {
    Said one;
    Said many;
};
constexpr Unit kYears = {{"year", "år"}, {"years", "år"}};
constexpr Unit kMonths = {{"month", "måned"}, {"months", "måneder"}};
constexpr Unit kDays = {{"day", "dag"}, {"days", "dager"}};
constexpr Unit kHours = {{"hour", "time"}, {"hours", "timer"}};
constexpr Unit kMinutes = {{"minute", "minutt"}, {"minutes", "minutter"}};
constexpr Unit kSeconds = {{"second", "sekund"}, {"seconds", "sekunder"}};
constexpr Said kAnd = {" and ", " og "};

struct Amount {
    int64_t n;
    const Unit *unit;
};

void put_amounts(Line *line, const Amount (&amounts)[6], Language language) noexcept {
    int left = 0;
    for (const Amount &amount : amounts) left += amount.n != 0 ? 1 : 0;
    if (left == 0) line->add("0 ").add(kDays.many.in(language));
    bool first = true;
    for (const Amount &amount : amounts) {
        if (amount.n == 0) continue;
        if (!first) line->add(left == 1 ? kAnd.in(language) : ", ");
        line->add(amount.n).add(" ").add((amount.n == 1 ? amount.unit->one : amount.unit->many).in(language));
        first = false;
        --left;
    }
}

constexpr Said kNamesOfMonths[] = {{"January", "januar"},  {"February", "februar"},  {"March", "mars"},
                                   {"April", "april"},     {"May", "mai"},           {"June", "juni"},
                                   {"July", "juli"},       {"August", "august"},     {"September", "september"},
                                   {"October", "oktober"}, {"November", "november"}, {"December", "desember"}};

}  // namespace

void put_length(Line *line, const Period &period, Language language) noexcept {
    put_amounts(line,
                {{period.months / 12, &kYears},
                 {period.months % 12, &kMonths},
                 {period.days, &kDays},
                 {period.seconds / 3600, &kHours},
                 {period.seconds / 60 % 60, &kMinutes},
                 {period.seconds % 60, &kSeconds}},
                language);
}

void put_anchor(Line *line, const Period &period, Language language) noexcept {
    constexpr Said kEnds[] = {{"", ""},
                              {"the end of the month", "utgangen av måneden"},
                              {"the end of the quarter", "utgangen av kvartalet"},
                              {"the end of the year", "utgangen av året"},
                              {"the end of the fiscal year", "utgangen av regnskapsåret"}};
    line->add(kEnds[period.anchor].in(language));
    if (period.anchor != kFiscalYearEnd || period.end_month == 0 || (period.end_month == 12 && period.end_day == 31)) return;
    const std::string_view month = kNamesOfMonths[period.end_month - 1].in(language);
    line->add(Said{" (which ends on ", " (som slutter "}.in(language)).add(period.end_day);
    line->add(Said{" ", ". "}.in(language)).add(month).add(")");
}

void put_period(Line *line, const Period &period, Language language) noexcept {
    if (is_forever(period)) {
        line->add(Said{"without a limit", "uten tidsbegrensning"}.in(language));
        return;
    }
    put_length(line, period, language);
    if (period.anchor == kNoAnchor) return;
    line->add(Said{" after ", " etter "}.in(language));
    put_anchor(line, period, language);
}

Period period_of_minutes(int64_t minutes) noexcept {
    constexpr int64_t kDay = 1440;
    Period period = {};
    const int64_t days = minutes / kDay, years = days / 365;
    if (minutes % kDay != 0 && minutes < INT32_MAX / 60)
        period.seconds = static_cast<int32_t>(minutes * 60);
    else if (years > 0 && days <= 366 * years)
        period.months = static_cast<int32_t>(years * 12);
    else
        period.days = static_cast<int32_t>(days);
    return period;
}

void put_local(Line *line, std::string_view local, Language language) noexcept {
    constexpr size_t kDate = 10, kMinutesToo = 16;
    const auto number = [&](size_t from) { return (local[from] - '0') * 10 + (local[from + 1] - '0'); };
    if (local.size() < kDate) {
        line->add(local);
        return;
    }
    line->add(number(8)).add(Said{" ", ". "}.in(language)).add(kNamesOfMonths[(number(5) + 11) % 12].in(language));
    line->add(" ").add(local.substr(0, 4));
    if (local.size() < kMinutesToo) return;
    const bool has_seconds = local.size() > kMinutesToo && local.substr(kMinutesToo) != ":00";
    line->add(Said{" at ", " kl. "}.in(language)).add(local.substr(kDate + 1, has_seconds ? std::string_view::npos : 5));
}

void put_cap(Line *line, const Cap &cap, Language language) noexcept {
    constexpr Said kWindows[] = {{"calendar day", "kalenderdag"},
                                 {"calendar week", "kalenderuke"},
                                 {"calendar month", "kalendermåned"},
                                 {"calendar quarter", "kvartal"},
                                 {"calendar year", "kalenderår"}};
    line->add(Said{"at most ", "høyst "}.in(language)).add(cap.count);
    line->add((cap.count == 1 ? Said{" time", " gang"} : Said{" times", " ganger"}).in(language));
    if (cap.window != CapWindow::kRolling) {
        line->add(" per ").add(kWindows[static_cast<size_t>(cap.window)].in(language));
        return;
    }
    line->add(Said{" in any ", " i løpet av "}.in(language));
    put_length(line, cap.period, language);
}

namespace {

constexpr Country kCountries[] = {
    {"AT", {"Austria", "Østerrike"}, false},
    {"AU", {"Australia", "Australia"}, false},
    {"BE", {"Belgium", "Belgia"}, false},
    {"BG", {"Bulgaria", "Bulgaria"}, false},
    {"BR", {"Brazil", "Brasil"}, false},
    {"CA", {"Canada", "Canada"}, false},
    {"CH", {"Switzerland", "Sveits"}, false},
    {"CN", {"China", "Kina"}, false},
    {"CY", {"Cyprus", "Kypros"}, true},
    {"CZ", {"Czechia", "Tsjekkia"}, false},
    {"DE", {"Germany", "Tyskland"}, false},
    {"DK", {"Denmark", "Danmark"}, false},
    {"EE", {"Estonia", "Estland"}, false},
    {"ES", {"Spain", "Spania"}, false},
    {"FI", {"Finland", "Finland"}, false},
    {"FO", {"the Faroe Islands", "Færøyene"}, true},
    {"FR", {"France", "Frankrike"}, false},
    {"GB", {"the United Kingdom", "Storbritannia"}, false},
    {"GR", {"Greece", "Hellas"}, false},
    {"HR", {"Croatia", "Kroatia"}, false},
    {"HU", {"Hungary", "Ungarn"}, false},
    {"IE", {"Ireland", "Irland"}, false},
    {"IL", {"Israel", "Israel"}, false},
    {"IN", {"India", "India"}, false},
    {"IS", {"Iceland", "Island"}, true},
    {"IT", {"Italy", "Italia"}, false},
    {"JP", {"Japan", "Japan"}, false},
    {"KR", {"South Korea", "Sør-Korea"}, false},
    {"LI", {"Liechtenstein", "Liechtenstein"}, false},
    {"LT", {"Lithuania", "Litauen"}, false},
    {"LU", {"Luxembourg", "Luxembourg"}, false},
    {"LV", {"Latvia", "Latvia"}, false},
    {"MT", {"Malta", "Malta"}, true},
    {"NL", {"the Netherlands", "Nederland"}, false},
    {"NO", {"Norway", "Norge"}, false},
    {"NZ", {"New Zealand", "New Zealand"}, true},
    {"PH", {"the Philippines", "Filippinene"}, true},
    {"PL", {"Poland", "Polen"}, false},
    {"PT", {"Portugal", "Portugal"}, false},
    {"RO", {"Romania", "Romania"}, false},
    {"RU", {"Russia", "Russland"}, false},
    {"SE", {"Sweden", "Sverige"}, false},
    {"SG", {"Singapore", "Singapore"}, false},
    {"SI", {"Slovenia", "Slovenia"}, false},
    {"SK", {"Slovakia", "Slovakia"}, false},
    {"TR", {"Turkey", "Tyrkia"}, false},
    {"UA", {"Ukraine", "Ukraina"}, false},
    {"US", {"the United States", "USA"}, false},
    {"ZA", {"South Africa", "Sør-Afrika"}, false},
};

constexpr Law kLaws[] = {
    {{"the Bookkeeping Act", "bokføringsloven"}, "bookkeeping act|bokføringslov*", false},
    {{"the Accounting Act", "regnskapsloven"}, "accounting act|regnskapslov*", false},
    {{"the Limitation Act", "foreldelsesloven"}, "limitation act|foreldelseslov*|limitation period|foreldelsesfrist*", false},
    {{"the Tax Administration Act", "skatteforvaltningsloven"}, "tax administration act|skatteforvaltningslov*", false},
    {{"the Working Environment Act", "arbeidsmiljøloven"}, "working environment act|arbeidsmiljølov*", false},
    {{"the Money Laundering Act", "hvitvaskingsloven"}, "money laundering act|hvitvaskingslov*", false},
    {{"the Health Records Act", "pasientjournalloven"}, "health records act|pasientjournallov*", false},
    {{"the Marketing Control Act", "markedsføringsloven"}, "marketing control act|marketing act|markedsføringslov*", true},
    {{"the Personal Data Act", "personopplysningsloven"}, "personal data act|personopplysningslov*", true},
};

// Lower case, as far as a law's name has letters.
bool has_folded(std::string_view text, std::string_view lower, size_t *where) noexcept {
    for (size_t at = 0; at < text.size(); ++at) {
        size_t i = at, k = 0;
        while (k < lower.size() && i < text.size()) {
            const Letter mine = letter_at(text, i), wanted = letter_at(lower, k);
            if (fold(mine.code) != wanted.code) break;
            i += mine.size;
            k += wanted.size;
        }
        if (k != lower.size()) continue;
        *where = at;
        return true;
    }
    return false;
}

// What stands behind a sign of a section or the word for it: "13", "4-3", "10 a".
std::string_view read_section(std::string_view text) noexcept {
    constexpr std::string_view kSigns[] = {"§", "section", "paragraf"};
    for (const std::string_view sign : kSigns) {
        size_t at = 0;
        if (!has_folded(text, sign, &at)) continue;
        at += sign.size();
        while (at < text.size() && !is_digit(static_cast<unsigned char>(text[at]))) ++at;
        size_t end = at;
        while (end < text.size() && (is_digit(static_cast<unsigned char>(text[end])) || text[end] == '-')) ++end;
        while (end > at && text[end - 1] == '-') --end;
        if (end > at) return text.substr(at, end - at);
    }
    return {};
}

}  // namespace

const Country *country_of(std::string_view code) noexcept {
    for (const Country &country : kCountries)
        if (country.code == code) return &country;
    return nullptr;
}
std::span<const Country> countries() noexcept { return kCountries; }
std::span<const Law> laws() noexcept { return kLaws; }

LawReference read_law(std::string_view reference) noexcept {
    for (const Law &law : kLaws) {
        for (std::string_view rest = law.also; !rest.empty();) {
            const size_t bar = rest.find('|');
            const std::string_view name = rest.substr(0, bar);
            rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
            size_t at = 0;
            if (has_folded(reference, name.substr(0, name.find('*')), &at)) return {&law, read_section(reference)};
        }
    }
    return {nullptr, {}};
}

void put_law(Line *line, const LawReference &reference, Language language) noexcept {
    const std::string_view name = reference.law->name.in(language);
    if (reference.section.empty()) {
        line->add(name);
    } else if (language == Language::kEnglish) {
        line->add("§ ").add(reference.section).add(" of ").add(name);
    } else {
        line->add(name).add(" § ").add(reference.section);
    }
}

std::string_view category_words(std::string_view category, Language language) noexcept {
    struct Named {
        std::string_view category;
        Said words;
    };
    constexpr Named kNamed[] = {
        {"name", {"name", "navn"}},
        {"username", {"username", "brukernavn"}},
        {"email", {"email address", "e-postadresse"}},
        {"phone", {"telephone number", "telefonnummer"}},
        {"address", {"address", "adresse"}},
        {"occupation", {"job title", "stillingstittel"}},
        {"free text", {"free text", "fritekst"}},
        {"national id", {"national identity number", "fødselsnummer"}},
        {"birth date", {"date of birth", "fødselsdato"}},
        {"ip address", {"IP address", "IP-adresse"}},
        {"location", {"location", "posisjon"}},
        {"other", {"other information", "andre opplysninger"}},
    };
    for (const Named &named : kNamed)
        if (named.category == category) return named.words.in(language);
    return {};
}

void put_basis(Line *line, char letter, Language language) noexcept {
    constexpr Said kBases[] = {{"your consent", "samtykket ditt"},
                               {"a contract", "en avtale"},
                               {"a legal obligation", "en rettslig forpliktelse"},
                               {"vital interests", "vitale interesser"},
                               {"a task in the public interest", "en oppgave i allmennhetens interesse"},
                               {"our legitimate interest", "vår berettigede interesse"}};
    line->add(kBases[letter - 'a'].in(language));
    line->add(Said{" (GDPR Article 6(1)(", " (personvernforordningen artikkel 6 nr. 1 bokstav "}.in(language));
    line->add(std::string_view(&letter, 1)).add(Said{"))", ")"}.in(language));
}

}  // namespace pg_retention::core
