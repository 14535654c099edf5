// Periods, laws, actions and caps of a sentence, held against policies and purposes.
#include <algorithm>

#include "core/documents/drift_reader.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

constexpr Said kDeleting = {"delet*|destr*|discard*|eras*|purg*|shred*|wiped", "destruer*|kast*|makuler*|slett*|tilintetgj*"};
constexpr Said kAnonymising = {"anonym*", "anonym*"};
constexpr Said kRightTo = {"right|rights", "rett|retten|rettighet*"};

bool is_tied(const DriftReader &reader) {
    for (const PolicySeen &seen : reader.room.policies)
        if (seen.tied) return true;
    return false;
}

// Which periods of a policy a sentence can mean.
enum class Meant : uint8_t { kAny, kKept, kQuarantine };

// Of a policy the period that is so long; null: none is.
struct Matched {
    const Period *period;
    bool PolicySeen::*seen;
};
Matched match(const PolicyFacts &policy, const Period &length, Meant meant) {
    const bool kept = meant != Meant::kQuarantine || is_zero(policy.quarantine_for);
    if (kept && same_length(policy.keep_for, length)) return {&policy.keep_for, &PolicySeen::period};
    if (kept && policy.must_keep_for != nullptr && same_length(*policy.must_keep_for, length))
        return {policy.must_keep_for, &PolicySeen::period};
    if ((meant != Meant::kKept || is_zero(policy.keep_for)) && same_length(policy.quarantine_for, length))
        return {&policy.quarantine_for, &PolicySeen::quarantine};
    for (const ColumnFacts &column : policy.columns)
        if (kept && column.kept_for != nullptr && same_length(*column.kept_for, length))
            return {column.kept_for, &PolicySeen::columns};
    return {nullptr, nullptr};
}

// What the extension keeps of requests and the like has its own periods.
bool is_of_own_records(const DriftReader &reader, const Period &length) {
    for (const OwnRecordFacts &record : reader.facts.own_records)
        if (record.minutes > 0 && same_length(period_of_minutes(record.minutes), length)) return true;
    return false;
}

bool is_configured(const DriftReader &reader, std::string_view word) {
    Tokens::Places places;
    const Tokens one(word);
    const Language language = reader.language();
    const auto names = [&](std::string_view name) { return one.names(name, language, &places); };
    for (const PolicyFacts &policy : reader.facts.policies)
        if (names(policy.table.substr(policy.table.find('.') + 1))) return true;
    for (const PurposeFacts &purpose : reader.facts.purposes)
        if (names(purpose.name)) return true;
    for (const ColumnFacts &column : reader.facts.columns)
        if (names(reader.wordings.words(WordingObject::kCategory, column.category))) return true;
    return false;
}

// The word of its own that a sentence without a policy begins with: "Recordings of calls are kept". Empty: there is none.
std::string_view subject_of(const DriftReader &reader, const Tokens &tokens) {
    constexpr Said kVerbs = {"are|is|will|must|shall|was|were|may|can|should",
                             "anonymiseres|arkiveres|beholdes|blir|ble|er|kan|kastes|lagres|må|oppbevares|skal|slettes|vil"};
    constexpr Said kPrepositions = {"for|in|until|after|at|up", "i|etter|til|inntil|på|fram"};
    constexpr Said kGeneral = {
        "all|any|collected|customer*|data|detail*|everything|he|information|it|item*|most|other|others|personal|record|records|registered|rest|she|"
        "such|that|these|they|this|those|user*|we|you|your|after|when|if|as|in|on|at|for|from|until|once|then|thereafter|afterwards|by|with|"
        "under|account*|what|which|no|none|neither|nothing",
        "alle|alt|andre|data|de|den|denne|der|det|dette|disse|du|etter|fra|i|ingen|innen|kunde*|når|om|opplysning*|person*|på|registrerte|"
        "resten|slike|som|så|vi|hvis|med|ved|bruker*|hva|konto*|deretter|da|ingenting"};
    const Language language = reader.language();
    // "We keep recordings for ...", "Recordings are kept for ..."; a clause that comes first says when, and not what.
    const bool active = tokens.is(0, "we|vi") && said_of_storing(tokens, 1, language);
    const size_t begin = active ? 2 : 0;
    const size_t end = tokens.find((active ? kPrepositions : kVerbs).in(language), begin);
    if (end >= tokens.n || end == begin || end > begin + 6) return {};
    bool any = false;
    for (size_t at = begin; at < end; ++at) {
        if (!is_letter(letter_at(tokens.all[at].text, 0).code) || tokens.is(at, "the|our|of|and|av|og")) continue;
        if (tokens.is(at, kGeneral.in(language)) || is_configured(reader, tokens.all[at].text)) return {};
        any = true;
    }
    return any ? text_of(tokens, begin, end) : std::string_view();
}

