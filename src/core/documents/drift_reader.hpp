#pragma once
// What the parts of drift share: the notice, what was seen of it so far, and what each part asks of a sentence.
#include "core/documents/claims.hpp"
#include "core/documents/drift.hpp"

namespace pg_retention::core {

// One sentence while it is looked at.
struct Reading {
    const Sentence &sentence;
    const Tokens &tokens;
    const Tokens &block;
};

// A right of persons, and the words by which a text speaks of it.
struct RightWords {
    int article;
    Said words;
    Said name;
};
std::span<const RightWords> right_words() noexcept;

struct DriftReader {
    const Facts &facts;
    const Wordings &wordings;
    std::string_view plain;
    DriftRoom room;
    FindingSink sink;

    uint32_t rights = 0;              // those that are stated, by their places
    bool lists_rights = false;        // a paragraph has introduced a list of them, and nothing else has come since
    bool answer_limit = false;        // a sentence names the limit of Article 12(3)
    Finding no_limit = {};            // the last sentence that says when, and names no limit; why is empty: there is none
    bool no_limit_is_usual = false;   // it says "usually"
    bool no_limit_is_target = false;  // it is the target that is configured beside the limit

    bool purpose_named = false;  // the sentence itself names a purpose

    uint8_t anchors = 0;          // bits of those that sentences of the block name that name no period
    const char *block = nullptr;  // which block that is
    bool other_country = false;   // a sentence says that data lie where they do not

    Language language() const noexcept { return wordings.language; }
    std::string_view said(Said text) const noexcept { return text.in(language()); }
    void report(const Finding &finding) const { sink.take(sink.to, finding); }

    template <class F>
    bool any_sentence(const F &is_it) const {
        Sentences sentences(plain);
        for (Sentence sentence = {}; sentences.next(&sentence); room.rest())
            if (is_it(sentence, Tokens(sentence.text))) return true;
        return false;
    }
    bool says(Said phrases) const {
        return any_sentence([&](const Sentence &, const Tokens &tokens) { return tokens.has(phrases, language()); });
    }
    // Its name or its words, with all that say something.
    bool names(std::string_view name) const {
        return any_sentence([&](const Sentence &, const Tokens &tokens) {
            Tokens::Places places;
            return tokens.names(name, language(), &places);
        });
    }
};

// Which policies and purposes a sentence is about: those that it names, or else those of the one before it in its block.
void tie(DriftReader *reader, const Reading &reading);

// What a period is said of.
enum class SaidOf : uint8_t { kNothing, kKeeping, kDeleting, kQuarantine, kOther };
SaidOf said_of(const Tokens &tokens, const PeriodClaim &claim, Language language);
// Whether the word that stands here is one for storing, hiding or deleting.
bool said_of_storing(const Tokens &tokens, size_t at, Language language);
// Whether a heading, a header or what leads to a list is about that.
bool speaks_of_storing(std::string_view text, Language language);

// What a sentence says, held against what is configured.
void read_periods(DriftReader *reader, const Reading &reading);
void read_laws(DriftReader *reader, const Reading &reading);
void read_action(DriftReader *reader, const Reading &reading);
void read_caps(DriftReader *reader, const Reading &reading);
void read_rights(DriftReader *reader, const Reading &reading);
void read_answer(DriftReader *reader, const Reading &reading);
void read_basis(DriftReader *reader, const Reading &reading);
void read_places(DriftReader *reader, const Reading &reading);
void read_sharing(DriftReader *reader, const Reading &reading);

// What no sentence says.
void find_left_out(DriftReader *reader);

// "3 years after the end of the fiscal year, then anonymised".
void put_terms(Line *line, const PolicyFacts &policy, Language language) noexcept;
bool same_length(const Period &a, const Period &b) noexcept;

}  // namespace pg_retention::core
