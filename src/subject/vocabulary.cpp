// The words that bind the library and SQL, for views and for whoever reads the ledger.
#include "core/data/vocabulary.hpp"

#include "policy/action.hpp"
#include "core/data/anonymiser.hpp"
#include "core/documents/drift.hpp"
#include "ledger/words.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"
#include "subject/request_type.hpp"
#include "subject/role.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr bool changes_rows(PolicyAction) { return true; }
constexpr bool changes_rows(core::Anonymiser) { return true; }
constexpr bool changes_rows(LinkRole) { return false; }
constexpr bool changes_rows(RequestType) { return false; }
constexpr bool changes_rows(core::WordingObject) { return false; }
constexpr bool changes_rows(core::DriftFact) { return false; }

template <typename E>
void put_words(const ReturnSetInfo *result, const char *kind) {
    for (size_t i = 0; i < core::count_of<E>(); ++i) {
        const auto member = static_cast<E>(i);
        Datum values[3] = {CStringGetTextDatum(kind), CStringGetTextDatum(name_of(member)), BoolGetDatum(changes_rows(member))};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_vocabulary) {
    using namespace pg_retention;
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    put_words<PolicyAction>(result, "action");
    put_words<core::Anonymiser>(result, "anonymiser");
    put_words<LedgerAction>(result, "ledger");
    put_words<LinkRole>(result, "role");
    put_words<RequestType>(result, "request");
    put_words<core::WordingObject>(result, "wording");
    put_words<core::DriftFact>(result, "drift");
    return static_cast<Datum>(0);
}
