#include "pg/transaction.hpp"

namespace pg_retention {

namespace {

constexpr int kStages = 7;
constexpr int kMostLevelCallbacks = 6;

constinit XactCallback stages[kStages] = {};
constinit SubXactCallback level_callbacks[kMostLevelCallbacks] = {};

void end_transaction(XactEvent event, void *) {
    for (XactCallback stage : stages)
        if (stage != nullptr) stage(event, nullptr);
}

}  // namespace

void call_at_end(AtEnd stage, XactCallback callback) {
    static bool registered = false;
    if (!registered) RegisterXactCallback(end_transaction, nullptr);
    registered = true;
    stages[static_cast<int>(stage)] = callback;
}

void call_at_level_end(SubXactCallback callback) {
    for (SubXactCallback &place : level_callbacks) {
        if (place == callback) return;
        if (place != nullptr) continue;
        RegisterSubXactCallback(callback, nullptr);
        place = callback;
        return;
    }
    elog(ERROR, "too many callbacks");
}

List *end_level(List *elements, SubXactEvent event) {
    if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB) return elements;
    const int level = GetCurrentTransactionNestLevel();
    ListCell *cell = nullptr;
    foreach (cell, elements) {
        auto *one = static_cast<OfLevel *>(lfirst(cell));
        if (one->level < level) continue;
        if (event == SUBXACT_EVENT_COMMIT_SUB)
            one->level = level - 1;
        else
            elements = foreach_delete_current(elements, cell);
    }
    return elements;
}

}  // namespace pg_retention
