#include "core/text/redact.hpp"

#include <cstring>

#include "core/text/redactions.hpp"

namespace pg_retention::core {

size_t redact(std::string_view text, const Words &words, bool identifiers, char *out) noexcept {
    Redactions redactions(text, words, identifiers);
    char *to = out;
    size_t copied = 0;
    const auto copy = [&to](std::string_view piece) {
        if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
        to += piece.size();
    };
    for (Span span; redactions.next(span); copied = span.end) {
        copy(text.substr(copied, span.begin - copied));
        copy(kRedacted);
    }
    copy(text.substr(copied));
    return static_cast<size_t>(to - out);
}

bool is_redacted(std::string_view text, const Words &words, bool identifiers) noexcept {
    Span first = {};
    return Redactions(text, words, identifiers).next(first);
}

}  // namespace pg_retention::core
