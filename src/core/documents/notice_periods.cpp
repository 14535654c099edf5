// How long a notice says that things are stored: the sentences of each policy.
#include <algorithm>

#include "core/documents/phrases.hpp"

namespace pg_retention::core {

std::string_view start_words(const Wordings &wordings, const PolicyFacts &policy, std::string_view path) noexcept {
    const std::string_view found = wordings.find_of(WordingObject::kStart, policy.table, path);
    return found.empty() ? wordings.find(WordingObject::kStart, path) : found;
}

namespace {

// "the user account is deactivated or the customer relationship ends, whichever comes first".
void put_starts(const Phrases &phrases, const PolicyFacts &policy) {
    const size_t n = policy.starts.size();
    for (size_t i = 0; i < n; ++i) {
        if (i > 0)
            phrases.say(i + 1 < n ? Said{", ", ", "} : policy.all_starts ? Said{" and ", " og "} : Said{" or ", " eller "});
        const std::string_view words = start_words(phrases.wordings, policy, policy.starts[i]);
        if (words.empty())
            phrases.say({"the time in \"{0}\" has come", "tidspunktet i «{0}» er nådd"}, policy.starts[i]);
        else
            phrases.put(words);
    }
    if (n > 1)
        phrases.say(policy.all_starts ? Said{", whichever comes last", ", avhengig av hva som skjer sist"}
                                      : Said{", whichever comes first", ", avhengig av hva som skjer først"});
}

// What a period is counted from: "the end of the fiscal year in which the invoice is issued".
void put_counted_from(const Phrases &phrases, const PolicyFacts &policy, const Period &period) {
    Line anchor;
    put_anchor(&anchor, period, phrases.language());
    const auto starts = [&] { put_starts(phrases, policy); };
    if (anchor.n > 0)
        phrases.say({"{0} in which {1}", "{0} da {1}"}, anchor, starts);
    else
        phrases.say({"{0}", "at {0}"}, starts);
}

void put_law_of(const Phrases &phrases, Text reference) {
    const LawReference law = read_law(reference);
    if (law.law == nullptr) return phrases.put_own(reference);
    Line line;
    put_law(&line, law, phrases.language());
    phrases.put(line);
}

bool is_lasting(const Period &period) { return is_forever(period) || !is_zero(period); }

// Not so of "0 days after end of month", which is over when the month is.
bool has_length(const Period &period) { return period.months != 0 || period.days != 0 || period.seconds != 0; }

// "for 3 years after you leave", "until the end of the year in which you leave".
void put_for(const Phrases &phrases, const PolicyFacts &policy, const Period &period, bool at_most) {
    Line length;
    put_length(&length, period, phrases.language());
    const auto from = [&] { put_counted_from(phrases, policy, period); };
    if (is_zero(period))
        phrases.say({"until {0}", "fram til {0}"}, [&] { put_starts(phrases, policy); });
    else if (!has_length(period))
        phrases.say({"until {0}", "fram til {0}"}, from);
    else
        phrases.say(
            at_most ? Said{"for at most {0} after {1}", "i høyst {0} etter {1}"} : Said{"for {0} after {1}", "i {0} etter {1}"},
            length, from);
}

// By how much what the law requires differs from what is kept anyway.
int floor_against_keep(const PolicyFacts &policy) {
    return policy.must_keep_for == nullptr ? -1 : compare(*policy.must_keep_for, policy.keep_for);
}

// Until when the rows are there, and by which law.
void write_kept(const Phrases &phrases, const PolicyFacts &policy) {
    const std::string_view name = phrases.words(WordingObject::kPolicy, policy.name);
    const bool bound = floor_against_keep(policy) == 0, in_use = floor_against_keep(policy) > 0;
    if (is_forever(policy.keep_for))
        phrases.say({"We keep {0} without a limit", "Vi lagrer {0} uten tidsbegrensning"}, name);
    else
        phrases.say(bound    ? Said{"We must keep {0} {1}", "Vi må oppbevare {0} {1}"}
                    : in_use ? Said{"We keep {0} in use {1}", "Vi lagrer {0} til bruk {1}"}
                             : Said{"We keep {0} {1}", "Vi lagrer {0} {1}"},
                    name, [&] { put_for(phrases, policy, policy.keep_for, !bound && !in_use); });
    if (is_given(policy.reference) && (bound || policy.must_keep_for == nullptr))
        phrases.say({", in line with {0}", ", i tråd med {0}"}, [&] { put_law_of(phrases, policy.reference); });
    phrases.put(".");
}

void put_law_as_subject(const Phrases &phrases, Text reference) {
    const LawReference law = read_law(reference);
    if (law.law == nullptr)
        return phrases.put_capital(is_given(reference) ? phrases.own(reference)
                                                       : Said{"the law", "loven"}.in(phrases.language()));
    Line name;
    put_law(&name, law, phrases.language());
    phrases.put_capital(name.text());
}

void write_floor(const Phrases &phrases, const PolicyFacts &policy) {
    if (policy.must_keep_for == nullptr) return;
    const Period &floor = *policy.must_keep_for;
    const auto law = [&] { put_law_as_subject(phrases, policy.reference); };
    if (floor_against_keep(policy) != 0) {
        if (is_forever(floor))
            phrases.say({" {0} requires that we keep the information without a limit.",
                         " {0} krever at vi oppbevarer opplysningene uten tidsbegrensning."},
                        law);
        else
            phrases.say({" {0} requires that we keep the information {1}.", " {0} krever at vi oppbevarer opplysningene {1}."},
                        law, [&] { put_for(phrases, policy, floor, false); });
    }
    if (floor_against_keep(policy) <= 0)
        return phrases.say({" Before that the information is not deleted, and not on your request either.",
                            " Før det sletter vi dem ikke, heller ikke om du ber om det."});
    phrases.say(is_forever(floor)
                    ? Said{" After its use the information is hidden, but not deleted, and not on your request either.",
                           " Etter bruken er opplysningene skjult, men ikke slettet, heller ikke om du ber om det."}
                    : Said{" From the end of its use until then the information is hidden, but not deleted, and not on "
                           "your request either.",
                           " Fra bruken er over og fram til da er opplysningene skjult, men ikke slettet, heller ikke om "
                           "du ber om det."});
    if (!policy.readers.empty())
        phrases.say({" Those who need it because the law requires it still read it.",
                     " De som trenger dem fordi loven krever det, leser dem fortsatt."});
}

// It follows the use, whatever the law keeps.
void write_quarantine(const Phrases &phrases, const PolicyFacts &policy) {
    const Period &quarantine = policy.quarantine_for;
    if (is_forever(quarantine))
        return phrases.say(
            {" Then the information stays in quarantine without a limit: it is hidden, but not {0}.",
             " Deretter blir opplysningene stående i karantene uten tidsbegrensning: De er skjult, men ikke {0}."},
            (policy.deletes ? Said{"deleted", "slettet"} : Said{"anonymised", "anonymisert"}).in(phrases.language()));
    Line length;
    if (has_length(quarantine))
        put_period(&length, quarantine, phrases.language());
    else
        put_anchor(&length, quarantine, phrases.language());
    phrases.say(floor_against_keep(policy) > 0
                    ? Said{" When the use is over, the information is in quarantine ",
                           " Når bruken er over, er opplysningene i karantene "}
                    : Said{" Then the information is in quarantine ", " Deretter er opplysningene i karantene "});
    phrases.say(has_length(quarantine) ? Said{"for {0}", "i {0}"} : Said{"until {0}", "fram til {0}"}, length);
    phrases.say({": it is hidden, but not yet {0}.", ": De er skjult, men ikke {0} ennå."},
                (policy.deletes ? Said{"deleted", "slettet"} : Said{"anonymised", "anonymisert"}).in(phrases.language()));
    if (policy.floor_outlasts)
        phrases.say({" That quarantine is over before the law lets the information go.",
                     " Karantenen er over før loven lar oss fjerne opplysningene."});
}

// What anonymising leaves of columns with this verdict is said where there are some.
void write_what_is_left(const Phrases &phrases, const PolicyFacts &policy, Verdict verdict, Said said) {
    const auto take = [verdict](const ColumnFacts &column) { return column.verdict == verdict; };
    if (std::any_of(policy.columns.begin(), policy.columns.end(), take))
        phrases.say(said, [&] { phrases.categories(policy.columns, take); });
}

void write_remains(const Phrases &phrases, const PolicyFacts &policy) {
    write_what_is_left(
        phrases, policy, Verdict::kDepends,
        {" What is left of {0} may still tell who you are.", " Det som er igjen av {0}, kan fortsatt fortelle hvem du er."});
    write_what_is_left(phrases, policy, Verdict::kPseudonymised,
                       {" A pseudonym is left of {0}, and that is still personal information.",
                        " Av {0} blir det igjen et pseudonym, og det er fortsatt en personopplysning."});
}

// What happens then.
void write_end(const Phrases &phrases, const PolicyFacts &policy) {
    if (is_forever(policy.keep_for)) return;
    if (is_lasting(policy.quarantine_for)) write_quarantine(phrases, policy);
    if (is_forever(policy.quarantine_for) || (policy.must_keep_for != nullptr && is_forever(*policy.must_keep_for))) return;
    const bool whole = std::all_of(policy.columns.begin(), policy.columns.end(),
                                   [](const ColumnFacts &column) { return column.verdict == Verdict::kAnonymised; });
    phrases.say(policy.floor_outlasts && is_lasting(policy.quarantine_for)
                    ? Said{" When the law lets it go, the information is ", " Når loven lar oss gjøre det, blir opplysningene "}
                    : Said{" After that the information is ", " Etter det blir opplysningene "});
    phrases.say(policy.deletes ? Said{"deleted.", "slettet."}
                : whole        ? Said{"anonymised, so that it no longer says who you are.",
                               "anonymisert, slik at de ikke lenger forteller hvem du er."}
                               : Said{"anonymised in part.", "delvis anonymisert."});
    if (policy.deletes && policy.anonymises_if_referenced)
        phrases.say({" As long as other records refer to the information, it is anonymised instead.",
                     " Så lenge andre poster viser til opplysningene, anonymiseres de i stedet."});
    if (!policy.deletes || policy.anonymises_if_referenced) write_remains(phrases, policy);
}

// Words of its own, or those of its category.
std::string_view column_words(const Phrases &phrases, const ColumnFacts &column) {
    const std::string_view own = phrases.wordings.find_of(WordingObject::kColumn, column.table, column.name);
    return own.empty() ? phrases.words(WordingObject::kCategory, column.category) : own;
}

bool says_the_same(const Phrases &phrases, const ColumnFacts &a, const ColumnFacts &b) {
    return a.kept_for != nullptr && compare(*a.kept_for, *b.kept_for) == 0 && a.verdict == b.verdict &&
           column_words(phrases, a) == column_words(phrases, b);
}

void write_column(const Phrases &phrases, const PolicyFacts &policy, const ColumnFacts &column) {
    const Period &period = *column.kept_for;
    const std::string_view words = column_words(phrases, column);
    switch (column.verdict) {
        case Verdict::kAnonymised: phrases.say({" We anonymise {0}", " Vi anonymiserer {0}"}, words); break;
        case Verdict::kDepends: phrases.say({" We anonymise {0} in part", " Vi anonymiserer {0} delvis"}, words); break;
        case Verdict::kPseudonymised:
            phrases.say({" We replace {0} by a pseudonym", " Vi erstatter {0} med et pseudonym"}, words);
            break;
    }
    Line length;
    put_length(&length, period, phrases.language());
    const auto from = [&] { put_counted_from(phrases, policy, period); };
    if (is_zero(period))
        phrases.say({" as soon as {0}", " så snart {0}"}, [&] { put_starts(phrases, policy); });
    else if (!has_length(period))
        phrases.say({" earlier, at {0}", " tidligere, ved {0}"}, from);
    else
        phrases.say({" earlier, {0} after {1}", " tidligere, {0} etter {1}"}, length, from);
    switch (column.verdict) {
        case Verdict::kAnonymised: return phrases.put(".");
        case Verdict::kDepends:
            return phrases.say(
                {"; what is left may still tell who you are.", "; det som er igjen, kan fortsatt fortelle hvem du er."});
        case Verdict::kPseudonymised:
            return phrases.say({"; that is not anonymised, but still personal information.",
                                "; det er ikke anonymisert, men fortsatt en personopplysning."});
    }
}

// What goes earlier than the row.
void write_columns(const Phrases &phrases, const PolicyFacts &policy) {
    for (size_t i = 0; i < policy.columns.size(); ++i) {
        const ColumnFacts &column = policy.columns[i];
        if (column.kept_for == nullptr || is_forever(*column.kept_for)) continue;
        if (std::none_of(policy.columns.begin(), policy.columns.begin() + static_cast<ptrdiff_t>(i),
                         [&](const ColumnFacts &before) { return says_the_same(phrases, before, column); }))
            write_column(phrases, policy, column);
    }
}

void write_own_record(const Phrases &phrases, const OwnRecordFacts &record) {
    struct Kept {
        Said for_ever;
        Said for_a_time;
    };
    const auto kept = [&]() -> Kept {
        switch (record.what) {
            case OwnRecord::kRequests:
                return {{"A request of yours stays on record.", "En forespørsel fra deg blir stående i registeret."},
                        {"A request of yours is kept on record for {0} after it is closed.",
                         "En forespørsel fra deg står i registeret i {0} etter at den er avsluttet."}};
            case OwnRecord::kObjections:
                return {{"That you objected is remembered after you were deleted, as a keyed hash.",
                         "At du har protestert, huskes etter at du er slettet, som en nøklet hash."},
                        {"That you objected is remembered for {0} after you were deleted, as a keyed hash.",
                         "At du har protestert, huskes i {0} etter at du er slettet, som en nøklet hash."}};
            case OwnRecord::kDisclosures:
                return {{"To whom information about you was disclosed stays on record.",
                         "Hvem som har fått opplysninger om deg, blir stående i registeret."},
                        {"To whom information about you was disclosed stays on record for {0}.",
                         "Hvem som har fått opplysninger om deg, står i registeret i {0}."}};
            case OwnRecord::kErasures:
                return {
                    {"That you were deleted is remembered as a keyed hash, so that a restored backup does not bring you back.",
                     "At du er slettet, huskes som en nøklet hash, slik at en gjenopprettet sikkerhetskopi ikke henter deg tilbake."},
                    {"That you were deleted is remembered for {0} as a keyed hash, so that a restored backup does not bring you back.",
                     "At du er slettet, huskes i {0} som en nøklet hash, slik at en gjenopprettet sikkerhetskopi ikke henter deg tilbake."}};
            case OwnRecord::kStandingObjections: {
                constexpr Said kKept = {"What you object to is on record as long as we have information about you.",
                                        "Det du protesterer mot, står i registeret så lenge vi har opplysninger om deg."};
                return {kKept, kKept};
            }
            case OwnRecord::kConsents: {
                constexpr Said kKept = {
                    "What you consented to, and what you withdrew, is on record as long as we have information about you.",
                    "Det du har samtykket til, og det du har trukket tilbake, står i registeret så lenge vi har opplysninger om deg."};
                return {kKept, kKept};
            }
        }
        return {};
    }();
    if (record.minutes == 0) return phrases.item(kept.for_ever);
    Line age;
    put_length(&age, period_of_minutes(record.minutes), phrases.language());
    phrases.item(kept.for_a_time, age);
}

}  // namespace

void write_retention(const Phrases &phrases) {
    const Facts &facts = phrases.facts;
    phrases.heading({"How long is it kept?", "Hvor lenge blir de lagret?"});
    phrases.paragraph({"Personal information is not stored for longer than what it is used for takes (GDPR Article 5(1)(e)).",
                       "Personopplysninger lagres ikke lenger enn det de brukes til, krever "
                       "(personvernforordningen artikkel 5 nr. 1 bokstav e)."});
    phrases.out.begin_list();
    for (const PolicyFacts &policy : facts.policies) {
        if (!is_promised(policy)) continue;
        phrases.out.begin_item();
        if (policy.mode == PolicyMode::kObserve)
            phrases.say({"This is planned, and not yet done: ", "Dette er planlagt, og gjøres ikke ennå: "});
        write_kept(phrases, policy);
        write_floor(phrases, policy);
        write_columns(phrases, policy);
        write_end(phrases, policy);
        phrases.out.end_item();
    }
    phrases.out.end_list();
    if (facts.own_records.empty()) return;
    phrases.paragraph({"Of what you ask us and tell us about your information, this is kept:",
                       "Av det du ber oss om og sier om opplysningene dine, lagres dette:"});
    phrases.out.begin_list();
    for (const OwnRecordFacts &record : facts.own_records) write_own_record(phrases, record);
    phrases.out.end_list();
}

}  // namespace pg_retention::core
