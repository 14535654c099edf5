#pragma once
// Categories of data, from the columns that hold them.
#include "core/documents/facts.hpp"

namespace pg_retention::core {

// The least category after this one, by its bytes; null when there is none. From null on the first.
inline Text next_category(std::span<const ColumnFacts> columns, Text after) noexcept {
    Text next;
    for (const ColumnFacts &column : columns)
        if ((after.data() == nullptr || column.category > after) && (next.data() == nullptr || column.category < next))
            next = column.category;
    return next;
}

// Calls body(category) with each, once.
template <typename F>
void for_each_category(std::span<const ColumnFacts> columns, F body) {
    for (Text category = next_category(columns, {}); category.data() != nullptr; category = next_category(columns, category))
        body(category);
}

}  // namespace pg_retention::core
