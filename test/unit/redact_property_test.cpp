// Random texts: the room is enough, nothing is torn apart, and no word survives that was to go.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/text/letters.hpp"
#include "core/text/ordinary_words.hpp"
#include "core/text/redactions.hpp"

namespace pg_retention::core {
namespace {

// Names in here are no ordinary words: those may stay, by what stands around them.
const std::vector<std::string> kNames = {"Kari",          "Nordby",   "Åse Marie",      "Ørbæk", "Trond-Erik",
                                         "O'Brien",       "xy",       "Čálliid",        "kn123", "Storgata 12, 0155 Oslo",
                                         "kari@firma.no", "99887766", "+47 22 33 44 55"};

const std::vector<std::string> kPieces = {" ",
                                          " ",
                                          " ",
                                          " ",
                                          ".",
                                          ",",
                                          "-",
                                          "(",
                                          ")",
                                          "/",
                                          ":",
                                          "\n",
                                          "'",
                                          "’",
                                          "@",
                                          "+",
                                          "#",
                                          "_",
                                          "s",
                                          "S",
                                          "K. ",
                                          "KA ",
                                          "tlf ",
                                          "faktura ",
                                          "ring ",
                                          "kr ",
                                          "og ",
                                          "+47",
                                          "0047",
                                          "1",
                                          "22",
                                          "333",
                                          "4444",
                                          "99887766",
                                          "22 33 44 55",
                                          "11038066600",
                                          "4111 1111 1111 1111",
                                          "NO69 8134 1252 423",
                                          "ola@firma.no",
                                          " at ",
                                          " dot ",
                                          "(at)",
                                          "(0)",
                                          "å",
                                          "Ø",
                                          "\u0301",
                                          "\u00A0",
                                          "æ",
                                          "7",
                                          "kari",
                                          "NORDBY",
                                          "åse",
                                          "ØRBÆK"};

class Random {
  public:
    explicit Random(uint64_t seed) : engine_(seed) {}
    size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(engine_); }
    const std::string &of(const std::vector<std::string> &list) { return list[below(list.size())]; }

    std::string text() {
        std::string s;
        for (size_t n = below(30); n > 0; --n) s += below(3) == 0 ? of(kNames) : of(kPieces);
        return s;
    }

    std::string bytes() {
        std::string s(below(64), '\0');
        for (char &c : s) c = static_cast<char>(below(4) == 0 ? below(256) : "0123456789 +-.@(kKaiø"[below(21)]);
        return s;
    }

    std::vector<Word> some(const std::vector<std::string> &list, size_t most) {
        std::vector<Word> chosen;
        for (size_t n = below(most + 1); n > 0; --n) chosen.emplace_back(of(list));
        return chosen;
    }

  private:
    std::mt19937_64 engine_;
};

// Exactly the room that is promised, so that a sanitizer sees one byte more.
std::string redacted(std::string_view text, const Words &words, bool identifiers) {
    const size_t room = redacted_room(text.size());
    const std::unique_ptr<char[]> out(new char[room]);
    const size_t n = redact(text, words, identifiers, out.get());
    EXPECT_LE(n, room) << text;
    return {out.get(), n};
}

bool is_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size(); i += letter_at(text, i).size)
        if (letter_at(text, i).code == kNoLetter) return false;
    return true;
}

// Where the word stands as a whole, in the plainest sense.
size_t find_word(std::string_view text, std::string_view word, size_t from) {
    for (size_t at = from; at + word.size() <= text.size(); ++at) {
        size_t i = at;
        size_t j = 0;
        while (i < text.size() && j < word.size() && letter_at(text, i).size == letter_at(word, j).size &&
               fold(letter_at(text, i).code) == fold(letter_at(word, j).code)) {
            i += letter_at(text, i).size;
            j += letter_at(word, j).size;
        }
        if (j == word.size() && !is_word(letter_before(text, at).code) && !is_word(letter_at(text, i).code)) return at;
    }
    return std::string_view::npos;
}