// No policy is named: is there one that it could be?
void read_untied(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim) {
    if (is_of_own_records(reader, claim.length)) return;
    bool same = false;
    for (const PolicyFacts &policy : reader.facts.policies)
        same = same || match(policy, claim.length, Meant::kAny).period != nullptr;
    if (same && subject_of(reader, reading.tokens).empty()) return;
    reader.report(
        {DriftFact::kPeriod,
         {},
         {},
         text_of(reading.tokens, claim.begin, claim.end),
         reading.sentence.text,
         same
             ? "the sentence names no policy, and speaks of something by words of its own: whether a policy is for it cannot be told"
             : "the sentence names no policy, and none has a period of this length"});
}

// What stands between a period and the next one.
std::string_view behind(const Tokens &tokens, const PeriodClaim &claim, Language language) {
    PeriodClaim next = {};
    return text_of(tokens, claim.end, next_period(tokens, claim.end, language, &next) ? next.begin : tokens.n);
}

constexpr uint8_t kAnchors[] = {kMonthEnd, kQuarterEnd, kYearEnd, kFiscalYearEnd};

// In this sentence, or in one of its paragraph that names no period of its own.
bool says_anchor_of(DriftReader *reader, const Reading &reading, const Period &period) {
    const Language language = reader->language();
    if (says_anchor(reading.tokens, period, language)) return true;
    // Once for the paragraph.
    if (reader->block != reading.sentence.block.data()) {
        reader->block = reading.sentence.block.data();
        reader->anchors = 0;
        Sentences sentences(reading.sentence.block);
        for (Sentence sentence = {}; sentences.next(&sentence); reader->room.rest()) {
            const Tokens tokens(sentence.text);
            PeriodClaim other = {};
            if (next_period(tokens, 0, language, &other)) continue;
            for (const uint8_t anchor : kAnchors) {
                Period one = {};
                one.anchor = anchor;
                if (says_anchor(tokens, one, language)) reader->anchors |= static_cast<uint8_t>(1U << anchor);
            }
        }
    }
    const bool calendar = period.end_month == 0 || (period.end_month == 12 && period.end_day == 31);
    const bool year = period.anchor == kFiscalYearEnd && !calendar && (reader->anchors >> kYearEnd & 1) != 0;
    return !year && (reader->anchors >> period.anchor & 1) != 0;
}

void read_start(DriftReader *writer, const Reading &reading, const PeriodClaim &claim, const PolicyFacts &policy,
                const Period &period) {
    const DriftReader &reader = *writer;
    Line configured;
    put_period(&configured, period, reader.language());
    const Finding finding = {DriftFact::kCountedFrom, policy.name,
                             configured.text(),       text_of(reading.tokens, claim.begin, claim.end),
                             reading.sentence.text,   std::string_view()};
    Finding said = finding;
    if (period.anchor != kNoAnchor && !says_anchor_of(writer, reading, period))
        said.why = "the notice does not say that the period counts from an end of this kind, so it promises a shorter one";
    else if (period.anchor == kNoAnchor &&
             says_any_anchor(Tokens(behind(reading.tokens, claim, reader.language())), reader.language()))
        said.why = "the policy's period counts from the event itself";
    if (!said.why.empty()) reader.report(said);
}

