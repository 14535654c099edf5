#include "core/text/short_forms.hpp"

#include <algorithm>
#include <iterator>

#include "core/text/letters.hpp"
#include "core/text/word.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr size_t kShortestStreet = 3;  // letters before its type
constexpr size_t kMostCut = 5;         // letters that are left of a name

// Types of streets: what they are called, and how they are cut short.
struct StreetType {
    WordList names;
    WordList cuts;
};
constexpr StreetType kStreetTypes[] = {
    {WordList("gata gaten gate gatan gatu gade gaden"), WordList("gt g gd gat")},
    {WordList("veien vegen vägen vei veg väg vej vejen"), WordList("v vn vg vei")},
    {WordList("plassen plass platsen plats plads pladsen"), WordList("pl")},
    {WordList("alléen alleen allé alle allén"), WordList("al all")},
    {WordList("torget torvet torg torv"), WordList("tg")},
    {WordList("stræde stredet strædet"), WordList("str")},
    {WordList("bakken bakke backen"), WordList("bk")},
    {WordList("terrasse terrassen"), WordList("terr ter")},
    {WordList("street"), WordList("st str")},
    {WordList("road"), WordList("rd")},
    {WordList("avenue"), WordList("ave av")},
    {WordList("lane"), WordList("ln")},
    {WordList("drive"), WordList("dr")},
    {WordList("square"), WordList("sq")},
    {WordList("court"), WordList("ct")},
    {WordList("place"), WordList("pl")},
    {WordList("boulevard"), WordList("blvd")},
    {WordList("crescent"), WordList("cres")},
};

