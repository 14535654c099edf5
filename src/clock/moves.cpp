#include "clock/moves.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

bool moves_between_partitions(Relation rel) {
    const Running *innermost = running;
    return rel->rd_rel->relispartition && innermost != nullptr && innermost->query->operation == CMD_UPDATE &&
           !innermost->query->plannedstmt->hasModifyingCTE;
}

void depart(Relation rel, core::Clock clock) {
    Running *innermost = running;
    require_arrival(innermost->departure);
    innermost->departure = Departure{RelationGetRelid(rel), clock};
}

Floors floors_departed() {
    const Departure &departure = static_cast<Running *>(running)->departure;
    return OidIsValid(departure.relid) ? floors_in(departure.relid) : Floors::kEnforced;
}

core::Clock arrive(Relation rel) {
    Running *innermost = running;
    const core::Clock clock = innermost->departure.clock;
    // What a foreign table does with a row nobody here can keep.
    if (rel->rd_rel->relkind == RELKIND_RELATION) innermost->departure.relid = InvalidOid;
    return clock;
}

void require_arrival(const Departure &departure) {
    if (!OidIsValid(departure.relid)) return;
    const Verdict verdict = decide(departure.clock, floors_in(departure.relid));
    if (!may_go(verdict)) refuse(verdict, "lose on its way to another partition a row of", get_rel_name(departure.relid));
}

}  // namespace pg_retention
