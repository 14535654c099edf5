#include "core/documents/claims.hpp"

#include <algorithm>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

enum class Unit : uint8_t {
    kNone,
    kSecond,
    kMinute,
    kHour,
    kDay,
    kWorkingDay,
    kWeek,
    kFortnight,
    kMonth,
    kQuarter,
    kYear,
    kDecade
};

Unit unit_at(const Tokens &tokens, size_t at, Language language) noexcept {
    struct Named {
        Said words;
        Unit unit;
    };
    constexpr Named kUnits[] = {
        {{"seconds", "sekund|sekunder"}, Unit::kSecond},
        {{"minute|minutes", "minutt|minutter"}, Unit::kMinute},
        {{"hour|hours|hr|hrs", "time|timer|timers"}, Unit::kHour},
        {{"day|days", "dag|dags|dager|dagers|dagen|døgn|døgns|døgnet|dagene|kalenderdag|kalenderdager|kalenderdagers"},
         Unit::kDay},
        {{"working day|working days|business day|business days",
          "virkedag|virkedager|virkedagers|arbeidsdag|arbeidsdager|arbeidsdagers"},
         Unit::kWorkingDay},
        {{"week|weeks|wk|wks", "uke|uker|ukes|ukers|uka|uken|ukene|kalenderuke|kalenderuker"}, Unit::kWeek},
        {{"fortnight|fortnights", ""}, Unit::kFortnight},
        {{"month|months|mo|mos|mth|mths",
          "måned|måneds|måneder|måneders|måneden|månedene|mnd|mnds|kalendermåned|kalendermåneden|kalendermåneder"},
         Unit::kMonth},
        {{"quarter|quarters", "kvartal|kvartals|kvartaler|kvartalet|kvartalene"}, Unit::kQuarter},
        {{"year|years|yr|yrs", "år|års|året|årene|årig|årige|kalenderår|kalenderårs|kalenderåret"}, Unit::kYear},
        {{"decade|decades", "tiår|tiårs|tiåret"}, Unit::kDecade},
    };
    for (const Named &named : kUnits)
        if (const std::string_view words = named.words.in(language); !words.empty() && tokens.is(at, words)) return named.unit;
    return Unit::kNone;
}

// tenths: of a unit. False: there is no such period.
bool add_to(Period *period, int tenths, Unit unit) noexcept {
    if (tenths < 0 || tenths > 1000000) return false;
    const int number = tenths / 10, part = tenths % 10;
    switch (unit) {
        case Unit::kSecond: period->seconds += number; return part == 0;
        case Unit::kMinute: period->seconds += tenths * 6; return true;
        case Unit::kHour: period->seconds += tenths * 360; return number < 24 * 365;
        case Unit::kDay: period->days += number; return part == 0;
        case Unit::kWorkingDay: period->days += (number * 7 + 4) / 5; return part == 0;  // five of a week
        case Unit::kWeek: period->days += number * 7; return part == 0;
        case Unit::kFortnight: period->days += number * 14; return part == 0;
        case Unit::kMonth: period->months += number; return part == 0;
        case Unit::kQuarter: period->months += number * 3; return part == 0;
        case Unit::kYear: period->months += tenths * 12 / 10; return tenths * 12 % 10 == 0;
        case Unit::kDecade: period->months += number * 120; return part == 0;
        case Unit::kNone: return false;
    }
    return false;
}

// Behind "(thirty)", hyphens and adjectives that stand between a number and its unit.
size_t before_unit(const Tokens &tokens, size_t at, Language language, bool *more) noexcept {
    constexpr Said kMore = {"further|more|additional|extra", "ytterligere|nye|ekstra"};
    constexpr Said kPlain = {"calendar|full|whole|consecutive|-|–", "hele|fulle|-|–"};
    size_t end = 0;
    if (tokens.is(at, "(") && number_at(tokens, at + 1, language, &end) >= 0 && tokens.is(end, ")")) at = end + 1;
    for (; at < tokens.n; ++at) {
        if (tokens.is(at, kMore.in(language)))
            *more = true;
        else if (!tokens.is(at, kPlain.in(language)))
            return at;
    }
    return at;
}

bool touch(const Token &a, const Token &b) noexcept { return a.text.data() + a.text.size() == b.text.data(); }

