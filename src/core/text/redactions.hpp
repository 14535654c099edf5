#pragma once
// The places that redact() replaces.
#include "core/text/identifiers.hpp"
#include "core/text/redact.hpp"

namespace pg_retention::core {

struct Span {
    size_t begin;
    size_t end;
};

// From left to right, as the text is read.
class Redactions {
  public:
    Redactions(std::string_view text, const Words &words, bool identifiers) noexcept;

    // False when there are no more.
    bool next(Span &span) noexcept;

  private:
    bool found(Span &span) noexcept;
    // The class of the letter there, where one of the words can begin with it; else 0.
    uint64_t may_begin(size_t at) const noexcept;
    size_t kept() const noexcept;
    size_t name() const noexcept;
    size_t longest_name(size_t at) const noexcept;
    size_t name_with_initials() const noexcept;
    size_t name_with_short_form() const noexcept;
    size_t with_trailing_initial(size_t end) const noexcept;
    bool is_initial(char32_t letter) const noexcept;
    bool knows_first_name() const noexcept;
    bool is_another_first_name(size_t begin, size_t end) const noexcept;
    bool is_behind_middle_name(size_t begin) const noexcept;
    bool is_beside_name(size_t begin, size_t end) const noexcept;
    size_t email() const noexcept;
    size_t page() noexcept;
    bool is_glued_name(size_t begin, size_t end) const noexcept;
    size_t identifier_in_letters() noexcept;
    size_t identifier() noexcept;
    void remember(size_t end, Before::Number number) noexcept;

    std::string_view text_;
    Words words_;
    bool identifiers_;
    bool emails_;  // one may stand in the text
    bool pages_;
    bool ipv6_;
    uint64_t first_letters_ = 0;  // with which any of the words can begin
    size_t at_ = 0;
    size_t kept_to_ = 0;
    size_t page_end_ = 0;  // of the last page without a name
    Span last_name_ = {0, 0};
    Before before_;
    Span ahead_ = {0, 0};  // read, and not yet given
};

}  // namespace pg_retention::core
