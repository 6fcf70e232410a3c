/* Who wins: the best valid row of a workload against the next with as many chains and
 * threads, by ESS a second, run by run on the same seeds. Every view says it from here. */
#ifndef ERGODE_BENCH_WINNER_H
#define ERGODE_BENCH_WINNER_H

#include "bench/bench.h"

typedef enum {
  WINNER_CLEAR,             /* certainly more than 2 % better */
  WINNER_ALIKE,             /* certainly within 5 % */
  WINNER_UNDECIDED,
  WINNER_UNMATCHED,         /* other valid rows, none with its chains and threads */
  WINNER_ALONE,             /* no other valid row */
  WINNER_NONE               /* no valid row */
} winner_outcome;
enum { WINNER_OUTCOMES = WINNER_NONE + 1 };

typedef struct {
  int workload;
  winner_outcome outcome;
  int best, second;         /* rows; -1 */
  int pair;                 /* of the two, in the report's; -1 */
  bool turned;              /* the pair names the second first */
  double ratio, low, high;  /* best over second; NaN */
} bench_contest;

/* chains 0: rows of any number of chains. */
bench_contest bench_contest_of(const bench_report *r, int workload, int64_t chains);

#endif