// "At least 5 years" of what goes then.
void read_bound(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim, const PolicyFacts &policy,
                const Matched &found) {
    constexpr size_t kNear = 4;
    constexpr Said kLeast = {"at least|no less than|not less than|minimum|no shorter than",
                             "minst|minimum|ikke mindre enn|ikke kortere enn"};
    size_t least = claim.begin;
    for (size_t at = claim.begin > kNear ? claim.begin - kNear : 0; at < claim.begin && least == claim.begin; ++at)
        if (reading.tokens.is(at, kLeast.in(reader.language()))) least = at;
    const bool required = policy.must_keep_for != nullptr && same_length(*policy.must_keep_for, claim.length);
    if (least == claim.begin || required || is_forever(*found.period)) return;
    Line configured;
    put_terms(&configured, policy, reader.language());
    reader.report({DriftFact::kPeriod, policy.name, configured.text(), text_of(reading.tokens, least, claim.end),
                   reading.sentence.text, "that is how long the policy keeps it at most, and not at least"});
}

// One period of a sentence that is about policies. False: none of them has it.
bool read_tied(DriftReader *reader, const Reading &reading, const PeriodClaim &claim, Meant meant) {
    bool matched = false;
    for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
        PolicySeen &seen = reader->room.policies[i];
        const PolicyFacts &policy = reader->facts.policies[i];
        const Matched found = match(policy, claim.length, meant);
        if (!seen.tied || found.period == nullptr) continue;
        matched = true;
        seen.*found.seen = true;
        read_start(reader, reading, claim, policy, *found.period);
        read_bound(*reader, reading, claim, policy, found);
    }
    return matched;
}

// why is empty: the period is another one.
void report_other(DriftReader *reader, const Reading &reading, const PeriodClaim &claim, bool quarantine, std::string_view why) {
    size_t tied = 0;
    for (const PolicySeen &seen : reader->room.policies) tied += seen.tied ? 1 : 0;
    if (why.empty())
        why = tied > 1
                ? "the sentence is about several policies, and the period is none of theirs: which one is meant cannot be told"
                : "the policy has another period";
    for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
        PolicySeen &seen = reader->room.policies[i];
        if (!seen.tied) continue;
        // Where both are spoken of it may be either that is another one.
        seen.period = true;
        seen.quarantine = seen.quarantine || quarantine;
        Line configured;
        put_terms(&configured, reader->facts.policies[i], reader->language());
        reader->report({DriftFact::kPeriod, reader->facts.policies[i].name, configured.text(),
                        text_of(reading.tokens, claim.begin, claim.end), reading.sentence.text, why});
    }
}

// Whether a period stands where storing is spoken of, though no word beside it does: in a table, behind a name in a list.
bool is_listed(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim) {
    const Language language = reader.language();
    const BlockPlace &place = reading.sentence.place;
    if (place.kind == BlockKind::kHeading) return false;
    const bool about = speaks_of_storing(place.header, language) || speaks_of_storing(place.lead, language) ||
                       speaks_of_storing(place.heading, language);
    if (place.kind == BlockKind::kRow) return about || is_tied(reader);
    // "Orders: 5 years", and further away where storing is spoken of.
    const size_t near = about ? 4 : 2;
    bool behind_name = false;
    for (size_t at = claim.begin > near ? claim.begin - near : 0; at < claim.begin; ++at)
        behind_name = behind_name || reading.tokens.is(at, ":|–|—|-|=");
    return behind_name && is_tied(reader);
}