struct Nickname {
    std::string_view word;
    WordList names;
};
constexpr Nickname kNicknames[] = {
    {"abbe", WordList("albert abraham")},
    {"al", WordList("albert alan allen alfred")},
    {"alex", WordList("aleksander alexander aleksandra alexandra aleksandr alejandro alexandre")},
    {"ally", WordList("alice alison")},
    {"andy", WordList("andreas anders andrew andre andré")},
    {"anki", WordList("ann-kristin annkristin ann-kristine anne-kristin")},
    {"arnie", WordList("arne arnold")},
    {"becky", WordList("rebecca")},
    {"ben", WordList("benjamin bendik benedict benedikt")},
    {"bengan", WordList("bengt")},
    {"benny", WordList("benjamin bent bengt")},
    {"berra", WordList("bertil bernt bert")},
    {"bert", WordList("albert robert hubert bertil")},
    {"beth", WordList("elizabeth elisabeth bethany")},
    {"betsy", WordList("elizabeth")},
    {"bettan", WordList("elisabet elisabeth bettina berit")},
    {"bill", WordList("william")},
    {"billy", WordList("william")},
    {"bob", WordList("robert")},
    {"bobby", WordList("robert")},
    {"bosse", WordList("bo bosse bo-göran")},
    {"brad", WordList("bradley")},
    {"calle", WordList("carl karl carl-henrik")},
    {"cat", WordList("catherine cathrine cathrin katarina katherine")},
    {"cathy", WordList("catherine cathrine")},
    {"charlie", WordList("charles charlotte")},
    {"chris",
     WordList(
         "christian christopher christina christine christoffer kristian kristoffer kristin kristine kristina christer krister")},
    {"chuck", WordList("charles")},
    {"cille", WordList("cecilie cecilia")},
    {"cissi", WordList("cecilia")},
    {"dan", WordList("daniel")},
    {"dani", WordList("daniel daniela daniella")},
    {"danne", WordList("daniel")},
    {"danny", WordList("daniel")},
    {"dave", WordList("david")},
    {"deb", WordList("deborah")},
    {"dick", WordList("richard")},
    {"don", WordList("donald")},
    {"doug", WordList("douglas")},
    {"ed", WordList("edward edvard edwin edgar")},
    {"eddie", WordList("edward edvard edwin eduard")},
    {"fia", WordList("sofia sofie sofija")},
    {"fie", WordList("sofie josefine")},
    {"fran", WordList("frances francis francesca")},
    {"fred", WordList("fredrik fredrick frederick alfred frederik")},
    {"freddy", WordList("fredrik frederick frederik fritjof")},
    {"gabbe", WordList("gabriel")},
    {"geri", WordList("geraldine")},
    {"gitte", WordList("birgitte birgitta brigitte")},
    {"greg", WordList("gregory gregor")},
    {"grethe", WordList("margrethe anne-grethe margaretha")},
    {"gugge", WordList("gustav gudmund gudbrand")},
    {"gurra", WordList("gustav gustaf")},
    {"gusten", WordList("gustav gustaf august")},
    {"hal", WordList("harold harald")},
    {"hanne", WordList("johanne")},
    {"harry", WordList("harald harold henry")},
    {"hasse", WordList("hans")},
    {"henke", WordList("henrik")},
    {"inga", WordList("ingeborg ingrid ingebjørg")},
    {"jack", WordList("john jacob jakob")},
    {"jake", WordList("jacob jakob")},
    {"janne", WordList("jan johan jan-erik")},
    {"jeff", WordList("jeffrey geoffrey")},
    {"jen", WordList("jennifer")},
    {"jenny", WordList("jennifer")},
    {"jess", WordList("jessica jesse")},
    {"jim", WordList("james")},
    {"jimmy", WordList("james")},
    {"jo", WordList("joanna joanne johan johannes jon")},
    {"jocke", WordList("joakim joachim")},
    {"joe", WordList("joseph johan")},
    {"johnny", WordList("john johan johannes")},
    {"jon", WordList("jonathan")},
    {"josh", WordList("joshua")},
    {"kalle", WordList("karl carl charles kalervo")},
    {"kate", WordList("katherine catherine kathleen katarina kathrine katrine")},
    {"kathy", WordList("katherine kathleen")},
    {"katie", WordList("katherine kathleen kathryn")},
    {"katja", WordList("katarina")},
    {"ken", WordList("kenneth kent")},
    {"kenny", WordList("kenneth")},
    {"kiki", WordList("kirsten kristin kristina")},
    {"kit", WordList("christopher katherine")},
    {"kricke", WordList("kristian kristina kristoffer christer")},
    {"krille", WordList("kristian kristoffer kristina christian")},
    {"kris", WordList("kristian kristoffer kristin kristine kristina krister christian christopher")},
    {"larry", WordList("lawrence laurence lars")},
    {"lasse", WordList("lars")},
    {"leffe", WordList("leif")},
    {"lena", WordList("helena magdalena")},
    {"lene", WordList("helene magdalene")},
    {"lenny", WordList("leonard lennart")},
    {"leo", WordList("leonard leonardo leopold leon")},
    {"linn", WordList("linnea")},
    {"lisa", WordList("elisabeth elisabet elizabeth lisbeth")},
    {"lisbeth", WordList("elisabeth")},
    {"lise", WordList("elisabeth lisbeth annelise")},
    {"liz", WordList("elizabeth elisabeth")},
    {"lizzie", WordList("elizabeth")},
    {"lotta", WordList("charlotta charlotte liselotte")},
    {"lotte", WordList("charlotte liselotte")},
    {"magga", WordList("margareta margrethe margrét")},
    {"maggan", WordList("margareta magdalena")},
    {"maggie", WordList("margaret margareta")},
    {"maja", WordList("maria marie")},
    {"malla", WordList("malin malene")},
    {"manne", WordList("emanuel magnus")},
    {"marty", WordList("martin")},
    {"matt", WordList("matthew matthias mathias mattias")},
    {"matte", WordList("mathias matias mattias mats")},
    {"max", WordList("maximilian maxim maxwell maksimilian")},
    {"meg", WordList("margaret megan")},
    {"mia", WordList("maria marie mariann miriam")},
    {"mick", WordList("michael")},
    {"mickan", WordList("mikaela michaela")},
    {"micke", WordList("mikael michael")},
    {"mike", WordList("michael mikael mikkel michel")},
    {"mikke", WordList("mikael mikkel michael")},
    {"mimmi", WordList("maria miriam")},
    {"mina", WordList("wilhelmina vilhelmina")},
    {"nick", WordList("nicholas nicolas nikolai nicolai niklas nicklas nikolas dominic")},
    {"nikki", WordList("nicole nicoline")},
    {"nilla", WordList("pernilla gunilla")},
    {"nille", WordList("pernille")},
    {"nisse", WordList("nils niels")},
    {"ola", WordList("olav olaf")},
    {"olle", WordList("olof olov olav ola")},
    {"palle", WordList("paul pål poul")},
    {"pam", WordList("pamela")},
    {"pat", WordList("patricia patrick")},
    {"patty", WordList("patricia")},
    {"peggy", WordList("margaret")},
    {"pelle", WordList("per peter petter pär")},
    {"penny", WordList("penelope")},
    {"pete", WordList("peter petter")},
    {"phil", WordList("philip phillip filip")},
    {"pia", WordList("pernilla")},
    {"putte", WordList("patrik")},
    {"rasse", WordList("rasmus")},
    {"ray", WordList("raymond")},
    {"rich", WordList("richard")},
    {"rick", WordList("richard rickard eric")},
    {"ricky", WordList("richard rikard")},
    {"rikke", WordList("henrikke fredrikke ulrikke")},
    {"rob", WordList("robert robin")},
    {"robban", WordList("robert robin")},
    {"robbie", WordList("robert robin")},
    {"roffe", WordList("rolf")},
    {"rogga", WordList("roger")},
    {"rolle", WordList("roland rolf")},
    {"ron", WordList("ronald ronny")},
    {"ronny", WordList("ronald")},
    {"sally", WordList("sarah")},
    {"sam", WordList("samuel samantha samson")},
    {"sander", WordList("aleksander alexander")},
    {"sandra", WordList("alexandra aleksandra")},
    {"sanna", WordList("susanna")},
    {"sanne", WordList("susanne")},
    {"seb", WordList("sebastian")},
    {"sebbe", WordList("sebastian")},
    {"sigga", WordList("sigríður sigrid")},
    {"stan", WordList("stanley stanislav")},
    {"steff", WordList("stefan steffen stephanie")},
    {"steffe", WordList("stefan staffan")},
    {"steve", WordList("steven stephen stefan steffen")},
    {"stina", WordList("kristina cristina")},
    {"stine", WordList("kristine christine")},
    {"sue", WordList("susan susanne suzanne")},
    {"susie", WordList("susan susanne")},
    {"svenne", WordList("sven svein")},
    {"ted", WordList("edward theodore theodor")},
    {"teddy", WordList("theodor theodore edward")},
    {"thea", WordList("dorothea theodora")},
    {"theo", WordList("theodor theodore")},
    {"thom", WordList("thomas")},
    {"tilda", WordList("matilda mathilde")},
    {"tilde", WordList("mathilde")},
    {"tim", WordList("timothy timotheus")},
    {"tina", WordList("kristina christina martina bettina")},
    {"tine", WordList("kristine christine martine")},
    {"tobbe", WordList("torbjörn tobias thorbjörn")},
    {"tobben", WordList("torbjørn")},
    {"toby", WordList("tobias")},
    {"tom", WordList("thomas tomas")},
    {"tommy", WordList("thomas tomas tom")},
    {"tompa", WordList("thomas tomas")},
    {"tony", WordList("anthony anton antonio")},
    {"tor", WordList("torbjørn torstein tore")},
    {"totto", WordList("torstein thorstein thor")},
    {"trine", WordList("katrine kathrine cathrine catherine")},
    {"uffe", WordList("ulf ulrik")},
    {"ulle", WordList("ulrik ulrika ulf")},
    {"valle", WordList("valdemar valter")},
    {"vicky", WordList("victoria viktoria")},
    {"ville", WordList("vilhelm wilhelm william viljo")},
    {"vince", WordList("vincent")},
    {"vivi", WordList("vivian")},
    {"walt", WordList("walter")},
    {"will", WordList("william willard")},
    {"wille", WordList("wilhelm william wilhelmina")},
    {"zach", WordList("zachary zacharias")},
};
static_assert(std::ranges::is_sorted(kNicknames, {}, &Nickname::word));