// A number with a part behind it, in tenths: "3.5", "3,5", "3½", "three and a half". Returns behind it; tenths is -1 where there is no number.
size_t read_tenths(const Tokens &tokens, size_t at, Language language, int *tenths) noexcept {
    size_t end = 0;
    const int whole = number_at(tokens, at, language, &end);
    *tenths = whole < 0 || whole > 100000 ? -1 : whole * 10;
    if (whole < 0) return end;
    if (tokens.is(end, Said{"and a half", "og et halvt|og en halv"}.in(language))) {
        *tenths += 5;
        return end + 3;
    }
    if (!tokens.all[at].is_number || at + 1 >= tokens.n || !touch(tokens.all[at], tokens.all[at + 1])) return end;
    if (tokens.is(at + 1, "½")) {
        *tenths += 5;
        return at + 2;
    }
    const bool part = tokens.is(at + 1, ".|,") && at + 2 < tokens.n && tokens.all[at + 2].is_number &&
                      touch(tokens.all[at + 1], tokens.all[at + 2]);
    if (!part) return end;
    *tenths += tokens.all[at + 2].text[0] - '0';
    return at + 3;
}

// Part of a number that began before it.
bool is_part(const Tokens &tokens, size_t at) noexcept {
    return at >= 2 && tokens.all[at].is_number && tokens.is(at - 1, ".|,") && tokens.all[at - 2].is_number &&
           touch(tokens.all[at - 2], tokens.all[at - 1]) && touch(tokens.all[at - 1], tokens.all[at]);
}

// "24 hours a day", "200 visits a year", "one day you may want": no period.
bool is_idiom(const Tokens &tokens, size_t at, Unit unit, Language language) noexcept {
    constexpr Said kOne = {"a|an|one", "en|ei|et"};
    constexpr Said kBefore = {
        "for|after|within|in|of|than|over|least|most|about|is|be|to|by|another|full|last|lasts|and|or|only|until|under|a",
        "i|innen|etter|av|enn|over|minst|høyst|maks|omtrent|er|til|på|om|fra|og|eller|bare|inntil|siste|senest|enda|varer|minimum|maksimum"};
    if (!tokens.is(at, kOne.in(language))) return false;
    if (at == 0) return unit == Unit::kDay;
    if (tokens.is(at - 1, kBefore.in(language))) return false;
    return unit == Unit::kDay || is_word(letter_at(tokens.all[at - 1].text, 0).code);
}

// "half a year", "et halvår".
bool read_half_year(const Tokens &tokens, size_t at, Language language, PeriodClaim *claim) noexcept {
    struct Named {
        Said words;
        size_t n;
        int months;
    };
    constexpr Named kHalves[] = {{{"half a year|half - year", "et halvt år"}, 3, 6},
                                 {{"half year", "halvt år|halve året|et halvår"}, 2, 6},
                                 {{"", "halvannet år"}, 2, 18},
                                 {{"", "halvår|halvårs"}, 1, 6}};
    for (const Named &half : kHalves) {
        const std::string_view words = half.words.in(language);
        if (words.empty() || !tokens.is(at, words)) continue;
        claim->length.months = half.months;
        claim->end = at + half.n;
        return true;
    }
    return false;
}

// The unit of the last period before; kNone: there is none.
Unit unit_before(const Tokens &tokens, size_t at, Language language) noexcept {
    for (size_t place = at; place-- > 1;)
        if (const Unit unit = unit_at(tokens, place, language); unit != Unit::kNone)
            if (tokens.is(place - 1, "-") || number_at(tokens, place - 1, language) >= 0) return unit;
    return Unit::kNone;
}

// "kept for 14 days, then quarantined for 90": the unit stands before.
bool read_bare(const Tokens &tokens, size_t at, size_t behind, int tenths, Language language, PeriodClaim *claim) noexcept {
    constexpr Said kBefore = {"for|after|another|further|additional", "i|etter|ytterligere"};
    constexpr Said kBehind = {".|,|;|)|then|before|and|but|if|in", ".|,|;|)|deretter|før|og|men|hvis"};
    const bool ends = behind >= tokens.n || tokens.is(behind, kBehind.in(language));
    const bool year = tenths >= 19000 && tenths < 21000;
    if (at == 0 || !ends || year || !tokens.is(at - 1, kBefore.in(language)) || tokens.is(at, "a|an|one|en|et|ei")) return false;
    const Unit unit = unit_before(tokens, at, language);
    claim->end = behind;
    return unit != Unit::kNone && add_to(&claim->length, tenths, unit);
}