// "Kept indefinitely", "are never deleted". False: the sentence does not say that.
bool says_for_ever(const Tokens &tokens, Language language, PeriodClaim *claim) {
    constexpr Said kForEver = {
        "indefinitely|forever|for ever|permanently|without limit|without a limit|without any limit|without "
        "time limit|for all time",
        "på ubestemt tid|for alltid|for all tid|uten tidsbegrensning|ubegrenset|permanent|til evig tid"};
    constexpr Said kWords = {"limit|a|any|time|ever|all", "ubestemt|alltid|all|tid|tidsbegrensning|evig"};
    *claim = {};
    claim->length.flags = kForeverFlag;
    claim->begin = tokens.find(kForEver.in(language));
    if (claim->begin < tokens.n) {
        claim->end = claim->begin + 1;
        while (claim->end < claim->begin + 3 && tokens.is(claim->end, kWords.in(language))) ++claim->end;
        const SaidOf of = said_of(tokens, *claim, language);
        return (of == SaidOf::kKeeping || of == SaidOf::kQuarantine) && !tokens.is_denied(claim->begin, language);
    }
    const size_t deleting = tokens.find(kDeleting.in(language)), never = tokens.find(Said{"never", "aldri"}.in(language));
    if (deleting == tokens.n || never == tokens.n || never > deleting + 1 || never + 2 < deleting) return false;
    claim->begin = std::min(never, deleting);
    claim->end = std::max(never, deleting) + 1;
    return !tokens.has({"without|unless|before|until", "uten|før|med mindre"}, language);
}

// "Without any quarantine", of what has one.
void read_no_quarantine(DriftReader *reader, const Reading &reading) {
    const size_t at = reading.tokens.find(Said{"quarantin*", "karantene*"}.in(reader->language()));
    if (at == reading.tokens.n) return;
    size_t no = at;
    for (size_t i = at > 3 ? at - 3 : 0; i < at && no == at; ++i)
        if (reading.tokens.is(i, "without|no|not|never|uten|ingen|ikke|aldri")) no = i;
    for (size_t i = 0; i < reader->facts.policies.size() && no < at; ++i) {
        const PolicyFacts &policy = reader->facts.policies[i];
        PolicySeen &seen = reader->room.policies[i];
        if (!seen.tied || is_zero(policy.quarantine_for)) continue;
        seen.quarantine = true;
        Line configured;
        put_terms(&configured, policy, reader->language());
        reader->report({DriftFact::kPeriod, policy.name, configured.text(), text_of(reading.tokens, no, at + 1),
                        reading.sentence.text, "the policy has a quarantine"});
    }
}

void read_unread(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    PeriodClaim claim = {};
    if (!is_tied(*reader) || !next_unread(reading.tokens, 0, language, &claim)) return;
    const SaidOf of = said_of(reading.tokens, claim, language);
    if (of == SaidOf::kOther || (of == SaidOf::kNothing && !is_listed(*reader, reading, claim))) return;
    report_other(reader, reading, claim, of == SaidOf::kQuarantine, "how long that is cannot be read");
}

constexpr Said kHiding = {"quarantin*|hidden", "karantene*|skjul*"};

// What of a policy the period can be. quarantine: another of the sentence is that of a quarantine.
Meant meant_by(const Reading &reading, SaidOf of, bool quarantine, Language language) {
    if (of == SaidOf::kQuarantine) return Meant::kQuarantine;
    if (of == SaidOf::kNothing) return Meant::kAny;
    return !reading.block.has(kHiding, language) || (of == SaidOf::kKeeping && quarantine) ? Meant::kKept : Meant::kAny;
}

void read_claim(DriftReader *reader, const Reading &reading, PeriodClaim *claim, SaidOf of, Meant meant) {
    if (read_tied(reader, reading, *claim, claim->more ? Meant::kAny : meant)) return;
    // Two periods that are said with "and" between.
    if (claim->first_end != 0) {
        claim->length = claim->first;
        claim->end = claim->first_end;
        if (read_tied(reader, reading, *claim, meant)) return;
    }
    report_other(reader, reading, *claim, of == SaidOf::kQuarantine || reading.tokens.has(kHiding, reader->language()), {});
}

}  // namespace

