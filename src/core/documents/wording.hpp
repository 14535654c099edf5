#pragma once
// What a company's own names are called in the languages in which people are told things.
#include <cstdint>
#include <span>
#include <string_view>

#include "core/documents/language.hpp"

namespace pg_retention::core {

enum class WordingObject : uint8_t {
    kPolicy,    // "the information on user accounts"
    kStart,     // "the user account is deactivated": a path of clock_starts, with its table or without
    kColumn,    // table.column
    kCategory,  // "telephone number"
    kKind,      // "users"
    kPurpose,   // "customer surveys"
    kPlace,     // of retention.location
    kText,      // any other text that is configured: an interest, a source, a law
    kMention,   // of a policy or purpose: what else a published notice calls it, with commas between
};
constexpr const char *name_of(WordingObject object) noexcept {
    switch (object) {
        case WordingObject::kPolicy: return "policy";
        case WordingObject::kStart: return "start";
        case WordingObject::kColumn: return "column";
        case WordingObject::kCategory: return "category";
        case WordingObject::kKind: return "kind";
        case WordingObject::kPurpose: return "purpose";
        case WordingObject::kPlace: return "place";
        case WordingObject::kText: return "text";
        case WordingObject::kMention: return "mention";
    }
    return nullptr;
}

struct Wording {
    WordingObject object;
    std::string_view name;
    std::string_view words;
};

// Those of one language.
struct Wordings {
    std::span<const Wording> all;
    Language language;

    // Empty: there are none.
    std::string_view find(WordingObject object, std::string_view name) const noexcept {
        for (const Wording &wording : all)
            if (wording.object == object && wording.name == name) return wording.words;
        if (object == WordingObject::kCategory) return category_words(name, language);
        return {};
    }
    // Of what is named with its table before it.
    std::string_view find_of(WordingObject object, std::string_view table, std::string_view name) const noexcept {
        for (const Wording &wording : all)
            if (wording.object == object && wording.name.size() == table.size() + 1 + name.size() &&
                wording.name.starts_with(table) && wording.name[table.size()] == '.' && wording.name.ends_with(name))
                return wording.words;
        return {};
    }
    std::string_view words(WordingObject object, std::string_view name) const noexcept {
        const std::string_view found = find(object, name);
        return found.empty() ? name : found;
    }
};

}  // namespace pg_retention::core
