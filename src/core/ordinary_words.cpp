#include "core/ordinary_words.hpp"

#include <algorithm>
#include <iterator>

#include "core/letters.hpp"

namespace pg_retention::core {

namespace {

// In byte order.
constexpr std::string_view kWords[] = {
    "ace", "aker", "amber", "an", "april", "are", "art", "ask", "asp", "august", "autumn", "baker", "bakke",
    "bakken", "ball", "ban", "bank", "banks", "bay", "bee", "bekk", "bekken", "bell", "berg", "best", "bill",
    "bird", "bjerk", "bjørn", "black", "bliss", "blue", "blå", "bo", "bond", "booth", "bore", "borg", "brekke",
    "bright", "brook", "brooks", "brown", "bru", "brua", "brun", "bråte", "bråten", "buck", "burns", "bush",
    "by", "bø", "can", "case", "cash", "chance", "chase", "church", "clay", "cliff", "colt", "cook", "cotton",
    "crane", "cross", "crystal", "curry", "dag", "dal", "dale", "dalen", "dam", "day", "de", "dean", "ding",
    "do", "dot", "drake", "ears", "earth", "east", "eid", "eide", "else", "elv", "elven", "eng", "engen",
    "even", "faith", "falk", "field", "fields", "finch", "fisher", "fjell", "flate", "flaten", "ford", "forest",
    "foss", "fossen", "fox", "frank", "fred", "frost", "furu", "gale", "gamle", "gata", "gate", "gates", "gay",
    "gill", "gjerde", "go", "gold", "golden", "good", "grace", "gran", "grant", "grav", "graven", "gray",
    "green", "grey", "gro", "grønn", "guy", "gård", "ha", "haga", "hage", "hagen", "hall", "hand", "hardy",
    "harmony", "hart", "haug", "haugen", "hauk", "hav", "havn", "hay", "he", "head", "hegg", "hill", "hills",
    "hjelm", "ho", "hol", "hole", "holm", "holmen", "honor", "hope", "horn", "house", "hull", "hunt", "hunter",
    "hvit", "in", "ivy", "jack", "jan", "jewel", "journey", "joy", "june", "justice", "kai", "kaia", "keen",
    "key", "kilen", "king", "kjos", "kleven", "knight", "kvist", "la", "lamb", "lance", "land", "lane", "lang",
    "lange", "lark", "law", "le", "legend", "li", "lia", "liberty", "lie", "lien", "lille", "lin", "line",
    "ling", "little", "liv", "live", "lo", "lodge", "long", "lord", "love", "low", "lund", "lunde", "lykke",
    "lykkja", "lyng", "lyngen", "løk", "løken", "lønn", "mai", "major", "man", "march", "mark", "marken",
    "marsh", "may", "men", "mercy", "merit", "miles", "miller", "mills", "ming", "mo", "moan", "moody", "moon",
    "mork", "moss", "my", "myr", "myra", "mørk", "nedre", "nes", "ness", "new", "no", "noble", "nord", "nordre",
    "north", "ny", "nye", "odd", "odden", "old", "olive", "on", "pace", "page", "park", "patience", "peace",
    "pearl", "per", "pike", "ping", "piper", "plan", "plass", "pool", "poor", "pope", "power", "powers",
    "price", "prince", "princess", "queen", "ra", "rain", "rand", "reed", "reef", "rein", "reine", "rice",
    "rich", "ring", "river", "rivers", "ro", "roar", "rocky", "rod", "rogn", "rom", "roman", "rosa", "rose",
    "rosen", "royal", "rush", "rusty", "ry", "rygg", "rød", "sage", "sailor", "sand", "sande", "sang", "scout",
    "see", "serenity", "sharp", "she", "shields", "shore", "short", "si", "silver", "sjø", "skar", "skaret",
    "skau", "skip", "skog", "skogen", "sky", "skår", "slette", "sletten", "small", "snow", "so", "sol",
    "sommer", "song", "south", "sparks", "speed", "star", "stark", "stav", "steel", "stein", "sten", "stenen",
    "sti", "stien", "stokk", "stokke", "stone", "stor", "store", "storm", "stormy", "strand", "strong", "stuen",
    "summer", "summers", "sun", "sund", "sunny", "svart", "swan", "swift", "søndre", "sør", "tad", "tang",
    "tangen", "teig", "teigen", "temple", "tiger", "to", "tom", "tone", "tor", "tower", "towers", "trip",
    "true", "tun", "tunet", "turner", "tveit", "ty", "tønne", "ulv", "unity", "va", "van", "vang", "vatn",
    "vegen", "vei", "veien", "vest", "vestre", "vi", "victory", "vik", "vika", "viken", "vinter", "vold",
    "voll", "våg", "våge", "vår", "wade", "walker", "wall", "wan", "wangen", "ward", "waters", "wells", "west",
    "white", "will", "wing", "winter", "winters", "wise", "wolf", "wood", "woods", "wright", "you", "young",
    "åker", "ås", "åsen", "ørn", "øst", "østre", "øvre", "øy", "øya"};
static_assert(std::is_sorted(std::begin(kWords), std::end(kWords)));

// Before a name in lower case: people are greeted, called, thanked.
constexpr std::string_view kBeforeName[] = {
    "called", "contacted", "dear",  "hallo",   "hei",  "heisann", "hello", "hey",    "hi",    "hilsen", "hos",
    "kjære",  "kontakt",   "mvh",   "regards", "ring", "ringe",   "ringer", "ringte", "takk", "thanks", "told"};

// After one: people say, call, want.
constexpr std::string_view kAfterName[] = {
    "asked",  "asks",   "bekrefter", "bekreftet", "called", "calls",  "confirmed", "confirms", "mener",
    "melder", "meldte", "mente",     "replied",   "reported", "reports", "ringer", "ringte",   "ringt",
    "sa",     "said",   "says",      "sier",      "skrev",  "skriver", "spurte",   "spør",     "svarer",
    "svarte", "wants",  "ønsker",    "ønsket"};

// After a capital that only begins a sentence: May we, Will you, Mark the.
constexpr std::string_view kAfterOther[] = {
    "a",   "an",  "as",  "det", "du",  "han", "he",   "hun", "i",    "if",   "it",     "list", "now", "she",
    "that", "the", "there", "these", "they", "this", "though", "time", "vi", "we", "when", "you", "your"};

constexpr std::string_view kAfterPer[] = {"bruker", "dags",    "dato", "dd",     "døgn", "enhet", "epost", "gang",
                                          "i",      "kg",      "km",   "mail",   "mnd",  "måned", "nå",    "person",
                                          "post",   "stk",     "stykk", "telefon", "time", "tlf",   "uke",   "år"};

constexpr size_t kLongestWord = 24;

struct Folded {
    char text[kLongestWord];
    size_t n;
    std::string_view view() const noexcept { return {text, n}; }
};

// Empty when the word is longer than any in the tables.
Folded folded(std::string_view word) noexcept {
    Folded f;
    f.n = fold_into(word, f.text, sizeof f.text);
    return f;
}

template <size_t n>
bool one_of(const std::string_view (&words)[n], std::string_view word) noexcept {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool in_table(std::string_view word) noexcept { return std::binary_search(std::begin(kWords), std::end(kWords), word); }

std::string_view word_before(std::string_view text, size_t at) noexcept {
    size_t end = at;
    for (Letter l = letter_before(text, end); end > 0 && (is_blank(l.code) || l.code == '/'); l = letter_before(text, end))
        end -= l.size;
    size_t begin = end;
    for (Letter l = letter_before(text, begin); is_word(l.code); l = letter_before(text, begin)) begin -= l.size;
    return text.substr(begin, end - begin);
}

std::string_view word_after(std::string_view text, size_t at) noexcept {
    if (!is_blank(letter_at(text, at).code)) return {};
    const size_t begin = at + letter_at(text, at).size;
    size_t end = begin;
    for (Letter l = letter_at(text, end); is_word(l.code); l = letter_at(text, end)) end += l.size;
    return text.substr(begin, end - begin);
}

bool person_before(std::string_view text, size_t begin) noexcept {
    const std::string_view word = word_before(text, begin);
    const Folded last = folded(word);
    if (one_of(kBeforeName, last.view())) return true;
    // Talked with, spoke to; never "with" alone.
    if (!one_of({"med", "m", "to", "with"}, last.view())) return false;
    const Folded verb = folded(word_before(text, static_cast<size_t>(word.data() - text.data())));
    return one_of({"chattet", "pratet", "prata", "samtale", "snakka", "snakket", "spoke", "talked", "telefonsamtale"},
                  verb.view());
}

bool is_number(std::string_view word) noexcept {
    return !word.empty() && word.size() < 7 && is_digit(static_cast<unsigned char>(word.front()));
}

}  // namespace

bool is_ordinary_word(std::string_view text, size_t begin, size_t end) noexcept {
    const Folded word = folded(text.substr(begin, end - begin));
    std::string_view stem = word.view();
    if (!in_table(stem)) {
        if (stem.size() < 3 || stem.back() != 's') return false;
        stem.remove_suffix(1);
        if (!in_table(stem)) return false;
    }
    const std::string_view next_word = word_after(text, end);
    const Folded next = folded(next_word);
    if (!is_upper(letter_at(text, begin).code)) return !person_before(text, begin) && !one_of(kAfterName, next.view());
    return is_number(next_word) || one_of(kAfterOther, next.view()) || (stem == "per" && one_of(kAfterPer, next.view()));
}

}  // namespace pg_retention::core