void read_periods(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const Tokens &tokens = reading.tokens;
    PeriodClaim claim = {};
    bool quarantine = false;
    for (size_t from = 0; next_period(tokens, from, language, &claim); from = claim.end)
        quarantine = quarantine || said_of(tokens, claim, language) == SaidOf::kQuarantine;
    for (size_t from = 0; next_period(tokens, from, language, &claim); from = claim.end) {
        const SaidOf of = said_of(tokens, claim, language);
        if (of == SaidOf::kOther || (of == SaidOf::kNothing && !is_listed(*reader, reading, claim))) continue;
        if (is_tied(*reader))
            read_claim(reader, reading, &claim, of, meant_by(reading, of, quarantine, language));
        else
            read_untied(*reader, reading, claim);
    }
    if (says_for_ever(tokens, language, &claim)) {
        if (is_tied(*reader))
            read_claim(reader, reading, &claim, said_of(tokens, claim, language), Meant::kAny);
        else
            read_untied(*reader, reading, claim);
    }
    read_no_quarantine(reader, reading);
    read_unread(reader, reading);
}

namespace {

// The section of a policy's law with its letter, as that of a sentence is read.
std::string_view section_of(const PolicyFacts &policy, const LawReference &own) {
    LawClaim claim = {};
    const bool read = next_law(Tokens(policy.reference), 0, &claim) && !claim.reference.section.empty();
    return read ? claim.reference.section : own.section;
}

// "13 b" and "13b" are one.
bool same_section(std::string_view a, std::string_view b) {
    const Tokens x(a), y(b);
    return x.n == y.n &&
           std::equal(x.all, x.all + x.n, y.all, [](const Token &one, const Token &other) { return one.text == other.text; });
}

void report_law(const DriftReader &reader, const Reading &reading, const PolicyFacts &policy, const LawReference &stated,
                std::string_view why) {
    Line configured, claimed;
    const LawReference own = read_law(policy.reference);
    put_terms(&configured, policy, reader.language());
    configured.add("; ");
    if (own.law != nullptr)
        put_law(&configured, own, reader.language());
    else
        configured.add(is_given(policy.reference) ? policy.reference : reader.said({"no law", "ingen lov"}));
    put_law(&claimed, stated, reader.language());
    reader.report({DriftFact::kLaw, policy.name, configured.text(), claimed.text(), reading.sentence.text, why});
}

// Policies that have the law as their reference, of any section.
size_t count_with(const DriftReader &reader, const Law *law) {
    size_t n = 0;
    for (const PolicyFacts &policy : reader.facts.policies) n += read_law(policy.reference).law == law ? 1 : 0;
    return n;
}

// The name of a law that has none here, from a place on: "the VAT Act", "merverdiavgiftsloven". False: there is none.
bool next_other_law(const Tokens &tokens, size_t from, size_t *begin, size_t *end) {
    constexpr std::string_view kNoNames = "the|this|that|an|any|each|such|under|by|and|of|act|as|per";
    for (size_t at = from; at < tokens.n; ++at) {
        const std::string_view word = tokens.all[at].text;
        const bool bokmal = word.size() > 8 && (word.ends_with("loven") || word.ends_with("lovens"));
        size_t first = at;
        while (word == "Act" && first > 0 && is_upper(letter_at(tokens.all[first - 1].text, 0).code) &&
               !tokens.is(first - 1, kNoNames))
            --first;
        if (!bokmal && first == at) continue;
        LawClaim known = {};
        const bool is_known = next_law(tokens, first > 4 ? first - 4 : 0, &known) && known.end > first && known.end <= at + 2;
        if (is_known) continue;
        *begin = first;
        *end = at + 1;
        return true;
    }
    return false;
}

// A law that has no name here stands in the reference of those that it is for.
void read_other_laws(DriftReader *reader, const Reading &reading) {
    if (!speaks_of_storing(reading.sentence.text, reader->language())) return;
    size_t begin = 0, end = 0;
    for (size_t from = 0; next_other_law(reading.tokens, from, &begin, &end); from = end) {
        const std::string_view stated = text_of(reading.tokens, begin, end);
        const auto refers = [&](const PolicyFacts &policy) {
            Tokens::Places places;
            return Tokens(policy.reference).names(stated, reader->language(), &places) ||
                   Tokens(reader->wordings.find(WordingObject::kText, policy.reference))
                       .names(stated, reader->language(), &places);
        };
        const bool any = std::any_of(reader->facts.policies.begin(), reader->facts.policies.end(), refers);
        if (!is_tied(*reader) && !any)
            reader->report({DriftFact::kLaw, {}, {}, stated, reading.sentence.text, "no policy has this law as its reference"});
        for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
            const PolicyFacts &policy = reader->facts.policies[i];
            PolicySeen &seen = reader->room.policies[i];
            if (!seen.tied) continue;
            seen.law = true;
            if (refers(policy)) continue;
            reader->report({DriftFact::kLaw, policy.name,
                            is_given(policy.reference) ? policy.reference : reader->said({"no law", "ingen lov"}), stated,
                            reading.sentence.text, "the policy does not refer to this law"});
        }
    }
}

}  // namespace

