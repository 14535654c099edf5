#include "pg/shared_memory.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
}

namespace pg_retention {

namespace {

constexpr int kMostParts = 8;
constinit SharedPart parts[kMostParts] = {};
constinit int n_parts = 0;
constinit shmem_request_hook_type previous_request = nullptr;
constinit shmem_startup_hook_type previous_startup = nullptr;

void request_parts() {
    if (previous_request != nullptr) previous_request();
    for (int i = 0; i < n_parts; ++i) {
        RequestAddinShmemSpace(MAXALIGN(parts[i].size));
        if (parts[i].has_lock) RequestNamedLWLockTranche(parts[i].name, 1);
    }
}

void attach_part(const SharedPart &part) {
    bool found = false;
    void *memory = ShmemInitStruct(part.name, part.size, &found);
    if (!found) std::memset(memory, 0, part.size);
    part.attach(memory, part.has_lock ? &GetNamedLWLockTranche(part.name)->lock : nullptr, !found);
}

void attach_parts() {
    if (previous_startup != nullptr) previous_startup();
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    for (int i = 0; i < n_parts; ++i) attach_part(parts[i]);
    LWLockRelease(AddinShmemInitLock);
}

}  // namespace

void share_memory(const SharedPart &part) {
    if (n_parts == kMostParts) elog(ERROR, "pg_retention shares more than %d parts of memory", kMostParts);
    if (n_parts == 0) {
        previous_request = shmem_request_hook;
        shmem_request_hook = request_parts;
        previous_startup = shmem_startup_hook;
        shmem_startup_hook = attach_parts;
    }
    parts[n_parts++] = part;
}

}  // namespace pg_retention
