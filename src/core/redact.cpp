#include "core/redact.hpp"

#include <algorithm>
#include <cstring>

#include "core/identifiers.hpp"
#include "core/letters.hpp"
#include "core/person_words.hpp"

namespace pg_retention::core {

namespace {

class Redactor {
  public:
    Redactor(std::string_view text, const Words &words, bool identifiers, char *out) noexcept
        : text_(text), words_(words), identifiers_(identifiers), out_(out) {}

    size_t run() noexcept {
        size_t at = 0;
        while (at < text_.size()) {
            kept_to_ = std::max(kept_to_, longest(words_.keep, words_.n_keep, at));
            const size_t end = std::max(longest(words_.remove, words_.n_remove, at), identifier(at));
            if (end > kept_to_) {
                mark(at, end);
                at = end;
            } else {
                at += letter_at(text_, at).size;
            }
        }
        copy_to(text_.size());
        return written_;
    }

  private:
    size_t longest(const std::string_view *words, size_t n, size_t at) const noexcept {
        size_t end = 0;
        for (size_t i = 0; i < n; ++i) end = std::max(end, match_word(text_, at, words[i]));
        return end;
    }

    size_t identifier(size_t at) const noexcept {
        if (!identifiers_) return 0;
        size_t end = 0;
        for (const auto match : {match_email, match_iban, match_national_id, match_card, match_phone})
            end = std::max(end, match(text_, at));
        const std::string_view found = text_.substr(at, end - std::min(at, end));
        for (size_t i = 0; i < words_.n_keep; ++i)
            if (same_identifier(found, words_.keep[i])) return 0;
        return end;
    }

    // Marks that only blanks part are one.
    void mark(size_t begin, size_t end) noexcept {
        size_t gap = copied_;
        while (gap < begin && is_blank(letter_at(text_, gap).code)) gap += letter_at(text_, gap).size;
        if (marked_ && gap == begin) {
            copied_ = end;
            return;
        }
        copy_to(begin);
        std::memcpy(out_ + written_, kRedacted.data(), kRedacted.size());
        written_ += kRedacted.size();
        copied_ = end;
        marked_ = true;
    }

    void copy_to(size_t end) noexcept {
        if (copied_ >= end) return;
        std::memcpy(out_ + written_, text_.data() + copied_, end - copied_);
        written_ += end - copied_;
        copied_ = end;
    }

    std::string_view text_;
    const Words &words_;
    bool identifiers_;
    char *out_;
    size_t written_ = 0;
    size_t copied_ = 0;
    size_t kept_to_ = 0;
    bool marked_ = false;
};

}  // namespace

size_t redact(std::string_view text, const Words &words, bool identifiers, char *out) noexcept {
    return Redactor(text, words, identifiers, out).run();
}

}  // namespace pg_retention::core
