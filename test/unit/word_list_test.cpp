#include "core/text/word_list.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/text/first_names.hpp"
#include "core/text/ordinary_words_table.hpp"

namespace pg_retention::core {
namespace {

// By reading all of it.
bool stands_in(const WordList &list, std::string_view word) {
    return list.for_each(
        [&](std::string_view w) { return w.back() == '*' ? word.starts_with(w.substr(0, w.size() - 1)) : word == w; });
}

int wrong_of(const WordList &list) {
    int wrong = 0;
    list.for_each([&](std::string_view w) {
        const std::string word(w);
        for (const std::string &asked : {word, word + "x", word.substr(0, word.size() - 1), "a" + word, word.substr(1)})
            if (!asked.empty() && list.has(asked) != stands_in(list, asked)) ++wrong;
        return false;
    });
    return wrong;
}

TEST(WordList, FindsWordsInTheOrderOfTheirFirstLetters) {
    constexpr WordList list(
        "a ab abc* ad adresse b ba bb* c d e ei en er et ett f fa fb fc fd fe ff fg fh fi fj fk fl fm fn fo fp fq fr fs ft fu "
        "fv fw fx fy fz g ga gb* gc\ngd ge zz å ås øy");
    EXPECT_EQ(wrong_of(list), 0);
    EXPECT_TRUE(list.has("a"));
    EXPECT_TRUE(list.has("øy"));
    EXPECT_TRUE(list.has("gd"));
    EXPECT_TRUE(list.has("abcdef"));
    EXPECT_FALSE(list.has("abd"));
    EXPECT_FALSE(list.has(""));
    EXPECT_FALSE(list.has("ø"));
    EXPECT_FALSE(list.has("aa"));
    EXPECT_FALSE(list.has("zzz"));
}

TEST(WordList, FindsWordsWithoutAnOrder) {
    constexpr WordList list("per kari ola* å a");
    EXPECT_EQ(wrong_of(list), 0);
    EXPECT_TRUE(list.has("kari"));
    EXPECT_TRUE(list.has("olav"));
    EXPECT_TRUE(list.has("a"));
    EXPECT_FALSE(list.has("kar"));
}

TEST(WordList, OfNamesAndOrdinaryWordsHasWhatStandsInIt) {
    EXPECT_EQ(wrong_of(kFirstNames), 0);
    EXPECT_EQ(wrong_of(kOrdinaryWords), 0);
}

}  // namespace
}  // namespace pg_retention::core
