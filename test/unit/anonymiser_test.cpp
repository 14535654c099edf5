#include "core/data/anonymiser.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <string>

#include "core/data/noise.hpp"
#include "core/data/remains.hpp"
#include "core/data/vocabulary.hpp"
#include "core/text/token.hpp"
#include "core/data/truncate.hpp"

namespace pg_retention::core {
namespace {

TEST(Anonymiser, Words) {
    for (const char *word :
         {"null", "constant", "redact", "generalise", "truncate", "noise", "random token", "pseudonymise", "function"})
        EXPECT_STREQ(name_of(parse_anonymiser(word).value()), word);
    EXPECT_FALSE(parse_anonymiser("hash").ok());
    EXPECT_FALSE(parse_anonymiser("").ok());
}

TEST(Anonymiser, SuitsItsColumn) {
    EXPECT_TRUE(check_anonymiser(Anonymiser::kNull, Content::kOther, "").ok());
    EXPECT_TRUE(check_anonymiser(Anonymiser::kNoise, Content::kDate, "30 days").ok());
    EXPECT_TRUE(check_anonymiser(Anonymiser::kNoise, Content::kNumber, "5 %").ok());
    EXPECT_TRUE(check_anonymiser(Anonymiser::kRandomToken, Content::kUuid, "").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kNoise, Content::kText, "5").ok());
    EXPECT_STREQ(check_anonymiser(Anonymiser::kNoise, Content::kText, "5").error().message,
                 "anonymiser \"noise\" does not work on text");
    EXPECT_STREQ(check_anonymiser(Anonymiser::kRedact, Content::kWholeNumber, "").error().message,
                 "anonymiser \"redact\" does not work on a whole number");
    EXPECT_FALSE(check_anonymiser(Anonymiser::kRandomToken, Content::kWholeNumber, "").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kPseudonymise, Content::kUuid, "").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kNoise, Content::kDate, "5 %").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kNoise, Content::kNumber, "5 days").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kGeneralise, Content::kNumber, "year").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kRedact, Content::kText, "names").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kFunction, Content::kText, "").ok());
    EXPECT_FALSE(check_anonymiser(Anonymiser::kTruncate, Content::kText, "two").ok());
}

TEST(Anonymiser, WhatItDoesToConstraints) {
    EXPECT_TRUE(may_give_null(Anonymiser::kNull, Content::kDate));
    EXPECT_TRUE(may_give_null(Anonymiser::kGeneralise, Content::kText));
    EXPECT_FALSE(may_give_null(Anonymiser::kGeneralise, Content::kDate));
    EXPECT_FALSE(may_give_null(Anonymiser::kRedact, Content::kText));
    EXPECT_EQ(difference_after(Anonymiser::kRandomToken), Difference::kMade);
    EXPECT_EQ(difference_after(Anonymiser::kNull), Difference::kNulled);
    EXPECT_EQ(difference_after(Anonymiser::kPseudonymise), Difference::kKept);
    for (const Anonymiser lossy :
         {Anonymiser::kConstant, Anonymiser::kRedact, Anonymiser::kGeneralise, Anonymiser::kTruncate, Anonymiser::kNoise})
        EXPECT_EQ(difference_after(lossy), Difference::kLost);
}

TEST(Remains, AreDecidedOfEachAnonymiser) {
    for (size_t i = 0; i < count_of<Anonymiser>(); ++i) {
        const Remains left = remains_of(static_cast<Anonymiser>(i), Content::kText, "");
        const bool none = left.singles_out == Risk::kNo && left.links == Risk::kNo && left.lets_infer == Risk::kNo;
        EXPECT_EQ(left.verdict == Verdict::kAnonymised, none) << left.leaves;
        EXPECT_NE(left.leaves, nullptr);
    }
    EXPECT_EQ(remains_of(Anonymiser::kPseudonymise, Content::kText, "16").verdict, Verdict::kPseudonymised);
    EXPECT_EQ(remains_of(Anonymiser::kFunction, Content::kText, "app.f").links, Risk::kUnknown);
    EXPECT_EQ(remains_of_generated().verdict, Verdict::kDepends);
    EXPECT_STREQ(remains_of(Anonymiser::kGeneralise, Content::kDate, "nonsense").leaves,
                 remains_of(Anonymiser::kGeneralise, Content::kDate, "year").leaves);
}

