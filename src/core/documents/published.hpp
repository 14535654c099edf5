#pragma once
// A published notice as it is read: its text without marks of markdown and HTML, its sentences, their words.
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/documents/language.hpp"

namespace pg_retention::core {

// Before a heading and before an item of a plain text.
inline constexpr char kHeadingMark = '\1';
inline constexpr char kItemMark = '\2';

// Writes the text without its marks; a line end stands behind each block (paragraph, item, heading, row) and nowhere else, and | before each
// cell of a row or between them. out has room for one byte more than the text has. Returns how many are written.
size_t plain_text(std::string_view published, char *out) noexcept;

enum class BlockKind : uint8_t { kParagraph, kHeading, kItem, kRow };

// What a block stands under. Empty: nothing of the kind.
struct BlockPlace {
    BlockKind kind;
    std::string_view heading;
    std::string_view lead;    // "We keep data as follows:"
    std::string_view header;  // the first row of its table
};

struct Sentence {
    std::string_view text;
    std::string_view block;  // the paragraph or item that it is of
    BlockPlace place;
    bool continues;  // there is a sentence before it in its block
};

// The sentences of a plain text, one by one.
class Sentences {
  public:
    explicit Sentences(std::string_view plain) noexcept : rest_(plain) {}
    bool next(Sentence *sentence) noexcept;

  private:
    void begin_block() noexcept;

    std::string_view rest_;
    std::string_view block_;
    std::string_view last_;  // the block before
    std::string_view heading_, lead_, header_;
    BlockKind kind_ = BlockKind::kParagraph;
    BlockPlace about_ = {};
    size_t at_ = 0;  // in the block
};

// A word, a number, or a sign that stands for itself.
struct Token {
    std::string_view text;
    bool is_number;
};

// Of a sentence; what is behind the last one that has room is not looked at, and cut says that there is such.
struct Tokens {
    static constexpr size_t kRoom = 1024;
    using Places = std::bitset<kRoom>;
    Token all[kRoom];
    size_t n = 0;
    bool cut = false;

    explicit Tokens(std::string_view text) noexcept;
    // Alternatives with | between, each of words in lower case with blanks between that follow each other; one with a star stands for all
    // that begin with it. Returns the place of the first that stands here, n when none does.
    size_t find(std::string_view phrases, size_t from = 0) const noexcept;
    bool has(std::string_view phrases) const noexcept { return find(phrases) < n; }
    bool has(Said phrases, Language language) const noexcept { return has(phrases.in(language)); }
    bool is(size_t at, std::string_view phrases) const noexcept;
    // Whether a word before says no of what stands here.
    bool is_denied(size_t at, Language language) const noexcept;
    // All words of a name that say something are here, in any order and form. Their places are added.
    bool names(std::string_view name, Language language, Places *places) const noexcept;
};

// The number that stands here, in digits or in words, of one token or of several; end is behind it. -1: none does, or a part of it is no
// word that is known.
int number_at(const Tokens &tokens, size_t at, Language language, size_t *end = nullptr) noexcept;

}  // namespace pg_retention::core
