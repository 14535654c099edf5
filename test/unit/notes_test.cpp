// Redaction against what people marked: test/redact/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/text/letters.hpp"
#include "core/text/redactions.hpp"

namespace pg_retention::core {
namespace {

struct Note {
    std::string name;
    std::vector<std::string> remove;
    std::vector<std::string> keep;
    std::string text;
    std::vector<Span> marked;
};

std::string trimmed(const std::string &s) {
    const size_t begin = s.find_first_not_of(" \t\r");
    return begin == std::string::npos ? "" : s.substr(begin, s.find_last_not_of(" \t\r") - begin + 1);
}

void add_values(const std::string &line, std::vector<std::string> &values) {
    size_t begin = line.find(':') + 1;
    while (begin <= line.size()) {
        const size_t end = std::min(line.find(" | ", begin), line.size());
        if (const std::string value = trimmed(line.substr(begin, end - begin)); !value.empty()) values.push_back(value);
        begin = end + 3;
    }
}

// Takes the braces out of the text.
void take_marks(Note &note) {
    const std::string marked = note.text;
    note.text.clear();
    size_t open = std::string::npos;
    for (size_t i = 0; i < marked.size();) {
        if (marked.compare(i, 2, "{{") == 0) {
            ASSERT_EQ(open, std::string::npos) << "{{ in {{ in note " << note.name;
            open = note.text.size();
            i += 2;
        } else if (marked.compare(i, 2, "}}") == 0) {
            ASSERT_NE(open, std::string::npos) << "}} without {{ in note " << note.name;
            note.marked.push_back({open, note.text.size()});
            open = std::string::npos;
            i += 2;
        } else {
            note.text += marked[i++];
        }
    }
    ASSERT_EQ(open, std::string::npos) << "{{ without }} in note " << note.name;
}

std::vector<Note> notes_of(const std::filesystem::path &file) {
    std::vector<Note> notes;
    std::ifstream in(file);
    bool in_words = false;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.starts_with("---")) {
            notes.push_back({trimmed(line.substr(3)), {}, {}, "", {}});
            in_words = true;
        } else if (notes.empty()) {
            continue;
        } else if (in_words && line.starts_with("remove:")) {
            add_values(line, notes.back().remove);
        } else if (in_words && line.starts_with("keep:")) {
            add_values(line, notes.back().keep);
        } else if (in_words && trimmed(line).empty()) {
            in_words = false;
        } else {
            in_words = false;
            notes.back().text += line + "\n";
        }
    }
    for (Note &note : notes) {
        while (!note.text.empty() && note.text.back() == '\n') note.text.pop_back();
        take_marks(note);
    }
    return notes;
}

std::vector<Span> redactions_of(const Note &note) {
    const std::vector<Word> remove(note.remove.begin(), note.remove.end());
    const std::vector<Word> keep(note.keep.begin(), note.keep.end());
    Redactions redactions(note.text, {remove.data(), remove.size(), keep.data(), keep.size()}, true);
    std::vector<Span> spans;
    for (Span span; redactions.next(span);) spans.push_back(span);
    return spans;
}

bool covered(const Note &note, const Span &mark, const std::vector<Span> &spans) {
    for (size_t i = mark.begin; i < mark.end; i += letter_at(note.text, i).size) {
        if (!is_word(letter_at(note.text, i).code)) continue;
        const auto covers = [i](const Span &s) { return s.begin <= i && i < s.end; };
        if (std::none_of(spans.begin(), spans.end(), covers)) return false;
    }
    return true;
}

bool overlaps(const Span &span, const std::vector<Span> &others) {
    return std::any_of(others.begin(), others.end(), [&span](const Span &o) { return span.begin < o.end && o.begin < span.end; });
}

std::string shown(const Note &note, const Span &span) {
    return note.name + ": \"" + note.text.substr(span.begin, span.end - span.begin) + "\"\n";
}

struct Score {
    size_t notes = 0, marked = 0, found = 0, redactions = 0, right = 0;
    std::string missed, wrong;

    double recall() const { return marked == 0 ? 1 : static_cast<double>(found) / static_cast<double>(marked); }
    double precision() const { return redactions == 0 ? 1 : static_cast<double>(right) / static_cast<double>(redactions); }
};

Score score_of(const std::filesystem::path &file) {
    Score score;
    for (const Note &note : notes_of(file)) {
        const std::vector<Span> spans = redactions_of(note);
        ++score.notes;
        score.marked += note.marked.size();
        score.redactions += spans.size();
        for (const Span &mark : note.marked)
            if (covered(note, mark, spans))
                ++score.found;
            else
                score.missed += shown(note, mark);
        for (const Span &span : spans)
            if (overlaps(span, note.marked))
                ++score.right;
            else
                score.wrong += shown(note, span);
    }
    return score;
}

std::filesystem::path folder() {
    const char *other = std::getenv("RETENTION_NOTES");
    return other != nullptr ? other : NOTES_FOLDER;
}

TEST(Notes, EachSetReachesItsBar) {
    size_t sets = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().extension() != ".txt") continue;
        const std::string name = entry.path().filename();
        const Score score = score_of(entry.path());
        std::ostringstream figures;
        figures << name << ": " << score.notes << " notes, recall " << score.recall() << " (" << score.found << " of "
                << score.marked << "), precision " << score.precision() << " (" << score.right << " of " << score.redactions
                << ")\n";
        std::cout << figures.str();
        if (std::getenv("RETENTION_NOTES_VERBOSE") != nullptr)
            std::cout << "missed\n" << score.missed << "wrong\n" << score.wrong;
        const bool development = name == "development.txt" || name == "nordic.txt";
        EXPECT_GE(score.marked, 1u) << name;
        EXPECT_GE(score.recall(), development ? 0.97 : 0.95) << "missed\n" << score.missed;
        EXPECT_GE(score.precision(), development ? 0.95 : 0.93) << "wrong\n" << score.wrong;
        ++sets;
    }
    EXPECT_GE(sets, 1u) << folder();
}

}  // namespace
}  // namespace pg_retention::core