void read_laws(DriftReader *reader, const Reading &reading) {
    LawClaim claim = {};
    for (size_t from = 0; next_law(reading.tokens, from, &claim); from = claim.end) {
        if (claim.reference.law->general) continue;
        if (!is_tied(*reader) && count_with(*reader, claim.reference.law) == 0) {
            Line stated;
            put_law(&stated, claim.reference, reader->language());
            reader->report(
                {DriftFact::kLaw, {}, {}, stated.text(), reading.sentence.text, "no policy has this law as its reference"});
        }
        for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
            const PolicyFacts &policy = reader->facts.policies[i];
            PolicySeen &seen = reader->room.policies[i];
            const LawReference own = read_law(policy.reference);
            const bool same = own.law == claim.reference.law;
            // A sentence that names no policy speaks of those that the law is for.
            if (!seen.tied && !(same && !is_tied(*reader))) continue;
            if (!same) {
                // Another law in its stead.
                seen.law = true;
                report_law(
                    *reader, reading, policy, claim.reference,
                    is_given(policy.reference)
                        ? "the policy refers to something else"
                        : "the law is claimed for data that no policy keeps for it: they may go earlier, and go on request");
                continue;
            }
            seen.law = true;
            if (!own.section.empty() && !claim.reference.section.empty() &&
                !same_section(section_of(policy, own), claim.reference.section))
                report_law(*reader, reading, policy, claim.reference, "the policy refers to another section");
        }
    }
    read_other_laws(reader, reading);
}

void read_action(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    const size_t deleting = reading.tokens.find(kDeleting.in(language));
    const bool deletes = deleting < reading.tokens.n && !reading.tokens.is_denied(deleting, language);
    const bool anonymises = reading.tokens.has(kAnonymising, language);
    if ((!deletes && !anonymises) || reading.tokens.has(kRightTo, language)) return;
    for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
        const PolicyFacts &policy = reader->facts.policies[i];
        PolicySeen &seen = reader->room.policies[i];
        if (!seen.tied) continue;
        seen.action = true;
        if (policy.deletes ? deletes : anonymises) continue;
        bool columns = false;
        for (const ColumnFacts &column : policy.columns) columns = columns || column.kept_for != nullptr;
        // What is said beside the deletion: rows that are still referred to, columns that go earlier.
        if (policy.deletes && reading.block.has(kDeleting, language) && (columns || policy.anonymises_if_referenced)) continue;
        reader->report({DriftFact::kAction, policy.name,
                        reader->said(policy.deletes ? Said{"deleted", "slettet"} : Said{"anonymised", "anonymisert"}),
                        reader->said(deletes ? Said{"deleted", "slettet"} : Said{"anonymised", "anonymisert"}),
                        reading.sentence.text,
                        policy.deletes ? "the policy deletes the rows" : "the policy anonymises the rows, which stay"});
    }
}