// A number and its unit from here on.
bool read_amount(const Tokens &tokens, size_t at, Language language, PeriodClaim *claim) noexcept {
    int tenths = 0;
    if (is_part(tokens, at)) return false;
    if (read_half_year(tokens, at, language, claim)) return true;
    const size_t behind = read_tenths(tokens, at, language, &tenths);
    if (tenths < 0) return false;
    const size_t place = before_unit(tokens, behind, language, &claim->more);
    const Unit unit = unit_at(tokens, place, language);
    if (unit == Unit::kNone) return read_bare(tokens, at, behind, tenths, language, claim);
    if (is_idiom(tokens, at, unit, language) || !add_to(&claim->length, tenths, unit)) return false;
    claim->end = place + (unit == Unit::kWorkingDay && language == Language::kEnglish ? 2 : 1);
    if (unit == Unit::kYear && tokens.is(claim->end, Said{"and a half", "og et halvt"}.in(language))) {
        claim->length.months += 6;
        claim->end += 3;
    }
    if (language == Language::kBokmal && tokens.is(claim->end, "til")) claim->more = true;
    return true;
}

// Which is the shorter unit of the two.
bool is_part_of(const Period &part, const Period &whole) noexcept {
    const int smallest = whole.seconds != 0 ? whole.seconds % 3600 == 0 ? 3600 : 60 : 0;
    if (part.months != 0) return part.months < 12 && whole.months % 12 == 0 && whole.months > 0 && whole.days == 0;
    if (part.days != 0) return whole.days == 0 && whole.months > 0;
    return smallest > 0 && part.seconds < smallest;
}

// "1 year, 1 month and 1 day" is one period as far as its units grow shorter. What stands before the first "and" alone is kept beside it.
void read_more_parts(const Tokens &tokens, Language language, PeriodClaim *claim) noexcept {
    const std::string_view kAnd = Said{"and", "og"}.in(language);
    PeriodClaim all = *claim;
    for (bool last = false; !last;) {
        PeriodClaim part = {};
        last = tokens.is(all.end, kAnd);
        if (!last && !tokens.is(all.end, ",")) return;
        if (!read_amount(tokens, all.end + 1, language, &part) || !is_part_of(part.length, all.length)) return;
        all.length.months += part.length.months;
        all.length.days += part.length.days;
        all.length.seconds += part.length.seconds;
        all.end = part.end;
    }
    if (all.length.days != 0 && claim->length.months != 0) {
        all.first = claim->length;
        all.first_end = claim->end;
    }
    *claim = all;
}

// How many times, and behind it.
bool read_times(const Tokens &tokens, size_t at, Language language, int *count, size_t *end) noexcept {
    if (tokens.is(at, Said{"once", ""}.in(language)) || tokens.is(at, Said{"twice", ""}.in(language))) {
        *count = tokens.is(at, "once") ? 1 : 2;
        *end = at + 1;
        return true;
    }
    size_t place = 0;
    *count = number_at(tokens, at, language, &place);
    if (tokens.is(place, "(") && tokens.is(place + 2, ")")) place += 3;
    *end = place + 1;
    return *count > 0 && *count <= kMaxCapCount && tokens.is(place, Said{"time|times", "gang|ganger"}.in(language));
}

CapWindow window_of(Unit unit) noexcept {
    switch (unit) {
        case Unit::kDay: return CapWindow::kDay;
        case Unit::kWeek: return CapWindow::kWeek;
        case Unit::kMonth: return CapWindow::kMonth;
        case Unit::kQuarter: return CapWindow::kQuarter;
        case Unit::kYear: return CapWindow::kYear;
        case Unit::kSecond:
        case Unit::kMinute:
        case Unit::kHour:
        case Unit::kWorkingDay:
        case Unit::kFortnight:
        case Unit::kDecade:
        case Unit::kNone: return CapWindow::kRolling;
    }
    return CapWindow::kRolling;
}

