#include "core/text/telling.hpp"

#include <algorithm>

#include "core/text/letters.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr WordList kNobody(
    "anonym anonymous anonymisert anonymized anonymised blank deleted dontreply donotreply dummy empty fake ikkeoppgitt ikkesvar "
    "ingen ingenting invalid mangler missing na nei nil no nobody noemail nomail noname none noone noreply notset notgiven null "
    "slettet tbd test testtest tom ukjent uoppgitt undefined unknown unspecified xx xxx xxxx");

bool is_word_for_nobody(std::string_view value) noexcept {
    const size_t at = value.find('@');
    if (at != 0 && at != std::string_view::npos) value = value.substr(0, at);
    // Longer ones are no such word, whatever stands in them.
    char word[32];
    size_t n = 0;
    bool zeros = true;
    for (size_t i = 0; i < value.size();) {
        const Letter letter = letter_at(value, i);
        if (is_word(letter.code)) {
            zeros = zeros && letter.code == '0';
            n += n + letter.size > sizeof word ? sizeof word + 1
                                               : fold_into(value.substr(i, letter.size), word + n, sizeof word - n);
            if (n > sizeof word) return false;
        }
        i += letter.size == 0 ? 1 : letter.size;
    }
    return n == 0 || zeros || kNobody.has(std::string_view(word, n));
}

// What JSON calls an element, and what it opens, taken off: of {"mail": null only null.
std::string_view without_names(std::string_view element) noexcept {
    for (;;) {
        while (!element.empty() && std::string_view("{[( ").find(element.front()) != std::string_view::npos)
            element.remove_prefix(1);
        const size_t name = element.starts_with('"') ? element.find("\":") : std::string_view::npos;
        if (name == std::string_view::npos || element[name - 1] == '\\') return element;
        element.remove_prefix(name + 2);
    }
}

// An array, a row or JSON of which no element is anybody's: {NULL,NULL}, [0:1]={n/a,-}, {"mail": null}.
bool is_list_of_nobody(std::string_view value) noexcept {
    if (value.starts_with('[') && value.find("]={") != std::string_view::npos) value.remove_prefix(value.find("]={") + 2);
    if (value.empty() || std::string_view("{[(").find(value.front()) == std::string_view::npos) return false;
    for (size_t begin = 0; begin <= value.size();) {
        const size_t end = std::min(value.find(',', begin), value.size());
        if (!is_word_for_nobody(without_names(value.substr(begin, end - begin)))) return false;
        begin = end + 1;
    }
    return true;
}

}  // namespace

bool is_placeholder(std::string_view value) noexcept { return is_word_for_nobody(value) || is_list_of_nobody(value); }

bool is_common_word(std::string_view value) noexcept {
    bool blank = false, upper = false;
    for (size_t i = 0; i < value.size();) {
        const Letter letter = letter_at(value, i);
        if (!is_blank(letter.code) && !is_hyphen(letter.code) && !is_letter(letter.code)) return false;
        blank = blank || is_blank(letter.code);
        upper = upper || is_upper(letter.code);
        i += letter.size == 0 ? 1 : letter.size;
    }
    return !blank || !upper;
}

bool is_telling_category(std::string_view category) noexcept {
    for (const std::string_view telling : {"name", "username", "email", "phone", "address", "national id"})
        if (category == telling) return true;
    return false;
}

namespace {

// The letters of a name, folded; empty where they are more than any word has.
struct FoldedName {
    char letters[64];
    size_t n = 0;
    explicit FoldedName(std::string_view name) noexcept {
        for (size_t i = 0; i < name.size();) {
            const Letter letter = letter_at(name, i);
            if (is_letter(letter.code)) {
                if (n + letter.size > sizeof letters) {
                    n = 0;
                    return;
                }
                n += fold_into(name.substr(i, letter.size), letters + n, sizeof letters - n);
            }
            i += letter.size == 0 ? 1 : letter.size;
        }
    }
    std::string_view text() const noexcept { return {letters, n}; }
};

}  // namespace

std::string_view category_of_name(std::string_view column) noexcept {
    constexpr WordList kEmail("email emailaddress emailaddr mail mailaddress epost epostadresse");
    constexpr WordList kPhone("cellphone mobil mobile mobilephone phone phonenumber telefon telefonnummer telephone tlf");
    constexpr WordList kNationalId(
        "fnr fodselsnummer fødselsnummer nationalid nationalidentitynumber nin personnummer socialsecuritynumber ssn");
    constexpr WordList kUsername("login loginname username");
    const FoldedName folded(column);
    const std::string_view name = folded.text();
    return kEmail.has(name)      ? "email"
         : kPhone.has(name)      ? "phone"
         : kNationalId.has(name) ? "national id"
         : kUsername.has(name)   ? "username"
                                 : "";
}

std::string_view likely_category_of_name(std::string_view column) noexcept {
    constexpr WordList kName("etternavn familyname firstname fornavn fullname fulltnavn givenname lastname middlename surname");
    constexpr WordList kAddress("address adresse gateadresse homeaddress postadresse postaladdress streetaddress");
    constexpr WordList kBirth("birthdate birthday dateofbirth dob fodselsdato fødselsdato");
    constexpr WordList kNetwork("ip ipaddr ipaddress");
    const FoldedName folded(column);
    const std::string_view name = folded.text();
    return kName.has(name)    ? "name"
         : kAddress.has(name) ? "address"
         : kBirth.has(name)   ? "birth date"
         : kNetwork.has(name) ? "ip address"
                              : category_of_name(column);
}

}  // namespace pg_retention::core