// But the surname of somebody whose first name is another.
TEST(RedactProperty, NoWordSurvives) {
    Random random(7);
    for (int round = 0; round < 5000; ++round) {
        const std::string text = random.text();
        const auto remove = random.some(kNames, 4);
        const std::string out = redacted(text, {remove.data(), remove.size(), nullptr, 0}, random.below(2) == 0);
        ASSERT_TRUE(is_utf8(out)) << text;
        for (const Word &word : remove)
            for (size_t at = find_word(out, word.value, 0); at != std::string_view::npos; at = find_word(out, word.value, at + 1))
                ASSERT_TRUE(is_anothers_name(out, at, at + word.value.size())) << word.value << " in " << out << " of " << text;
    }
}

TEST(RedactProperty, WhatIsKeptStays) {
    Random random(8);
    for (int round = 0; round < 5000; ++round) {
        const std::string text = random.text();
        const auto keep = random.some(kNames, 3);
        const auto remove = random.some(kNames, 3);
        Redactions redactions(text, {remove.data(), remove.size(), keep.data(), keep.size()}, false);
        for (Span span; redactions.next(span);)
            for (const Word &word : keep) {
                const size_t at = find_word(text, word.value, span.begin);
                ASSERT_FALSE(at == span.begin && span.end == at + word.value.size()) << word.value << " of " << text;
            }
    }
}

TEST(RedactProperty, SpansAreInOrderAndWhole) {
    Random random(9);
    for (int round = 0; round < 5000; ++round) {
        const std::string text = random.text();
        const auto remove = random.some(kNames, 4);
        Redactions redactions(text, {remove.data(), remove.size(), nullptr, 0}, true);
        size_t last = 0;
        for (Span span; redactions.next(span); last = span.end) {
            ASSERT_TRUE(span.begin == 0 ? last == 0 : span.begin > last) << text;
            ASSERT_TRUE(span.end >= span.begin + 2 && span.end <= text.size()) << text;
            ASSERT_TRUE(is_utf8(text.substr(span.begin, span.end - span.begin))) << text;
        }
    }
}

TEST(RedactProperty, AnyBytesPass) {
    Random random(10);
    for (int round = 0; round < 10000; ++round) {
        const std::string text = random.bytes();
        const std::string words[] = {random.bytes(), random.bytes(), random.bytes(), text.substr(0, random.below(8))};
        const Word views[] = {Word(words[0]), Word(words[1]), Word(words[2]), Word(words[3])};
        redacted(text, {views, 2, views + 2, 2}, true);
        redacted(text, {views + 2, 2, views, 2}, false);
    }
}

// However an address is written, a text that has one is looked through for it.
TEST(RedactProperty, TextsWithAddressesMayHoldThem) {
    const std::vector<std::string> locals = {"kari", "kari.nordby", "kari (dot) nordby", "kari dot nordby", "KARI"};
    const std::vector<std::string> signs = {"@",   " @ ", "(at)",   "[AT]",      "{at}",        "<at>", "(a)",
                                            "[a]", "(@)", "(alfa)", "krøllalfa", " krøllALFA ", " at ", " AT "};
    const std::vector<std::string> domains = {"firma.no",         "gmail",          "firma dot no", "firma DOT no",
                                              "firma punktum no", "firma (dot) no", "firma,no"};
    Random random(11);
    int found = 0;
    for (int round = 0; round < 20000; ++round) {
        const std::string text =
            random.of(kPieces) + random.of(locals) + random.of(signs) + random.of(domains) + random.of(kPieces);
        for (size_t at = 0; at < text.size(); ++at) {
            if (match_email(text, at) == 0) continue;
            ++found;
            ASSERT_TRUE(may_hold_email(text)) << text;
        }
    }
    ASSERT_GT(found, 5000);
}

}  // namespace
}  // namespace pg_retention::core
