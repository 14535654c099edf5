#pragma once
// Sentences of a notice: patterns of one language with places {0}, {1}, ... for what is configured.
#include "core/documents/document.hpp"
#include "core/documents/facts.hpp"
#include "core/documents/wording.hpp"

namespace pg_retention::core {

struct Phrases {
    const Facts &facts;
    const Wordings &wordings;
    Document &out;

    Language language() const noexcept { return wordings.language; }
    std::string_view words(WordingObject object, std::string_view name) const noexcept { return wordings.words(object, name); }

    void put(std::string_view text) const { out.text(text); }
    void put(const Line &line) const { out.text(line.text()); }
    template <class Write>
    void put(const Write &write) const requires requires {
        write();
    }
    { write(); }
    template <class One>
    void put_numbered(int, const One &one) const {
        put(one);
    }
    template <class One, class... More>
    void put_numbered(int number, const One &one, const More &...more) const {
        if (number == 0)
            put(one);
        else
            put_numbered(number - 1, more...);
    }

    // The pattern with what its places stand for: texts, lines, or functions that write.
    template <class... Things>
    void say(Said said, const Things &...things) const {
        std::string_view rest = said.in(language());
        for (size_t at = rest.find('{'); at != std::string_view::npos; at = rest.find('{')) {
            put(rest.substr(0, at));
            if constexpr (sizeof...(things) > 0) put_numbered(rest[at + 1] - '0', things...);
            rest.remove_prefix(at + 3);
        }
        put(rest);
    }
    template <class... Things>
    void paragraph(Said said, const Things &...things) const {
        out.begin_paragraph();
        say(said, things...);
        out.end_paragraph();
    }
    template <class... Things>
    void item(Said said, const Things &...things) const {
        out.begin_item();
        say(said, things...);
        out.end_item();
    }
    void heading(Said said) const { out.heading(2, said.in(language())); }

    // With its first letter as a sentence begins.
    void put_capital(std::string_view text) const;
    // A text of the company's, without the point at its end: a pattern has one.
    std::string_view own(std::string_view text) const;
    void put_own(std::string_view text) const { put(own(text)); }

    // "a, b and c" of n things, of which write(i) writes one. Those that skip(i) says are left out.
    template <class Write>
    void list(size_t n, const Write &write) const {
        for (size_t i = 0; i < n; ++i) {
            if (i > 0) say(i + 1 == n ? Said{" and ", " og "} : Said{", ", ", "});
            write(i);
        }
    }
    // The names of one object, in words.
    void names(WordingObject object, Texts all) const {
        list(all.size(), [&](size_t i) { put(words(object, all[i])); });
    }
    // Categories of columns that take(column) takes, each once. Whether there was one.
    template <class Take>
    bool categories(std::span<const ColumnFacts> columns, const Take &take) const {
        const auto is_first = [&](size_t i) {
            for (size_t k = 0; k < i; ++k)
                if (take(columns[k]) && columns[k].category == columns[i].category) return false;
            return take(columns[i]);
        };
        size_t n = 0, written = 0;
        for (size_t i = 0; i < columns.size(); ++i) n += is_first(i) ? 1 : 0;
        for (size_t i = 0; i < columns.size(); ++i) {
            if (!is_first(i)) continue;
            if (written > 0) say(written + 1 == n ? Said{" and ", " og "} : Said{", ", ", "});
            put(words(WordingObject::kCategory, columns[i].category));
            ++written;
        }
        return n > 0;
    }
};

// Nothing is done by one that is off, or that no row reaches.
inline bool is_promised(const PolicyFacts &policy) noexcept {
    return policy.mode != PolicyMode::kOff && !is_given(policy.unreached);
}

// Of a policy, or else of its purpose.
inline Text basis_of(const Facts &facts, const PolicyFacts &policy) noexcept {
    if (is_given(policy.legal_basis)) return policy.legal_basis;
    const PurposeFacts *purpose = purpose_named(facts, policy.purpose);
    return purpose == nullptr ? Text() : purpose->legal_basis;
}

bool has_server(const Facts &facts) noexcept;
// Out of the European Economic Area.
enum class Transfers : uint8_t { kNone, kSome, kNotKnown };
Transfers transfers_of(const Facts &facts) noexcept;

// Words for where a clock starts; empty: there are none.
std::string_view start_words(const Wordings &wordings, const PolicyFacts &policy, std::string_view path) noexcept;

// Each part of the notice.
void write_retention(const Phrases &phrases);
void write_not_stated(const Phrases &phrases);

}  // namespace pg_retention::core
