// A certificate of an erasure, as a document: each section is read from the facts, and says so where there is nothing.
#include "requests/certificate.hpp"
#include "requests/certificate_words.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
}

namespace pg_retention {

namespace {

using core::Said;

struct Writer {
    core::Document *out;
    core::Language language;
    SqlValue facts;  // text

    std::string_view say(const Said &what) const { return what.in(language); }
    std::string_view in_words_of(std::string_view code) const { return in_words(language, code); }
    SqlRows read(const char *sql) const { return read_own(sql, facts); }
    void heading(const Said &what) const { out->heading(2, say(what)); }
    void paragraph(const Said &what) const { out->paragraph(say(what)); }
};

// A value of the facts as the document is written, in UTF-8. null: it has none.
char *in_utf8(char *value) {
    return value == nullptr ? nullptr : pg_server_to_any(value, static_cast<int>(strlen(value)), PG_UTF8);
}

// What a cell holds.
enum class Cell : uint8_t {
    kText,
    kCode,      // a word of the record
    kWords,     // categories of data, one a line
    kRows,      // a number, which may not be known
    kNoEnd,     // a date, which may not be known yet
    kNotStated  // a date that nobody may have stated
};

struct Column {
    Said head;
    Cell cell;
};

void write_words(const Writer &writer, char *words) {
    bool first = true;
    for (char *rest = words, *word = nullptr; (word = strtok_r(rest, "\n", &rest)) != nullptr; first = false) {
        if (!first) writer.out->text(", ");
        const std::string_view known = core::category_words(word, writer.language);
        writer.out->text(known.empty() ? word : known);
    }
}

void write_cell(const Writer &writer, Cell cell, char *found) {
    char *value = in_utf8(found);
    writer.out->begin_cell();
    switch (cell) {
        case Cell::kText: writer.out->text(value == nullptr ? "" : value); break;
        case Cell::kCode: writer.out->text(value == nullptr ? "" : writer.in_words_of(value)); break;
        case Cell::kWords: write_words(writer, value == nullptr ? pstrdup("") : value); break;
        case Cell::kRows: writer.out->text(value == nullptr ? writer.say(said::kUnknown) : value); break;
        case Cell::kNoEnd: writer.out->text(value == nullptr ? writer.say(said::kNoEnd) : value); break;
        case Cell::kNotStated: writer.out->text(value == nullptr ? writer.say(said::kNotStated) : value); break;
    }
    writer.out->end_cell();
}

template <size_t N>
void write_table(const Writer &writer, const Column (&columns)[N], const SqlRows &rows) {
    std::string_view heads[N];
    for (size_t i = 0; i < N; ++i) heads[i] = writer.say(columns[i].head);
    writer.out->begin_table(heads);
    for (const SqlRow row : rows) {
        writer.out->begin_row();
        for (size_t i = 0; i < N; ++i) write_cell(writer, columns[i].cell, row.text(static_cast<int>(i) + 1));
        writer.out->end_row();
    }
    writer.out->end_table();
}

// A table where there are rows, under what introduces them; else what is said instead. Returns whether there are any.
template <size_t N>
bool write_section(const Writer &writer, const Said *intro, const Column (&columns)[N], const char *sql, const Said *otherwise) {
    const SqlRows rows = writer.read(sql);
    if (rows.n == 0) {
        if (otherwise != nullptr) writer.paragraph(*otherwise);
        return false;
    }
    if (intro != nullptr) writer.paragraph(*intro);
    write_table(writer, columns, rows);
    return true;
}

// more: behind a comma.
void write_pair(const Writer &writer, const Said &what, char *value, std::string_view more = {}) {
    if (value == nullptr) return;
    writer.out->begin_item();
    writer.out->text(writer.say(what));
    writer.out->text(": ");
    writer.out->text(in_utf8(value));
    if (!more.empty()) writer.out->text(", ");
    writer.out->text(more);
    writer.out->end_item();
}

void write_head(const Writer &writer) {
    const SqlRow row =
        writer
            .read(
                "SELECT concat_ws(', ', f #>> '{controller,name}', f #>> '{controller,contact}'), f #>> '{request,number}', f #>> '{request,type}', "
                "f #>> '{request,received}', (f #>> '{request,done}') || ' (' || (f ->> 'timezone') || ')', f #>> '{request,answered}', f ->> 'made_at' "
                "FROM (SELECT $1::jsonb) x (f)")
            .first();
    writer.paragraph(said::kAbout);
    writer.out->begin_list();
    write_pair(writer, said::kController, *row.text(1) == '\0' ? nullptr : row.text(1));
    write_pair(writer, said::kRequest, row.text(2), writer.in_words_of(row.text(3)));
    write_pair(writer, said::kReceived, row.text(4));
    write_pair(writer, said::kErased, row.text(5));
    write_pair(writer, said::kAnswered, row.text(6));
    write_pair(writer, said::kWritten, row.text(7));
    writer.out->end_list();
}

void write_gone(const Writer &writer) {
    constexpr Column kColumns[] = {
        {said::kTable, Cell::kText}, {said::kCategories, Cell::kWords}, {said::kRows, Cell::kRows}, {said::kHow, Cell::kCode}};
    writer.heading(said::kGone);
    const SqlRow since = writer.read("SELECT concat($1::jsonb ->> 'since', ' (', $1::jsonb ->> 'timezone', ')')").first();
    writer.out->begin_paragraph();
    writer.out->text(writer.say(said::kGoneSince));
    writer.out->text(since.text(1));
    writer.out->end_paragraph();
    write_section(
        writer, nullptr, kColumns,
        "SELECT g ->> 'table', (SELECT string_agg(c, E'\\n' ORDER BY c COLLATE \"C\") FROM jsonb_array_elements_text(g -> 'categories') c), g ->> 'rows', g ->> 'how' "
        "FROM jsonb_array_elements($1::jsonb -> 'gone') g",
        &said::kNothingGone);
}

// sections: of which one has something.
bool has_any(const Writer &writer, const char *sections) {
    return read_own("SELECT FROM unnest($2::text[]) s WHERE jsonb_array_length($1::jsonb -> s) > 0", writer.facts, sections).n >
           0;
}

void write_changed(const Writer &writer) {
    constexpr Column kColumns[] = {{said::kTable, Cell::kText}, {said::kRows, Cell::kRows}};
    if (!has_any(writer, "{changed}")) return;
    writer.heading(said::kChanged);
    write_section(writer, &said::kChangedHow, kColumns,
                  "SELECT c ->> 'table', c ->> 'rows' FROM jsonb_array_elements($1::jsonb -> 'changed') c", nullptr);
}

bool is_remembered(const Writer &writer) {
    return writer.read("SELECT ($1::jsonb ->> 'remembered')::boolean").first().get<bool>(1);
}

void write_kept(const Writer &writer) {
    constexpr Column kColumns[] = {
        {said::kTable, Cell::kText}, {said::kRows, Cell::kRows}, {said::kLaw, Cell::kText}, {said::kUntil, Cell::kNoEnd}};
    writer.heading(said::kKept);
    write_section(
        writer, &said::kKeptHow, kColumns,
        "SELECT k ->> 'table', k ->> 'rows', k ->> 'law', k ->> 'until' FROM jsonb_array_elements($1::jsonb -> 'kept') k",
        has_any(writer, "{stays,not_reached,left,changed,elsewhere,unverified}") ? &said::kNoLawKeeps : &said::kNothingKept);
    const bool remembered = is_remembered(writer);
    const SqlRows objections = writer.read(
        "SELECT o ->> 'purpose' FROM jsonb_array_elements($1::jsonb -> 'objections') o WHERE (o ->> 'kept')::boolean");
    if (remembered || objections.n > 0) {
        writer.paragraph(said::kBeside);
        writer.out->begin_list();
        if (remembered) writer.out->item(writer.say(said::kRemembered));
        for (const SqlRow row : objections) {
            writer.out->begin_item();
            writer.out->text(writer.say(said::kObjection));
            writer.out->text(in_utf8(row.text(1)));
            writer.out->end_item();
        }
        writer.out->end_list();
    }
    writer.paragraph(said::kRecord);
}

void write_items(const Writer &writer, const Said &intro, const SqlRows &rows) {
    if (rows.n == 0) return;
    writer.paragraph(intro);
    writer.out->begin_list();
    for (const SqlRow row : rows) writer.out->item(in_utf8(row.text(1)));
    writer.out->end_list();
}

void write_copies(const Writer &writer) {
    constexpr Column kColumns[] = {{said::kCopy, Cell::kText},
                                   {said::kKind, Cell::kCode},
                                   {said::kCountry, Cell::kText},
                                   {said::kInItUntil, Cell::kNotStated}};
    const bool any =
        write_section(writer, &said::kCopies, kColumns,
                      "SELECT c ->> 'name', c ->> 'kind', c ->> 'country', coalesce(c ->> 'until', c ->> 'kept_for') "
                      "FROM jsonb_array_elements($1::jsonb -> 'copies') c",
                      &said::kNoCopies);
    if (any && writer.read("SELECT FROM jsonb_array_elements($1::jsonb -> 'copies') c WHERE c ->> 'kind' = 'backup'").n == 0)
        writer.paragraph(said::kNoBackup);
    if (!is_remembered(writer)) writer.paragraph(said::kNotRemembered);
    write_items(
        writer, said::kUnregistered,
        writer.read(
            "SELECT concat(c ->> 'kind', ': ', c ->> 'object') FROM jsonb_array_elements($1::jsonb -> 'unregistered_copies') c"));
}

void write_not_reached(const Writer &writer) {
    constexpr Column kStaying[] = {{said::kTable, Cell::kText}, {said::kRows, Cell::kRows}, {said::kWhy, Cell::kCode}};
    constexpr Column kRecipients[] = {{said::kRecipient, Cell::kText}, {said::kTold, Cell::kCode}, {said::kWhen, Cell::kText}};
    writer.heading(said::kNotReached);
    const SqlRows unlinked = writer.read("SELECT x ->> 'table' FROM jsonb_array_elements($1::jsonb -> 'not_reached') x");
    write_items(writer, said::kUnlinked, unlinked);
    const bool stay = write_section(
        writer, &said::kStays, kStaying,
        "SELECT s ->> 'table', s ->> 'rows', s ->> 'how' FROM jsonb_array_elements($1::jsonb -> 'stays') s", nullptr);
    if (unlinked.n == 0 && !stay) writer.paragraph(said::kAllReached);
    write_copies(writer);
    write_section(
        writer, &said::kRecipients, kRecipients,
        "SELECT r ->> 'recipient', r ->> 'state', r ->> 'settled' FROM jsonb_array_elements($1::jsonb -> 'recipients') r",
        nullptr);
}

// What the database wrote meanwhile may hold it.
bool has_added(const Writer &writer) {
    return writer.read("SELECT FROM jsonb_array_elements($1::jsonb -> 'stays') s WHERE s ->> 'how' = 'added'").n > 0;
}

void write_checked(const Writer &writer) {
    constexpr Column kLeft[] = {{said::kTable, Cell::kText}, {said::kColumn, Cell::kText}, {said::kRows, Cell::kRows}};
    constexpr Column kFound[] = {
        {said::kTable, Cell::kText}, {said::kColumn, Cell::kText}, {said::kRows, Cell::kRows}, {said::kWhose, Cell::kCode}};
    writer.heading(said::kChecked);
    writer.paragraph(said::kLookedAgain);
    write_section(writer, &said::kLeft, kLeft,
                  "SELECT x ->> 'table', x ->> 'column', x ->> 'rows' FROM jsonb_array_elements($1::jsonb -> 'left') x",
                  has_any(writer, "{kept,stays}") ? &said::kNothingElseLeft : &said::kNothingLeft);
    writer.paragraph(said::kLookedElsewhere);
    writer.paragraph(said::kNotLookedFor);
    const SqlRows verifications =
        writer.read("SELECT v ->> 'number', v ->> 'state' FROM jsonb_array_elements($1::jsonb -> 'verifications') v");
    const SqlRows unverified = writer.read("SELECT u ->> 'table' FROM jsonb_array_elements($1::jsonb -> 'unverified') u");
    write_section(
        writer, &said::kElsewhere, kFound,
        "SELECT x ->> 'table', x ->> 'column', x ->> 'rows', x ->> 'whose' FROM jsonb_array_elements($1::jsonb -> 'elsewhere') x",
        verifications.n == 0 && unverified.n == 0 && !has_added(writer) ? &said::kNothingElsewhere : nullptr);
    write_items(writer, said::kUnverified, unverified);
    for (const SqlRow row : verifications) {
        writer.out->begin_paragraph();
        writer.out->text(writer.say(said::kVerification));
        writer.out->text(row.text(1));
        writer.out->text(": ");
        writer.out->text(writer.in_words_of(row.text(2)));
        writer.out->text(".");
        writer.out->end_paragraph();
    }
    if (is_remembered(writer)) writer.paragraph(said::kWatched);
}

void write_proof(const Writer &writer) {
    constexpr Column kColumns[] = {
        {said::kEntry, Cell::kText}, {said::kWhen, Cell::kText}, {said::kActedOn, Cell::kRows}, {said::kHash, Cell::kText}};
    writer.heading(said::kProof);
    writer.paragraph(said::kLedger);
    write_section(
        writer, nullptr, kColumns,
        "SELECT e ->> 'entry', e ->> 'at', e ->> 'rows', e ->> 'hash' FROM jsonb_array_elements($1::jsonb -> 'ledger') e",
        &said::kNoEntry);
}

}  // namespace

void write_certificate(core::Document *document, core::Language language, const char *facts) {
    const Writer writer = {document, language, typed(TEXTOID, CStringGetTextDatum(facts))};
    document->begin(core::name_of(language), writer.say(said::kTitle));
    write_head(writer);
    write_gone(writer);
    write_changed(writer);
    write_kept(writer);
    write_not_reached(writer);
    write_checked(writer);
    write_proof(writer);
    document->end();
}

}  // namespace pg_retention