// "årlig", "monthly".
Unit adverb_at(const Tokens &tokens, size_t at, Language language) noexcept {
    struct Named {
        Said words;
        Unit unit;
    };
    constexpr Named kAdverbs[] = {{{"daily", "daglig"}, Unit::kDay},
                                  {{"weekly", "ukentlig"}, Unit::kWeek},
                                  {{"monthly", "månedlig"}, Unit::kMonth},
                                  {{"quarterly", "kvartalsvis"}, Unit::kQuarter},
                                  {{"yearly|annually", "årlig"}, Unit::kYear}};
    for (const Named &named : kAdverbs)
        if (tokens.is(at, named.words.in(language))) return named.unit;
    return Unit::kNone;
}

bool read_cap(const Tokens &tokens, size_t at, Language language, CapClaim *claim) noexcept {
    constexpr Said kPer = {"a|any|calendar|each|every|in|one|per|the|within|single",
                           "av|en|et|hver|hvert|i|innen|løpet|per|pr|."};
    int count = 0;
    size_t end = 0;
    if (!read_times(tokens, at, language, &count, &end)) return false;
    *claim = {{count, CapWindow::kRolling, {}}, at, end};
    if (const Unit unit = adverb_at(tokens, end, language); unit != Unit::kNone) {
        claim->cap.window = window_of(unit);
        claim->end = end + 1;
        return true;
    }
    size_t place = end;
    // "per 14 days"; "a" and "en" are words for one, too.
    while (tokens.is(place, kPer.in(language)) && number_at(tokens, place, language) <= 1) ++place;
    if (place == end) return false;
    if (const CapWindow window = window_of(unit_at(tokens, place, language)); window != CapWindow::kRolling) {
        claim->cap.window = window;
        claim->end = place + 1;
        return true;
    }
    PeriodClaim length = {};
    if (!read_amount(tokens, place, language, &length)) return false;
    claim->cap.period = length.length;
    claim->end = length.end;
    return true;
}

}  // namespace

bool next_cap(const Tokens &tokens, size_t from, Language language, CapClaim *claim) noexcept {
    for (size_t at = from; at < tokens.n; ++at)
        if (read_cap(tokens, at, language, claim)) return true;
    return false;
}

bool next_period(const Tokens &tokens, size_t from, Language language, PeriodClaim *claim) noexcept {
    for (size_t at = from; at < tokens.n; ++at) {
        CapClaim cap = {};
        if (read_cap(tokens, at, language, &cap)) {
            at = cap.end - 1;
            continue;
        }
        *claim = {};
        claim->begin = at;
        if (!read_amount(tokens, at, language, claim)) continue;
        read_more_parts(tokens, language, claim);
        return true;
    }
    return false;
}

bool next_unread(const Tokens &tokens, size_t from, Language language, PeriodClaim *claim) noexcept {
    constexpr Said kMany = {"hours|days|weeks|months|years|decades", "timer|dager|døgn|uker|måneder|mnd|år|års|tiår"};
    constexpr Said kBefore = {"for|after|within|than|least|most|to|about|until", "i|etter|innen|enn|minst|høyst|inntil|på|til"};
    constexpr Said kNone = {
        "the|these|those|all|last|previous|past|following|working|business|calendar|fiscal|financial|our|your|both|such|school|same",
        "de|disse|siste|samme|neste|forrige|hvert|hver|dette|det|alle|et|av|per|i|vårt|ditt|forutgående|hele|begge|to|løpende"};
    for (size_t at = std::max<size_t>(from, 2); at < tokens.n; ++at) {
        if (!tokens.is(at, kMany.in(language)) || !is_letter(letter_at(tokens.all[at - 1].text, 0).code)) continue;
        size_t begin = at - 1;
        while (begin > 1 && tokens.is(begin - 1, "-|–")) begin -= 2;
        if (begin == 0 || begin < from || number_at(tokens, begin, language) >= 0) continue;
        if (!tokens.is(begin - 1, kBefore.in(language)) || tokens.is(at - 1, kNone.in(language))) continue;
        *claim = {};
        claim->begin = begin;
        claim->end = at + 1;
        return true;
    }
    return false;
}

