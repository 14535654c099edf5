#include "core/documents/claims.hpp"

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

enum class Unit : uint8_t { kNone, kHour, kDay, kWorkingDay, kWeek, kMonth, kQuarter, kYear };

Unit unit_at(const Tokens &tokens, size_t at, Language language) noexcept {
    struct Named {
        Said words;
        Unit unit;
    };
    constexpr Named kUnits[] = {
        {{"hour|hours", "time|timer"}, Unit::kHour},
        {{"day|days", "dag|dager|dagen|dagene|døgn|døgnet|kalenderdag|kalenderdager"}, Unit::kDay},
        {{"working day|working days|business day|business days", "virkedag|virkedager|arbeidsdag|arbeidsdager"},
         Unit::kWorkingDay},
        {{"week|weeks", "uke|uker|uka|uken|ukene|kalenderuke|kalenderuker"}, Unit::kWeek},
        {{"month|months", "måned|måneder|måneden|månedene|kalendermåned|kalendermåneden|kalendermåneder"}, Unit::kMonth},
        {{"quarter|quarters", "kvartal|kvartaler|kvartalet|kvartalene"}, Unit::kQuarter},
        {{"year|years", "år|året|årene|kalenderår|kalenderåret"}, Unit::kYear},
    };
    for (const Named &named : kUnits)
        if (tokens.is(at, named.words.in(language))) return named.unit;
    return Unit::kNone;
}

bool add_to(Period *period, int number, Unit unit) noexcept {
    if (number < 0 || number > 100000) return false;
    switch (unit) {
        case Unit::kHour: period->seconds += number * 3600; return number < 24 * 365;
        case Unit::kDay: period->days += number; return true;
        case Unit::kWorkingDay: period->days += (number * 7 + 4) / 5; return true;  // five of a week
        case Unit::kWeek: period->days += number * 7; return true;
        case Unit::kMonth: period->months += number; return true;
        case Unit::kQuarter: period->months += number * 3; return true;
        case Unit::kYear: period->months += number * 12; return true;
        case Unit::kNone: return false;
    }
    return false;
}

// Behind "(thirty)", hyphens and adjectives that stand between a number and its unit.
size_t before_unit(const Tokens &tokens, size_t at, Language language, bool *more) noexcept {
    constexpr Said kMore = {"further|more|additional|extra", "ytterligere|nye|ekstra"};
    constexpr Said kPlain = {"calendar|full|whole|consecutive|-|–", "hele|fulle|-|–"};
    if (tokens.is(at, "(") && number_at(tokens, at + 1, language) >= 0 && tokens.is(at + 2, ")")) at += 3;
    for (; at < tokens.n; ++at) {
        if (tokens.is(at, kMore.in(language)))
            *more = true;
        else if (!tokens.is(at, kPlain.in(language)))
            return at;
    }
    return at;
}

bool touch(const Token &a, const Token &b) noexcept { return a.text.data() + a.text.size() == b.text.data(); }

// A number with a part behind it, in tenths: "3.5", "3,5", "3½". Returns behind it; tenths is -1 where there is no number.
size_t read_tenths(const Tokens &tokens, size_t at, Language language, int *tenths) noexcept {
    const int whole = number_at(tokens, at, language);
    *tenths = whole < 0 || whole > 100000 ? -1 : whole * 10;
    if (whole < 0 || !tokens.all[at].is_number || at + 1 >= tokens.n || !touch(tokens.all[at], tokens.all[at + 1])) return at + 1;
    if (tokens.is(at + 1, "½")) {
        *tenths += 5;
        return at + 2;
    }
    const bool part = tokens.is(at + 1, ".|,") && at + 2 < tokens.n && tokens.all[at + 2].is_number &&
                      touch(tokens.all[at + 1], tokens.all[at + 2]);
    if (!part) return at + 1;
    *tenths += tokens.all[at + 2].text[0] - '0';
    return at + 3;
}

