#include "core/data/result.hpp"

#include <cstdarg>
#include <cstdio>

namespace pg_retention::core {

Error make_error(ErrorCode code, const char *hint, const char *format, ...) noexcept {
    Error error;
    error.code = code;
    std::va_list args;
    va_start(args, format);
    std::vsnprintf(error.message, sizeof error.message, format, args);
    va_end(args);
    std::snprintf(error.hint, sizeof error.hint, "%s", hint);
    return error;
}

}  // namespace pg_retention::core
