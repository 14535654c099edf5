#include "core/text/spelling.hpp"

#include <algorithm>

#include "core/text/letters.hpp"
#include "core/text/ordinary_words.hpp"

namespace pg_retention::core {

namespace {

constexpr size_t kLongestName = 32;
constexpr size_t kShortestPlain = 4;     // with fewer letters å is not a: Bø is not bo
constexpr size_t kShortestSlip = 5;      // a letter doubled, or two swapped
constexpr size_t kShortestSound = 4;     // Thor, Tor
constexpr size_t kShortestMisspelt = 6;  // any one letter
constexpr size_t kShortestBeside = 4;    // beside another name of the person

// A name without accents; aa and ae are a, oe is o, ue is u.
struct Plain {
    char32_t letters[kLongestName];
    size_t n = 0;
    size_t end = 0;  // in the text
    bool accents = false;
    bool ring = false;  // å or aa
    bool fits = true;

    void add(char32_t c) noexcept {
        const char32_t last = n > 0 ? letters[n - 1] : 0;
        if (c == 'a' && last == 'a') ring = true;
        if ((c == 'a' && last == 'a') || (c == 'e' && (last == 'a' || last == 'o' || last == 'u'))) return;
        if (n == kLongestName)
            fits = false;
        else
            letters[n++] = c;
    }
};

// The letters from `at` on.
Plain plain_at(std::string_view text, size_t at) noexcept {
    Plain p;
    while (p.fits) {
        const Letter l = letter_at(text, at);
        if (is_accent(l.code) && p.n > 0) {
            p.accents = true;
        } else if (is_letter(l.code)) {
            if (fold(l.code) == 0xE5) p.ring = true;
            p.add(plain(fold(l.code)));
        } else {
            break;
        }
        at += l.size;
    }
    p.end = at;
    return p;
}

// As it is spoken: ch, c, q are k, x is ks, ph f, th t, w v, z s.
Plain sound_of(const Plain &p) noexcept {
    Plain sound;
    for (size_t i = 0; i < p.n; ++i) {
        const char32_t c = p.letters[i];
        const bool h = i + 1 < p.n && p.letters[i + 1] == 'h';
        if (c == 'x') sound.add('k');
        sound.add(c == 'c' || c == 'q' ? 'k' : c == 'p' && h ? 'f' : c == 'w' ? 'v' : c == 'z' || c == 'x' ? 's' : c);
        if (h && (c == 'c' || c == 'p' || c == 't')) ++i;
    }
    return sound;
}

bool equal(const Plain &a, const Plain &b) noexcept { return a.n == b.n && std::equal(a.letters, a.letters + a.n, b.letters); }

size_t common_start(const Plain &a, const Plain &b) noexcept {
    const size_t n = std::min(a.n, b.n);
    return static_cast<size_t>(std::mismatch(a.letters, a.letters + n, b.letters).first - a.letters);
}

bool same_rest(const Plain &a, size_t i, const Plain &b, size_t j) noexcept {
    return a.n - i == b.n - j && std::equal(a.letters + i, a.letters + a.n, b.letters + j);
}

// What fingers do: a letter twice or once, two letters swapped.
bool is_slip(const Plain &a, const Plain &b) noexcept {
    if (a.n == b.n) {
        const size_t i = common_start(a, b);
        return i + 1 < a.n && a.letters[i] == b.letters[i + 1] && a.letters[i + 1] == b.letters[i] &&
               same_rest(a, i + 2, b, i + 2);
    }
    const Plain &longer = a.n > b.n ? a : b;
    const Plain &shorter = a.n > b.n ? b : a;
    if (longer.n - shorter.n != 1) return false;
    const size_t i = common_start(longer, shorter);
    return i > 0 && longer.letters[i] == longer.letters[i - 1] && same_rest(longer, i + 1, shorter, i);
}

bool is_one_letter_off(const Plain &a, const Plain &b) noexcept {
    const size_t i = common_start(a, b);
    if (i == 0 || i == a.n || i == b.n) return i > 0 && std::max(a.n, b.n) - std::min(a.n, b.n) == 1;
    return same_rest(a, i + 1, b, i + 1) || same_rest(a, i + 1, b, i) || same_rest(a, i, b, i + 1);
}

bool is_same_name(const Plain &written, const Plain &name, bool capital) noexcept {
    if (equal(written, name)) return name.n >= kShortestPlain || written.accents || name.accents || (written.ring && name.ring);
    // Tor may be Thor; Maks is not Max.
    const bool sounds = name.n >= kShortestSound && (written.n >= kShortestSound || name.letters[1] == 'h');
    if (capital && sounds && equal(sound_of(written), sound_of(name))) return true;
    const size_t shorter = std::min(written.n, name.n);
    if (shorter + 1 >= kShortestSlip && name.n >= kShortestSlip && is_slip(written, name)) return true;
    return capital && name.n >= kShortestMisspelt && shorter + 1 >= kShortestMisspelt && is_one_letter_off(written, name);
}

}  // namespace

size_t match_spelling(std::string_view text, size_t at, std::string_view name) noexcept {
    const Letter first = letter_at(text, at);
    const char32_t written_first = plain(fold(first.code));
    const char32_t name_first = plain(fold(letter_at(name, 0).code));
    const bool same = written_first == name_first || (written_first == 'k' && name_first == 'c') ||
                      (written_first == 'c' && name_first == 'k') || (written_first == 'v' && name_first == 'w') ||
                      (written_first == 'w' && name_first == 'v');
    if (!same) return 0;
    const Plain wanted = plain_at(name, 0);
    Plain written = plain_at(text, at);
    if (!wanted.fits || !written.fits || wanted.end != name.size() || is_digit(letter_at(text, written.end).code)) return 0;
    // As it is but for accents, whatever word it is, too.
    const bool exact = equal(written, wanted);
    if (!exact && is_common_word_of_texts(text.substr(at, written.end - at))) return 0;
    const bool capital = is_upper(first.code);
    if (is_same_name(written, wanted, capital)) return written.end;
    if (written.n == 0 || written.letters[written.n - 1] != 's') return 0;
    --written.n;
    return is_same_name(written, wanted, capital) ? written.end : 0;
}

bool is_like(std::string_view word, std::string_view name) noexcept {
    const Plain written = plain_at(word, 0);
    const Plain wanted = plain_at(name, 0);
    if (!written.fits || !wanted.fits || written.end != word.size() || wanted.end != name.size() || written.n == 0 ||
        wanted.n == 0)
        return false;
    if (equal(written, wanted) || equal(sound_of(written), sound_of(wanted))) return true;
    return std::min(written.n, wanted.n) >= kShortestBeside && (is_slip(written, wanted) || is_one_letter_off(written, wanted));
}

bool is_variant(std::string_view word, std::string_view name) noexcept {
    const Plain written = plain_at(word, 0);
    const Plain wanted = plain_at(name, 0);
    return equal(written, wanted) || equal(sound_of(written), sound_of(wanted)) || is_slip(written, wanted);
}

}  // namespace pg_retention::core