namespace {

bool same_cap(const Cap &a, const Cap &b) {
    return a.count == b.count && a.window == b.window && (a.window != CapWindow::kRolling || same_length(a.period, b.period));
}

// Marks the cap of a purpose that is this one.
bool mark_cap(const PurposeFacts &purpose, PurposeSeen *seen, const Cap &claimed) {
    bool found = false;
    for (size_t i = 0; i < purpose.caps.size(); ++i) {
        const Result<Cap> cap = parse_cap(purpose.caps[i]);
        if (!cap.ok() || !same_cap(cap.value(), claimed)) continue;
        seen->caps |= uint64_t{1} << (i % 64);
        found = true;
    }
    return found;
}

void put_caps(Line *line, const PurposeFacts &purpose, Language language) {
    for (const Text text : purpose.caps) {
        const Result<Cap> cap = parse_cap(text);
        if (!cap.ok()) continue;
        if (line->n > 0) line->add(", ");
        put_cap(line, cap.value(), language);
    }
}

}  // namespace

void read_caps(DriftReader *reader, const Reading &reading) {
    constexpr Said kSending = {
        "advertis*|call|calls|campaign*|contact*|email*|emails|get|hear|invit*|letter*|mail*|marketing|message*|newsletter*|notif*|offer*|phone*|"
        "receive*|remind*|send|sends|sent|sms|survey*|text|write",
        "epost*|får|henvendelse*|invit*|kontakt*|mail*|markedsfør*|melding*|mottar|nyhetsbrev*|påminnelse*|reklame*|ring*|send*|sms|tilbud|"
        "undersøkelse*|kundeundersøkelse*|varsl*|skriver"};
    constexpr Said kOther = {"audit*|back|backup*|check*|delet*|review*|rotat*|test|tests|tested|update*",
                             "gjennomgå*|kontroller*|oppdater*|slett*|sikkerhetskop*|test|tester|testes"};
    const Language language = reader->language();
    if (!reading.tokens.has(kSending, language) && (!reader->purpose_named || reading.tokens.has(kOther, language))) return;
    CapClaim claim = {};
    for (size_t from = 0; next_cap(reading.tokens, from, language, &claim); from = claim.end) {
        bool tied = false, found = false;
        for (const PurposeSeen &seen : reader->room.purposes) tied = tied || seen.tied;
        for (size_t i = 0; i < reader->facts.purposes.size(); ++i)
            if (reader->room.purposes[i].tied || !tied)
                found |= mark_cap(reader->facts.purposes[i], &reader->room.purposes[i], claim.cap);
        if (found) continue;
        const std::string_view stated = text_of(reading.tokens, claim.begin, claim.end);
        bool reported = false;
        for (size_t i = 0; i < reader->facts.purposes.size(); ++i) {
            const PurposeFacts &purpose = reader->facts.purposes[i];
            if (!reader->room.purposes[i].tied || purpose.caps.empty()) continue;
            Line configured;
            put_caps(&configured, purpose, language);
            reader->room.purposes[i].caps = ~uint64_t{0};
            reader->report(
                {DriftFact::kCap, purpose.name, configured.text(), stated, reading.sentence.text, "the purpose has another cap"});
            reported = true;
        }
        if (!reported)
            reader->report({DriftFact::kCap,
                            {},
                            {},
                            stated,
                            reading.sentence.text,
                            tied ? "the purpose that the sentence names has no cap"
                                 : "the sentence names no purpose, and none has such a cap"});
    }
}

}  // namespace pg_retention::core
