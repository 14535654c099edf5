// What a period of a sentence is said of: the storing, deleting or other word that it goes with.
#include "core/documents/drift_reader.hpp"

namespace pg_retention::core {

namespace {

constexpr Said kKeep = {
    "archiv*|held|hold|holds|keep|keeps|keeping|kept|logged|preserv*|remain*|retain*|retention|saved|stay|stays|storage|store|stored|stores|storing",
    "arkiver*|behold*|bevar*|gjem*|lagr*|ligger|oppbevar*|står|tas vare|tar vare|ta vare|tatt vare"};
constexpr Said kDelete = {"anonym*|delet*|destr*|discard*|disposed|eras*|expir*|purg*|remov*|shred*|wiped",
                          "anonym*|destruer*|fjern*|kast*|makuler*|slett*|tilintetgj*|utløp*"};
constexpr Said kQuarantine = {"quarantin*|hidden", "karantene*|skjul*|skjult"};
// Said before a period, of something else than storing.
constexpr Said kOther = {
    "answer*|appeal*|audit*|been|business|chang*|complain*|deadline*|deliver*|exist*|experience|extend*|"
    "extension|notif*|open|paid|pay|refund*|replies|reply|respond*|response|review*|rotat*|ship|shipped|test|tested|"
    "tests|trial|updat*|valid",
    "besvar*|betal*|bytt*|endr*|erfaring|forleng*|frist*|gjennomgå*|klagefrist*|lever*|oppdater*|"
    "prøv*|svar|svare|svarer|test|tester|testes|varsl*|vært|åpen"};
// No thing that is stored is called so.
constexpr Said kNoThing = {"age|aged|breach*|child|children|minor|minors|password*|there|work|worked",
                           "alder|barn|fylt|mindreårig*|passord*|arbeidet|jobbet"};
constexpr Said kOtherBehind = {"ago|old|of age|of experience|a day|a week", "siden|gammel|gamle|erfaring|i døgnet|om dagen"};
constexpr Said kAsking = {"ask*|demand*|like|request*|right|rights|want*|wish*",
                          "anmod*|be|ber|begjær*|krav*|krev*|rett|rettighet*|vil|ønsk*"};

// What stands between two places: the further apart they are by it, the less one goes with the other.
size_t cost_between(const Tokens &tokens, size_t begin, size_t end, size_t conjunction) {
    size_t cost = end - begin;
    for (size_t at = begin; at < end; ++at) {
        if (tokens.is(at, ",|;|:|)"))
            cost += 3;
        else if (tokens.is(at, "and|but|og|men"))
            cost += conjunction;
    }
    return cost;
}

// "You want us to delete it", "the right to delete".
bool is_asked(const Tokens &tokens, size_t at, Language language) {
    if (at == 0 || !tokens.is(at - 1, "to|å")) return false;
    for (size_t i = at > 6 ? at - 6 : 0; i < at; ++i)
        if (tokens.is(i, kAsking.in(language))) return true;
    return false;
}

SaidOf said_of_word(const Tokens &tokens, size_t at, bool before, Language language) {
    // "The store is open".
    if (at > 0 && tokens.is(at, "store|stores") && tokens.is(at - 1, "the|our|a|any|each|online|this")) return SaidOf::kNothing;
    if (tokens.is(at, kQuarantine.in(language))) return SaidOf::kQuarantine;
    if (tokens.is(at, kDelete.in(language))) return is_asked(tokens, at, language) ? SaidOf::kNothing : SaidOf::kDeleting;
    if (tokens.is(at, kKeep.in(language))) return SaidOf::kKeeping;
    return before && (tokens.is(at, kOther.in(language)) || tokens.is(at, kNoThing.in(language))) ? SaidOf::kOther
                                                                                                  : SaidOf::kNothing;
}

}  // namespace

bool speaks_of_storing(std::string_view text, Language language) {
    const Tokens tokens(text);
    return tokens.has(kKeep, language) || tokens.has(kDelete, language) || tokens.has(kQuarantine, language) ||
           tokens.has({"long|period|time limit*", "lenge|periode*|tid|lagringstid"}, language);
}

bool said_of_storing(const Tokens &tokens, size_t at, Language language) {
    const SaidOf word = said_of_word(tokens, at, false, language);
    return word != SaidOf::kNothing && word != SaidOf::kOther;
}

SaidOf said_of(const Tokens &tokens, const PeriodClaim &claim, Language language) {
    // "Every 90 days" is how often.
    if (claim.begin > 0 && tokens.is(claim.begin - 1, "every|each|per|hver|hvert")) return SaidOf::kOther;
    constexpr Said kAges = {"age|aged|child|children|minor|minors", "alder|barn|fylt|mindreårig*"};
    for (size_t at = claim.begin > 3 ? claim.begin - 3 : 0; at < claim.begin; ++at)
        if (tokens.is(at, kAges.in(language))) return SaidOf::kOther;
    for (size_t at = claim.end; at < claim.end + 2; ++at)
        if (tokens.is(at, kOtherBehind.in(language))) return SaidOf::kOther;
    if (claim.length.seconds != 0 && tokens.has({"breach*", "brudd*|sikkerhetsbrudd*|avvik*"}, language)) return SaidOf::kOther;
    SaidOf found = SaidOf::kNothing;
    size_t least = SIZE_MAX;
    for (size_t at = 0; at < tokens.n; ++at) {
        const bool before = at < claim.begin;
        if (!before && at < claim.end) continue;
        const SaidOf word = said_of_word(tokens, at, before, language);
        if (word == SaidOf::kNothing) continue;
        size_t cost = before ? cost_between(tokens, at, claim.begin, 2) : cost_between(tokens, claim.end - 1, at, 4);
        // A word for another thing may be a thing that is stored.
        if (word == SaidOf::kOther && !tokens.is(at, kNoThing.in(language))) cost += 3;
        if (cost > least || (cost == least && word == SaidOf::kOther)) continue;
        least = cost;
        found = word;
    }
    return found;
}

}  // namespace pg_retention::core
