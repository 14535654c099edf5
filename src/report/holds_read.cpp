// Whether whom legal holds are on can be read: where it cannot, none of the rows that may be about persons goes.
#include "pg/attempt.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "subject/held.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// What an error of a kind's condition says may be what a row holds.
const char *problem_of(const char *kind) {
    const ErrorData *error = attempt([&] { (void) held_human(*load_model(), standing_holds(), kind); });
    if (error == nullptr) return nullptr;
    return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_DATA_EXCEPTION ? "a condition of kinds of persons fails for a row"
                                                                            : error->message;
}

void read_all(const ReturnSetInfo *result) {
    ListCell *cell = nullptr;
    connect_spi();
    foreach (cell, held_kinds(standing_holds())) {
        const auto *kind = static_cast<const char *>(lfirst(cell));
        const char *problem = problem_of(kind);
        Datum values[2] = {CStringGetTextDatum(kind), problem == nullptr ? 0 : CStringGetTextDatum(problem)};
        bool nulls[2] = {false, problem == nullptr};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_held_kinds) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::read_all(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    return static_cast<Datum>(0);
}