// Null: nobody is called so for short.
const Nickname *nickname(std::string_view word) noexcept {
    const auto *at = std::ranges::lower_bound(kNicknames, word, {}, &Nickname::word);
    return at != std::end(kNicknames) && at->word == word ? at : nullptr;
}

// Letters of `value` from `in_value` on as far as they go in the text, blanks of any width. Its end there, 0 if one differs.
size_t same_letters(std::string_view text, size_t at, std::string_view value) noexcept {
    for (size_t i = 0; i < value.size();) {
        const Letter wanted = letter_at(value, i);
        const Letter there = letter_at(text, at);
        if (there.size == 0) return 0;
        if (is_blank(wanted.code) && is_blank(there.code)) {
            while (is_blank(letter_at(text, at).code) && text[at] != '\n') at += letter_at(text, at).size;
            while (is_blank(letter_at(value, i).code)) i += letter_at(value, i).size;
            continue;
        }
        if (fold(wanted.code) != fold(there.code) || (wanted.code == kNoLetter && value[i] != text[at])) return 0;
        i += wanted.size;
        at += there.size;
    }
    return at;
}

size_t blanks_end(std::string_view text, size_t at) noexcept {
    while (is_blank(letter_at(text, at).code) && text[at] != '\n') at += letter_at(text, at).size;
    return at;
}

