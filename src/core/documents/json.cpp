#include "core/documents/json.hpp"

#include "core/text/digits.hpp"

namespace pg_retention::core {

void Json::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!first_) put(inline_ > 0 || lines_ == 0 ? ", " : ",");
    first_ = false;
    if (inline_ > 0 || lines_ == 0) return;
    put("\n");
    for (int i = 0; i < lines_; ++i) put("  ");
}

void Json::begin(char bracket) {
    separate();
    put({&bracket, 1});
    ++inline_;
    first_ = true;
}

void Json::end(char bracket) {
    put({&bracket, 1});
    --inline_;
    first_ = false;
}

void Json::begin_lines(char bracket) {
    separate();
    put({&bracket, 1});
    ++lines_;
    first_ = true;
}

void Json::end_lines(char bracket) {
    --lines_;
    if (!first_) {
        put("\n");
        for (int i = 0; i < lines_; ++i) put("  ");
    }
    put({&bracket, 1});
    first_ = false;
}

void Json::key(std::string_view name) {
    separate();
    quoted(name);
    put(": ");
    after_key_ = true;
}

void Json::plain(std::string_view value) {
    separate();
    put(value);
}

void Json::text(std::string_view value) {
    if (value.data() == nullptr) return null();
    separate();
    quoted(value);
}

void Json::texts(std::span<const std::string_view> values) {
    begin_list();
    for (const std::string_view value : values) text(value);
    end_list();
}

void Json::period(const Period *value) {
    char buf[kPeriodText];
    if (value == nullptr) return null();
    text({buf, format_period(*value, buf, sizeof buf)});
}

void Json::number(int64_t value) { plain(Digits(value).text()); }

void Json::quoted(std::string_view value) {
    constexpr char kDigits[] = "0123456789abcdef";
    put("\"");
    size_t from = 0;
    for (size_t i = 0; i < value.size(); ++i) {
        const auto c = static_cast<unsigned char>(value[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        put(value.substr(from, i - from));
        from = i + 1;
        const char escaped[] = {'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
        if (c == '"' || c == '\\') {
            const char two[] = {'\\', static_cast<char>(c)};
            put({two, sizeof two});
        } else if (c == '\n') {
            put("\\n");
        } else {
            put({escaped, sizeof escaped});
        }
    }
    put(value.substr(from));
    put("\"");
}

}  // namespace pg_retention::core
