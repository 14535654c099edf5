#pragma once
// What a statement is exempt as. The mark stands where a tree keeps at which byte of its text the statement begins: the parser writes no
// number below -1 there, rules and views are stored without it, and copies of trees and plans carry it along.
#include "pg/postgres.hpp"

namespace pg_retention {

enum class Exemption : int {
    kNone = -1,
    kOwn = -20101,  // the extension's own
    kOwnForFew =
        -20102,  // the same, right for few elements of arrays: with an index, however many rows the commonest values have
    kOwnOfClocks = -20103,  // the same, which writes clocks: its own rows', not those of what it fires
    kReferential = -20104,  // the server's, for a foreign key
};

inline bool is_own(Exemption as) { return as == Exemption::kOwn || as == Exemption::kOwnForFew || as == Exemption::kOwnOfClocks; }

inline Exemption exemption_at(int location) {
    switch (location) {
        case static_cast<int>(Exemption::kOwn): return Exemption::kOwn;
        case static_cast<int>(Exemption::kOwnForFew): return Exemption::kOwnForFew;
        case static_cast<int>(Exemption::kOwnOfClocks): return Exemption::kOwnOfClocks;
        case static_cast<int>(Exemption::kReferential): return Exemption::kReferential;
        default: return Exemption::kNone;
    }
}

}  // namespace pg_retention
