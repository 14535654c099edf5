#include "core/redact.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pg_retention::core {
namespace {

std::string redacted(std::string_view text, const std::vector<std::string_view> &remove,
                     const std::vector<std::string_view> &keep = {}, bool identifiers = true) {
    std::string out(redacted_room(text.size()), '\0');
    out.resize(redact(text, {remove.data(), remove.size(), keep.data(), keep.size()}, identifiers, out.data()));
    return out;
}

TEST(Redact, Words) {
    EXPECT_EQ(redacted("Kari ringte", {"Kari"}), "[redacted] ringte");
    EXPECT_EQ(redacted("KARI og Karianne, Karis sak; Kari's", {"kari"}),
              "[redacted] og Karianne, [redacted] sak; [redacted]");
    EXPECT_EQ(redacted("Åse Ørbæk og åse", {"Åse", "ØRBÆK"}), "[redacted] og [redacted]");
    EXPECT_EQ(redacted("Kari Nordmann og Nordmann", {"Nordmann"}, {"Kari Nordmann"}), "Kari Nordmann og [redacted]");
    EXPECT_EQ(redacted("k", {"k"}), "k");
}

TEST(Redact, Identifiers) {
    EXPECT_EQ(redacted("Ring 99 88 77 66.", {}), "Ring [redacted].");
    EXPECT_EQ(redacted("ring +47 998 87 766", {}, {"99887766"}), "ring +47 998 87 766");
    EXPECT_EQ(redacted("epost Kari+x@Firma.no.", {}), "epost [redacted].");
    EXPECT_EQ(redacted("kort 4111 1111 1111 1111", {}), "kort [redacted]");
    EXPECT_EQ(redacted("NO93 8601 1117 947 ok", {}), "[redacted] ok");
}

}  // namespace
}  // namespace pg_retention::core
