/* A hash of the bits of doubles. */
#ifndef MIX_H
#define MIX_H

#include <stdint.h>
#include <string.h>

static inline uint64_t mix(uint64_t hash, const double *x, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, &x[i], sizeof bits);
    hash = (hash ^ bits) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  return hash;
}

#endif
