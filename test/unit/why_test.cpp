// Why a row is still there: what comes in the order of days, what would change it, and that there are words for all of it in each language.
#include <gtest/gtest.h>

#include <string>

#include "core/data/vocabulary.hpp"
#include "core/documents/why.hpp"

namespace pg_retention::core {
namespace {

constexpr Language kEn = Language::kEnglish, kNb = Language::kBokmal;

Sink sink(std::string &out) {
    return {&out, [](void *to, std::string_view bytes) { static_cast<std::string *>(to)->append(bytes); }};
}

// A row under a policy that acts, asked at 10, hidden at 20, released at 30, and gone at 40.
struct Row {
    Period year = {12, 0, 0, 0, 0, 0, 0};
    RowTerms terms = {};
    RowFacts facts = {};
    Row() {
        terms.name = "x";
        terms.timezone = "UTC";
        terms.acts = true;
        terms.deletes = true;
        terms.keep_for = terms.quarantine_for = year;
        facts.table = "t";
        facts.key = "1";
        facts.is_governed = true;
        facts.state = State::kRetained;
        facts.terms = &terms;
        facts.asked = {10, "2030-01-10"};
        facts.start = facts.since = {5, "2030-01-05"};
        facts.hidden = {20, "2030-01-20"};
        facts.due = facts.goes = {40, "2030-02-10"};
    }
    std::string told(Language language) const {
        std::string out;
        write_why(facts, language, sink(out));
        return out;
    }
    std::string json() const {
        std::string out;
        write_why_json(facts, sink(out));
        return out;
    }
    std::string comes() const {
        std::string out;
        Coming next = {};
        for (size_t i = 0; coming(facts, i, &next); ++i) out.append(name_of(next.event)).append(next.column).append(";");
        return out;
    }
};

TEST(Why, ComesInTheOrderOfDays) {
    Row row;
    EXPECT_EQ(row.comes(), "hidden;goes;");
    row.terms.must_keep_for = &row.year;
    row.facts.released = {30, "2030-01-30"};
    EXPECT_EQ(row.comes(), "hidden;released by law;goes;");
    const RowColumn columns[] = {{"late", "name", row.year, false, false, {45, "2030-02-15"}, {}},
                                 {"b", "name", row.year, false, false, {20, "2030-01-20"}, {}},
                                 {"a", "name", row.year, false, false, {20, "2030-01-20"}, {}},
                                 {"waits", "name", row.year, false, false, {12, "2030-01-12"}, {35, "2030-02-05"}},
                                 {"done", "name", row.year, false, true, {12, "2030-01-12"}, {}},
                                 {"over", "name", row.year, false, false, {8, "2030-01-08"}, {}}};
    row.facts.columns = columns;
    EXPECT_EQ(row.comes(),
              "a column is anonymiseda;a column is anonymisedb;hidden;released by law;a column is anonymisedwaits;goes;");
    row.facts.flags = kRestricted;
    EXPECT_EQ(row.comes(), "hidden;released by law;goes;");
    row.facts.flags = kAnonymised;
    EXPECT_EQ(row.comes(), "");
}

TEST(Why, WhatWouldChangeIt) {
    Row row;
    EXPECT_TRUE(would_change(row.facts, Change::kErase));
    row.terms.must_keep_for = &row.year;
    row.facts.released = {30, "2030-01-30"};
    EXPECT_FALSE(would_change(row.facts, Change::kErase)) << "bound by a policy that observes, too";
    EXPECT_FALSE(would_change(row.facts, Change::kWait));
    row.facts.is_mandatory = true;
    EXPECT_TRUE(would_change(row.facts, Change::kWait));
    row.facts.released = {10, "2030-01-10"};
    EXPECT_TRUE(would_change(row.facts, Change::kErase)) << "released at that very instant";
    for (const uint8_t flag : {kHeld, kRestricted, kAnonymised, kKept}) {
        row.facts.flags = flag;
        EXPECT_FALSE(would_change(row.facts, Change::kErase)) << int{flag};
        EXPECT_FALSE(would_change(row.facts, Change::kOtherStart)) << int{flag};
    }
}

TEST(Why, EverythingHasWords) {
    for (const Language language : {kEn, kNb}) {
        for (size_t i = 0; i < count_of<Holdup>(); ++i) {
            Row row;
            const RowHoldup holdup[] = {{static_cast<Holdup>(i), "detail", {15, "2030-01-15"}}};
            const std::string without = row.told(language);
            row.facts.holdups = holdup;
            const std::string told = row.told(language);
            EXPECT_GT(told.size(), without.size() + 30) << name_of(holdup[0].what);
            EXPECT_EQ(told.find('{'), std::string::npos) << told;
            EXPECT_NE(row.json().find(name_of(holdup[0].what)), std::string::npos);
        }
        for (const State state : {State::kNone, State::kUnknown, State::kActive, State::kRetained, State::kQuarantined,
                                  State::kDue, State::kKept, State::kAnonymised}) {
            Row row;
            row.facts.state = state;
            EXPECT_EQ(row.told(language).find("\n\n"), std::string::npos) << name_of(state);
            row.facts.terms = nullptr;
            EXPECT_EQ(row.told(language).find("\n\n"), std::string::npos) << name_of(state) << " without a policy";
        }
    }
}

TEST(Why, ReferencesSayWhatBecomesOfTheRow) {
    Row row;
    RowReference references[] = {{"badges", "k", 0, false}, {"notes", "l", 3, true}};
    row.facts.references = references;
    EXPECT_NE(row.told(kEn).find("from 10 February 2030: a sweep deletes it\n"), std::string::npos);
    references[0].rows = 2;
    EXPECT_NE(row.told(kEn).find("a sweep deletes it, as soon as no other row refers to it\n"), std::string::npos);
    row.terms.anonymises_if_referenced = true;
    EXPECT_NE(row.told(kNb).find("eller anonymiserer den så lenge andre rader viser til den\n"), std::string::npos);
}

}  // namespace
}  // namespace pg_retention::core
