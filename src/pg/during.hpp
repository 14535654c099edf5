#pragma once
// What is switched for as long as something runs. docs/architecture.md lists each flag: what it means, who sets it, until when.
#include <type_traits>

#include "pg/postgres.hpp"

namespace pg_retention {

// Sets the variable, runs body, and sets it back to what it was: also after an error, and also where the same is done within.
// caught is asked about the error before it goes on, and may raise another one instead. Its own frame: nothing of the caller's lives
// across the setjmp. An error passes body by without running destructors.
template <typename T, typename F, typename Caught>
[[gnu::noinline]] void during(T *variable, std::type_identity_t<T> value, F body, Caught caught) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<F>);
    const T before = *variable;
    *variable = value;
    PG_TRY();
    { body(); }
    PG_CATCH();
    {
        *variable = before;
        caught();
        PG_RE_THROW();
    }
    PG_END_TRY();
    *variable = before;
}

template <typename T, typename F>
void during(T *variable, std::type_identity_t<T> value, F body) {
    during(variable, value, body, [] {});
}

// A flag that nothing but during() can set.
template <typename T>
class Dynamic {
  public:
    explicit constexpr Dynamic(T initial) : value(initial) {}
    Dynamic(const Dynamic &) = delete;
    Dynamic &operator=(const Dynamic &) = delete;
    operator T() const { return value; }

    template <typename... Fs>
    friend void during(Dynamic &flag, std::type_identity_t<T> now, Fs... fs) {
        during(&flag.value, now, fs...);
    }

  private:
    T value;
};

}  // namespace pg_retention
