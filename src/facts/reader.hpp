#pragma once
// Rows of configuration as facts.
#include "core/documents/facts.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

// Room for n facts; nothing of them is given yet.
template <typename T>
std::span<T> room_for(uint64 n) {
    return {static_cast<T *>(palloc0(sizeof(T) * (n + 1))), n};
}

struct FactReader {
    int encoding;

    core::Text text_in(const char *found) const;  // null: not given
    core::Text text_in(const SqlRow &row, int column) const { return text_in(row.text(column)); }
    core::Texts texts_in(const SqlRow &row, int column) const;  // text[], with nulls left out
};

// null: SQL's value is.
const core::Period *period_in(const SqlRow &row, int column);

// What is not classified, from the rest of the facts.
std::span<const core::MissingFacts> read_missing(const FactReader &reader, const core::Facts &facts);

// What protects data here.
std::span<const core::MeasureFacts> read_measures(const FactReader &reader, const core::Facts &facts);

// Whether plans come by the library.
bool plans_are_seen();

}  // namespace pg_retention
