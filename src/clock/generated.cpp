#include "clock/generated.hpp"

extern "C" {
#include "access/htup_details.h"
#include "executor/executor.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
}

namespace pg_retention {

namespace {

struct Generated {
    Datum *values;
    bool *nulls;
    bool *replaced;
};

void compute(Relation rel, HeapTuple row, const Generated &generated) {
    TupleDesc desc = RelationGetDescr(rel);
    MemoryContext caller = CurrentMemoryContext;
    EState *state = CreateExecutorState();
    ExprContext *context = GetPerTupleExprContext(state);
    TupleTableSlot *slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
    ExecStoreHeapTuple(row, slot, false);
    context->ecxt_scantuple = slot;
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != ATTRIBUTE_GENERATED_STORED) continue;
        auto *expression = reinterpret_cast<Expr *>(build_column_default(rel, i + 1));
        const Datum value = ExecEvalExprSwitchContext(ExecPrepareExpr(expression, state), context, &generated.nulls[i]);
        MemoryContext before = MemoryContextSwitchTo(caller);
        generated.values[i] = generated.nulls[i] ? 0 : datumCopy(value, att->attbyval, att->attlen);
        MemoryContextSwitchTo(before);
        generated.replaced[i] = true;
    }
    ExecDropSingleTupleTableSlot(slot);
    FreeExecutorState(state);
}

}  // namespace

HeapTuple with_generated(Relation rel, HeapTuple row) {
    TupleDesc desc = RelationGetDescr(rel);
    if (desc->constr == nullptr || !desc->constr->has_generated_stored) return row;
    const auto n = static_cast<size_t>(desc->natts);
    const Generated generated = {static_cast<Datum *>(palloc0(sizeof(Datum) * n)), static_cast<bool *>(palloc0(sizeof(bool) * n)),
                                 static_cast<bool *>(palloc0(sizeof(bool) * n))};
    compute(rel, row, generated);
    return heap_modify_tuple(row, desc, generated.values, generated.nulls, generated.replaced);
}

}  // namespace pg_retention
