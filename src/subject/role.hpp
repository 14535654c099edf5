#pragma once
// What a row that a link leads from is to the person at its end; docs/subjects.md says what follows for each request. Words: core/data/vocabulary.hpp.
#include "pg/postgres.hpp"

namespace pg_retention {

enum class LinkRole : uint8_t {
    kAbout,        // the person's, alone or with others
    kAccesses,     // the person may see it whole, and it stays as it is
    kDeletedWith,  // as about, and it goes with the person, whoever else it is about
    kMentioned,    // somebody else's, that names the person
    kSame,         // another person's row that is the same human
};

constexpr bool is_owner(LinkRole role) noexcept { return role == LinkRole::kAbout || role == LinkRole::kDeletedWith; }

constexpr const char *name_of(LinkRole role) noexcept {
    switch (role) {
        case LinkRole::kAbout: return "about";
        case LinkRole::kAccesses: return "accesses";
        case LinkRole::kDeletedWith: return "deleted_with";
        case LinkRole::kMentioned: return "mentioned";
        case LinkRole::kSame: return "same";
    }
    return nullptr;
}

}  // namespace pg_retention
