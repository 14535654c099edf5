#pragma once
// Purposes as messages are judged by them.
#include "core/time/cap.hpp"
#include "pg/postgres.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

constexpr int kMostCaps = 8;

// The first caps of a purpose, as text and as they are read.
struct CapList {
    int n;
    core::Cap cap[kMostCaps];
    const char *text[kMostCaps];
};

struct Purpose {
    int place;  // among those that were read, by the bytes of their names
    const char *name;
    bool asks_consent;
    pg_tz *zone;
    CapList caps;
};

// caps: text[]. Errors: 22P02 for one that cannot be read, 22004, 54000 for too many.
CapList read_caps(Datum caps);

// All of them. SPI must be connected.
List *read_purposes();
const Purpose *purpose_named(List *purposes, const char *name);  // null when there is none
const Purpose *require_purpose(const char *name);                // error 42704 when there is none

// body(caps) with the zone that they count in.
template <typename F>
auto with_caps(const CapList &list, pg_tz *zone, F body) {
    const PgZone local(zone);
    return body(core::Caps{list.cap, list.n, &local});
}

}  // namespace pg_retention
