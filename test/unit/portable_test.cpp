#include "core/data/portable.hpp"

#include <gtest/gtest.h>

using pg_retention::core::is_portable_basis;

TEST(Portable, ConsentAndContract) {
    for (const char *basis : {"GDPR Art. 6(1)(b)", "6 (1) a", "Article 9(2)(a)", "art. 6 nr. 1 bokstav b",
                              "GDPR Art. 6(1)(f), 6(1)(B)", "Personal Data Act §1, cf. GDPR article 6.1 a)", "6(1)b"})
        EXPECT_TRUE(is_portable_basis(basis)) << basis;
}

TEST(Portable, NothingElse) {
    for (const char *basis : {"", "GDPR Art. 6(1)(c)", "6(1)(f)", "Art. 16(1)(b)", "6(11)(b)", "9(1)(a)", "61b", "6(1)", "b",
                              "Article 6, paragraph 2, letter b"})
        EXPECT_FALSE(is_portable_basis(basis)) << basis;
}