TEST(Truncate, CountsCharacters) {
    EXPECT_EQ(size_of_first("Åse", 1), 2u);
    EXPECT_EQ(size_of_first("Åse", 2), 3u);
    EXPECT_EQ(size_of_first("Åse", 9), 4u);
    EXPECT_EQ(size_of_first("😀x", 1), 4u);
    EXPECT_EQ(size_of_first("\xFF\xC3", 2), 2u);
    EXPECT_EQ(size_of_first("abc", 0), 0u);
    EXPECT_EQ(parse_length("").value(), 1u);
    EXPECT_EQ(parse_length("0").value(), 0u);
    EXPECT_FALSE(parse_length("-1").ok());
    EXPECT_FALSE(parse_length("3 4").ok());
    EXPECT_FALSE(parse_length("99999999999").ok());
}

TEST(Noise, Arguments) {
    EXPECT_FALSE(parse_noise("10").value().percent);
    EXPECT_TRUE(parse_noise("5%").value().percent);
    EXPECT_EQ(parse_noise(" 0.25 %").value().amount, 0.25);
    for (const char *bad : {"", "0", "-5", "5 % 3", "ten", "5 days", "%"}) EXPECT_FALSE(parse_noise(bad).ok()) << bad;
    EXPECT_EQ(parse_noise_days("30 days").value(), 30);
    EXPECT_EQ(parse_noise_days("1 day").value(), 1);
    for (const char *bad : {"", "30", "0 days", "1.5 days", "40000 days", "1 month"})
        EXPECT_FALSE(parse_noise_days(bad).ok()) << bad;
}

TEST(Noise, StaysWithinItsLimit) {
    std::mt19937_64 bits(4711);
    const Noise ten = parse_noise("10").value(), percent = parse_noise("5 %").value();
    std::set<int64_t> seen;
    for (int i = 0; i < 10000; ++i) {
        const int64_t moved_by = noisy(int64_t{100}, ten, bits()) - 100;
        seen.insert(moved_by);
        EXPECT_LE(std::abs(moved_by), 10);
        EXPECT_LE(std::abs(noisy(int64_t{-1000}, percent, bits()) + 1000), 50);
        EXPECT_LE(std::abs(noisy(1000.0, percent, bits()) - 1000.0), 50.0);
        EXPECT_LE(std::abs(fraction(bits())), 1.0);
        EXPECT_LE(std::abs(steps(INT64_MAX, bits())), INT64_MAX);
    }
    EXPECT_EQ(seen.size(), 21u) << "every step is taken";
    EXPECT_EQ(steps(0, 12345), 0);
    EXPECT_EQ(fraction(0), -1.0);
}

TEST(Noise, EndsWhereNumbersEnd) {
    const Noise all = parse_noise("100 %").value();
    EXPECT_EQ(moved(INT64_MAX - 1, 5), INT64_MAX);
    EXPECT_EQ(moved(INT64_MIN + 1, -5), INT64_MIN);
    std::mt19937_64 bits(1);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_GE(noisy(INT64_MAX, all, bits()), 0);
        EXPECT_LE(noisy(INT64_MIN, all, bits()), 0);
        EXPECT_TRUE(std::isfinite(noisy(1.7e308, all, bits())));
    }
    EXPECT_TRUE(std::isnan(noisy(std::nan(""), all, bits())));
    EXPECT_TRUE(std::isinf(noisy(HUGE_VAL, parse_noise("1").value(), bits())));
}

// Random bytes for tokens, the same in each run.
struct Chance {
    std::mt19937 generator{4711};
    uint8_t bytes[kTokenRandom];
    const uint8_t (&next())[kTokenRandom] {
        for (uint8_t &byte : bytes) byte = static_cast<uint8_t>(generator());
        return bytes;
    }
};

std::string token(Chance &chance, TokenForm form, size_t room) {
    const Result<Token> made = make_token(form, room, chance.next());
    return made.ok() ? std::string(made.value().text, made.value().length) : "";
}

