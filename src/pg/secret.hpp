#pragma once
// Keyed hashes (HMAC-SHA-256), and the keys for them, which live in files outside the cluster.
#include "pg/postgres.hpp"

namespace pg_retention {

constexpr int kHashBytes = 32;
constexpr int kShortestKey = 32;

struct SecretKey {
    int length;
    uint8 bytes[1024];
};

// A file that cannot be read or is shorter than kShortestKey bytes is an error.
SecretKey read_key(const char *file);

void keyed_hash(const SecretKey &key, const char *text, size_t length, uint8 (&hash)[kHashBytes]);

}  // namespace pg_retention
