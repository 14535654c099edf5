#include "core/text/redact_json.hpp"

#include <cstdint>
#include <cstring>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

uint32_t hex_digit(char c) noexcept {
    return static_cast<uint32_t>(is_digit(static_cast<unsigned char>(c)) ? c - '0' : (c | 0x20) - 'a' + 10);
}

class JsonRedactor {
  public:
    JsonRedactor(std::string_view json, const Words &words, bool identifiers, char *scratch, char *out) noexcept
        : json_(json), words_(words), identifiers_(identifiers), scratch_(scratch), out_(out) {}

    size_t run() noexcept {
        while (at_ < json_.size()) {
            const char c = json_[at_];
            if (c == '"')
                string();
            else if (c == '-' || is_digit(static_cast<unsigned char>(c)))
                number();
            else
                put(json_[at_++]);
        }
        return written_;
    }

  private:
    void put(char c) noexcept { out_[written_++] = c; }
    void put(std::string_view text) noexcept {
        std::memcpy(out_ + written_, text.data(), text.size());
        written_ += text.size();
    }

    void number() noexcept {
        const size_t begin = at_;
        while (at_ < json_.size() && std::memchr("0123456789+-.eE", json_[at_], 15) != nullptr) ++at_;
        replace(json_.substr(begin, at_ - begin), json_.substr(begin, at_ - begin));
    }

    void string() noexcept {
        const size_t begin = at_++;
        size_t n = 0;
        while (at_ < json_.size() && json_[at_] != '"') n = decode(n);
        ++at_;
        replace(json_.substr(begin, at_ - begin), {scratch_, n});
    }

    // One character of a string into the scratch; returns how long it is now.
    size_t decode(size_t n) noexcept {
        const char c = json_[at_++];
        if (c != '\\') {
            scratch_[n] = c;
            return n + 1;
        }
        const char escaped = json_[at_++];
        switch (escaped) {
            case 'b': scratch_[n] = '\b'; return n + 1;
            case 'f': scratch_[n] = '\f'; return n + 1;
            case 'n': scratch_[n] = '\n'; return n + 1;
            case 'r': scratch_[n] = '\r'; return n + 1;
            case 't': scratch_[n] = '\t'; return n + 1;
            case 'u': return encode(n, code_point());
            default: scratch_[n] = escaped; return n + 1;
        }
    }

    uint32_t four_digits() noexcept {
        uint32_t value = 0;
        for (int i = 0; i < 4 && at_ < json_.size(); ++i) value = value << 4 | hex_digit(json_[at_++]);
        return value;
    }

    uint32_t code_point() noexcept {
        const uint32_t high = four_digits();
        if (high < 0xD800 || high > 0xDBFF || json_.size() - at_ < 6 || json_[at_] != '\\' || json_[at_ + 1] != 'u') return high;
        at_ += 2;
        const uint32_t low = four_digits();
        if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        at_ -= 6;
        return high;
    }

    size_t encode(size_t n, uint32_t code) noexcept {
        const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        constexpr uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
        scratch_[n++] = static_cast<char>(kLead[more] | code >> (6 * more));
        for (int i = more; i-- > 0;) scratch_[n++] = static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
        return n;
    }

    // The token as it is when nothing in what it says has to go.
    void replace(std::string_view token, std::string_view says) noexcept {
        char *redacted = scratch_ + json_.size();
        const std::string_view left(redacted, redact(says, words_, identifiers_, redacted));
        if (left == says) {
            put(token);
            return;
        }
        put('"');
        for (size_t i = 0; i < left.size();) i += put_escaped(left.substr(i));
        put('"');
    }

    // The first character of a text; returns how long it is.
    size_t put_escaped(std::string_view text) noexcept {
        const auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
        // Half of a pair, alone, has no form but that of an escape.
        if (text.size() >= 3 && at(0) == 0xED && at(1) >= 0xA0) {
            put("\\ud");
            put(kDigits[(at(1) >> 2) & 0xF]);
            put(kDigits[(at(1) & 3) << 2 | ((at(2) >> 4) & 3)]);
            put(kDigits[at(2) & 0xF]);
            return 3;
        }
        put_escaped(text.front());
        return 1;
    }

    void put_escaped(char c) noexcept {
        switch (c) {
            case '"': put("\\\""); return;
            case '\\': put("\\\\"); return;
            case '\b': put("\\b"); return;
            case '\f': put("\\f"); return;
            case '\n': put("\\n"); return;
            case '\r': put("\\r"); return;
            case '\t': put("\\t"); return;
            default: break;
        }
        if (static_cast<unsigned char>(c) >= 0x20) {
            put(c);
            return;
        }
        put("\\u00");
        put(kDigits[static_cast<unsigned char>(c) >> 4]);
        put(kDigits[c & 0xF]);
    }

    std::string_view json_;
    const Words &words_;
    bool identifiers_;
    char *scratch_;
    char *out_;
    size_t at_ = 0;
    size_t written_ = 0;
};

}  // namespace

size_t redact_json(std::string_view json, const Words &words, bool identifiers, char *scratch, char *out) noexcept {
    return JsonRedactor(json, words, identifiers, scratch, out).run();
}

}  // namespace pg_retention::core
