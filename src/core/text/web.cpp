// Handles, and pages.
#include "core/text/letters.hpp"
#include "core/text/traces.hpp"
#include "core/text/word.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr size_t kShortestHandle = 3, kLongestHandle = 40;
constexpr size_t kLongestHost = 255, kLongestPage = 2048;  // no text is read to its end from each of its words

// Annotations, rules of style sheets, groups of people.
constexpr WordList kNoHandles(
    "admin all alla alle api apply author autowired bean charset channel container deprecated drift echo else end entity everyone everybody "
    "extend font fontface for helpdesk here if import include it keyframes kundeservice layer media mixin namespace "
    "override page param params private property public regnskap return returns salg see since staticmethod support supports team test "
    "throws todo type use vakt version");

constexpr WordList kTopDomains("com de dk edu eu example fi fr gov info io is name net no nu org se uk");

// Hosts whose pages are persons', and what else they have.
constexpr WordList kProfileHosts(
    "facebook.com fb.com instagram.com snapchat.com t.me threads.net tiktok.com twitter.com x.com youtube.com");
constexpr WordList kOtherPaths(
    "about ads business c channel company docs events explore feed groups hashtag help home i intent jobs legal login marketplace p pages "
    "playlist policies posts privacy reel reels results s school search settings share sharer shorts status stories tr tv watch");

bool is_handle_letter(char32_t c) noexcept {
    return is_digit(c) || c == '_' || c == '.' || (c < 0x80 && is_letter(c)) || c == 0xE6 || c == 0xF8 || c == 0xE5;
}

bool is_page_letter(char32_t c) noexcept {
    if (c >= 0x80) return is_letter(c);
    return is_word(c) || std::string_view("-._~:/?#@!$&'()*+,;=%").find(static_cast<char>(c)) != std::string_view::npos;
}

bool begins(std::string_view text, size_t at, std::string_view lower) noexcept {
    if (text.size() - at < lower.size()) return false;
    for (size_t i = 0; i < lower.size(); ++i)
        if (fold(static_cast<unsigned char>(text[at + i])) != static_cast<unsigned char>(lower[i])) return false;
    return true;
}

size_t host_end(std::string_view text, size_t begin) noexcept {
    size_t at = begin;
    for (Letter l = letter_at(text, at); at - begin < kLongestHost && (is_word(l.code) || l.code == '-' || l.code == '.');
         l = letter_at(text, at))
        at += l.size;
    return at;
}

// What ends the sentence is none of the address, nor what closes the parenthesis it stands in.
size_t page_end(std::string_view text, size_t begin, size_t path) noexcept {
    size_t end = path;
    for (Letter l = letter_at(text, end); end - begin < kLongestPage && is_page_letter(l.code); l = letter_at(text, end))
        end += l.size;
    while (end > begin && std::string_view(".,;:!?'*)").find(text[end - 1]) != std::string_view::npos) --end;
    return end;
}

// The last two labels of the host, or the host that a table has.
bool has_profiles(std::string_view host, WordList hosts) noexcept {
    char lower[64];
    const std::string_view folded(lower, fold_into(host, lower, sizeof lower));
    if (hosts.has(folded)) return true;
    for (size_t dot = folded.find('.'); dot != std::string_view::npos; dot = folded.find('.', dot + 1))
        if (hosts.has(folded.substr(dot + 1))) return true;
    return false;
}

bool is_profile(std::string_view text, size_t host, size_t path, size_t end) noexcept {
    if (path >= end || text[path] != '/') return false;
    size_t first = path + 1;
    if (has_profiles(text.substr(host, path - host), WordList("linkedin.com")))
        return begins(text, first, "in/") && end > first + 3;
    if (!has_profiles(text.substr(host, path - host), kProfileHosts)) return false;
    if (first < end && text[first] == '@') ++first;
    const TextWord word = word_beginning(text.substr(0, end), first);
    return word.end > first && !kOtherPaths.has(word.view());
}

}  // namespace

size_t match_handle(std::string_view text, size_t at) noexcept {
    const char32_t before = letter_before(text, at).code;
    if (letter_at(text, at).code != '@' || is_word(before) || before == '.' || before == '@' || before == '/') return 0;
    const size_t begin = at + 1;
    if (!is_letter(letter_at(text, begin).code) && letter_at(text, begin).code != '_') return 0;
    size_t end = begin;
    while (is_handle_letter(letter_at(text, end).code)) end += letter_at(text, end).size;
    while (end > begin && text[end - 1] == '.') --end;
    const char32_t next = letter_at(text, end).code;
    if (end - begin < kShortestHandle || end - begin > kLongestHandle || next == '/' || next == '(' || next == '{' ||
        is_word(next))
        return 0;
    const TextWord word = word_beginning(text, begin);
    if (word.end == end && kNoHandles.has(word.view())) return 0;
    // "Adresser på @firma.no"
    const size_t dot = text.substr(begin, end - begin).rfind('.');
    if (dot != std::string_view::npos && kTopDomains.has(word_beginning(text, begin + dot + 1).view())) return 0;
    // @name@host of those that have many.
    const size_t host = next == '@' ? host_end(text, end + 1) : 0;
    return host > end + 3 && text.substr(end, host - end).find('.') != std::string_view::npos
             ? host - (text[host - 1] == '.' ? 1 : 0)
             : end;
}

bool may_hold_page(std::string_view text) noexcept {
    return text.find('/') != std::string_view::npos || text.find("www.") != std::string_view::npos;
}

Page page_at(std::string_view text, size_t at) noexcept {
    if (is_word(letter_before(text, at).code) || letter_before(text, at).code == '@') return {};
    size_t host = at;
    bool scheme = false;
    for (const std::string_view start : {"https://", "http://"})
        if (begins(text, at, start)) host = at + start.size(), scheme = true;
    Page page;
    page.path = host_end(text, host);
    const bool dotted = text.substr(host, page.path - host).find('.') != std::string_view::npos;
    if (!dotted || page.path - host < 4) return {};
    page.end = page_end(text, host, page.path);
    page.profile = is_profile(text, host, page.path, page.end);
    const bool page_without = begins(text, at, "www.") || page.profile;
    return scheme || page_without ? page : Page{};
}

}  // namespace pg_retention::core