namespace {

// A number of an article with paragraph and letter behind it: "6(1)(f)", "6.1 f)", "6 nr. 1 bokstav f". Returns behind it.
size_t read_article(const Tokens &tokens, size_t at, ArticleClaim *claim) noexcept {
    const auto number = [&](size_t place) {
        return tokens.all[place].is_number ? number_at(tokens, place, Language::kEnglish) : -1;
    };
    *claim = {number(at++), 0, 0};
    const auto letter = [&](size_t place) {
        return place < tokens.n && tokens.all[place].text.size() == 1 &&
               is_letter(static_cast<unsigned char>(tokens.all[place].text[0]));
    };
    size_t place = at;
    while (tokens.is(place, "(|.|nr|no|paragraph|,")) ++place;
    if (place > at && place < tokens.n && tokens.all[place].is_number && !tokens.is(at, ",")) {
        claim->paragraph = number(place);
        at = place + 1;
        if (tokens.is(at, ")")) ++at;
    }
    place = at;
    while (tokens.is(place, "(|.|bokstav|letter|point|litra")) ++place;
    if (letter(place) && (place > at || tokens.is(place + 1, ")"))) {
        claim->letter = static_cast<char>(tokens.all[place].text[0] | 0x20);
        at = place + 1;
        if (tokens.is(at, ")")) ++at;
    }
    return at;
}

}  // namespace

ArticleClaims::ArticleClaims(const Tokens &tokens) noexcept {
    constexpr std::string_view kWords = "article|articles|art|arts|artikkel|artiklene|artikler|artikkelen";
    for (size_t at = 0; at < tokens.n;) {
        if (!tokens.is(at, kWords)) {
            ++at;
            continue;
        }
        ++at;
        if (tokens.is(at, ".")) ++at;
        while (at < tokens.n && tokens.all[at].is_number && n < kRoom) {
            at = read_article(tokens, at, &all[n++]);
            // "15 to 22" has all between.
            if (tokens.is(at, "to|til|-|–") && at + 1 < tokens.n && tokens.all[at + 1].is_number) {
                const int last = number_at(tokens, at + 1, Language::kEnglish);
                for (int one = all[n - 1].article + 1; one < last && n < kRoom; ++one) all[n++] = {one, 0, 0};
                ++at;
            } else if (tokens.is(at, ",|and|og|or|eller") && at + 1 < tokens.n) {
                if (tokens.is(at, ",") && tokens.is(at + 1, "and|og")) ++at;
                if (!tokens.all[at + 1].is_number) break;
                ++at;
            }
        }
    }
}

bool ArticleClaims::has(int article) const noexcept {
    for (size_t i = 0; i < n; ++i)
        if (all[i].article == article) return true;
    return false;
}

namespace {

// A section from here on, and the place behind it; empty: there is none.
std::string_view section_at(const Tokens &tokens, size_t at, size_t *end) noexcept {
    if (!tokens.is(at, "§|section|paragraf") || at + 1 >= tokens.n || !tokens.all[at + 1].is_number) return {};
    size_t last = at + 1;
    while (last + 2 < tokens.n && tokens.is(last + 1, "-") && tokens.all[last + 2].is_number) last += 2;
    const auto letter = [&](size_t place) {
        const std::string_view text = place < tokens.n ? tokens.all[place].text : std::string_view();
        return text.size() == 1 && is_letter(static_cast<unsigned char>(text[0])) ? text[0] | 0x20 : 0;
    };
    // "13b", "13 b"; "13 i loven" is section 13.
    if (const int c = letter(last + 1); c != 0 && (touch(tokens.all[last], tokens.all[last + 1]) || (c > 'a' && c < 'i'))) ++last;
    *end = last + 1;
    return text_of(tokens, at + 1, last + 1);
}

// The section that goes with a law's name: "§ 13 of the ...", "§ 13 i ...", "... § 13", "...'s section 13".
std::string_view section_beside(const Tokens &tokens, size_t begin, size_t end) noexcept {
    constexpr size_t kNear = 8;
    constexpr std::string_view kOf = "of|i|etter";
    size_t behind = 0;
    for (size_t at = begin > kNear ? begin - kNear : 0; at < begin; ++at) {
        const std::string_view section = section_at(tokens, at, &behind);
        if (section.empty() || !tokens.is(behind, kOf)) continue;
        if (behind + 1 == begin || (tokens.is(behind + 1, "the|den") && behind + 2 == begin)) return section;
    }
    for (size_t at = end; at < end + 3 && at < tokens.n && (at == end || tokens.is(at - 1, ",|'|’|s")); ++at)
        if (const std::string_view section = section_at(tokens, at, &behind); !section.empty() && !tokens.is(behind, kOf))
            return section;
    return {};
}

size_t words_of(std::string_view phrases, const Tokens &tokens, size_t at) noexcept {
    while (!phrases.empty()) {
        const size_t bar = phrases.find('|');
        const std::string_view phrase = phrases.substr(0, bar);
        phrases = bar == std::string_view::npos ? std::string_view() : phrases.substr(bar + 1);
        if (!tokens.is(at, phrase)) continue;
        size_t n = 1;
        for (const char c : phrase) n += c == ' ' ? 1 : 0;
        return n;
    }
    return 0;
}

}  // namespace