// The number of the house, "12B" as "12 B".
size_t match_house(std::string_view text, size_t at, std::string_view house) noexcept {
    bool gap = false;  // one may stand here
    for (size_t i = 0; i < house.size();) {
        const Letter wanted = letter_at(house, i);
        i += wanted.size;
        if (is_blank(wanted.code)) {
            gap = true;
            continue;
        }
        if (gap) at = blanks_end(text, at);
        const Letter there = letter_at(text, at);
        if (there.size == 0 || fold(there.code) != fold(wanted.code)) return 0;
        at += there.size;
        gap = is_digit(wanted.code) && i < house.size() && !is_digit(letter_at(house, i).code);
    }
    return is_word(letter_at(text, at).code) ? 0 : at;
}

// Where in the address its type stands.
struct Type {
    const StreetType *type = nullptr;
    size_t begin = 0;
    size_t end = 0;
};

Type type_in(std::string_view address) noexcept {
    for (size_t at = 0; at < address.size(); at += letter_at(address, at).size) {
        if (!is_letter(letter_at(address, at).code) || is_word(letter_before(address, at).code)) continue;
        const TextWord word = word_beginning(address, at);
        for (const StreetType &type : kStreetTypes) {
            size_t longest = 0;
            for (size_t from = 0; from < word.n; ++from)
                if (longest == 0 && type.names.has(word.view().substr(from))) longest = word.n - from;
            if (longest != 0 && word.end - longest >= kShortestStreet) return {&type, word.end - longest, word.end};
        }
    }
    return {};
}

// Behind the type, which ends at `at`: a point if it is cut short, and the house.
size_t match_rest(std::string_view text, size_t at, std::string_view house, bool cut) noexcept {
    const bool point = cut && letter_at(text, at).code == '.';
    if (point) ++at;
    if (house.empty()) return is_word(letter_at(text, at).code) ? 0 : at - (point ? 1 : 0);
    const size_t number = blanks_end(text, at);
    return number == at && !point ? 0 : match_house(text, number, house);
}

// The letters that stand before its type at least.
std::string_view beginning_of(std::string_view address) noexcept {
    size_t end = 0;
    while (end < address.size() && end + letter_at(address, end).size <= kShortestStreet) end += letter_at(address, end).size;
    return address.substr(0, end);
}

}  // namespace

size_t match_street(std::string_view text, size_t at, std::string_view address) noexcept {
    if (same_letters(text, at, beginning_of(address)) == 0) return 0;
    if (address.find_first_of("0123456789") == std::string_view::npos) return 0;
    const Type type = type_in(address);
    if (type.type == nullptr) return 0;
    const size_t begin = same_letters(text, at, address.substr(0, type.begin));
    if (begin == 0) return 0;
    const std::string_view house = address.substr(type.end);
    size_t end = 0;
    const auto try_type = [&](std::string_view name, bool cut) {
        const size_t behind = same_letters(text, begin, name);
        const size_t found = behind == 0 || is_letter(letter_at(text, behind).code) ? 0 : match_rest(text, behind, house, cut);
        if (found > end) end = found;
        return false;
    };
    type.type->names.for_each([&](std::string_view name) { return try_type(name, false); });
    type.type->cuts.for_each([&](std::string_view name) { return try_type(name, true); });
    return end;
}

bool is_cut_short(std::string_view word, std::string_view name) noexcept {
    size_t i = 0, j = 0, letters = 0;
    while (i < word.size()) {
        const Letter a = letter_at(word, i);
        const Letter b = letter_at(name, j);
        const char32_t x = plain(fold(a.code)), y = plain(fold(b.code));
        // Chr. for Kristian, Kr. for Christian.
        const bool sounds = letters == 0 && ((x == 'c' && y == 'k') || (x == 'k' && y == 'c'));
        if (b.size == 0 || !is_letter(b.code) || (x != y && !sounds)) return false;
        i += a.size;
        j += b.size;
        ++letters;
        if (sounds && x == 'c' && plain(fold(letter_at(word, i).code)) == 'h') ++i;
        if (sounds && x == 'k' && plain(fold(letter_at(name, j).code)) == 'h') ++j;
    }
    return letters >= 1 && letters <= kMostCut && j < name.size() && is_letter(letter_at(name, j).code);
}

bool is_some_nickname(std::string_view word) noexcept {
    const TextWord nick = word_beginning(word, 0);
    return nick.n != 0 && nickname(nick.view()) != nullptr;
}

bool is_nickname(std::string_view word, std::string_view name) noexcept {
    const TextWord nick = word_beginning(word, 0);
    const Nickname *known = nick.n == 0 ? nullptr : nickname(nick.view());
    if (known == nullptr) return false;
    char lower[TextWord::kLongest];
    const std::string_view full(lower, fold_into(name, lower, sizeof lower));
    return !full.empty() && known->names.has(full);
}

}  // namespace pg_retention::core
