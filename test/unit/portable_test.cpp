#include "core/data/portable.hpp"

#include <gtest/gtest.h>

using pg_retention::core::is_portable_basis;

TEST(Portable, ConsentAndContract) {
    for (const char *basis : {"GDPR Art. 6(1)(b)", "6 (1) a", "Article 9(2)(a)", "art. 6 nr. 1 bokstav b",
                              "GDPR Art. 6(1)(f), 6(1)(B)", "Personal Data Act §1, cf. GDPR article 6.1 a)", "6(1)b", "Consent",
                              "samtykke", "the contract with the customer", "KONTRAKTEN"})
        EXPECT_TRUE(is_portable_basis(basis)) << basis;
}

TEST(Portable, NothingElse) {
    for (const char *basis : {"", "GDPR Art. 6(1)(c)", "6(1)(f)", "Art. 16(1)(b)", "6(11)(b)", "9(1)(a)", "61b", "6(1)", "b",
                              "Article 6, paragraph 2, letter b", "legitimate interest in the contract", "contract, Art. 6(1)(f)",
                              "lov", "consenting"})
        EXPECT_FALSE(is_portable_basis(basis)) << basis;
}

TEST(Portable, WhatCanBeTold) {
    using pg_retention::core::is_known_basis;
    for (const char *basis : {"GDPR Art. 6(1)(c)", "9(2)(h)", "consent", "legitimate interests", "lovpålagt"})
        EXPECT_TRUE(is_known_basis(basis)) << basis;
    for (const char *basis : {"", "as agreed", "Art. 16(1)(b)", "see the register"}) EXPECT_FALSE(is_known_basis(basis)) << basis;
}

TEST(Basis, Consent) {
    using pg_retention::core::is_consent_basis;
    for (const char *basis : {"consent", "samtykke", "GDPR Art. 6(1)(a)", "9(2)(a)", "the explicit consent"})
        EXPECT_TRUE(is_consent_basis(basis)) << basis;
    for (const char *basis : {"", "contract", "6(1)(f)", "consent, Art. 6(1)(f)", "consent or legitimate interest", "as agreed"})
        EXPECT_FALSE(is_consent_basis(basis)) << basis;
}

TEST(Basis, WhatOneMayObjectTo) {
    using pg_retention::core::is_open_to_objection;
    for (const char *basis : {"legitimate interest", "berettiget interesse", "GDPR Art. 6(1)(f)", "6(1)(e)", "offentlig oppgave",
                              "", "as we like", "contract, Art. 6(1)(f)"})
        EXPECT_TRUE(is_open_to_objection(basis)) << basis;
    for (const char *basis : {"consent", "contract", "6(1)(b)", "6(1)(c)", "9(2)(a)", "lovpålagt", "legal obligation"})
        EXPECT_FALSE(is_open_to_objection(basis)) << basis;
}

TEST(Basis, WhichPursuesAnInterest) {
    using pg_retention::core::is_interest_basis;
    for (const char *basis : {"legitimate interest", "berettiget interesse", "GDPR Art. 6(1)(f)", "contract, Art. 6(1)(f)"})
        EXPECT_TRUE(is_interest_basis(basis)) << basis;
    for (const char *basis :
         {"", "contract", "public interest", "6(1)(e)", "6(1)(c)", "offentlig interesse", "legitimate interest, 6(1)(a)"})
        EXPECT_FALSE(is_interest_basis(basis)) << basis;
}