// Part of a number that began before it.
bool is_part(const Tokens &tokens, size_t at) noexcept {
    return at >= 2 && tokens.all[at].is_number && tokens.is(at - 1, ".|,") && tokens.all[at - 2].is_number &&
           touch(tokens.all[at - 2], tokens.all[at - 1]) && touch(tokens.all[at - 1], tokens.all[at]);
}

// A number and its unit from here on.
bool read_amount(const Tokens &tokens, size_t at, Language language, PeriodClaim *claim) noexcept {
    int tenths = 0;
    if (is_part(tokens, at)) return false;
    const size_t behind = read_tenths(tokens, at, language, &tenths);
    if (tenths < 0) return false;
    const size_t place = before_unit(tokens, behind, language, &claim->more);
    const Unit unit = unit_at(tokens, place, language);
    if (unit == Unit::kNone || !add_to(&claim->length, tenths / 10, unit)) return false;
    if (tenths % 10 != 0) claim->length.months += unit == Unit::kYear ? tenths % 10 * 12 / 10 : 0;
    claim->end = place + (unit == Unit::kWorkingDay && language == Language::kEnglish ? 2 : 1);
    if (language == Language::kBokmal && tokens.is(claim->end, "til")) claim->more = true;
    return true;
}

// How many times, and behind it.
bool read_times(const Tokens &tokens, size_t at, Language language, int *count, size_t *end) noexcept {
    if (tokens.is(at, Said{"once", ""}.in(language)) || tokens.is(at, Said{"twice", ""}.in(language))) {
        *count = tokens.is(at, "once") ? 1 : 2;
        *end = at + 1;
        return true;
    }
    *count = number_at(tokens, at, language);
    size_t place = at + 1;
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
        case Unit::kHour:
        case Unit::kWorkingDay:
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
    if (const Unit unit = unit_at(tokens, place, language);
        unit != Unit::kNone && unit != Unit::kHour && unit != Unit::kWorkingDay) {
        claim->cap.window = window_of(unit);
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
        // "3 years and 6 months"; more days are another period.
        PeriodClaim part = {};
        const bool years = claim->length.months % 12 == 0 && claim->length.months > 0 && claim->length.days == 0;
        if (years && tokens.is(claim->end, Said{"and", "og"}.in(language)) &&
            read_amount(tokens, claim->end + 1, language, &part) && part.length.months > 0 && part.length.months < 12) {
            claim->length.months += part.length.months;
            claim->end = part.end;
        }
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

const Country *next_country(const Tokens &tokens, size_t from, Language language, size_t *at) noexcept {
    for (size_t place = from; place < tokens.n; ++place)
        for (const Country &country : countries()) {
            Line folded;
            std::string_view name = country.name.in(language);
            if (name.starts_with("the ")) name.remove_prefix(4);
            folded.n = fold_into(name, folded.bytes, Line::kRoom);
            const bool other =
                country.code == "US" ? tokens.is(place, "usa|united states") : country.code == "GB" && tokens.is(place, "uk");
            if (!other && !tokens.is(place, folded.text())) continue;
            *at = place;
            return &country;
        }
    return nullptr;
}

bool says_anchor(const Tokens &tokens, const Period &period, Language language) noexcept {
    constexpr Said kFiscal = {"fiscal year*|financial year*|accounting year*", "regnskapsår*"};
    constexpr Said kYear = {"end of the year|end of the calendar year|end of that year|end of that calendar year|year end",
                            "utgangen av året|utgangen av kalenderåret|slutten av året|årets slutt|årsslutt"};
    const bool calendar = period.end_month == 0 || (period.end_month == 12 && period.end_day == 31);
    switch (period.anchor) {
        case kMonthEnd:
            return tokens.has({"end of the month|end of the calendar month", "utgangen av måneden|slutten av måneden"}, language);
        case kQuarterEnd: return tokens.has({"end of the quarter", "utgangen av kvartalet|slutten av kvartalet"}, language);
        case kYearEnd: return tokens.has(kYear, language);
        case kFiscalYearEnd: return tokens.has(kFiscal, language) || (calendar && tokens.has(kYear, language));
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
