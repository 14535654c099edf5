#pragma once
// A number as text. Not std::to_chars, whose tables a library would export to the whole server process.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

class Digits {
  public:
    explicit Digits(int64_t value) noexcept {
        auto rest = static_cast<uint64_t>(value);
        if (value < 0) rest = 0 - rest;
        do {
            text_[--begin_] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) text_[--begin_] = '-';
    }
    std::string_view text() const noexcept { return {text_ + begin_, kRoom - begin_}; }

  private:
    static constexpr size_t kRoom = 20;
    char text_[kRoom];
    size_t begin_ = kRoom;
};

}  // namespace pg_retention::core
