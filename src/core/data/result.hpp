#pragma once
// Expected failures are values: core throws nothing, so the server floor decides how to report.
#include <cstdint>
#include <type_traits>

namespace pg_retention::core {

enum class ErrorCode : uint8_t {
    kInvalidText,       // 22P02
    kOutOfRange,        // 22008
    kInvalidParameter,  // 22023
};

// Texts in PostgreSQL's style; an empty hint means none.
struct Error {
    ErrorCode code;
    char message[200];
    char hint[200];
};

// printf into the message; the hint is taken as it is.
Error make_error(ErrorCode code, const char *hint, const char *format, ...) noexcept __attribute__((format(__printf__, 3, 4)));

// A value or an Error. Trivially destructible, so a longjmp past one leaks nothing.
template <class T>
class [[nodiscard]] Result {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  public:
    Result(const T &value) noexcept : value_(value), ok_(true) {}
    Result(const Error &error) noexcept : error_(error), ok_(false) {}

    bool ok() const noexcept { return ok_; }
    const T &value() const noexcept { return value_; }
    const Error &error() const noexcept { return error_; }

  private:
    union {
        T value_;
        Error error_;
    };
    bool ok_;
};

}  // namespace pg_retention::core
