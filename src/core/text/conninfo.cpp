#include "core/text/conninfo.hpp"

#include <algorithm>

namespace pg_retention::core {

namespace {

constexpr std::string_view kBlanks = " \t\n\r\f\v";

// What is written, in lower case, one text behind the other.
class Writer {
  public:
    explicit Writer(char *room) : end(room), begun(room) {}
    void begin() { begun = end; }
    void put(char c) { *end++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
    std::string_view written() const { return {begun, static_cast<size_t>(end - begun)}; }

  private:
    char *end;
    const char *begun;
};

struct Places {
    std::string_view host, hostaddr, service;

    std::string_view *named(std::string_view name) {
        if (name == "host") return &host;
        if (name == "hostaddr") return &hostaddr;
        return name == "service" ? &service : nullptr;
    }
    std::string_view first() const {
        if (!host.empty()) return host;
        return hostaddr.empty() ? service : hostaddr;
    }
};

// A value as libpq reads it: in single quotes or up to a blank, with backslashes before what is meant as it is. Moves `at` behind it.
bool read_value(std::string_view text, size_t *at, Writer *writer) {
    writer->begin();
    const bool quoted = *at < text.size() && text[*at] == '\'';
    size_t i = *at + (quoted ? 1 : 0);
    for (; i < text.size(); ++i) {
        if (quoted ? text[i] == '\'' : kBlanks.find(text[i]) != std::string_view::npos) break;
        if (text[i] == '\\' && ++i == text.size()) break;
        writer->put(text[i]);
    }
    if (quoted && i >= text.size()) return false;
    *at = i + (quoted ? 1 : 0);
    return true;
}

std::string_view host_of_words(std::string_view text, Writer *writer) {
    Places places;
    for (size_t at = text.find_first_not_of(kBlanks); at < text.size(); at = text.find_first_not_of(kBlanks, at)) {
        const size_t equal = text.find('=', at);
        if (equal == std::string_view::npos) return {};
        std::string_view name = text.substr(at, equal - at);
        const size_t end = name.find_last_not_of(kBlanks);
        name = end == std::string_view::npos ? std::string_view{} : name.substr(0, end + 1);
        if (name.empty() || name.find_first_of(kBlanks) != std::string_view::npos) return {};
        at = std::min(text.find_first_not_of(kBlanks, equal + 1), text.size());
        if (!read_value(text, &at, writer)) return {};
        if (std::string_view *place = places.named(name)) *place = writer->written();
    }
    return places.first();
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void put_decoded(std::string_view text, Writer *writer) {
    for (size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
        writer->put(low < 0 ? text[i] : static_cast<char>(high * 16 + low));
        if (low >= 0) i += 2;
    }
}

// "a:5432,[::1]:1" without the ports.
std::string_view without_ports(std::string_view hosts, Writer *writer) {
    writer->begin();
    while (!hosts.empty()) {
        const std::string_view one = hosts.substr(0, hosts.find(','));
        const size_t bracket = one.find(']');
        const bool is_address = !one.empty() && one.front() == '[' && bracket != std::string_view::npos;
        const std::string_view host = is_address ? one.substr(1, bracket - 1) : one.substr(0, one.find(':'));
        if (!writer->written().empty() && !host.empty()) writer->put(',');
        put_decoded(host, writer);
        hosts.remove_prefix(std::min(one.size() + 1, hosts.size()));
    }
    return writer->written();
}

std::string_view host_of_uri(std::string_view rest, Writer *writer) {
    Places places;
    // A password may hold what else would end it: all before the last @ that can be theirs is user and password.
    const size_t credentials = rest.substr(0, rest.find('/')).rfind('@');
    if (credentials != std::string_view::npos) rest.remove_prefix(credentials + 1);
    const size_t query = rest.find('?');
    std::string_view before = rest.substr(0, query);
    const size_t user = before.rfind('@');
    if (user != std::string_view::npos) before.remove_prefix(user + 1);
    places.host = without_ports(before.substr(0, before.find('/')), writer);
    std::string_view parameters = query == std::string_view::npos ? std::string_view{} : rest.substr(query + 1);
    while (!parameters.empty()) {
        const std::string_view one = parameters.substr(0, parameters.find('&'));
        const size_t equal = one.find('=');
        std::string_view *place = equal == std::string_view::npos ? nullptr : places.named(one.substr(0, equal));
        if (place != nullptr) {
            writer->begin();
            put_decoded(one.substr(equal + 1), writer);
            *place = writer->written();
        }
        parameters.remove_prefix(std::min(one.size() + 1, parameters.size()));
    }
    return places.first();
}

}  // namespace

std::string_view conninfo_host(std::string_view conninfo, char *room) noexcept {
    Writer writer(room);
    for (const std::string_view scheme : {std::string_view("postgresql://"), std::string_view("postgres://")})
        if (conninfo.substr(0, scheme.size()) == scheme) return host_of_uri(conninfo.substr(scheme.size()), &writer);
    return host_of_words(conninfo, &writer);
}

}  // namespace pg_retention::core
