/* Speedup along a number of devices or threads, from figures alone.
 *
 * strong: the same chains on n; speedup = seconds on 1 / seconds on n.
 * weak:   chains in proportion to n; speedup = n times that.
 * efficiency = speedup / n. Bands that the speedup is held against: 2: 1.6 to 2.0,
 * 4: 3 to 4, 8: 6 to 8; below one is a warning, above one too: more than n times the work
 * of one says that the row of one was disturbed.
 */
#ifndef ERGODE_BENCH_SPEEDUP_H
#define ERGODE_BENCH_SPEEDUP_H

#include <stdbool.h>
#include <stdint.h>

typedef enum { SPEEDUP_STRONG, SPEEDUP_WEAK } speedup_kind;
typedef enum { SPEEDUP_FIRST, SPEEDUP_PASS, SPEEDUP_WARNING, SPEEDUP_UNJUDGED } speedup_verdict;

typedef struct {
  double speedup, efficiency;
  double low, high;         /* the band; NaN: none for this n */
  speedup_verdict verdict;  /* UNJUDGED: no band, or no figure */
} speedup_point;

/* NaN figures where a time isn't finite and positive. */
speedup_point speedup_of(speedup_kind kind, int n, double seconds_one, double seconds_n);

/* Part i has the chains from chains * i / parts on, as the engine deals them to devices
 * (engine/engine.c). Greatest sum of a part over the mean of the sums; NaN where there is
 * none. *straggler: the part with the greatest sum, the first of equals; -1. */
double speedup_imbalance(const int64_t *chain_gradients, int chains, int parts,
                         int *straggler);

#endif
