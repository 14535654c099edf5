#include <gtest/gtest.h>

#include <set>

#include "core/time/backoff.hpp"

namespace pg_retention::core {
namespace {

TEST(Backoff, DoublesFromAMinuteToADay) {
    EXPECT_EQ(retry_after(1), kFirstRetry);
    EXPECT_EQ(retry_after(2), 2 * kFirstRetry);
    EXPECT_EQ(retry_after(11), 1024 * kFirstRetry);
    EXPECT_EQ(retry_after(12), kLongestRetry);
    EXPECT_EQ(retry_after(2000000000), kLongestRetry);
}

TEST(Backoff, WhatFailedTogetherComesBackApart) {
    constexpr int kRows = 1000;
    for (const int attempts : {1, 2, 12}) {
        const Micros wait = retry_after(attempts);
        std::set<Micros> at;
        int early = 0;
        for (uint64_t row = 0; row < kRows; ++row) {
            const Micros one = retry_after(attempts, row);
            EXPECT_LE(one, wait);
            EXPECT_GT(one, wait - wait / kEarliestPart);
            early += one < wait - wait / kEarliestPart / 2 ? 1 : 0;
            at.insert(one);
        }
        EXPECT_GT(at.size(), kRows - 5);
        EXPECT_NEAR(early, kRows / 2, kRows / 10);
    }
}

TEST(Backoff, SaysTheSameOfTheSameRow) {
    EXPECT_EQ(retry_after(3, 42), retry_after(3, 42));
    EXPECT_NE(retry_after(3, 42), retry_after(3, 43));
    EXPECT_NE(retry_after(12, 42), retry_after(13, 42));
}

}  // namespace
}  // namespace pg_retention::core
