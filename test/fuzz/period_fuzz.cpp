// parse_period() on any bytes: what it accepts is valid, and its text parses to the same.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/time/period.hpp"

namespace {

using namespace pg_retention::core;

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::vector<char> text(data, data + size);
    const Result<Period> parsed = parse_period({text.data(), text.size()});
    if (!parsed.ok()) {
        require(parsed.error().message[0] != '\0');
        return 0;
    }
    const Period &period = parsed.value();
    require(is_valid(period) && compare(period, period) == 0);
    char canonical[kPeriodText];
    const size_t length = format_period(period, canonical, sizeof canonical);
    require(length > 0 && length < sizeof canonical);
    const Result<Period> again = parse_period({canonical, length});
    require(again.ok() && compare(again.value(), period) == 0 && hash(again.value()) == hash(period));
    char once_more[kPeriodText];
    require(format_period(again.value(), once_more, sizeof once_more) == length &&
            std::memcmp(once_more, canonical, length) == 0);
    return 0;
}
