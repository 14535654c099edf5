#include "contact/withheld.hpp"

#include "contact/keys_of_persons.hpp"
#include "contact/stopped.hpp"
#include "schema/own.hpp"
#include "subject/along.hpp"
#include "visibility/persons.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// So many persons are asked about one by one, as a look-up by key does; then all that there are to know are read at once.
constexpr int kFewPersons = 64;

// What is known of the persons of a kind for one purpose.
struct Answers {
    Question question;
    bool by_value;  // equal keys may be written differently: only the look-up knows them
    int n_asked;
    KeysOfPersons stopped, free;  // asked one by one
    bool all_read;
    KeysOfPersons objecting, consenting;
};

// A way from the rows to persons, and where among the values of a row it begins.
struct Way {
    Along along;
    int places[2 * kMaxKeys];
    Answers **answers;           // one for each purpose
    KeysOfPersons led_to, told;  // where rows lead is followed once for the same values
};

struct Persons {
    MemoryContext context;  // of the execution
    int n_ways;
    Way *ways;
    int n_purposes;
    List *answers;  // of Answers: ways to the same kind share theirs
};

// As JSON, where a number is equal to one with more zeros.
bool is_written_in_many_ways(Oid type) { return type == NUMERICOID || type == FLOAT4OID || type == FLOAT8OID; }

Answers *answers_about(Persons *persons, const Kind &kind, const ActingPurpose &purpose) {
    ListCell *cell = nullptr;
    foreach (cell, persons->answers) {
        auto *answers = static_cast<Answers *>(lfirst(cell));
        if (strcmp(answers->question.kind, kind.name) == 0 && strcmp(answers->question.purpose, purpose.name) == 0)
            return answers;
    }
    auto *answers = static_cast<Answers *>(palloc0(sizeof(Answers)));
    answers->question = Question{pstrdup(purpose.name), purpose.asks_consent, pstrdup(kind.name), nullptr};
    for (int i = 0; i < kind.n_keys; ++i)
        answers->by_value = answers->by_value || is_written_in_many_ways(getBaseType(get_atttype(kind.relid, kind.keys[i])));
    answers->stopped = open_keys();
    answers->free = open_keys();
    persons->answers = lappend(persons->answers, answers);
    return answers;
}

[[noreturn]] void refuse_unfit(const PersonWay &way, const char *why) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot tell whose the rows of table \"%s\" are, some of which are withheld from this session",
                           get_rel_name(way.relid)),
                    errdetail_internal("%s", why), errhint("Correct retention.subject_kind or retention.subject_link.")));
    pg_unreachable();
}

int place_of(AttrNumber column, const int2vector *columns) {
    for (int i = 0; i < columns->dim1; ++i)
        if (columns->values[i] == column) return i;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("cannot tell whose the rows are, some of which are withheld from this session"),
             errdetail("What leads to persons has changed since the statement was planned, or begins with too many columns."),
             errhint("Run it again.")));
    pg_unreachable();
}

void open_way(Persons *persons, Way *way, const PersonWay &from, const int2vector *columns, List *acting) {
    Problem problem = {};
    if (!from.fits) refuse_unfit(from, "A kind or a link does not fit the schema.");
    if (!open_along(load_kind(from.kind), from.relid, from.path, &way->along, &problem)) refuse_unfit(from, problem.message);
    if (way->along.n + way->along.n_given != from.n) refuse_unfit(from, "It is being changed.");
    for (int i = 0; i < from.n; ++i) way->places[i] = place_of(from.columns[i], columns);
    way->led_to = open_keys();
    way->told = open_keys();
    way->answers = static_cast<Answers **>(palloc(sizeof(Answers *) * list_length(acting)));
    for (int i = 0; i < list_length(acting); ++i)
        way->answers[i] = answers_about(persons, *way->along.kind, *static_cast<const ActingPurpose *>(list_nth(acting, i)));
}

void *open_persons(Oid relid, const int2vector *columns, List *acting) {
    auto *persons = static_cast<Persons *>(palloc0(sizeof(Persons)));
    List *ways = ways_to_persons(relid);
    ListCell *cell = nullptr;
    persons->context = CurrentMemoryContext;
    persons->ways = static_cast<Way *>(palloc0(sizeof(Way) * (list_length(ways) + 1)));
    persons->n_purposes = list_length(acting);
    connect_spi();
    foreach (cell, ways)
        open_way(persons, &persons->ways[persons->n_ways++], *static_cast<const PersonWay *>(lfirst(cell)), columns, acting);
    SPI_finish();
    return persons;
}

