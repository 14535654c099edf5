#include "core/text/ordinary_words.hpp"

#include "core/text/letters.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr LongWordList<1024> kWords(
    "ace aker alta amber an april are art ask asp august autumn baker bakke bakken ball ban bank banks bay bee "
    "bekk bekken bell berg bergen berget best bill bird bjerk bjørn black blad blid bliss blue blå bo bodø bond "
    "bonde booth bore borg bratt bratten brekke brekken bright brook brooks brown bru brua brun bråte bråten buck "
    "bukk burns bush busk by bø can case cash chance chase church clay cliff colt cook cotton crane cross cruz "
    "crystal curry dag dal dale dalen dam day de dean ding do dokken dot dovre drake due duke ears earth east eid "
    "eide eik eika elg else elv elven eng engen even faith falk field fields finch finne fisher fisker fjell "
    "flate flaten ford forest foss fossen fox frank fred frost furu furua førde gale gamle gata gate gates gauk "
    "gay geit gill gjerde glad go gol gold golden good grace gran grande grant grav graven gray green gren grey "
    "gris gro grønn gul guy gård gås ha haga hage hagen halden hall hamar hammer hand hane hardy hare harmony "
    "hart haug haugen hauk hav havn hay he head hegg heia hell hest hill hills hjelm ho hol hole holm holmen holt "
    "holte honor hope horn house hov hove hull hunt hunter hval hvit hvite høne in ivy jack jan januar jeger "
    "jewel journey joy june justice kai kaia kalv keen key kilen king kirke kjos klepp kleven knight kokk konge "
    "korn kors krabbe krone kroner ku kvist kylling la laks lam lamb lance land lane lang lange lark law le "
    "legend lerke li lia liberty lid lie lien lille lin line ling little liv live lo lodge lom long lord love low "
    "lund lunde lunden lykke lykkja lyng lyngen løk løken lønn mai major maler man march mark marken marsh may "
    "men mercy merit miles miller mills ming mo moan moody moon mork moss munk murer my myr myra møller mørk "
    "nedre nes neset ness nesset new no noble nord nordre north ny nye odd odde odden okse old olive on os osen "
    "pace page park patience peace pearl per pike ping piper plan plass pool poor pope power powers prest "
    "prestegard price prince princess queen ra rain rana rand reed reef rein reine reven rice rich ridder ring "
    "risør river rivers ro roar rocky rod rogn rom roman rosa rose rosen rot royal rush rusty ry rygg rype rød "
    "sage sailor sand sande sandnes sang sau scout see sei serenity sharp she shields shore short si sild silver "
    "sjø sjøen skar skaret skau ski skip skjold skog skogen skole skredder sky skytter skår slakter sletta slette "
    "sletten smal small smed snekker snill snow so sol sommer song sort south sparks speed spurv star stark stav "
    "steel stein sten stenen sti stien stokk stokke stone stor stord store storm stormy strand strong stuen "
    "summer summers sun sund sunny svane svart swan swift søndre sør tad tang tange tangen teig teigen temple "
    "tiger time to tom tone tor torp torsk tower towers tre trip true tun tunet turner tveit tveita ty tynn "
    "tømmer tønne ulv unity va van vang vatn vatne vegen vei veien vekter vest vestre vi victory vik vika viken "
    "vinter vold voll voss våg våge vår wade walker wall wan wangen ward waters wells west white will wing winter "
    "winters wise wolf wood woods wright you young åker ås åsen ørn øst østre øvre øy øya");

// Before a name in lower case: people are greeted, called, thanked.
constexpr WordList kBeforeName(
    "called contacted dear hallo hei heisann hello hey hi hilsen hos kjære kontakt mvh regards ring ringe ringer "
    "ringte takk thanks told");

// After one: people say, call, want.
constexpr WordList kAfterName(
    "asked asks bekrefter bekreftet called calls confirmed confirms melder meldte mener mente replied reported "
    "reports ringer ringt ringte sa said says sier skrev skriver spurte spør svarer svarte wants ønsker ønsket");

// After a capital that only begins a sentence: May we, Will you, Mark the.
constexpr WordList kAfterOther(
    "a an as det du gjerne han he hun if it list nok now rundt season she that the there these they this though "
    "time vi wait we when you your");

constexpr WordList kAfterPer(
    "bruker dags dato dd døgn enhet epost gang i kg km mail mnd måned nå person post stk stykk telefon time tlf "
    "uke år");

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

std::string_view word_before(std::string_view text, size_t at) noexcept {
    size_t end = at;
    for (size_t gap = 0; gap < 4 && (is_blank(letter_before(text, end).code) || letter_before(text, end).code == '/'); ++gap)
        end -= letter_before(text, end).size;
    size_t begin = end;
    for (Letter l = letter_before(text, begin); is_word(l.code) && end - begin <= kLongestWord; l = letter_before(text, begin))
        begin -= l.size;
    return text.substr(begin, end - begin);
}

std::string_view word_after(std::string_view text, size_t at) noexcept {
    if (!is_blank(letter_at(text, at).code)) return {};
    const size_t begin = at + letter_at(text, at).size;
    size_t end = begin;
    for (Letter l = letter_at(text, end); is_word(l.code) && end - begin <= kLongestWord; l = letter_at(text, end)) end += l.size;
    return text.substr(begin, end - begin);
}

bool person_before(std::string_view text, size_t begin) noexcept {
    const std::string_view word = word_before(text, begin);
    const Folded last = folded(word);
    if (kBeforeName.has(last.view())) return true;
    // Talked with, spoke to; never "with" alone.
    if (!WordList("med m to with").has(last.view())) return false;
    const Folded verb = folded(word_before(text, static_cast<size_t>(word.data() - text.data())));
    return WordList("chattet pratet prata samtale snakka snakket spoke talked telefonsamtale").has(verb.view());
}

// Lives in Berg, at Holmen.
bool place_before(std::string_view text, size_t begin) noexcept {
    const std::string_view word = word_before(text, begin);
    const Folded last = folded(word);
    if (WordList("i in").has(last.view())) return true;
    if (last.view() != "på") return false;
    const Folded verb = folded(word_before(text, static_cast<size_t>(word.data() - text.data())));
    return WordList("bo bodde bor jobber").has(verb.view());
}

bool is_number(std::string_view word) noexcept {
    return !word.empty() && word.size() < 7 && is_digit(static_cast<unsigned char>(word.front()));
}

}  // namespace

bool is_ordinary_word(std::string_view text, size_t begin, size_t end) noexcept {
    const Folded word = folded(text.substr(begin, end - begin));
    std::string_view stem = word.view();
    if (!kWords.has(stem)) {
        if (stem.size() < 3 || stem.back() != 's') return false;
        stem.remove_suffix(1);
        if (!kWords.has(stem)) return false;
    }
    const std::string_view next_word = word_after(text, end);
    const Folded next = folded(next_word);
    if (!is_upper(letter_at(text, begin).code)) return !person_before(text, begin) && !kAfterName.has(next.view());
    if (place_before(text, begin)) return true;
    return is_number(next_word) || kAfterOther.has(next.view()) || (stem == "per" && kAfterPer.has(next.view()));
}

}  // namespace pg_retention::core
