#ifndef ERG_READ_CLOCK_H
#define ERG_READ_CLOCK_H

#include <time.h>

/* Seconds of wall time since some fixed moment; never goes back. */
static inline double erg_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