void read_all(Answers *answers) {
    answers->objecting = open_keys();
    answers->consenting = open_keys();
    for_each_objecting(answers->question, add_key, &answers->objecting);
    if (answers->question.asks_consent) for_each_consenting(answers->question, add_key, &answers->consenting);
    answers->all_read = true;
}

bool ask(Answers *answers, const char *key) {
    Datum only = CStringGetTextDatum(key);
    const bool stopped = stopped_among(answers->question, array_of(&only, 1, TEXTOID)) != NIL;
    add_key(stopped ? &answers->stopped : &answers->free, key);
    ++answers->n_asked;
    return stopped;
}

[[gnu::noinline]] bool find_out(const Persons &persons, Answers *answers, const char *key) {
    MemoryContext before = MemoryContextSwitchTo(persons.context);
    bool stopped = false;
    connect_spi();
    if (answers->n_asked < kFewPersons || answers->by_value)
        stopped = ask(answers, key);
    else
        read_all(answers);
    SPI_finish();
    MemoryContextSwitchTo(before);
    return stopped;
}

bool is_stopped(const Persons &persons, Answers *answers, const char *key) {
    if (!answers->all_read) {
        if (has_key(answers->stopped, key)) return true;
        if (has_key(answers->free, key)) return false;
        const bool stopped = find_out(persons, answers, key);
        if (!answers->all_read) return stopped;
    }
    return has_key(answers->objecting, key) || (answers->question.asks_consent && !has_key(answers->consenting, key));
}

bool is_stopped_for_any(const Persons &persons, const Way &way, const char *key) {
    for (int i = 0; i < persons.n_purposes; ++i)
        if (is_stopped(persons, way.answers[i], key)) return true;
    return false;
}

struct Following {
    const Persons *persons;
    const Way *way;
    bool stopped;
};

void follow_person(void *argument, int, const char *key) {
    auto *following = static_cast<Following *>(argument);
    following->stopped = following->stopped || is_stopped_for_any(*following->persons, *following->way, key);
}

// The values as text, by which the same ones are known again.
char *text_of(const Along &along, const Datum *values) {
    StringInfoData out;
    initStringInfo(&out);
    for (int i = 0; i < along.n; ++i) {
        Oid output = InvalidOid;
        bool varlena = false;
        getTypeOutputInfo(along.types[i], &output, &varlena);
        const char *text = OidOutputFunctionCall(output, values[i]);
        appendStringInfo(&out, "%zu:%s", strlen(text), text);
    }
    return out.data;
}

bool follow(const Persons &persons, Way *way, const Datum *values, const bool *nulls) {
    const char *text = text_of(way->along, values);
    if (has_key(way->told, text)) return has_key(way->led_to, text);
    Following following = {&persons, way, false};
    const Datum *columns[kMaxKeys];
    const bool *none[kMaxKeys];
    for (int i = 0; i < way->along.n; ++i) columns[i] = &values[i];
    for (int i = 0; i < way->along.n; ++i) none[i] = &nulls[i];
    connect_spi();
    for_each_person_along(way->along, columns, none, 1, follow_person, &following);
    SPI_finish();
    add_key(&way->told, text);
    if (following.stopped) add_key(&way->led_to, text);
    return following.stopped;
}

// A row with a null on its way leads to nobody.
bool is_withheld_by(const Persons &persons, Way *way, const Datum *of_row, const bool *nulls_of_row) {
    Datum values[2 * kMaxKeys];
    bool nulls[2 * kMaxKeys];
    for (int i = 0; i < way->along.n + way->along.n_given; ++i) {
        values[i] = of_row[way->places[i]];
        nulls[i] = nulls_of_row[way->places[i]];
        if (nulls[i]) return false;
    }
    if (!is_given(&way->along, values, nulls)) return false;
    if (!way->along.holds_key) return follow(persons, way, values, nulls);
    // Nearly nobody is stopped: whether it is a person at all is asked after that.
    return is_stopped_for_any(persons, *way, key_held(way->along, values)) &&
           (way->along.is_key_text || follow(persons, way, values, nulls));
}

bool ask_persons(void *state, const Datum *values, const bool *nulls) {
    auto *persons = static_cast<Persons *>(state);
    for (int i = 0; i < persons->n_ways; ++i)
        if (is_withheld_by(*persons, &persons->ways[i], values, nulls)) return true;
    return false;
}

}  // namespace

void init_withheld() { withheld_rows = WithheldRows{open_persons, ask_persons}; }

}  // namespace pg_retention
