#pragma once
#include "pg/command.hpp"

extern "C" {
#include "catalog/objectaccess.h"
}

namespace pg_retention {

// Error 2BP01 when the command has renamed, moved or replaced what rows are hidden with.
void keep_own_objects(const Command &command);

// The same when a command has altered or replaced one of the extension's own objects: asked of OAT_POST_CREATE and OAT_POST_ALTER.
void keep_own_object(ObjectAccessType type, Oid class_id, Oid object);

}  // namespace pg_retention
