// How long a notice says that things are stored: the sentences of each policy.
#include "core/documents/phrases.hpp"

namespace pg_retention::core {

std::string_view start_words(const Wordings &wordings, const PolicyFacts &policy, std::string_view path) noexcept {
    Line whole;
    whole.add(policy.table).add(".").add(path);
    const std::string_view found = wordings.find(WordingObject::kStart, whole.text());
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

// Until when the rows are there, and by which law.
void write_kept(const Phrases &phrases, const PolicyFacts &policy) {
    const std::string_view name = phrases.words(WordingObject::kPolicy, policy.name);
    const Period &keep = policy.keep_for;
    const bool bound = policy.must_keep_for != nullptr && compare(*policy.must_keep_for, keep) == 0;
    Line length;
    put_length(&length, keep, phrases.language());
    const auto from = [&] { put_counted_from(phrases, policy, keep); };
    if (is_forever(keep))
        phrases.say({"We keep {0} without a limit", "Vi lagrer {0} uten tidsbegrensning"}, name);
    else if (is_zero(keep))
        phrases.say({"We keep {0} until {1}", "Vi lagrer {0} fram til {1}"}, name, [&] { put_starts(phrases, policy); });
    else if (bound)
        phrases.say({"We must keep {0} for {1} after {2}", "Vi må oppbevare {0} i {1} etter {2}"}, name, length, from);
    else if (policy.must_keep_for != nullptr && compare(*policy.must_keep_for, keep) > 0)
        phrases.say({"We keep {0} in use for {1} after {2}", "Vi lagrer {0} til bruk i {1} etter {2}"}, name, length, from);
    else
        phrases.say({"We keep {0} for at most {1} after {2}", "Vi lagrer {0} i høyst {1} etter {2}"}, name, length, from);
    if (is_given(policy.reference) && (bound || policy.must_keep_for == nullptr))
        phrases.say({", in line with {0}", ", i tråd med {0}"}, [&] { put_law_of(phrases, policy.reference); });
    phrases.put(".");
}

void write_floor(const Phrases &phrases, const PolicyFacts &policy) {
    if (policy.must_keep_for == nullptr) return;
    const Period &floor = *policy.must_keep_for;
    if (compare(floor, policy.keep_for) != 0) {
        Line length;
        put_length(&length, floor, phrases.language());
        const auto law = [&] {
            const LawReference reference = read_law(policy.reference);
            Line name;
            if (reference.law != nullptr)
                put_law(&name, reference, phrases.language());
            else
                name.add(is_given(policy.reference) ? phrases.words(WordingObject::kText, policy.reference)
                                                    : Said{"the law", "loven"}.in(phrases.language()));
            phrases.put_capital(name.text());
        };
        if (is_forever(floor))
            phrases.say(
                {" {0} requires that we keep it without a limit.", " {0} krever at vi oppbevarer dem uten tidsbegrensning."},
                law);
        else
            phrases.say({" {0} requires that we keep it for {1} after {2}.", " {0} krever at vi oppbevarer dem i {1} etter {2}."},
                        law, length, [&] { put_counted_from(phrases, policy, floor); });
    }
    if (compare(floor, policy.keep_for) > 0)
        phrases.say({" Until then it is hidden, but not deleted, and not on your request either.",
                     " Fram til da er de skjult, men ikke slettet, heller ikke om du ber om det."});
    else
        phrases.say({" Before that it is not deleted, and not on your request either.",
                     " Før det sletter vi dem ikke, heller ikke om du ber om det."});
}

// What happens then.
void write_end(const Phrases &phrases, const PolicyFacts &policy) {
    if (is_forever(policy.keep_for)) return;
    if (is_lasting(policy.quarantine_for)) {
        Line length;
        put_period(&length, policy.quarantine_for, phrases.language());
        const Said done = policy.deletes ? Said{"deleted", "slettet"} : Said{"anonymised", "anonymisert"};
        phrases.say({" Then the information is in quarantine for {0}: it is hidden, but not yet {1}.",
                     " Deretter er opplysningene i karantene i {0}: De er skjult, men ikke {1} ennå."},
                    length, done.in(phrases.language()));
    }
    if (is_forever(policy.quarantine_for)) return;
    phrases.say(policy.deletes ? Said{" After that it is deleted.", " Etter det slettes de."}
                               : Said{" After that it is anonymised, so that it no longer says who you are.",
                                      " Etter det anonymiseres de, slik at de ikke lenger forteller hvem du er."});
    if (policy.deletes && policy.anonymises_if_referenced)
        phrases.say({" As long as other records refer to it, it is anonymised instead.",
                     " Så lenge andre poster viser til dem, anonymiseres de i stedet."});
    bool pseudonyms = false;
    for (const ColumnFacts &column : policy.columns) pseudonyms = pseudonyms || column.anonymiser == "pseudonymise";
    if (pseudonyms)
        phrases.say({" A pseudonym is left of {0}, and that is still personal information.",
                     " Av {0} blir det igjen et pseudonym, og det er fortsatt en personopplysning."},
                    [&] {
                        phrases.categories(policy.columns,
                                           [](const ColumnFacts &column) { return column.anonymiser == "pseudonymise"; });
                    });
}

// Words of its own, or those of its category.
std::string_view column_words(const Phrases &phrases, const ColumnFacts &column) {
    Line whole;
    whole.add(column.table).add(".").add(column.name);
    const std::string_view own = phrases.wordings.find(WordingObject::kColumn, whole.text());
    return own.empty() ? phrases.words(WordingObject::kCategory, column.category) : own;
}

// What goes earlier than the row.
void write_columns(const Phrases &phrases, const PolicyFacts &policy) {
    for (size_t i = 0; i < policy.columns.size(); ++i) {
        const ColumnFacts &column = policy.columns[i];
        if (column.kept_for == nullptr || is_forever(*column.kept_for)) continue;
        const std::string_view words = column_words(phrases, column);
        bool said = false;
        for (size_t k = 0; k < i; ++k)
            said =
                said || (policy.columns[k].kept_for != nullptr && compare(*policy.columns[k].kept_for, *column.kept_for) == 0 &&
                         column_words(phrases, policy.columns[k]) == words);
        if (said) continue;
        Line length;
        put_length(&length, *column.kept_for, phrases.language());
        if (is_zero(*column.kept_for))
            phrases.say({" We anonymise {0} as soon as {1}.", " Vi anonymiserer {0} så snart {1}."}, words,
                        [&] { put_starts(phrases, policy); });
        else
            phrases.say({" We anonymise {0} earlier, {1} after {2}.", " Vi anonymiserer {0} tidligere, {1} etter {2}."}, words,
                        length, [&] { put_counted_from(phrases, policy, *column.kept_for); });
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
        if (policy.mode == PolicyMode::kOff) continue;
        phrases.out.begin_item();
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
