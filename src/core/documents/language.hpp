#pragma once
// The languages in which people are told things, and what has a name in each: numbers of units, countries, laws, categories of data.
#include <cstdint>
#include <span>
#include <string_view>

#include "core/time/cap.hpp"
#include "core/time/period.hpp"

namespace pg_retention::core {

enum class Language : uint8_t { kEnglish, kBokmal };
constexpr const char *name_of(Language language) noexcept {
    switch (language) {
        case Language::kEnglish: return "en";
        case Language::kBokmal: return "nb";
    }
    return nullptr;
}
// Takes "no" for "nb". False: there are no words in it.
bool find_language(std::string_view name, Language *language) noexcept;

// The same in each language.
struct Said {
    std::string_view english;
    std::string_view bokmal;
    constexpr std::string_view in(Language language) const noexcept { return language == Language::kEnglish ? english : bokmal; }
};

// A text of bounded length; what has no room is cut at a letter.
struct Line {
    static constexpr size_t kRoom = 480;
    char bytes[kRoom];
    size_t n = 0;
    Line &add(std::string_view text) noexcept;
    Line &add(int64_t number) noexcept;
    std::string_view text() const noexcept { return {bytes, n}; }
};

// "5 years", "1 month and 10 days"; without what it counts from. Forever is not told so.
void put_length(Line *line, const Period &period, Language language) noexcept;
// "the end of the fiscal year"; empty: it counts from the start itself.
void put_anchor(Line *line, const Period &period, Language language) noexcept;
// The whole: "5 years after the end of the fiscal year", "without a limit".
void put_period(Line *line, const Period &period, Language language) noexcept;
// Of minutes that a setting is in: years as far as they are some.
Period period_of_minutes(int64_t minutes) noexcept;
// "1 January 2031", "1. januar 2031 kl. 10.30": of a local time, "2031-01-01" or "2031-01-01 10:30:00".
void put_local(Line *line, std::string_view local, Language language) noexcept;
// "at most 2 times per calendar month".
void put_cap(Line *line, const Cap &cap, Language language) noexcept;

struct Country {
    std::string_view code;
    Said name;
    bool island;  // in Norwegian one is on it
};
// Null: it has no name here.
const Country *country_of(std::string_view code) noexcept;
std::span<const Country> countries() noexcept;

// A law and its section as a reference names it: "Bookkeeping Act §13", "bokføringsloven § 13".
struct Law {
    Said name;              // within a sentence
    std::string_view also;  // what tells it in a text, as Tokens::find takes it
    bool general;           // of processing as such: no row is kept for it
};
std::span<const Law> laws() noexcept;
struct LawReference {
    const Law *law;            // null: no law that has a name here
    std::string_view section;  // empty: none is named
};
LawReference read_law(std::string_view reference) noexcept;
// "§ 13 of the Bookkeeping Act", "bokføringsloven § 13".
void put_law(Line *line, const LawReference &reference, Language language) noexcept;

// What the usual categories are called; empty: not one of them.
std::string_view category_words(std::string_view category, Language language) noexcept;

// Of the letter of Article 6(1): "your consent (GDPR Article 6(1)(a))".
void put_basis(Line *line, char letter, Language language) noexcept;

}  // namespace pg_retention::core
