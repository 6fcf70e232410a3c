/* One chain of the sampler, run with lanes as vectors or as threads. */
#ifndef ERG_TESTS_LANES_H
#define ERG_TESTS_LANES_H
#include "device/chain.h"
typedef struct lanes_job {
  const erg_control *control;
  erg_chain *scalars;
  double *state, *draws, *statistics, *scratch;
  int budget;
  int previous[32], next[32];
} lanes_job;
void lanes_vector(lanes_job *job);
void lanes_threads(lanes_job *job);
#endif