bool next_law(const Tokens &tokens, size_t from, LawClaim *claim) noexcept {
    for (size_t at = from; at < tokens.n; ++at)
        for (const Law &law : laws()) {
            const size_t n = words_of(law.also, tokens, at);
            if (n == 0) continue;
            *claim = {{&law, section_beside(tokens, at, at + n)}, at + n};
            return true;
        }
    return false;
}

namespace {

// Those that language.hpp has no name for, as nothing can be configured to lie there under a name, and what else some are called.
struct OtherCountry {
    std::string_view words;  // as Tokens::find takes them
    Country country;
};
constexpr OtherCountry kOthers[] = {
    {"albania", {"AL", {"Albania", "Albania"}, false}},
    {"argentina", {"AR", {"Argentina", "Argentina"}, false}},
    {"armenia", {"AM", {"Armenia", "Armenia"}, false}},
    {"bangladesh", {"BD", {"Bangladesh", "Bangladesh"}, false}},
    {"belarus|hviterussland", {"BY", {"Belarus", "Belarus"}, false}},
    {"bosnia", {"BA", {"Bosnia and Herzegovina", "Bosnia-Hercegovina"}, false}},
    {"chile", {"CL", {"Chile", "Chile"}, false}},
    {"colombia", {"CO", {"Colombia", "Colombia"}, false}},
    {"egypt", {"EG", {"Egypt", "Egypt"}, false}},
    {"hong kong|hongkong", {"HK", {"Hong Kong", "Hongkong"}, false}},
    {"indonesia", {"ID", {"Indonesia", "Indonesia"}, false}},
    {"kazakhstan|kasakhstan", {"KZ", {"Kazakhstan", "Kasakhstan"}, false}},
    {"kenya", {"KE", {"Kenya", "Kenya"}, false}},
    {"kosovo", {"XK", {"Kosovo", "Kosovo"}, false}},
    {"macedonia|makedonia", {"MK", {"North Macedonia", "Nord-Makedonia"}, false}},
    {"malaysia", {"MY", {"Malaysia", "Malaysia"}, false}},
    {"mexico", {"MX", {"Mexico", "Mexico"}, false}},
    {"moldova", {"MD", {"Moldova", "Moldova"}, false}},
    {"monaco", {"MC", {"Monaco", "Monaco"}, false}},
    {"montenegro", {"ME", {"Montenegro", "Montenegro"}, false}},
    {"morocco|marokko", {"MA", {"Morocco", "Marokko"}, false}},
    {"nigeria", {"NG", {"Nigeria", "Nigeria"}, false}},
    {"pakistan", {"PK", {"Pakistan", "Pakistan"}, false}},
    {"qatar", {"QA", {"Qatar", "Qatar"}, false}},
    {"saudi arabia|saudi - arabia", {"SA", {"Saudi Arabia", "Saudi-Arabia"}, false}},
    {"serbia", {"RS", {"Serbia", "Serbia"}, false}},
    {"sri lanka", {"LK", {"Sri Lanka", "Sri Lanka"}, false}},
    {"taiwan", {"TW", {"Taiwan", "Taiwan"}, false}},
    {"thailand", {"TH", {"Thailand", "Thailand"}, false}},
    {"tunisia", {"TN", {"Tunisia", "Tunisia"}, false}},
    {"emirates|emiratene|dubai", {"AE", {"the United Arab Emirates", "Emiratene"}, false}},
    {"vietnam", {"VN", {"Vietnam", "Vietnam"}, false}},
};
struct Part {
    std::string_view words;
    std::string_view code;
};
constexpr Part kParts[] = {
    {"usa|united states|california|virginia|oregon|ohio|texas|america|amerika|u . s", "US"},
    {"uk|england|scotland|skottland|wales|great britain|northern ireland", "GB"},
    {"holland", "NL"},
    {"bavaria|bayern|frankfurt|berlin", "DE"},
    {"stockholm", "SE"},
    {"dublin|eire", "IE"},
    {"amsterdam", "NL"},
    {"paris", "FR"},
    {"london", "GB"},
    {"copenhagen|københavn", "DK"},
    {"czech republic|den tsjekkiske republikk", "CZ"},
};

const Country *other_country_at(const Tokens &tokens, size_t at) noexcept {
    // "Us" is a country in capitals alone.
    if (tokens.all[at].text == "US") return country_of("US");
    for (const Part &part : kParts)
        if (tokens.is(at, part.words)) return country_of(part.code);
    for (const OtherCountry &other : kOthers)
        if (tokens.is(at, other.words)) return &other.country;
    return nullptr;
}

}  // namespace

