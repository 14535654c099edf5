#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/documents/drift.hpp"
#include "core/documents/notice.hpp"

namespace pg_retention::core {
namespace {

Sink sink(std::string &out) {
    return {&out, [](void *to, std::string_view bytes) { static_cast<std::string *>(to)->append(bytes); }};
}

// A policy of three years of which a name becomes a pseudonym and a phone number goes earlier.
struct Company {
    Period three = {36, 0, 0, 0, 0, 0, 0}, month = {1, 0, 0, 0, 0, 0, 0};
    ColumnFacts columns[2] = {
        {"app.x", "a", "name", "provided", "pseudonymise", {}, nullptr, Verdict::kPseudonymised, false, false},
        {"app.x", "b", "phone", "provided", "null", {}, &month, Verdict::kAnonymised, false, false}};
    Text starts[1] = {"left_on"};
    PolicyFacts policy = {};
    Facts facts = {};
    std::vector<Wording> words = {{WordingObject::kPolicy, "x", "ærlige data"}, {WordingObject::kStart, "left_on", "you leave"}};

    Company() {
        policy.name = "x";
        policy.table = "app.x";
        policy.starts = starts;
        policy.keep_for = three;
        policy.deletes = false;
        policy.mode = PolicyMode::kEnforce;
        policy.columns = columns;
        facts.policies = {&policy, 1};
        facts.columns = columns;
    }
    std::string notice(Language language = Language::kEnglish) {
        std::string out;
        Document document(sink(out), DocumentForm::kMarkdown);
        write_notice(facts, {words, language}, &document);
        return out;
    }
    bool says(std::string_view text, Language language = Language::kEnglish) {
        return notice(language).find(text) != std::string::npos;
    }
    std::vector<std::string> drift(const std::string &text) {
        std::string plain(text.size() + 1, '\0');
        plain.resize(plain_text(text, plain.data()));
        PolicySeen seen[1] = {};
        std::vector<std::string> found;
        find_drift(facts, {words, Language::kEnglish}, plain, {seen, {}, [] {}},
                   {&found, [](void *to, const Finding &finding) {
                        static_cast<std::vector<std::string> *>(to)->push_back(std::string(name_of(finding.fact)) + " " +
                                                                               std::string(finding.object) + " " +
                                                                               std::string(finding.stated));
                    }});
        return found;
    }
};

TEST(Notice, APseudonymIsNotSaidToBeAnonymous) {
    Company company;
    EXPECT_TRUE(company.says(
        "We keep ærlige data for at most 3 years after you leave. We anonymise telephone number earlier, 1 month after you leave. After that the "
        "information is anonymised in part. A pseudonym is left of name, and that is still personal information."));
    company.columns[1].verdict = Verdict::kPseudonymised;
    EXPECT_TRUE(company.says(
        "We replace telephone number by a pseudonym earlier, 1 month after you leave; that is not anonymised, but still personal information."));
    company.policy.deletes = true;
    company.columns[1].verdict = Verdict::kAnonymised;
    EXPECT_FALSE(company.says("pseudonym"));
    company.policy.deletes = false;
    company.columns[0].verdict = Verdict::kAnonymised;
    EXPECT_FALSE(company.says("pseudonym"));
    EXPECT_TRUE(company.says("After that the information is anonymised, so that it no longer says who you are."));
}

TEST(Notice, ASentenceBeginsWithACapital) {
    Company company;
    EXPECT_TRUE(company.says("* Ærlige data: name and telephone number."));
}

TEST(Notice, AColumnWithAPeriodIsSaidOnce) {
    Company company;
    company.columns[0] = company.columns[1];
    const std::string notice = company.notice();
    const size_t first = notice.find("earlier, 1 month after");
    ASSERT_NE(first, std::string::npos);
    EXPECT_EQ(notice.find("earlier, 1 month after", first + 1), std::string::npos);
}

TEST(Notice, WhatIsOffIsNotPromised) {
    Company company;
    EXPECT_TRUE(company.says("We keep ærlige"));
    company.policy.mode = PolicyMode::kOff;
    EXPECT_FALSE(company.says("We keep ærlige"));
}

TEST(Notice, ForEverHasNoEnd) {
    Company company;
    company.policy.keep_for = {0, 0, 0, 0, 0, 0, kForeverFlag};
    EXPECT_TRUE(company.says("We keep ærlige data without a limit. We anonymise telephone number earlier"));
    EXPECT_FALSE(company.says("After that the information is"));
}

TEST(Notice, ItsOwnSentencesHaveNoDriftOfPeriods) {
    Company company;
    for (const std::string &finding : company.drift(company.notice())) EXPECT_NE(finding.substr(0, 6), "period") << finding;
    std::string changed = company.notice();
    changed.replace(changed.find("3 years"), 1, "4");
    EXPECT_EQ(company.drift(changed).front(), "period x 4 years");
}

TEST(Drift, ReadsWhateverStandsThere) {
    Company company;
    std::mt19937 random(11);
    const char *pieces[] = {"3",
                            "years",
                            "(",
                            ")",
                            ".",
                            ",",
                            "and",
                            "Article",
                            "6",
                            "f",
                            "§",
                            "13",
                            "of",
                            "the",
                            "Bookkeeping Act",
                            "x",
                            "kept",
                            "not",
                            "deleted",
                            "2 times",
                            "a",
                            "per",
                            "month",
                            "data",
                            "\n\n",
                            "answer",
                            "½",
                            "-",
                            "Norway",
                            "right",
                            "to",
                            "21",
                            "once",
                            "thirty",
                            "\xC3",
                            "usually",
                            "extend",
                            "control",
                            "alone",
                            "further",
                            "consent",
                            "marketing",
                            "shared",
                            "third parties"};
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (unsigned n = random() % 40; n > 0; --n)
            text.append(pieces[random() % std::size(pieces)]).append(random() % 4 == 0 ? "" : " ");
        EXPECT_GE(company.drift(text).size(), 1U) << text;
    }
    std::string lengthy;
    for (int i = 0; i < 5000; ++i) lengthy += "3 years of x, ";
    EXPECT_GE(company.drift(lengthy).size(), 1U);
}

TEST(Drift, OfWhatIsNotConfigured) {
    Company company;
    company.facts.policies = {};
    company.facts.columns = {};
    PurposeSeen none[1] = {};
    std::vector<std::string> found;
    find_drift(company.facts, {{}, Language::kEnglish}, "", {{}, {none, 0}, [] {}},
               {&found, [](void *to, const Finding &finding) {
                    static_cast<std::vector<std::string> *>(to)->push_back(name_of(finding.fact));
                }});
    EXPECT_EQ(found, (std::vector<std::string>{"right", "right", "right", "right", "right", "right", "answer"}));
}

}  // namespace
}  // namespace pg_retention::core
