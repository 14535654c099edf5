// Periods, laws, actions and caps of a sentence, held against policies and purposes.
#include "core/documents/drift_reader.hpp"

namespace pg_retention::core {

namespace {

constexpr Said kKeeping = {
    "anonym*|archiv*|delet*|eras*|expir*|hidden|keep|keeps|kept|quarantin*|remain*|remov*|retain*|retention|storage|store|stored|stores|stays",
    "anonym*|arkiver*|behold*|fjern*|karantene*|lagr*|lagres|oppbevar*|skjul*|slett*|står|utløp*"};
constexpr Said kAnswering = {"answer*|reply|replies|respond*|response", "besvar*|svar|svare|svarer"};
constexpr Said kExtending = {"extend*|extension", "forleng*"};
constexpr Said kDeleting = {"delet*|eras*", "slett*"};
constexpr Said kAnonymising = {"anonym*", "anonym*"};
constexpr Said kRightTo = {"right|rights", "rett|retten|rettighet*"};

bool is_tied(const DriftReader &reader) {
    for (const PolicySeen &seen : reader.room.policies)
        if (seen.tied) return true;
    return false;
}

// Of a policy the period that is so long; null: none is.
struct Matched {
    const Period *period;
    bool PolicySeen::*seen;
};
Matched match(const PolicyFacts &policy, const Period &length) {
    if (same_length(policy.keep_for, length)) return {&policy.keep_for, &PolicySeen::period};
    if (policy.must_keep_for != nullptr && same_length(*policy.must_keep_for, length))
        return {policy.must_keep_for, &PolicySeen::period};
    if (same_length(policy.quarantine_for, length)) return {&policy.quarantine_for, &PolicySeen::quarantine};
    for (const ColumnFacts &column : policy.columns)
        if (column.kept_for != nullptr && same_length(*column.kept_for, length)) return {column.kept_for, &PolicySeen::columns};
    return {nullptr, nullptr};
}

// What the extension keeps of requests and the like has its own periods.
bool is_of_own_records(const DriftReader &reader, const Period &length) {
    for (const OwnRecordFacts &record : reader.facts.own_records)
        if (record.minutes > 0 && same_length(period_of_minutes(record.minutes), length)) return true;
    return false;
}

// No policy is named: is there one that it could be?
void read_untied(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim) {
    for (const PolicyFacts &policy : reader.facts.policies)
        if (match(policy, claim.length).period != nullptr) return;
    if (is_of_own_records(reader, claim.length)) return;
    reader.report({DriftFact::kPeriod,
                   {},
                   {},
                   text_of(reading.tokens, claim.begin, claim.end),
                   reading.sentence.text,
                   "the sentence names no policy, and none has a period of this length"});
}

// What stands between a period and the next one.
std::string_view behind(const Tokens &tokens, const PeriodClaim &claim, Language language) {
    PeriodClaim next = {};
    return text_of(tokens, claim.end, next_period(tokens, claim.end, language, &next) ? next.begin : tokens.n);
}

// In this sentence, or in one of its paragraph that names no period of its own.
bool says_anchor_of(const Reading &reading, const Period &period, Language language) {
    Sentences sentences(reading.sentence.block);
    for (Sentence sentence = {}; sentences.next(&sentence);) {
        const Tokens tokens(sentence.text);
        PeriodClaim other = {};
        const bool here = sentence.text.data() == reading.sentence.text.data();
        if ((here || !next_period(tokens, 0, language, &other)) && says_anchor(tokens, period, language)) return true;
    }
    return false;
}

void read_start(const DriftReader &reader, const Reading &reading, const PeriodClaim &claim, const PolicyFacts &policy,
                const Period &period) {
    Line configured;
    put_period(&configured, period, reader.language());
    const Finding finding = {DriftFact::kCountedFrom, policy.name,
                             configured.text(),       text_of(reading.tokens, claim.begin, claim.end),
                             reading.sentence.text,   std::string_view()};
    Finding said = finding;
    if (period.anchor != kNoAnchor && !says_anchor_of(reading, period, reader.language()))
        said.why = "the notice does not say that the period counts from an end of this kind, so it promises a shorter one";
    else if (period.anchor == kNoAnchor &&
             says_any_anchor(Tokens(behind(reading.tokens, claim, reader.language())), reader.language()))
        said.why = "the policy's period counts from the event itself";
    if (!said.why.empty()) reader.report(said);
}

}  // namespace

void read_periods(DriftReader *reader, const Reading &reading) {
    const Language language = reader->language();
    if (!reading.tokens.has(kKeeping, language) || reading.tokens.has(kAnswering, language) ||
        reading.tokens.has(kExtending, language))
        return;
    size_t tied = 0;
    for (const PolicySeen &seen : reader->room.policies) tied += seen.tied ? 1 : 0;
    PeriodClaim claim = {};
    for (size_t from = 0; next_period(reading.tokens, from, language, &claim); from = claim.end) {
        if (tied == 0) {
            read_untied(*reader, reading, claim);
            continue;
        }
        bool matched = false;
        for (size_t i = 0; i < reader->facts.policies.size(); ++i) {
            PolicySeen &seen = reader->room.policies[i];
            const Matched found = match(reader->facts.policies[i], claim.length);
            if (!seen.tied || found.period == nullptr) continue;
            matched = true;
            seen.*found.seen = true;
            read_start(*reader, reading, claim, reader->facts.policies[i], *found.period);
        }
        for (size_t i = 0; i < reader->facts.policies.size() && !matched; ++i) {
            PolicySeen &seen = reader->room.policies[i];
            if (!seen.tied) continue;
            const bool quarantine = reading.tokens.has({"quarantin*|hidden", "karantene*|skjul*"}, language);
            // Where both are spoken of it may be either that is another one.
            seen.period = true;
            seen.quarantine = seen.quarantine || quarantine;
            Line configured;
            put_terms(&configured, reader->facts.policies[i], language);
            reader->report(
                {DriftFact::kPeriod, reader->facts.policies[i].name, configured.text(),
                 text_of(reading.tokens, claim.begin, claim.end), reading.sentence.text,
                 tied > 1
                     ? "the sentence is about several policies, and the period is none of theirs: which one is meant cannot be told"
                     : "the policy has another period"});
        }
    }
}

namespace {

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
            if (!own.section.empty() && !claim.reference.section.empty() && own.section != claim.reference.section)
                report_law(*reader, reading, policy, claim.reference, "the policy refers to another section");
        }
    }
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
    const Language language = reader->language();
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