TEST(Token, Forms) {
    const TokenChoice column = {TokenForm::kEmail, 50};
    EXPECT_EQ(parse_token_choice("", column).value().form, TokenForm::kEmail);
    EXPECT_EQ(parse_token_choice("", column).value().room, 50u);
    EXPECT_EQ(parse_token_choice("phone", column).value().form, TokenForm::kPhone);
    EXPECT_EQ(parse_token_choice("phone", column).value().room, 50u);
    EXPECT_EQ(parse_token_choice("text 40", column).value().room, 40u);
    EXPECT_EQ(parse_token_choice("60", column).value().room, 50u) << "no more than the column has";
    EXPECT_EQ(parse_token_choice("60", TokenChoice{TokenForm::kText, 0}).value().room, 60u);
    for (const char *bad : {"uuid", "text 0", "40 text", "text 40 40", "-1"})
        EXPECT_FALSE(parse_token_choice(bad, column).ok()) << bad;
    EXPECT_EQ(form_of_category("E-mail"), TokenForm::kEmail);
    EXPECT_EQ(form_of_category("phone"), TokenForm::kPhone);
    EXPECT_EQ(form_of_category("name"), TokenForm::kText);
    Chance chance;
    EXPECT_EQ(token(chance, TokenForm::kText, 0).size(), 26u);
    const std::string email = token(chance, TokenForm::kEmail, 0);
    EXPECT_EQ(email.substr(26), "@anonymous.invalid");
    const std::string phone = token(chance, TokenForm::kPhone, 0);
    EXPECT_EQ(phone.size(), 35u);
    EXPECT_EQ(phone.substr(0, 4), "+999");
    EXPECT_EQ(phone.find_first_not_of("0123456789", 1), std::string::npos);
}

TEST(Token, FitsOrSaysSo) {
    Chance chance;
    for (size_t room = 1; room < 60; ++room) {
        const std::string text = token(chance, TokenForm::kText, room);
        EXPECT_EQ(text.size(), room < 11 ? 0 : std::min<size_t>(room, 26)) << room;
        const std::string email = token(chance, TokenForm::kEmail, room);
        EXPECT_EQ(email.size(), room < 31 ? 0 : std::min<size_t>(room, 44)) << room;
        const std::string phone = token(chance, TokenForm::kPhone, room);
        EXPECT_EQ(phone.size(), room < 24 ? 0 : std::min<size_t>(room, 35)) << room;
    }
    EXPECT_STREQ(make_token(TokenForm::kEmail, 30, chance.next()).error().message,
                 "a random token needs 31 characters to be met only once");
}

TEST(Token, IsMetOnlyOnce) {
    Chance chance;
    std::set<std::string> seen;
    for (int i = 0; i < 20000; ++i)
        for (const size_t room : {11, 13, 26}) EXPECT_TRUE(seen.insert(token(chance, TokenForm::kText, room)).second);
    // The last symbol comes from the bits that are left, and each occurs.
    std::set<char> last;
    for (const std::string &text : seen)
        if (text.size() == 26) last.insert(text.back());
    EXPECT_EQ(last.size(), 32u);
}

TEST(Pseudonym, Length) {
    EXPECT_EQ(parse_pseudonym("").value().length, 64u);
    EXPECT_EQ(parse_pseudonym("16").value().length, 16u);
    EXPECT_EQ(parse_pseudonym("16").value().domain, "");
    for (const char *argument : {"in users", " 64  IN  users ", "64 in users"}) {
        EXPECT_EQ(parse_pseudonym(argument).value().length, 64u) << argument;
        EXPECT_EQ(parse_pseudonym(argument).value().domain, "users") << argument;
    }
    EXPECT_EQ(parse_pseudonym("20 in user_names-2").value().domain, "user_names-2");
    EXPECT_EQ(parse_pseudonym("in 2").value().domain, "2");
    for (const char *argument :
         {"15", "65", "in", "16 in", "users", "16 users", "in two words", "in a.b", "in 'a'", "-16", "in users 16"})
        EXPECT_FALSE(parse_pseudonym(argument).ok()) << argument;
    EXPECT_FALSE(parse_pseudonym("in " + std::string(64, 'a')).ok());
    EXPECT_EQ(pseudonym_length(20).value(), 20u);
    EXPECT_EQ(pseudonym_length(200).value(), 64u);
    EXPECT_FALSE(pseudonym_length(15).ok());
    uint8_t hash[kPseudonymBytes] = {0x01, 0xAF, 0xF0};
    char out[5];
    write_pseudonym(hash, 5, out);
    EXPECT_EQ(std::string(out, 5), "01aff");
}

}  // namespace
}  // namespace pg_retention::core