const Country *next_country(const Tokens &tokens, size_t from, Language language, size_t *at) noexcept {
    for (size_t place = from; place < tokens.n; ++place) {
        *at = place;
        if (const Country *other = other_country_at(tokens, place); other != nullptr) return other;
        for (const Country &country : countries()) {
            Line folded;
            std::string_view name = country.name.in(language);
            if (name.starts_with("the ")) name.remove_prefix(4);
            folded.n = fold_into(name, folded.bytes, Line::kRoom);
            if (tokens.is(place, folded.text())) return &country;
        }
    }
    return nullptr;
}

namespace {

// The year whose end a period counts from, and not its beginning.
bool says_fiscal_year(const Tokens &tokens, Language language) noexcept {
    constexpr Said kFiscal = {"fiscal year*|financial year*|accounting year*", "regnskapsår*"};
    constexpr Said kBeginning = {"begin*|start*|first|opening|outset|before", "begynnelse*|start*|inngangen|første|før"};
    for (size_t at = tokens.find(kFiscal.in(language)); at < tokens.n; at = tokens.find(kFiscal.in(language), at + 1)) {
        bool beginning = false;
        for (size_t i = at > 5 ? at - 5 : 0; i < at; ++i) beginning = beginning || tokens.is(i, kBeginning.in(language));
        if (!beginning && !tokens.is(at + 2, Said{"start*|begin*", "begynner|starter"}.in(language))) return true;
    }
    return false;
}

}  // namespace

bool says_anchor(const Tokens &tokens, const Period &period, Language language) noexcept {
    constexpr Said kYear = {"end of the year|end of the calendar year|end of that year|end of that calendar year|year end",
                            "utgangen av året|utgangen av kalenderåret|slutten av året|årets slutt|årsslutt"};
    const bool calendar = period.end_month == 0 || (period.end_month == 12 && period.end_day == 31);
    switch (period.anchor) {
        case kMonthEnd:
            return tokens.has({"end of the month|end of the calendar month", "utgangen av måneden|slutten av måneden"}, language);
        case kQuarterEnd: return tokens.has({"end of the quarter", "utgangen av kvartalet|slutten av kvartalet"}, language);
        case kYearEnd: return tokens.has(kYear, language);
        case kFiscalYearEnd: return says_fiscal_year(tokens, language) || (calendar && tokens.has(kYear, language));
        default: return true;
    }
}

bool says_any_anchor(const Tokens &tokens, Language language) noexcept {
    for (const uint8_t anchor : {kMonthEnd, kQuarterEnd, kYearEnd, kFiscalYearEnd}) {
        Period period = {};
        period.anchor = anchor;
        if (says_anchor(tokens, period, language)) return true;
    }
    return false;
}

std::string_view text_of(const Tokens &tokens, size_t begin, size_t end) noexcept {
    if (begin >= end) return {};
    const char *first = tokens.all[begin].text.data();
    const std::string_view last = tokens.all[end - 1].text;
    return {first, static_cast<size_t>(last.data() + last.size() - first)};
}

}  // namespace pg_retention::core
